"""Every command over real feeds on loopback and a real store."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from feeds.intake.read import read
from feeds.model import ReadFailed, Reading, ReadRequest
from scheduler import cli, workshop
from scheduler.config_types import Config
from tests.fakes_http import RawServer, Reply, Seen, reply

Output = pytest.CaptureFixture[str]

FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Mare Gazette</title><link>http://{host}/</link>
<item><title>Partners sign for the International Lunar Research Station</title><guid>g1</guid>
<link>http://{host}/station</link><pubDate>Fri, 01 May 2026 08:00:00 GMT</pubDate>
<description>The lunar base ILRS gets a further partner.</description></item>
<item><title>Bread prices rise again</title><guid>g2</guid>
<link>http://{host}/bread</link><pubDate>Thu, 30 Apr 2026 08:00:00 GMT</pubDate></item>
</channel></rss>"""
OTHER = FEED.replace("Mare Gazette", "Mare Mirror").replace("g1", "h1").replace("g2", "h2")
PAGE = b"<html><head><title>P</title>%s</head><body>Hello</body></html>"
LINK = b'<link rel="alternate" type="application/rss+xml" title="%s" href="%s">'


def answer(seen: Seen) -> Reply:
    """Serve a small town of feeds and pages."""
    host = (seen.header("Host") or "").encode()
    feed = FEED.encode().replace(b"{host}", host)
    if seen.header("If-None-Match") == '"1"':
        return reply(304, ETag='"1"')
    pages = {
        "/feed": feed,
        "/mirror": OTHER.encode().replace(b"{host}", host),
        "/one": PAGE % (LINK % (b"All", b"/feed")),
        "/two": PAGE % (LINK % (b"All", b"/feed") + LINK % (b"Mirror", b"/mirror")),
        "/blog": PAGE % b"",
        "/blog/feed": feed,
        "/bare": PAGE % b"",
        "/empty": b"",
    }
    if seen.target == "/gone":
        return reply(410)
    if seen.target not in pages:
        return reply(404)
    body = pages[seen.target]
    return reply(200, body, ETag='"1"' if body == feed else '"2"', Content_Type="text/html")


@pytest.fixture
def server() -> Iterator[RawServer]:
    """Run the town."""
    with RawServer(answer) as running:
        yield running


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder with an empty home, so that no real file is found."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in ("MOONWIRE_CONFIG", "MOONWIRE_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


class ReaderHere:
    """Reads in this process: starting another one per command would cost the tests a minute."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, request: ReadRequest) -> Reading | ReadFailed:
        """Read."""
        return read(request)


@pytest.fixture(autouse=True)
def reader_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the worker process for the tests that are about the whole."""
    if "whole" not in request.node.name:
        monkeypatch.setattr(workshop, "IsolatedReader", ReaderHere)


def configure(work: Path, *urls: str, more: str = "") -> None:
    """Write ./moonwire.toml with these sources."""
    tables = "".join(f"[[source]]\nurl = '{url}'\nname = 'S{n}'\n" for n, url in enumerate(urls))
    head = "source = []\n" if not urls else ""
    fetch = "[fetch]\nallow_private = ['127.0.0.1']\ntimeout_s = 20\n"
    (work / "moonwire.toml").write_text(f"{head}[store]\npath = 'wire.db'\n{fetch}{more}\n{tables}")


def run(capsys: Output, *argv: str, code: int = 0) -> str:
    """Run a command that ends with `code`; returns what it printed."""
    capsys.readouterr()
    got = cli.run(list(argv))
    out, err = capsys.readouterr()
    assert got == code, err
    assert "Traceback" not in err
    return out


def rows(capsys: Output, *argv: str, code: int = 0) -> list[dict[str, Any]]:
    """Run a command with --json; returns its objects."""
    return [json.loads(line) for line in run(capsys, *argv, "--json", code=code).splitlines()]


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
