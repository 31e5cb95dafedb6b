"""Slow hosts: they wait beside the workers, and no round of many waits for the last of them."""

import math

import pytest

from feeds.model import NotModified, SourceState
from feeds.model.fetching import FetchOutcome, FetchRequest
from scheduler.rounds.flights import (
    AHEAD,
    AT_ONCE_S,
    FEW,
    GRACE_S,
    GRACE_SHARE,
    STUCK_LEAST_S,
    STUCK_S,
    STUCK_TIMES,
    USUAL,
    WAITING,
    Flights,
    in_order,
)
from scheduler.rounds.run import run_round
from tests.builders import a_state
from tests.fakes import FakeWorkshop, hanging

A_BIT = 0.001
"""More than a clock's fraction is rounded by."""


def urls(count: int) -> list[str]:
    """Addresses on as many hosts."""
    return [f"https://h{n}.example/feed" for n in range(count)]


class Answers:
    """A fetcher that answers at once."""

    def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Answer 304."""
        return NotModified(url=request.url, validators=request.validators)


def landed(air: Flights, now: float, took: float) -> None:
    """Let one source answer after so many seconds, at `now`."""
    flight = air.start(a_state(), now - took)
    flight.answered, flight.took_s = True, took
    air.end(flight, now)


def test_who_waits_takes_no_workers_place() -> None:
    """Two workers: two may start at once, further ones as the first turn out to be stuck, within a bound."""
    air = Flights(2)
    now = air.open(ends=False)
    air.more()
    for _ in range(2):
        assert air.room(now)
        air.start(a_state(), now)
    assert not air.room(now)
    assert not air.room(now + STUCK_S - 0.1)
    later = now + STUCK_S + A_BIT
    assert air.room(later)
    while air.room(later):
        air.start(a_state(), now)
        assert len(air) < 99
    assert len(air) == 2 + 2 * WAITING


def test_more_are_put_to_work_where_nobody_answers() -> None:
    """One begins; each wait without any answer adds one, up to all. Who has its answer is at work."""
    air = Flights(3)
    now = air.open(ends=True)
    first, *_ = [air.start(a_state(), now) for _ in range(3)]
    assert (air.hands(now), air.at_once, air.at_once_s) == (1, True, AT_ONCE_S)
    first.answered = True
    assert air.at_once_s == math.inf
    air.more()
    assert air.hands(now) == 1
    first.answered = False
    for count in (2, 3):
        air.more()
        assert air.hands(now) == count
    assert (air.at_once, air.at_once_s) == (False, math.inf)
    air.more()
    assert air.hands(now) == 3


def test_where_answers_come_at_once_some_sources_lie_ready() -> None:
    """The one worker finds them without waiting for the round; once all are at work, none lies in line."""
    air = Flights(2)
    now = air.open(ends=True)
    for _ in range(1 + AHEAD):
        assert air.room(now)
        air.start(a_state(), now)
    assert not air.room(now)
    assert air.hands(now) == 1
    air.more()
    assert not air.room(now)
    assert air.hands(now) == 2
    assert air.hands(now + STUCK_S + A_BIT) == len(air)


@pytest.mark.parametrize("workers", [1, 8])
@pytest.mark.parametrize("state", [a_state(failures=1), a_state(slow_s=3.0)])
def test_who_waited_last_time_takes_no_workers_place_from_the_start(state: SourceState, workers: int) -> None:
    """It is known that it will wait: as many as begin a round are at work beside it, none in its place."""
    air = Flights(workers)
    now = air.open(ends=True)
    for _ in range(5):
        air.start(state, now)
    for _ in range(FEW if workers == FEW else FEW + AHEAD):
        assert air.room(now)
        air.start(a_state(), now)
    assert not air.room(now)
    assert air.hands(now) == 5 + FEW


def test_hosts_are_not_asked_in_the_order_of_their_list() -> None:
    """Of ten that hang side by side, few are among the first; whoever lists them otherwise gets the same."""
    states = [a_state(url) for url in urls(200)]
    order = in_order(states, 8)
    assert len(order) == 200
    assert len([state for state in order[:20] if state in states[:20]]) < 10
    assert in_order(states[::-1], 8) == order


def test_those_that_will_wait_begin_first_as_far_as_there_is_room_for_them() -> None:
    """The others are not kept from being asked by so many that hang."""
    waiting = [a_state(url, failures=1) for url in urls(WAITING + 3)]
    order = in_order([a_state("https://a.example/"), *waiting, a_state("https://b.example/", slow_s=2.0)], 1)
    assert [bool(state.failures or state.slow_s) for state in order] == [True] * WAITING + [False] + [
        True
    ] * 4


@pytest.mark.parametrize(("took", "stuck"), [(0.001, STUCK_LEAST_S), (0.1, 1.0), (1.0, STUCK_S)])
def test_what_is_stuck_is_told_by_what_is_usual(took: float, stuck: float) -> None:
    """Ten times as long as eight others took, within bounds; before that it is not known."""
    air = Flights(8)
    now = air.open(ends=True)
    for _ in range(USUAL):
        assert air.stuck_s == STUCK_S
        landed(air, now, took)
    assert air.stuck_s == pytest.approx(stuck)


def test_what_is_usual_is_told_by_the_latest() -> None:
    """The first of a round wait for each other: for threads, connections and what is loaded meanwhile."""
    air = Flights(8)
    now = air.open(ends=True)
    for took in (*[0.1] * USUAL, *[0.05] * USUAL):
        landed(air, now, took)
    assert air.stuck_s == pytest.approx(0.5)


def test_our_own_work_is_no_waiting() -> None:
    """A document that is long in reading keeps its worker's place, and is never cut."""
    air = Flights(1)
    now = air.open(ends=True)
    flight = air.start(a_state(), now)
    flight.watching(Answers()).fetch(FetchRequest(url="https://h.example/"))
    assert flight.answered
    assert not air.room(now + 99)
    assert air.overdue(now + 99) == []


@pytest.mark.parametrize(("quick", "grace"), [(0.0, STUCK_LEAST_S), (100.0, 100.0 * GRACE_SHARE)])
def test_a_round_that_ends_does_so_some_time_after_the_last_quick_answer(quick: float, grace: float) -> None:
    """A share of what the round took so far; nothing that is not yet stuck."""
    air = Flights(8)
    now = air.open(ends=True)
    old = air.start(a_state(), now)
    for _ in range(USUAL):
        landed(air, now + quick, min(quick, 1.0))
    assert air.overdue(now + quick + grace - 0.1) == []
    assert air.overdue(now + quick + grace + A_BIT) == [old]
    assert old.cut


def test_who_failed_last_time_is_waited_for_as_long_as_is_long_in_this_round() -> None:
    """A round of a tenth of a second is not stretched threefold by hosts that were dead minutes ago."""
    air = Flights(8)
    now = air.open(ends=True)
    old = air.start(a_state(failures=1), now)
    for _ in range(USUAL):
        landed(air, now, 0.002)
    assert air.wait_s(now) == pytest.approx(STUCK_TIMES * 0.002)
    assert air.overdue(now + 0.019) == []
    assert air.overdue(now + 0.02 + A_BIT) == [old]


def test_how_long_until_all_are_overdue() -> None:
    """By the last of them; endless where one is waited for, and where nothing is in the air."""
    air = Flights(8)
    now = air.open(ends=True)
    assert air.wait_s(now) == math.inf
    air.start(a_state(), now)
    last = air.start(a_state(), now + 3)
    assert air.wait_s(now + 1) == pytest.approx(2 + GRACE_S)
    last.owed = True
    assert air.wait_s(now) == math.inf
    assert Flights(8).wait_s(now) == math.inf


def test_a_round_of_which_nothing_is_known_yet_gets_its_seconds() -> None:
    """Whatever begins slowly, this machine included."""
    air = Flights(8)
    now = air.open(ends=True)
    old = air.start(a_state(), now)
    assert air.overdue(now + GRACE_S - 0.1) == []
    assert air.overdue(now + GRACE_S + A_BIT) == [old]


def test_nothing_is_cut_while_something_moves() -> None:
    """As long as one request is young, the round goes on anyway."""
    air = Flights(8)
    now = air.open(ends=True)
    air.start(a_state(), now)
    air.start(a_state(), now + 99)
    assert air.overdue(now + 99) == []


def test_who_is_known_to_be_slow_gets_the_time_it_took_and_half_as_much() -> None:
    """Unless the round leaves nobody to be waited for."""
    air = Flights(8)
    now = air.open(ends=True)
    slow = air.start(a_state(slow_s=6.0), now)
    assert air.overdue(now + 8.9) == []
    assert air.overdue(now + 9.0 + A_BIT) == [slow]
    assert Flights(8).open(ends=True, waits=False)
    air = Flights(8)
    now = air.open(ends=True, waits=False)
    slow = air.start(a_state(slow_s=6.0), now)
    assert air.overdue(now + GRACE_S + A_BIT) == [slow]


def test_who_is_owed_it_is_waited_for_to_the_end() -> None:
    """It was given up once, and that was an hour ago."""
    air = Flights(8)
    now = air.open(ends=True)
    air.start(a_state(failures=1), now, owed=True)
    assert air.overdue(now + 1000) == []


def test_a_round_that_does_not_end_waits_to_the_end() -> None:
    """Who asks a few sources wants their answers, however slow."""
    air = Flights(8)
    now = air.open(ends=False)
    air.start(a_state(), now)
    assert air.overdue(now + 1000) == []


def test_sources_that_failed_last_time_begin_first_beside_the_workers() -> None:
    """One worker, one host that hangs again: the others are asked meanwhile."""
    shop = FakeWorkshop(workers=1)
    *rest, bad = urls(4)
    order, on_check = hanging(shop, urls(4), bad)
    run_round(shop, [*map(a_state, rest), a_state(bad, failures=1)], on_check=on_check)
    assert order == [*rest, bad]


def test_what_lies_ready_behind_a_host_that_hangs_is_taken_by_others() -> None:
    """The first worker is the only one at first, and more sources than that have been handed out."""
    shop = FakeWorkshop(workers=4)
    states = [a_state(url) for url in urls(6)]
    hangs = in_order(states, 4)[0].source.url
    order, on_check = hanging(shop, urls(6), hangs)
    assert run_round(shop, states, on_check=on_check).changed == len(states)
    assert order[-1] == hangs
