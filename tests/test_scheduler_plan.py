"""When a source is asked next: every rule alone, and the bounds of all of them together."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import FeedHead, Freshness, SourceState
from scheduler.rounds import plan
from scheduler.rounds.plan import DAY, HOUR, Pace
from tests.builders import NOW, a_source, a_state, at

PACE = Pace()


def delay_s(state: SourceState, *, now: datetime = NOW, pace: Pace = PACE, jitter: float = 0.5) -> float:
    """Seconds from now to the next check."""
    planned = plan.next_check(state, now=now, pace=pace, jitter=jitter)
    assert planned.at is not None
    assert planned.why
    return (planned.at - now).total_seconds()


def posting(every_s: float, *, newest: timedelta = timedelta()) -> tuple[datetime, ...]:
    """Ten posts at even distance, newest first."""
    return tuple(NOW - newest - timedelta(seconds=every_s * n) for n in range(10))


@pytest.mark.parametrize("jitter", [0.0, 0.5, 0.999])
def test_a_healthy_source_is_due_again_within_the_hour(jitter: float) -> None:
    """Whoever wakes the program once an hour finds every healthy source due."""
    assert 0.85 * HOUR <= delay_s(a_state(), jitter=jitter) < HOUR


@pytest.mark.parametrize(
    ("changes", "seconds", "named"),
    [
        ({"freshness": Freshness(max_age_s=3 * HOUR)}, 3 * HOUR, "max-age"),
        ({"freshness": Freshness(expires_s=3 * HOUR)}, 3 * HOUR, "Expires"),
        ({"freshness": Freshness(max_age_s=2 * HOUR, expires_s=9 * HOUR)}, 2 * HOUR, "max-age"),
        ({"head": FeedHead(ttl_s=3 * HOUR)}, 3 * HOUR, "ttl"),
        ({"head": FeedHead(update_period_s=6 * HOUR)}, 6 * HOUR, "sy:updatePeriod"),
        ({"head": FeedHead(ttl_s=2 * HOUR), "freshness": Freshness(max_age_s=4 * HOUR)}, 4 * HOUR, "max-age"),
    ],
)
@pytest.mark.parametrize("jitter", [0.0, 0.999])
def test_hints_of_the_publisher_are_a_lower_bound(
    changes: dict[str, Any], seconds: int, named: str, jitter: float
) -> None:
    """The longest wish wins, is named, and is overstepped by minutes at most."""
    state = a_state(**changes)
    assert seconds <= delay_s(state, jitter=jitter) <= seconds + 600
    assert named in plan.next_check(state, now=NOW, pace=PACE, jitter=jitter).why


@pytest.mark.parametrize("wish", [DAY, 10 * 365 * DAY])
def test_absurd_hints_count_as_the_ceiling(wish: int) -> None:
    """A lifetime of ten years still means tomorrow."""
    for state in (a_state(freshness=Freshness(max_age_s=wish)), a_state(head=FeedHead(ttl_s=wish))):
        assert delay_s(state, jitter=0.999) == DAY


def test_no_cache_is_no_wish() -> None:
    """max-age=0 and an Expires in the past leave the usual pace."""
    assert delay_s(a_state(freshness=Freshness(max_age_s=0, expires_s=-5))) < HOUR


def test_a_fast_source_is_asked_twice_an_hour() -> None:
    """Half the usual interval while a source posts that fast; not once it fell silent."""
    assert delay_s(a_state(posted=posting(600))) < 0.6 * HOUR
    assert (
        "about every 10 minutes"
        in plan.next_check(a_state(posted=posting(600)), now=NOW, pace=PACE, jitter=0.5).why
    )
    assert delay_s(a_state(posted=posting(600, newest=timedelta(days=2)))) > 0.8 * HOUR
    assert delay_s(a_state(posted=posting(3 * HOUR))) > 0.8 * HOUR


def test_a_silent_source_is_asked_less_often_but_within_two_hours() -> None:
    """After two weeks of silence the interval grows, not so far that news would wait half a day."""
    state = a_state(posted=posting(600, newest=timedelta(days=40)))
    assert 1.5 * HOUR < delay_s(state, jitter=0.0) <= delay_s(state, jitter=0.999) < 2 * HOUR
    assert "40 days" in plan.next_check(state, now=NOW, pace=PACE, jitter=0.5).why


def test_failures_double_the_pause_up_to_the_ceiling() -> None:
    """The pause grows with each failure in a row, spread over the upper half of its step."""
    for failures, top in ((1, 2 * HOUR), (2, 4 * HOUR), (3, 8 * HOUR), (5, DAY), (500, DAY)):
        assert delay_s(a_state(failures=failures), jitter=0.0) == top / 2
        assert top * 0.99 < delay_s(a_state(failures=failures), jitter=0.999) <= top


@pytest.mark.parametrize("jitter", [0.0, 0.3, 0.999])
def test_a_dead_source_costs_few_requests_and_is_never_given_up(jitter: float) -> None:
    """Woken once an hour, a source that fails for ever is asked at most 6 times in its first 12 hours."""
    due, failures, asked = NOW, 0, 0
    for hour in range(12):
        now = at(hours=hour)
        if due > now:
            continue
        asked, failures = asked + 1, failures + 1
        due = now + timedelta(seconds=delay_s(a_state(failures=failures), now=now, jitter=jitter))
    assert 2 <= asked <= 6
    assert delay_s(a_state(failures=10_000), jitter=jitter) <= DAY


@pytest.mark.parametrize(("asked", "meant"), [(3 * HOUR, 3 * HOUR), (10 * 365 * DAY, 7 * DAY)])
def test_retry_after_is_a_floor_with_a_cap(asked: int, meant: int) -> None:
    """Silence as long as the server asks, at most a week, and never less than the back-off."""
    state = a_state(failures=1, freshness=Freshness(retry_after_s=asked), last_check=NOW)
    for jitter in (0.0, 0.999):
        assert meant <= delay_s(state, jitter=jitter) <= meant + 600
    assert plan.held(state, now=NOW + timedelta(seconds=meant - 1), force=True) is not None
    assert plan.held(state, now=NOW + timedelta(seconds=meant), force=False) is None


@pytest.mark.parametrize("said", [None, 0, -5, 60])
def test_a_short_or_senseless_retry_after_leaves_the_back_off(said: int | None) -> None:
    """Nonsense is no silence, and a minute does not undercut the pause after a failure."""
    assert delay_s(a_state(failures=1, freshness=Freshness(retry_after_s=said)), jitter=0.0) == HOUR


def test_gone_is_asked_once_more_a_day_later_and_then_never_by_itself() -> None:
    """The second 410 counts only on another day; a retired source has no next check."""
    once = a_state(failures=1, gone_count=1, last_check=NOW)
    assert DAY <= delay_s(once) <= DAY + 600
    assert not plan.gone_for_good(once, now=at(hours=1))
    assert plan.gone_for_good(once, now=at(hours=24))
    assert not plan.gone_for_good(a_state(last_check=at(days=-3)), now=NOW)
    retired = a_state(retired=True)
    assert plan.next_check(retired, now=NOW, pace=PACE, jitter=0.5).at is None
    held = plan.held(retired, now=NOW, force=True)
    assert held is not None
    assert held.at is None


def test_skip_hours_move_the_check_to_the_first_free_hour() -> None:
    """Only 12 UTC is free: the next check is tomorrow at noon, and so is one that comes too early."""
    head = FeedHead(skip_hours=tuple(hour for hour in range(24) if hour != 12))
    state = a_state(head=head, last_success=NOW)
    late = NOW.replace(minute=30)
    planned = plan.next_check(state, now=late, pace=PACE, jitter=0.5)
    assert planned.at == at(days=1)
    assert "skipHours" in planned.why
    held = plan.held(state, now=at(hours=2), force=False)
    assert held is not None
    assert held.at == at(days=1)
    assert plan.held(state, now=at(hours=2), force=True) is None
    assert plan.held(state, now=late, force=False) is None


def test_skip_days_move_the_check_to_the_first_free_day() -> None:
    """Only Sunday is free (Monday is 0): the next check is on Sunday at midnight UTC."""
    assert NOW.weekday() == 6
    state = a_state(head=FeedHead(skip_days=(0, 1, 2, 3, 4, 5)))
    planned = plan.next_check(state, now=NOW.replace(hour=23, minute=30), pace=PACE, jitter=0.5)
    assert planned.at == datetime(2026, 3, 15, tzinfo=UTC)


def test_a_publisher_who_forbids_every_hour_is_not_obeyed() -> None:
    """All hours or all days listed can not be meant."""
    for head in (FeedHead(skip_hours=tuple(range(24))), FeedHead(skip_days=tuple(range(7)))):
        assert delay_s(a_state(head=head)) < HOUR
        assert plan.held(a_state(head=head), now=NOW, force=False) is None


def test_a_full_answer_is_asked_for_now_and_then() -> None:
    """Weekly; daily when the source is silent far beyond its rhythm; at first in any case."""
    assert plan.wants_full(a_state(), now=NOW)
    usual = a_state(last_full=at(hours=-25), posted=posting(HOUR))
    assert not plan.wants_full(usual, now=NOW)
    silent = a_state(last_full=at(hours=-25), posted=posting(HOUR, newest=timedelta(hours=9)))
    assert plan.wants_full(silent, now=NOW)
    assert not plan.wants_full(a_state(last_full=at(hours=-23), posted=silent.posted), now=NOW)
    assert not plan.wants_full(a_state(last_full=at(days=-6)), now=NOW)
    assert plan.wants_full(a_state(last_full=at(days=-7), posted=usual.posted), now=NOW)


def test_a_source_may_narrow_or_widen_the_bounds() -> None:
    """Its own bounds go over the general ones and are made consistent."""
    assert PACE.of(a_source(min_interval_s=7200)) == Pace(floor_s=7200, default_s=7200, ceiling_s=DAY)
    assert PACE.of(a_source(max_interval_s=600)) == Pace(floor_s=600, default_s=600, ceiling_s=600)
    assert PACE.of(a_source(min_interval_s=0)) == Pace(floor_s=1, default_s=HOUR, ceiling_s=DAY)
    assert PACE.of(a_source(min_interval_s=900, max_interval_s=60)) == Pace(
        floor_s=900, default_s=900, ceiling_s=900
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1, "1 second"),
        (59, "59 seconds"),
        (90, "2 minutes"),
        (3600, "1 hour"),
        (7300, "2 hours"),
        (90000, "1 day"),
    ],
)
def test_durations_are_told_in_their_largest_unit(seconds: int, text: str) -> None:
    """A person reads "2 hours", not 7300."""
    assert plan.span(seconds) == text


_seconds = st.none() | st.integers(-10, 400 * DAY)
_posted = st.lists(st.integers(0, 100 * DAY), max_size=30).map(
    lambda ages: tuple(sorted((NOW - timedelta(seconds=age) for age in ages), reverse=True))
)


@given(
    failures=st.integers(0, 2000),
    wishes=st.tuples(_seconds, _seconds, _seconds, _seconds),
    posted=_posted,
    bounds=st.tuples(st.integers(1, DAY), st.integers(1, DAY), st.integers(1, 3 * DAY)),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_the_next_check_stays_between_floor_and_ceiling(
    failures: int,
    wishes: tuple[int | None, int | None, int | None, int | None],
    posted: tuple[datetime, ...],
    bounds: tuple[int, int, int],
    jitter: float,
) -> None:
    """Whatever publisher and network say, an unskipped source is asked neither too soon nor too late."""
    floor, default, ceiling = bounds
    max_age, expires, ttl, period = wishes
    pace = Pace(floor_s=floor, default_s=default, ceiling_s=ceiling)
    state = a_state(
        failures=failures,
        freshness=Freshness(max_age_s=max_age, expires_s=expires),
        head=FeedHead(ttl_s=ttl, update_period_s=period),
        posted=posted,
    )
    assert floor - 0.001 <= delay_s(state, pace=pace, jitter=jitter) <= max(floor, ceiling) + 0.001


@given(
    failures=st.integers(0, 100),
    retry_after=_seconds,
    gone=st.integers(0, 1),
    hours=st.sets(st.integers(0, 23)),
    days=st.sets(st.integers(0, 6)),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_no_wish_of_a_publisher_silences_a_source_for_good(
    failures: int, retry_after: int | None, gone: int, hours: set[int], days: set[int], jitter: float
) -> None:
    """Retry-After, 410 and skip lists together never put the next check beyond fifteen days."""
    state = a_state(
        failures=failures,
        gone_count=gone,
        freshness=Freshness(retry_after_s=retry_after),
        head=FeedHead(skip_hours=tuple(hours), skip_days=tuple(days)),
    )
    assert PACE.floor_s <= delay_s(state, jitter=jitter) <= 15 * DAY
