"""The log of checks and the hosts that are left alone, in a real store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.errors import StoreError
from feeds.model import Freshness, Hop
from feeds.model.hold import HostHold
from store import Store
from tests.builders import FEED, NOW, a_check, a_source, a_state, at
from tests.fake_compare import strangers

OTHER = "https://other.example/feed"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open a new store with two sources."""
    with Store.open(tmp_path / "wire.db") as opened:
        opened.sync_sources([a_source(), a_source(OTHER)], origin="config", now=NOW)
        yield opened


def test_a_check_is_remembered_with_what_it_met(store: Store) -> None:
    """Where it went, in how many requests, over which redirects, and what was said about waiting."""
    state = a_state(freshness=Freshness(retry_after_s=120), failures=1)
    hops = (Hop(status=301, url=FEED, target="https://new.example/feed"),)
    met = a_check(
        state=state,
        outcome="failed",
        status=429,
        cause="status",
        hops=hops,
        requests=2,
        asked="http://a.example/",
    )
    store.record(met, compare=strangers)
    (line,) = store.health.checks(FEED)
    assert (line.source, line.asked, line.requests, line.cause) == (FEED, "http://a.example/", 2, "status")
    assert (line.retry_after_s, line.hops) == (120, ((301, "https://new.example/feed"),))


def test_checks_of_all_sources_since_a_time(store: Store) -> None:
    """Newest first, whatever their source."""
    for url, minutes in ((FEED, 0), (OTHER, 5), (FEED, 10)):
        store.record(a_check(state=a_state(url), at=at(minutes=minutes)), compare=strangers)
    lines = store.health.checks_since(at(minutes=5))
    assert [(line.source, line.at) for line in lines] == [(FEED, at(minutes=10)), (OTHER, at(minutes=5))]


def test_holds_are_kept_until_there_is_nothing_to_remember(store: Store) -> None:
    """One row per host; an empty one is forgotten."""
    hold = HostHold(host="a.example:443", until=at(hours=1), storms=2, refused=(FEED, OTHER))
    word = HostHold(host="b.example:443", asked_until=at(hours=2))
    for each in (hold, word, hold):
        store.health.keep_hold(each)
    assert store.health.holds() == (hold, word)
    store.health.keep_hold(HostHold(host="a.example:443"))
    assert store.health.holds() == (word,)


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    """Every method raises StoreError."""
    store = Store.open(tmp_path / "closed.db")
    store.close()
    hold = HostHold(host="a.example:443")
    for call in (
        store.health.holds,
        lambda: store.health.keep_hold(hold),
        lambda: store.health.checks(FEED),
        lambda: store.health.checks_since(NOW),
        lambda: store.health.totals(FEED),
    ):
        with pytest.raises(StoreError):
            call()
