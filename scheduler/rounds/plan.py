"""When to ask a source next. Pure: every rule is a function of the source's state.

Normally a source is asked once per default interval. What the publisher says raises that: the
cache lifetime (RFC 9111 5.2.2.1 and 5.3), RSS <ttl>, sy:updatePeriod; a wish beyond the ceiling
counts as the ceiling. Failures back off. Three things may lie beyond the ceiling, each with its
own bound: Retry-After (RFC 9110 10.2.3), skipHours and skipDays, and the day before a 410 is
believed. All times are aware UTC, durations are seconds, `jitter` lies in [0, 1).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from feeds.model import Source, SourceState
from feeds.model.value import Value

HOUR = 3600
DAY = 24 * HOUR
RETRY_AFTER_CAP_S = 7 * DAY
"""A longer silence than a week is a slip of the pen, or a way to silence us for good."""
GONE_PAUSE_S = DAY
GONE_APART = timedelta(hours=20)
"""Two answers 410 closer than this are one: only the second opinion of another day retires a source."""
FULL_EVERY = timedelta(days=7)
FULL_WHEN_SILENT = timedelta(days=1)
SPREAD_CAP_S = 600
GAPS = 20
"""Between recent posts, by which a source's rhythm is known."""
BUSY_POSTS = 4
RHYTHM_HOLDS = timedelta(days=1)
QUIET_AFTER = timedelta(days=14)
SKIP_WINDOW = timedelta(days=7)
_MAX_DOUBLINGS = 20


class Pace(Value, frozen=True, kw_only=True):
    """The operator's bounds. Maker: the configuration. Taker: `next_check`."""

    floor_s: int = 900
    default_s: int = HOUR
    ceiling_s: int = DAY

    def of(self, source: Source) -> "Pace":
        """Return these bounds with the source's own put over them, made consistent (floor wins)."""
        floor = self.floor_s if source.min_interval_s is None else source.min_interval_s
        ceiling = self.ceiling_s if source.max_interval_s is None else source.max_interval_s
        if source.max_interval_s is not None and source.min_interval_s is None:
            floor = min(floor, ceiling)
        floor = max(1, floor)
        ceiling = max(floor, ceiling)
        return Pace(floor_s=floor, default_s=min(max(self.default_s, floor), ceiling), ceiling_s=ceiling)


class Planned(NamedTuple):
    """When a source is asked next (None: not by itself) and one phrase on why then."""

    at: datetime | None
    why: str


def next_check(state: SourceState, *, now: datetime, pace: Pace, jitter: float) -> Planned:
    """When to ask next, given the source's state as it stands after the check at `now`."""
    if state.retired:
        return Planned(None, "retired: the publisher said on two days that it is gone for good (410)")
    bounds = pace.of(state.source)
    if state.gone_count:
        delay = GONE_PAUSE_S + jitter * SPREAD_CAP_S
        why = "the publisher says it is gone (410): asked once more a day later, then retired"
    elif state.failures:
        delay, why = _after_failure(state, bounds, jitter)
    else:
        delay, why = _after_success(state, now, bounds, jitter)
    at = now + timedelta(seconds=delay)
    allowed = next_allowed(at, state.head.skip_hours, state.head.skip_days)
    if allowed > at:
        return Planned(allowed, f"{why}; then the first time outside the publisher's skipHours and skipDays")
    return Planned(at, why)


def held(state: SourceState, *, now: datetime, force: bool) -> Planned | None:
    """Why a source must not be asked now though its turn came, or None when it may.

    A retired source and the silence of a Retry-After hold even when a person forces a round;
    skipHours and skipDays give way to a person.
    """
    if state.retired:
        return next_check(state, now=now, pace=Pace(), jitter=0.0)
    silence = _retry_after(state)
    if silence and state.last_check is not None:
        until = state.last_check + timedelta(seconds=silence)
        if until > now:
            return Planned(until, f"the server asked for silence (Retry-After: {silence} s)")
    allowed = next_allowed(now, state.head.skip_hours, state.head.skip_days)
    if allowed > now and not force:
        return Planned(allowed, "the publisher asks not to be asked at this time (skipHours, skipDays)")
    return None


def wants_full(state: SourceState, *, now: datetime) -> bool:
    """Whether to ask without validators this time, because a run of 304 may be a server's mistake.

    Once a week; once a day when the source is silent far beyond its own rhythm.
    """
    if state.last_full is None:
        return True
    age = now - state.last_full
    if age >= FULL_EVERY:
        return True
    if age < FULL_WHEN_SILENT:
        return False
    gap = expected_gap_s(state.posted)
    return gap is not None and now - state.posted[0] > timedelta(seconds=3 * gap)


def gone_for_good(state: SourceState, *, now: datetime) -> bool:
    """Whether an answer 410 at `now` confirms an earlier one of another day."""
    return bool(state.gone_count) and state.last_check is not None and now - state.last_check >= GONE_APART


def expected_gap_s(posted: Sequence[datetime]) -> float | None:
    """Median seconds between recent posts, or None when too few are known to say."""
    gaps = sorted(a - b for a, b in pairwise(posted[: GAPS + 1]) if a > b)
    if len(gaps) < BUSY_POSTS:
        return None
    return (gaps[(len(gaps) - 1) // 2] + gaps[len(gaps) // 2]).total_seconds() / 2


def next_allowed(at: datetime, hours: Sequence[int], days: Sequence[int]) -> datetime:
    """`at`, or the start of the first hour (UTC) in neither list; `at` when every hour is listed."""
    if not (hours or days):
        return at
    at = at.astimezone(UTC)
    candidate = at
    while candidate - at <= SKIP_WINDOW:
        if candidate.hour not in hours and candidate.weekday() not in days:
            return candidate
        candidate = candidate.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return at


def _retry_after(state: SourceState) -> int:
    asked = state.freshness.retry_after_s
    return min(asked, RETRY_AFTER_CAP_S) if state.failures and asked and asked > 0 else 0


def _after_failure(state: SourceState, pace: Pace, jitter: float) -> tuple[float, str]:
    """Double the step at each failure and draw from all of its upper half, up to the ceiling.

    The lower half is left out: it would ask a broken server again at once, and no number of
    requests in a day could be promised.
    """
    top = min(pace.default_s * 2.0 ** min(state.failures, _MAX_DOUBLINGS), pace.ceiling_s)
    delay = max(top * (0.5 + 0.5 * jitter), pace.floor_s)
    silence = _retry_after(state)
    if silence >= delay:
        return silence + _spread(silence, jitter), f"the server asked for silence (Retry-After: {silence} s)"
    times = "once" if state.failures == 1 else f"{state.failures} times in a row"
    return delay, f"failed {times}: backing off"


def _after_success(state: SourceState, now: datetime, pace: Pace, jitter: float) -> tuple[float, str]:
    usual, why = _rhythm(state.posted, now, pace)
    delay = max(usual * (0.88 + 0.1 * jitter), pace.floor_s)
    wish, who = _wish(state)
    wish = min(wish, pace.ceiling_s)
    if wish > delay:
        return min(wish + _spread(wish, jitter), pace.ceiling_s), f"{who} asks for at least {span(wish)}"
    return delay, why


def _wish(state: SourceState) -> tuple[int, str]:
    """Return the longest pause that the publisher asks for, and where it says so."""
    fresh, head = state.freshness, state.head
    lifetime, who = fresh.max_age_s, "Cache-Control: max-age"
    if lifetime is None:
        lifetime, who = fresh.expires_s, "Expires"
    wish = lifetime or 0
    for seconds, name in (
        (head.ttl_s, "the feed's <ttl>"),
        (head.update_period_s, "the feed's sy:updatePeriod"),
    ):
        if seconds is not None and seconds > wish:
            wish, who = seconds, name
    return wish, who


def _rhythm(posted: Sequence[datetime], now: datetime, pace: Pace) -> tuple[float, str]:
    """Return the usual interval: half of it for a fast source, nearly twice after weeks of silence."""
    silent = now - posted[0] if posted else None
    if silent is not None and silent < RHYTHM_HOLDS:
        gap = expected_gap_s(posted)
        if gap is not None and gap <= pace.default_s / 2:
            return max(pace.default_s / 2, pace.floor_s), f"it posts about every {span(gap)}"
    if silent is not None and silent > QUIET_AFTER:
        quiet = min(pace.default_s * 1.8, pace.ceiling_s)
        return quiet, f"nothing new for {span(silent.total_seconds())}"
    return pace.default_s, f"the usual interval of {span(pace.default_s)}"


def _spread(seconds: float, jitter: float) -> float:
    """Return how much later than asked for, never earlier: sources of one host do not come back as one."""
    return jitter * min(seconds * 0.05, SPREAD_CAP_S)


def span(seconds: float) -> str:
    """Return a duration in its largest sensible unit, for a person."""
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (60, "minute")):
        if seconds >= unit:
            count = round(seconds / unit)
            return f"{count} {name}" if count == 1 else f"{count} {name}s"
    count = round(seconds)
    return f"{count} second" if count == 1 else f"{count} seconds"
