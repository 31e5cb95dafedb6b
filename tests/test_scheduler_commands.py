"""fetch, items, why, publish, run and demo over real feeds on loopback and a real store."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler import cli
from scheduler.config.types import Config
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


def test_fetch_asks_what_is_due(work: Path, server: RawServer, capsys: Output) -> None:
    """The first round stores, the second finds nothing due, --all asks conditionally; a failure is exit 1."""
    configure(work, server.url("/feed"), server.url("/nothing"))
    first = {row["source"]: row for row in rows(capsys, "fetch", code=1)}
    good, bad = first[server.url("/feed")], first[server.url("/nothing")]
    assert " ".join(good) == "source outcome status entries new kept error next_check"
    assert (good["outcome"], good["status"], good["entries"], good["new"], good["kept"]) == (
        "changed",
        200,
        2,
        2,
        1,
    )
    assert good["error"] is None
    assert good["next_check"].endswith("Z")
    assert (bad["outcome"], bad["status"]) == ("failed", 404)
    assert "404" in bad["error"]
    assert rows(capsys, "fetch") == []
    again = {row["source"]: row for row in rows(capsys, "fetch", "--all", code=1)}
    assert (again[server.url("/feed")]["outcome"], again[server.url("/feed")]["status"]) == ("unchanged", 304)
    assert len(rows(capsys, "items", "--all")) == 2


def test_fetch_for_a_person(work: Path, server: RawServer, capsys: Output) -> None:
    """What was kept and why, what was rejected in number, what failed."""
    configure(work, server.url("/feed"), server.url("/nothing"), more="[publish]\ndir = 'site'\n")
    out = run(capsys, "fetch", code=1)
    assert "kept     S0: Partners sign for the International Lunar Research Station" in out
    assert '"International Lunar Research Station"' in out
    assert "rejected 1 of 2 new items of S0" in out
    assert "failed   S1: " in out
    assert "kept     " + server.url("/feed") in run(capsys, "fetch", server.url("/feed")).replace(
        "S0", server.url("/feed")
    )
    assert (work / "site" / "feed.rss").exists()


def test_fetch_of_an_address_only_shows(work: Path, server: RawServer, capsys: Output) -> None:
    """Without --store nothing is stored, not even a file; with it, items are, from unlisted sources too."""
    configure(work, server.url("/gone"))
    (shown,) = rows(capsys, "fetch", server.url("/feed"))
    assert (shown["new"], shown["kept"]) == (2, 1)
    assert not (work / "wire.db").exists()
    (stored,) = rows(capsys, "fetch", "--store", server.url("/feed"))
    assert (stored["new"], stored["kept"]) == (2, 1)
    assert [row["source"] for row in rows(capsys, "items")] == [server.url("/feed")]
    assert [row["url"] for row in rows(capsys, "sources", "list")] == [server.url("/gone")]
    assert rows(capsys, "fetch", server.url("/gone"), code=1)[0]["outcome"] == "gone"


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["fetch", "--all", "http://a.example"], "choose one"),
        (["fetch", "--store"], "addresses only"),
        (["fetch", "a.example/feed"], "starts with http:// or https://"),
        (["items", "--all", "--near"], "--all and --near"),
        (["items", "--since", "soon"], "--since"),
        (["items", "--source", "Nobody"], "is not a known source"),
        (["why", "77"], "No item with the id or address"),
        (["sources", "remove", "http://a.example"], "is not a watched source"),
        (["sources", "enable", "http://a.example"], "is not a watched source"),
        (["sources", "add", "ftp://a.example"], "starts with http:// or https://"),
        (["sources", "import", "no.opml"], "can not be read"),
        (["sources", "export", "no/such/folder.opml"], "can not be written"),
    ],
)
def test_wrong_use_is_one_sentence(argv: list[str], words: str, work: Path, capsys: Output) -> None:
    """Exit 2, a sentence that says what and how, nothing on standard output."""
    configure(work)
    assert cli.run(argv) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("moonwire: ")
    assert err.count("\n") == 1
    assert words in err


def test_items_and_why(work: Path, server: RawServer, capsys: Output) -> None:
    """Kept ones unless told otherwise; `why` finds by id and address and names the words."""
    configure(work, server.url("/feed"), server.url("/mirror"))
    run(capsys, "fetch")
    kept = rows(capsys, "items")
    assert all(row["keep"] for row in kept)
    assert len(rows(capsys, "items", "--all")) == 4
    assert {row["title"] for row in rows(capsys, "items", "--rejected")} == {"Bread prices rise again"}
    assert rows(capsys, "items", "--near") == []
    assert len(rows(capsys, "items", "--all", "--limit", "1")) == 1
    assert len(rows(capsys, "items", "--all", "--limit", "0", "--source", "s1")) == 2
    assert len(rows(capsys, "items", "--all", "--limit", str(10**20), "--source", "s1")) == 2
    assert {r["source"] for r in rows(capsys, "items", "--source", server.url("/feed"))} == {
        server.url("/feed")
    }
    assert rows(capsys, "items", "--since", "2026-05-02") == []
    assert len(rows(capsys, "items", "--since", "2026-05-01T00:00:00Z")) == len(kept)
    assert "Partners sign" in run(capsys, "items")
    assert "rejected" in run(capsys, "items", "--rejected")
    copy = next(row for row in kept if row["duplicate_of"] is not None)
    (found,) = rows(capsys, "why", str(copy["id"]))
    assert found["duplicate_of"] == copy["duplicate_of"]
    assert found["reasons"][0]["words"]
    text = run(capsys, "why", str(copy["id"]))
    assert text.startswith("Partners sign")
    assert "kept with a score of" in text
    assert '"International Lunar Research Station" in the title' in text
    assert f"duplicates  item {copy['duplicate_of']}" in text
    bread = next(row for row in rows(capsys, "items", "--rejected"))
    assert "rejected with a score of" in run(capsys, "why", bread["url"])
    original = run(capsys, "why", str(copy["duplicate_of"]))
    assert "also        same-" in original


def test_nothing_stored_is_said(work: Path, capsys: Output) -> None:
    """An empty list tells what fills it, on standard error."""
    configure(work)
    assert cli.run(["items"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "moonwire fetch" in err


def test_publish_touches_only_what_changed(work: Path, server: RawServer, capsys: Output) -> None:
    """The whole site is written; the same again writes nothing."""
    configure(work, server.url("/feed"))
    run(capsys, "fetch")
    first = {row["written"] for row in rows(capsys, "publish", "site")}
    assert {"feed.rss", "feed.atom", "feed.json", "sources.opml", "index.html"} <= first
    assert "International Lunar Research Station" in (work / "site" / "feed.rss").read_text(encoding="utf-8")
    assert run(capsys, "publish", "site") == ""
    (work / "site" / "feed.rss").unlink()
    assert run(capsys, "publish", "site") == "feed.rss\n"
    (work / "file").write_text("")
    run(capsys, "publish", "file", code=2)


def test_an_unusable_store_is_exit_3(work: Path, capsys: Output) -> None:
    """A foreign file where the store should be is refused in one sentence."""
    configure(work)
    (work / "wire.db").write_bytes(b"This is no database at all." * 100)
    before = (work / "wire.db").read_bytes()
    assert cli.run(["items"]) == 3
    err = capsys.readouterr().err
    assert err.startswith("moonwire: ")
    assert err.count("\n") == 1
    assert (work / "wire.db").read_bytes() == before


def test_the_whole_demo_publishes_a_filled_site(work: Path, capsys: Output) -> None:
    """The invented feeds give a feed with stories; one of them fails by design and spoils nothing."""
    run(capsys, "demo", "--publish", "site")
    assert (work / "site" / "feed.atom").stat().st_size > 5000
    assert (work / "site" / "index.html").is_file()


def test_run_and_demo_hand_over_to_the_daemon(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    """Host, port and log format reach the daemon; its end is the command's end."""
    calls: list[tuple[Config, dict[str, object]]] = []

    def serve(config: Config, **named: object) -> int:
        calls.append((config, named))
        return 0

    monkeypatch.setattr("scheduler.daemon.serve_forever", serve)
    configure(work)
    run(capsys, "run", "--host", "::1", "--port", "0", "--log-json")
    run(capsys, "demo", "--port", "0")
    assert calls[0][1] == {"host": "::1", "port": 0, "log_json": True}
    assert calls[1][0].serve.port == 0
    assert len(calls[1][0].sources) >= 12


def test_verbose_logs_each_request(work: Path, server: RawServer, capsys: Output) -> None:
    """With -v the log goes to standard error; standard output holds results only."""
    configure(work, server.url("/feed"))
    assert cli.run(["-v", "fetch", "--json"]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1
    assert "2 new, 1 kept" in err
    for name in ("moonwire", ""):
        logger = logging.getLogger(name)
        for handler in [one for one in logger.handlers if getattr(one, "of_moonwire", False)]:
            logger.removeHandler(handler)
