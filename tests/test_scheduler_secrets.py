"""A password in a source's address on its whole way: to its origin, and to nobody and nothing else."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler import cli
from tests.fakes_http import RawServer, Reply, Seen, reply
from tests.town import Output, answer, configure, empty_home, read_here, rows, run

PASSWORD = "s3cret-pw"


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, with nothing read in another process."""
    read_here(monkeypatch)
    return empty_home(tmp_path, monkeypatch)


@pytest.fixture
def other() -> Iterator[RawServer]:
    """Run the host that feeds have moved to."""
    with RawServer(answer) as running:
        yield running


def test_a_password_reaches_its_origin_and_no_output(work: Path, other: RawServer, capsys: Output) -> None:
    """Sent to the origin that it stands for, not over a redirect, and in nothing that is written or shown."""

    def moved(seen: Seen) -> Reply:
        return reply(301, Location=other.url(seen.target))

    with RawServer(moved) as old:
        address = old.url("/feed").replace("//", f"//me:{PASSWORD}@")
        configure(work, address, address.replace("/feed", "/nothing"), more="[publish]\ndir = 'site'\n")
        texts = [run(capsys, *argv, code=code) for argv, code in EVERY]
        assert [one.header("Authorization") for one in old.seen] == [_basic("me", PASSWORD)] * len(old.seen)
        assert [one.header("Authorization") for one in other.seen] == [None] * len(other.seen)
        assert old.seen
        assert other.seen
    (kept,) = rows(capsys, "items")
    assert kept["source"] == old.url("/feed")
    written = [path.read_bytes() for path in work.rglob("*") if path.is_file() and path.suffix != ".toml"]
    assert len(written) > 3
    assert not [text for text in texts if PASSWORD in text]
    assert not [data for data in written if PASSWORD.encode() in data]


def test_a_password_is_not_taken_into_the_store(work: Path, capsys: Output) -> None:
    """`sources add` of an address with a password says where such a source belongs."""
    configure(work)
    assert cli.run(["sources", "add", "--unseen", f"http://me:{PASSWORD}@a.example/feed"]) == 2
    told = capsys.readouterr().err
    assert "[[source]] in moonwire.toml" in told
    assert PASSWORD not in told


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


EVERY: tuple[tuple[tuple[str, ...], int], ...] = (
    (("fetch",), 1),
    (("fetch", "--all", "--json"), 1),
    (("sources", "list"), 0),
    (("sources", "list", "--json"), 0),
    (("sources", "export"), 0),
    (("items", "--all", "--json"), 0),
)
