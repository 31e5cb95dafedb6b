"""Hosts that outlast their round: given up and waited for later, or recorded beside the next rounds."""

from collections.abc import Sequence
from datetime import timedelta
from threading import Event

import pytest

from feeds.errors import StoreError
from feeds.model import Check, Reading, ReadRequest, Recorded
from scheduler.rounds import flights
from scheduler.rounds.flights import BULK, WAITING, Flight
from scheduler.rounds.hosts import HostBook
from scheduler.rounds.late import PATIENT_CAP, PATIENT_EVERY, Late, Patience
from scheduler.rounds.report import RoundReport
from scheduler.rounds.run import OnCheck, run_round
from tests.builders import NOW, a_state
from tests.fakes import FakeWorkshop
from tests.test_scheduler_flights import urls


def a_town(shop: FakeWorkshop) -> Event:
    """Let `BULK` hosts have a feed each, of which the first hangs until the event is set."""
    for url in urls(BULK):
        shop.web.feed(url, b"one")
    return shop.web.blocks(urls(1)[0])


def out_of_patience(monkeypatch: pytest.MonkeyPatch, after: int) -> OnCheck:
    """Return what is told of each check: after so many of them, all patience is spent."""
    told: list[str] = []

    def on_check(check: Check, _: Recorded) -> None:
        told.append(check.state.source.url)
        if len(told) == after:  # the clock of the test
            for name in ("STUCK_S", "STUCK_LEAST_S", "GRACE_S", "GRACE_SHARE"):
                monkeypatch.setattr(flights, name, 0.0)

    return on_check


def test_a_one_off_round_gives_up_and_its_late_answer_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The straggler backs off with a sentence, everything else is recorded."""
    shop = FakeWorkshop(workers=4)
    gate = a_town(shop)
    slow, *rest = urls(BULK)
    report = run_round(shop, map(a_state, urls(BULK)), on_check=out_of_patience(monkeypatch, len(rest)))
    gate.set()
    assert (report.failed, report.cut, report.late, report.asked) == (1, 1, 0, BULK)
    state = shop.store.states[slow]
    assert state.failures == 1
    assert state.next_check is not None
    assert "had not answered" in state.last_error
    assert {shop.store.states[url].failures for url in rest} == {0}


def test_the_daemon_goes_on_and_records_it_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is said of the straggler until it ends; then it is recorded, though nothing else is due."""
    shop = FakeWorkshop(workers=4)
    gate = a_town(shop)
    slow, *rest = urls(BULK)
    late = Late(workers=4)
    on_check = out_of_patience(monkeypatch, len(rest))
    report = run_round(shop, map(a_state, urls(BULK)), on_check=on_check, late=late)
    assert (report.failed, report.late, report.asked) == (0, 1, BULK - 1)
    assert report.sentence.startswith(f"{BULK - 1} asked, ")
    assert "1 still answering" in report.sentence
    assert late.holds(slow)
    assert not late.holds(rest[0])
    assert not late.ended
    assert slow not in shop.store.states
    gate.set()
    late.results.put(late.results.get(timeout=20))
    again = run_round(shop, [], late=late)
    assert (again.changed, again.failed) == (1, 0)
    assert shop.store.states[slow].last_success is not None
    assert not late.holds(slow)


@pytest.mark.parametrize("workers", [0, 4])
def test_a_round_that_the_store_ends_leaves_the_next_one_in_peace(
    monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    """What it had in the air goes on as if it were late, and keeps no host for itself."""
    shop = FakeWorkshop(hosts=HostBook(spacing_s=0.0, per_host=1))
    slow, quick, other = urls(3)
    for url in (slow, quick, other):
        shop.web.feed(url, b"one")
    gate = shop.web.blocks(slow)
    late = Late(workers=workers)

    def full(_: Sequence[Check]) -> list[Recorded]:
        raise StoreError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(shop, "record_all", full, raising=False)
        with pytest.raises(StoreError):
            run_round(shop, map(a_state, (slow, quick)), late=late)
    assert late.holds(slow) == bool(workers)
    gate.set()
    late.results.put(late.results.get(timeout=10))
    report = run_round(shop, [a_state(other)], late=late)
    assert (report.asked, report.left) == (1 + bool(workers), 0)
    assert set(shop.store.states) == ({slow, other} if workers else {other})
    assert shop.hosts.ready_at(slow) is not None
    assert not late.holds(slow)


def test_a_late_answer_that_the_store_fails_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its source is asked again, and its host is free."""
    shop = FakeWorkshop(workers=4, hosts=HostBook(spacing_s=0.0, per_host=1))
    gate = a_town(shop)
    slow, *rest = urls(BULK)
    late = Late(workers=4)
    run_round(shop, map(a_state, urls(BULK)), on_check=out_of_patience(monkeypatch, len(rest)), late=late)
    assert late.holds(slow)

    def fails(_: ReadRequest) -> Reading:
        raise StoreError("The disk does not read.")

    freed, finish = Event(), shop.hosts.finish

    def noted(url: str) -> None:
        finish(url)
        freed.set()

    monkeypatch.setattr(shop.reader, "read", fails)
    monkeypatch.setattr(shop.hosts, "finish", noted)
    gate.set()
    assert freed.wait(10)
    assert not late.holds(slow)
    assert shop.hosts.ready_at(slow) is not None


def test_only_so_many_go_on() -> None:
    """The rest counts as failed, as without it."""
    late = Late(workers=1)
    taken = [late.takes(Flight(a_state(), 0.0, 0.0)) for _ in range(WAITING + 1)]
    assert taken == [True] * WAITING + [False]
    assert not Late().takes(Flight(a_state(), 0.0, 0.0))


def test_a_round_of_few_waits_and_so_does_a_patient_one() -> None:
    """In the daemon none does: they go on beside it."""
    assert [Late().ends(total) for total in (BULK - 1, BULK)] == [False, True]
    assert not Late(patient=True).ends(BULK)
    assert Late(workers=8).ends(1)
    assert (Late().waits, Late(workers=8).waits) == (True, False)


def test_who_was_given_up_an_hour_ago_is_waited_for() -> None:
    """Not one that answered, nor one that was asked a moment ago."""
    late = Late()
    assert late.owes(a_state(failures=1, last_check=NOW - PATIENT_EVERY), NOW)
    assert not late.owes(a_state(failures=1, last_check=NOW - timedelta(minutes=5)), NOW)
    assert not late.owes(a_state(last_check=NOW - PATIENT_EVERY), NOW)
    assert not late.owes(a_state(failures=1), NOW)


def test_patience_comes_an_hour_after_a_host_was_given_up() -> None:
    """And not again while it is on its way."""
    none = Patience()
    assert not none.due(NOW)
    assert none.after(RoundReport(failed=3, unreached=3), now=NOW) == none
    waiting = none.after(RoundReport(cut=1), now=NOW)
    assert waiting.at == NOW + PATIENT_EVERY
    assert waiting.after(RoundReport(cut=1), now=NOW + timedelta(minutes=5)) == waiting
    assert [waiting.due(NOW + timedelta(minutes=minutes)) for minutes in (59, 60)] == [False, True]


def test_patience_is_rarer_where_it_finds_nobody() -> None:
    """Dead hosts stretch a round in an hour, then in two, at last one a day; a slow one brings it back."""
    patience, now = Patience(at=NOW), NOW
    apart = []
    for _ in range(6):
        patience = patience.after(RoundReport(unreached=1), now=now)
        assert patience.at is not None
        apart.append((patience.at - now) // timedelta(hours=1))
        now = patience.at
    assert apart == [2, 4, 8, 16, 24, 24]
    assert patience.every == PATIENT_CAP
    found = patience.after(RoundReport(unreached=1, slow=1), now=now)
    assert found == Patience(at=now + PATIENT_EVERY)
    assert patience.after(RoundReport(), now=now).at is None
