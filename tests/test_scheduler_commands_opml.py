"""`sources import` and `sources export`: what comes in, what is left out, and files that are whole."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.intake import opml
from feeds.model import Source
from scheduler import cli
from tests.fakes_http import RawServer, reply
from tests.town import Output, configure, empty_home, rows, run


@pytest.fixture
def server() -> Iterator[RawServer]:
    """Run a publisher that is never asked."""
    with RawServer(lambda _: reply(404)) as running:
        yield running


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder with an empty home."""
    return empty_home(tmp_path, monkeypatch)


def test_opml_there_and_back(work: Path, server: RawServer, capsys: Output) -> None:
    """What is exported imports again, from a file or a pipe; known ones are not doubled."""
    configure(work)
    run(capsys, "sources", "add", server.url("/feed"), "--language", "zh", "--unseen", "--name", "月")
    run(capsys, "sources", "export", "out.opml")
    assert run(capsys, "sources", "export") == (work / "out.opml").read_text(encoding="utf-8")
    assert "Added 0 of 1" in run(capsys, "sources", "import", "out.opml")
    run(capsys, "sources", "remove", server.url("/feed"))
    assert "Added 1 of 1" in run(capsys, "sources", "import", "out.opml")
    (back,) = rows(capsys, "sources", "list")
    assert (back["url"], back["name"], back["language"]) == (server.url("/feed"), "月", "zh")
    (work / "bad.opml").write_text("no opml")
    assert cli.run(["sources", "import", "bad.opml"]) == 2
    assert "bad.opml: " in capsys.readouterr().err


def test_an_import_stores_no_password(work: Path, capsys: Output) -> None:
    """What `sources add` refuses is left out here, by name and without the password; the rest comes in."""
    configure(work)
    outlines = ("http://me:hush@a.example/f", "http://b.example:99999/f", "http://c.example/f")
    body = "".join(f'<outline xmlUrl="{url}"/>' for url in outlines)
    (work / "in.opml").write_text(f"<opml><body>{body}</body></opml>")
    assert cli.run(["sources", "import", "in.opml"]) == 0
    told = capsys.readouterr()
    assert "Added 1 of 1 source of" in told.out
    assert "Left out: http://a.example/f: a password is not stored;" in told.err
    assert "hush" not in told.out + told.err
    assert [row["url"] for row in rows(capsys, "sources", "list")] == ["http://c.example/f"]


def test_no_more_is_read_than_a_list_may_hold(
    work: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is no list at all, however large, is refused without being read whole."""
    configure(work)
    size = 64 * opml.MAX_BYTES
    with (work / "film.opml").open("wb") as film:
        film.truncate(size)
    largest = list[int]()

    def parsed(data: bytes) -> tuple[Source, ...]:
        largest.append(len(data))
        return ()

    monkeypatch.setattr(opml, "parse_opml", parsed)
    run(capsys, "sources", "import", "film.opml")
    assert largest == [opml.MAX_BYTES + 1]


def test_one_feed_is_not_watched_twice(work: Path, capsys: Output) -> None:
    """Neither under another spelling of its host, nor under that which an export gives it."""
    configure(work)
    run(capsys, "sources", "add", "--unseen", "http://münchen.example/f")
    assert cli.run(["sources", "add", "--unseen", "http://MÜNCHEN.example/f"]) == 2
    assert "is watched already as http://münchen.example/f;" in capsys.readouterr().err
    run(capsys, "sources", "export", "out.opml")
    assert "xn--mnchen-3ya.example" in (work / "out.opml").read_text()
    assert "Added 0 of 1" in run(capsys, "sources", "import", "out.opml")


def test_an_export_is_whole_or_not_at_all(
    work: Path, server: RawServer, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk leaves the older export as it was and nothing beside it; links and devices stay."""
    configure(work)
    run(capsys, "sources", "add", "--unseen", server.url("/feed"))
    (work / "link.opml").symlink_to("out.opml")
    run(capsys, "sources", "export", "link.opml")
    assert (work / "link.opml").is_symlink()
    before = (work / "out.opml").read_bytes()
    run(capsys, "sources", "export", os.devnull)
    assert Path(os.devnull).is_char_device()
    run(capsys, "sources", "add", "--unseen", server.url("/other"))

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert cli.run(["sources", "export", "out.opml"]) == 2
    assert "out.opml: can not be written: No space left on device." in capsys.readouterr().err
    assert (work / "out.opml").read_bytes() == before
    assert cli.run(["init", "new.toml"]) == 2
    assert {path.name for path in work.iterdir()} == {"moonwire.toml", "wire.db", "out.opml", "link.opml"}
