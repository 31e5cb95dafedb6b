"""The station: shows news as it comes, tells, and goes on whatever fails."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.errors import StoreError
from scheduler.push import station as stations
from scheduler.push.courier import Arrived, Courier
from scheduler.push.station import KEEP, Station, running
from store import Parcel, Payload, Settled, Store
from store.subscriptions import Subscription
from tests.builders import NOW
from tests.fakes import FakeClock


class Wire:
    """A wire that counts how often it is rendered."""

    def __init__(self) -> None:
        self.rendered = threading.Semaphore(0)
        self.fails: list[Exception] = []

    def refresh(self) -> None:
        """Render, or fail as told."""
        self.rendered.release()
        if self.fails:
            raise self.fails.pop(0)


class Teller:
    """Tells a number of things each time, and says that it was asked."""

    def __init__(self, store: Store) -> None:
        self.asked = threading.Semaphore(0)
        self.fails: list[Exception] = []
        self._store = store

    def __call__(self) -> int:
        """Put one delivery into the outbox, or fail as told."""
        if self.fails:
            error = self.fails.pop(0)
            self.asked.release()
            raise error
        payload = Payload(body=b"x", content_type="text/plain")
        count = self._store.outbox.put("hub", [Parcel(target="a", key="b")], payload, now=NOW)
        self.asked.release()
        return count


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Give an empty store."""
    with Store.open(tmp_path / "wire.db") as opened:
        yield opened


@contextmanager
def at_work(
    store: Store, wire: Wire, teller: Callable[[], int], sent: threading.Semaphore
) -> Iterator[Station]:
    """Run a station of one teller, whose deliveries release `sent`."""

    def send(_: object) -> Arrived:
        sent.release()
        return Arrived()

    couriers = {"hub": Courier(send=send)}
    with running(Station(wire, lambda: store, lambda: couriers, [teller], clock=FakeClock())) as station:
        yield station


def test_news_is_shown_then_told_then_sent(store: Store) -> None:
    """At once; what is only shown anew needs no rendering."""
    wire, teller, sent = Wire(), Teller(store), threading.Semaphore(0)
    with at_work(store, wire, teller, sent) as station:
        assert teller.asked.acquire(timeout=30), "what an earlier process left is told at the start"
        assert sent.acquire(timeout=30)
        station.shown()
        assert teller.asked.acquire(timeout=30)
        assert not wire.rendered.acquire(blocking=False)
        station.news()
        assert wire.rendered.acquire(timeout=30)
        assert teller.asked.acquire(timeout=30)


def test_news_that_comes_together_is_shown_together(store: Store) -> None:
    """A hundred items within a moment are no hundred renderings."""
    wire, teller, sent = Wire(), Teller(store), threading.Semaphore(0)
    with at_work(store, wire, teller, sent) as station:
        assert teller.asked.acquire(timeout=30)
        for _ in range(100):
            station.news()
        assert wire.rendered.acquire(timeout=30)
        assert teller.asked.acquire(timeout=30)
    assert wire.rendered._value <= 1


def test_nobody_waits_so_the_round_is_not_slowed(store: Store) -> None:
    """Where nobody is told, the end of the round shows its news."""
    wire, teller = Wire(), Teller(store)
    station = Station(wire, lambda: store, dict, [teller], clock=FakeClock(), eager=lambda: False)
    with running(station):
        assert teller.asked.acquire(timeout=30)
        station.news()
        station.shown()
        assert teller.asked.acquire(timeout=30)
    assert not wire.rendered.acquire(blocking=False)


@pytest.mark.parametrize("error", [StoreError("the disk is full"), KeyError("bug")])
def test_what_fails_is_tried_again(
    store: Store, error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A store that is locked for a while, and a defect in one teller; only the defect is loud."""
    monkeypatch.setattr(stations, "TROUBLE_S", 0.01)
    wire, teller, sent = Wire(), Teller(store), threading.Semaphore(0)
    teller.fails = [error]
    with at_work(store, wire, teller, sent) as station:
        assert teller.asked.acquire(timeout=30)
        station.shown()
        assert teller.asked.acquire(timeout=30)
        assert sent.acquire(timeout=30)
    assert ("defect while telling" in caplog.text) == isinstance(error, KeyError)


def test_the_house_is_kept(store: Store) -> None:
    """Ended leases and old deliveries are forgotten, what waits is not."""
    payload = Payload(body=b"x", content_type="text/plain")
    old = NOW - KEEP - timedelta(hours=1)
    store.outbox.put("ping", [Parcel(target="a", key="old"), Parcel(target="a", key="new")], payload, now=old)
    (first, _) = store.outbox.claim({"ping"}, now=old, until=NOW, limit=5)
    store.outbox.settle([Settled(delivery=first, state="sent")], now=old)
    store.subscriptions.add_all(
        [Subscription(topic="t", callback="c", host="h", since=old, expires=NOW - timedelta(seconds=1))]
    )
    done = threading.Event()

    def teller() -> int:
        if not store.outbox.lines({"ping"})[1:]:
            done.set()
        return 0

    with at_work(store, Wire(), teller, threading.Semaphore(0)) as station:
        while not done.wait(0.01):
            station.shown()
    assert store.subscriptions.prune(NOW) == 0
    assert [line.key for line in store.outbox.lines({"ping"})] == ["new"]
