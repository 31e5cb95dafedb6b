"""The demo: invented feeds in many formats and encodings, read by the real wire."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from feeds.intake.read import read
from feeds.model import Fetched, FetchRequest, Reading, ReadRequest
from scheduler.demo.documents import FEEDS, DemoFeed, document, fill
from scheduler.demo.play import demo
from scheduler.demo.server import DOWN, MOVED, demo_server
from scheduler.publishing.publish import publish_site
from scheduler.rounds.run import run_round
from scheduler.workshop import Workshop, open_workshop

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
FORMATS = {"rss20", "rss091", "rss10", "atom10", "atom03", "json11"}


def reading(feed: DemoFeed) -> Reading:
    """Read one demo document as the wire would."""
    body = document(feed, began=NOW, running_s=0)
    result = read(
        ReadRequest(body=body, content_type=feed.content_type, url="http://demo.example" + feed.path)
    )
    assert isinstance(result, Reading)
    return result


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.file)
def test_every_demo_feed_is_read(feed: DemoFeed) -> None:
    """Each format and encoding gives entries whose titles are text of its own language."""
    entries = reading(feed).entries
    assert len(entries) >= 2
    assert all(entry.title and "\ufffd" not in entry.title for entry in entries)


def test_the_demo_shows_many_formats_and_encodings() -> None:
    """RSS 0.91, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed; Western, Cyrillic and East Asian encodings."""
    assert {reading(feed).head.format for feed in FEEDS} == FORMATS
    encodings = {"utf-8", "utf-16", "gb18030", "big5", "shift_jis", "euc-kr", "windows-1251", "iso-8859-1"}
    assert {feed.encoding for feed in FEEDS} == encodings


def test_entries_appear_while_the_demo_runs() -> None:
    """A block marked with a delay is left out until then."""
    template = "a<!--after 25s-->b<!--/after-->c [[iso -2h]]"
    assert fill(template, began=NOW, running_s=24.9) == "ac 2026-11-22T06:30:00Z"
    assert fill(template, began=NOW, running_s=25) == "abc 2026-11-22T06:30:00Z"


def test_the_demo_server_speaks_http() -> None:
    """It answers 304 to a known ETag, 301 for the one that moved, 503 for the one that is down."""
    with demo_server(lambda: NOW) as server:
        first = requests.get(server.origin + FEEDS[0].path, timeout=5)
        again = requests.get(
            server.origin + FEEDS[0].path, headers={"If-None-Match": first.headers["ETag"]}, timeout=5
        )
        moved = requests.get(server.origin + MOVED, allow_redirects=False, timeout=5)
        statuses = [
            first.status_code,
            again.status_code,
            moved.status_code,
            requests.get(server.origin + DOWN, timeout=5).status_code,
            requests.get(server.origin + "/nothing", timeout=5).status_code,
        ]
    assert statuses == [200, 304, 301, 503, 404]
    assert moved.headers["Location"].endswith(FEEDS[-1].path)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """Return the time it was set to."""
        return self.now


def test_what_appears_later_does_so_by_the_time_since_the_start() -> None:
    """Also when the demo begins late in a minute, though its dates are of whole minutes."""
    clock = Clock()
    clock.now += timedelta(seconds=50)
    with demo_server(clock) as server:
        first = server.body(FEEDS[0])
        clock.now += timedelta(seconds=24)
        assert server.body(FEEDS[0]) == first
        clock.now += timedelta(seconds=1)
        later = server.body(FEEDS[0])
    assert b"second landing site" not in first
    assert b"second landing site" in later


def asked(shop: Workshop) -> int:
    """Ask every source; returns how many failed."""
    return run_round(shop, shop.store.sources(), force=True).failed


def test_the_whole_wire_over_the_demo(tmp_path: Path) -> None:
    """Relevant items are kept in nine languages, the rest is not; a second round changes no byte."""
    clock = Clock()
    with demo(host="127.0.0.1", port=8380, clock=clock) as config, open_workshop(config, clock=clock) as shop:
        assert asked(shop) == 1
        kept = shop.store.items(limit=None)
        rejected = {item.title for item in shop.store.items(which="rejected", limit=None)}
        near = {item.title for item in shop.store.items(which="near", limit=None)}
        publish_site(shop, tmp_path)
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        clock.now += timedelta(seconds=20)
        asked(shop)
        assert publish_site(shop, tmp_path) == ()
        assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
        stories = shop.store.stories(limit=50)
    assert {item.language for item in kept} == {"en", "zh", "ru", "ja", "de", "fr", "ko", "es", "ar"}
    for title in (
        "Partial lunar eclipse on Saturday: where to look",
        "Tiangong crew swaps batteries during a seven-hour spacewalk",
        "Winter crew takes over at Antarctic research station",
        "Crypto: LUNA token falls by a fifth after exchange halts trading",
        "Game review: Moonbase Tycoon is a cosy colony builder",
        "Private lander gets a new launch window",
        "Le nouvel an lunaire fêté dans le treizième arrondissement",
        "Calendario lunar de diciembre para el huerto",
        "中秋賞月 專家推薦五個地點",
        "Российская орбитальная станция: согласован облик первого модуля",
    ):
        assert title in rejected
    kenya = next(s for s in stories if "Kenya" in s.lead.title or "肯" in s.lead.title)
    assert "What the drill of the next lander will look for" in near
    told_in = {kenya.lead.language} | {coverage.language for coverage in kenya.also}
    assert {"en", "zh", "ru"} <= told_in


def test_the_feed_that_moved_is_followed() -> None:
    """Its answer comes from the new address, with the hop that led there."""
    clock = Clock()
    with demo(host="127.0.0.1", port=8380, clock=clock) as config, open_workshop(config, clock=clock) as shop:
        moved = next(source for source in config.sources if source.url.endswith(MOVED))
        outcome = shop.tools.fetcher.fetch(FetchRequest(url=moved.url))
    assert isinstance(outcome, Fetched)
    assert [hop.status for hop in outcome.hops] == [301]
