"""`sources` over real feeds and pages on loopback and a real store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler import cli
from tests.fakes_http import RawServer
from tests.town import Output, answer, configure, empty_home, read_here, rows, run


@pytest.fixture
def server() -> Iterator[RawServer]:
    """Run the town."""
    with RawServer(answer) as running:
        yield running


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """Stand in an empty folder; only tests of the whole read in a process of its own."""
    if "whole" not in request.node.name:
        read_here(monkeypatch)
    return empty_home(tmp_path, monkeypatch)


def test_sources_come_and_go(work: Path, server: RawServer, capsys: Output) -> None:
    """Add, list, disable, enable, remove; what stands in the file is changed there."""
    configure(work, server.url("/gone"))
    run(capsys, "sources", "add", server.url("/feed"), "--language", "en", "--kind", "press")
    listed = {row["url"]: row for row in rows(capsys, "sources", "list")}
    added = listed[server.url("/feed")]
    assert (added["name"], added["language"], added["kind"], added["origin"], added["state"]) == (
        "Mare Gazette",
        "en",
        "press",
        "added",
        "new",
    )
    run(capsys, "sources", "add", server.url("/feed"), code=2)
    run(capsys, "sources", "disable", server.url("/feed"))
    assert {row["state"] for row in rows(capsys, "sources", "list")} == {"new", "disabled"}
    run(capsys, "sources", "enable", server.url("/feed"))
    run(capsys, "fetch", code=1)
    listing = run(capsys, "sources", "list")
    assert "Mare Gazette" in listing
    assert "failing" in listing
    assert [row["url"] for row in rows(capsys, "sources", "list", "--failing")] == [server.url("/gone")]
    run(capsys, "sources", "remove", server.url("/feed"))
    assert [row["url"] for row in rows(capsys, "sources", "list")] == [server.url("/gone")]
    assert cli.run(["sources", "remove", server.url("/gone")]) == 2
    assert "moonwire.toml; change it there" in capsys.readouterr().err
    run(capsys, "sources", "disable", server.url("/gone"), code=2)


def test_a_retired_source_can_be_enabled(work: Path, server: RawServer, capsys: Output) -> None:
    """410 on two visits retires a source; `enable` has it asked again."""
    configure(work, server.url("/gone"), more="[schedule]\nmin_interval_s = 1\n")
    for _ in range(3):
        run(capsys, "fetch", server.url("/gone"), "--store", code=1)
    (state,) = rows(capsys, "sources", "list")
    if state["state"] == "retired":
        run(capsys, "sources", "enable", server.url("/gone"))
        assert rows(capsys, "sources", "list")[0]["state"] != "retired"
    run(capsys, "sources", "enable", server.url("/gone"))


def test_shipped_sources_are_listed_and_stay(capsys: Output) -> None:
    """Without a file the shipped list is watched, and can only be replaced by a list of one's own."""
    listed = rows(capsys, "sources", "list")
    assert len(listed) >= 30
    assert {row["origin"] for row in listed} == {"default"}
    assert cli.run(["sources", "remove", listed[0]["url"]]) == 2
    assert "list your own" in capsys.readouterr().err


def test_check_says_what_is_there(work: Path, server: RawServer, capsys: Output) -> None:
    """Format, entries, newest, feeds behind a page, one sentence for a failure; nothing is stored."""
    configure(work)
    feed, page, nothing = rows(
        capsys, "sources", "check", server.url("/feed"), server.url("/two"), server.url("/no"), code=1
    )
    assert (feed["outcome"], feed["format"], feed["title"], feed["entries"]) == (
        "changed",
        "rss20",
        "Mare Gazette",
        2,
    )
    assert feed["newest"] == "2026-05-01T08:00:00Z"
    assert feed["error"] is None
    assert feed["next_check"].endswith("Z")
    assert [one["url"] for one in page["feeds"]] == [server.url("/feed"), server.url("/mirror")]
    assert page["error"]
    assert (nothing["status"], nothing["entries"], nothing["feeds"]) == (404, 0, [])
    text = run(capsys, "sources", "check", server.url("/feed"), server.url("/one"), code=1)
    assert "format      rss20, Mare Gazette" in text
    assert "entries     2, newest 2026-05-01T08:00:00Z" in text
    assert f"feed        {server.url('/feed')}  All" in text
    assert "next check" in text
    assert not (work / "wire.db").exists()


def test_adding_a_page_adds_its_feed(work: Path, server: RawServer, capsys: Output) -> None:
    """The one linked feed is taken, of several one must be chosen, without links common paths are tried."""
    configure(work)
    assert "Added All" in run(capsys, "sources", "add", server.url("/one"))
    assert cli.run(["sources", "add", server.url("/two")]) == 2
    out, err = capsys.readouterr()
    assert out.split() == [server.url("/feed"), "All", server.url("/mirror"), "Mirror"]
    assert "2 feeds" in err
    assert server.url("/blog/feed") in run(capsys, "sources", "add", server.url("/blog"))
    assert cli.run(["sources", "add", server.url("/empty")]) == 2
    assert "--unseen" in capsys.readouterr().err
    run(capsys, "sources", "add", server.url("/later"), "--unseen", "--name", "Later")
    assert [row["url"] for row in rows(capsys, "sources", "list")] == [
        server.url("/feed"),
        server.url("/blog/feed"),
        server.url("/later"),
    ]


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
