"""`sources` over real feeds and pages on loopback and a real store."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.curate.identity import compare
from feeds.model import Check, FetchRequest
from feeds.model.value import replace
from scheduler import cli
from scheduler.rounds.hosts import HostBook
from scheduler.rounds.once import Spaced
from store import Store
from tests.fakes import FakeFetcher
from tests.fakes_http import RawServer, Reply, Seen, reply
from tests.town import Output, answer, configure, empty_home, read_here, rows, run


def wider(seen: Seen) -> Reply:
    """Serve the town, with accounts of a service, a blog with a feed further on, and one that refuses."""
    if seen.target == "/fort/feed":
        return reply(403)
    same = {
        "/@luna.rss": "/feed",
        "/@one": "/one",
        "/deep": "/blog",
        "/deep/rss.xml": "/feed",
        "/fort": "/blog",
    }
    return answer(replace(seen, target=same.get(seen.target, seen.target)))


@pytest.fixture
def server() -> Iterator[RawServer]:
    """Run the town."""
    with RawServer(wider) as running:
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
    """410 on the visits of two days retires a source; `enable` has it asked again, at once."""
    url = server.url("/gone")
    configure(work, url)
    run(capsys, "fetch", code=1)
    with Store.open(work / "wire.db") as store:
        state = store.source(url)
        assert state is not None
        assert state.last_check is not None
        yesterday = replace(state, last_check=state.last_check - timedelta(hours=21))
        store.record(Check(at=state.last_check, outcome="deferred", state=yesterday), compare=compare)
    run(capsys, "fetch", "--all", code=1)
    (state_now,) = rows(capsys, "sources", "list")
    assert (state_now["state"], state_now["next_check"]) == ("retired", None)
    asked = len(server.seen)
    run(capsys, "fetch", "--all")
    assert len(server.seen) == asked
    run(capsys, "sources", "enable", url)
    assert rows(capsys, "sources", "list")[0]["state"] == "failing"
    run(capsys, "fetch", code=1)
    assert len(server.seen) == asked + 1


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


def test_a_service_with_a_rule_is_asked_for_nothing_else(
    work: Path, server: RawServer, capsys: Output
) -> None:
    """The page of an account is not asked when the rule's address is a feed; else it is, and tells more."""
    configure(work)
    assert server.url("/@luna.rss") in run(capsys, "sources", "add", server.url("/@luna"))
    assert [seen.target for seen in server.seen] == ["/@luna.rss"]
    assert server.url("/feed") in run(capsys, "sources", "add", server.url("/@one"))
    assert [seen.target for seen in server.seen][1:] == ["/@one.rss", "/@one"]


def test_guessing_stops_at_the_first_feed_and_at_a_refusal(
    work: Path, server: RawServer, capsys: Output
) -> None:
    """No address is asked for nothing."""
    configure(work)
    run(capsys, "sources", "add", server.url("/deep"))
    assert [seen.target for seen in server.seen] == ["/deep", "/deep/feed", "/deep/rss.xml"]
    del server.seen[:]
    run(capsys, "sources", "add", server.url("/fort"), code=2)
    assert [seen.target for seen in server.seen] == ["/fort", "/fort/feed"]


def test_looks_at_one_host_are_spaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each further request to a host waits for its turn; another host does not."""
    clock, waited = [100.0], []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        clock[0] += seconds

    monkeypatch.setattr("scheduler.rounds.once.time.monotonic", lambda: clock[0])
    web = FakeFetcher()
    spaced = Spaced(web, HostBook(spacing_s=5.0), wait)
    for url in (
        "https://a.example/",
        "https://a.example/feed",
        "https://b.example/",
        "https://a.example/rss",
    ):
        web.not_modified(url)
        spaced.fetch(FetchRequest(url=url))
    assert waited == [5.0, 5.0]


def test_a_source_is_asked_again_at_once(work: Path, server: RawServer, capsys: Output) -> None:
    """Not within a minute of the last time; then at the next round, whatever the plan said."""
    configure(work, server.url("/feed"))
    run(capsys, "fetch")
    assert cli.run(["sources", "recheck", server.url("/feed")]) == 2
    assert "once a minute is as often" in capsys.readouterr().err
    with Store.open(work / "wire.db") as store:
        state = store.source(server.url("/feed"))
        assert state is not None
        assert state.last_check is not None
        before = replace(state, last_check=state.last_check - timedelta(minutes=2))
        store.record(Check(at=state.last_check, outcome="deferred", state=before), compare=compare)
    asked = len(server.seen)
    run(capsys, "fetch")
    assert len(server.seen) == asked
    assert "is asked next" in run(capsys, "sources", "recheck", server.url("/feed"))
    run(capsys, "fetch")
    assert len(server.seen) == asked + 1
    for url in ("https://nowhere.example/", "x"):
        assert cli.run(["sources", "recheck", url]) == 2
