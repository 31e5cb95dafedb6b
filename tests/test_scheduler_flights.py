"""Slow hosts: they wait beside the workers, and no bulk round waits for the last of them."""

import threading

import pytest

from feeds.model import Check, NotModified, Recorded
from feeds.model.fetching import FetchOutcome, FetchRequest
from scheduler.rounds import flights, run
from scheduler.rounds.flights import BULK, GRACE_S, STUCK_S, WAITING, Flights
from scheduler.rounds.run import run_round
from tests.builders import a_state
from tests.fakes import FakeWorkshop


def urls(count: int) -> list[str]:
    """Addresses on as many hosts."""
    return [f"https://h{n}.example/feed" for n in range(count)]


class Answers:
    """A fetcher that answers at once."""

    def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Answer 304."""
        return NotModified(url=request.url, validators=request.validators)


def test_who_waits_takes_no_workers_place() -> None:
    """Two workers: two may start at once, further ones as the first turn out to be stuck, within a bound."""
    air = Flights(2)
    now = air.open(5)
    for _ in range(2):
        assert air.room(now)
        air.start(a_state(), now)
    assert not air.room(now)
    assert not air.room(now + STUCK_S - 0.1)
    later = now + STUCK_S
    assert air.room(later)
    while air.room(later):
        air.start(a_state(), now)
        assert len(air) < 99
    assert len(air) == 2 + 2 * WAITING


def test_our_own_work_is_no_waiting() -> None:
    """A document that is long in reading keeps its worker's place, and is never cut."""
    air = Flights(1)
    now = air.open(BULK)
    flight = air.start(a_state(), now)
    flight.watching(Answers()).fetch(FetchRequest(url="https://h.example/"))
    assert flight.answered
    assert not air.room(now + 99)
    assert air.overdue(now + 99) == []


@pytest.mark.parametrize(("quick", "patience"), [(0.0, GRACE_S), (100.0, 50.0)])
def test_a_bulk_round_ends_some_time_after_the_last_quick_answer(quick: float, patience: float) -> None:
    """At least five seconds, or half of what the round took so far; a young request gets its seconds too."""
    air = Flights(8)
    now = air.open(BULK)
    old = air.start(a_state(), now)
    good = air.start(a_state(), now + quick)
    good.answered = True
    air.end(good, now + quick)
    assert air.overdue(now + quick + patience - 0.1) == []
    young = air.start(a_state(), now + quick + patience - GRACE_S + 1)
    assert air.overdue(now + quick + patience) == [old]
    assert (old.cut, young.cut) == (True, False)


def test_nothing_is_cut_while_something_moves() -> None:
    """As long as one request is young, the round goes on anyway."""
    air = Flights(8)
    now = air.open(BULK)
    air.start(a_state(), now)
    air.start(a_state(), now + 99)
    assert air.overdue(now + 99) == []


def test_a_small_round_waits_to_the_end() -> None:
    """Who asks a few sources wants their answers, however slow."""
    air = Flights(8)
    now = air.open(BULK - 1)
    air.start(a_state(), now)
    assert air.overdue(now + 1000) == []


def test_a_dripping_host_fails_with_a_sentence_and_the_round_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """The straggler backs off, its late answer is dropped, everything else is recorded."""
    shop = FakeWorkshop(workers=4)
    slow, *rest = urls(BULK)
    gate = shop.web.blocks(slow)
    for url in urls(BULK):
        shop.web.feed(url, b"one")
    told: list[str] = []

    def on_check(check: Check, _: Recorded) -> None:
        told.append(check.state.source.url)
        if len(told) == len(rest):  # the clock of the test: from here on, all patience is spent
            for name in ("STUCK_S", "GRACE_S", "GRACE_SHARE"):
                monkeypatch.setattr(flights, name, 0.0)

    report = run_round(shop, map(a_state, urls(BULK)), on_check=on_check)
    gate.set()
    assert (report.failed, report.asked) == (1, BULK)
    state = shop.store.states[slow]
    assert state.failures == 1
    assert state.next_check is not None
    assert "had not answered" in state.last_error
    assert {shop.store.states[url].failures for url in rest} == {0}


def test_sources_that_failed_last_time_begin_first_beside_the_workers() -> None:
    """One worker, one host that hangs again: the others are asked meanwhile."""
    shop = FakeWorkshop(workers=1)
    *rest, bad = urls(4)
    gate = shop.web.blocks(bad)
    for url in urls(4):
        shop.web.feed(url, b"one")
    order: list[str] = []

    def on_check(check: Check, _: Recorded) -> None:
        order.append(check.state.source.url)
        if len(order) == len(rest):
            gate.set()

    run_round(shop, [*map(a_state, rest), a_state(bad, failures=1)], on_check=on_check)
    assert order == [*rest, bad]


def test_quiet_checks_are_recorded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """One transaction takes several checks without news; each is told on its own."""
    shop = FakeWorkshop(workers=1)
    batches: list[int] = []
    told: list[Check] = []
    record_all = shop.record_all

    def counted(self: FakeWorkshop, checks: list[Check]) -> list[Recorded]:
        assert self is shop
        batches.append(len(checks))
        return record_all(checks)

    monkeypatch.setattr(FakeWorkshop, "record_all", counted)
    monkeypatch.setattr(run, "CALM", 4)
    monkeypatch.setattr(run, "CALM_S", 600.0)
    states = []
    for url in urls(9):
        shop.web.feed(url, b"", etag='"1"')
        states.append(a_state(url))
    report = run_round(shop, states, on_check=lambda check, _: told.append(check))
    assert (report.unchanged, len(told), sum(batches)) == (9, 9, 9)
    assert max(batches) <= 4


def test_poison_among_quiet_checks_hurts_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """When a batch can not be kept, each of it is kept on its own, and the round's thread does it."""

    def fails(_: FakeWorkshop, checks: list[Check]) -> list[Recorded]:
        raise ValueError(len(checks))

    shop = FakeWorkshop()
    monkeypatch.setattr(FakeWorkshop, "record_all", fails)
    for url in urls(5):
        shop.web.feed(url, b"")
    assert run_round(shop, map(a_state, urls(5))).unchanged == 5
    assert set(shop.store.states) == set(urls(5))
    assert shop.store.threads == {threading.get_ident()}
