"""How each source is doing, as data: what `sources health` shows."""

from datetime import datetime, timedelta
from typing import Literal

from feeds.model import SourceState
from feeds.model.value import Value
from scheduler.rounds import moves, plan

Condition = Literal["new", "well", "silent", "failing", "refused", "moving", "retired", "disabled"]

SILENT_GAPS = 5
"""Silence of this many of its usual gaps, and of a day at least, is worth a look."""
SILENT_AT_LEAST = timedelta(days=1)


class SourceHealth(Value, frozen=True, kw_only=True):
    """One source: how it does, why it is asked when, and how long it has been silent. Times aware UTC."""

    url: str
    name: str
    condition: Condition
    sentence: str
    """The condition for a person."""
    address: str
    """Where it is asked; differs from `url` once it has moved for good."""
    moved_to: str
    """Where it may have moved: believed when it stood for a while."""
    moved_since: datetime | None
    last_check: datetime | None
    last_success: datetime | None
    last_change: datetime | None
    last_entry: datetime | None
    """Publication time of its newest entry."""
    next_check: datetime | None
    why: str
    failures: int
    last_error: str
    expected_gap_s: float | None
    """Median seconds between its recent entries; None when too few are known."""
    silence_s: float | None
    """Seconds since its newest entry."""


def health_of(state: SourceState, *, now: datetime) -> SourceHealth:
    """Return how a source is doing at `now`."""
    gap = plan.expected_gap_s(state.posted)
    newest = state.posted[0] if state.posted else None
    silence = (now - newest).total_seconds() if newest else None
    condition, sentence = _condition(state, gap, silence)
    return SourceHealth(
        url=state.source.url,
        name=state.source.label,
        condition=condition,
        sentence=sentence,
        address=moves.address_of(state),
        moved_to=state.moved_to,
        moved_since=state.moved_since,
        last_check=state.last_check,
        last_success=state.last_success,
        last_change=state.last_change,
        last_entry=newest,
        next_check=state.next_check,
        why=state.next_check_why,
        failures=state.failures,
        last_error=state.last_error,
        expected_gap_s=gap,
        silence_s=silence,
    )


def _condition(state: SourceState, gap: float | None, silence: float | None) -> tuple[Condition, str]:
    """Return the gravest thing that can be said of a source."""
    if state.source.disabled:
        return "disabled", "not asked: disabled in the configuration"
    if state.retired:
        return "retired", "not asked any more: its publisher said twice that it is gone (410)"
    if state.failures:
        return _failing(state)
    if state.last_success is None:
        return "new", "not asked yet"
    return _answering(state, gap, silence)


def _failing(state: SourceState) -> tuple[Condition, str]:
    times = "once" if state.failures == 1 else f"{state.failures} times in a row"
    if state.freshness.retry_after_s:
        return "refused", f"failed {times} and asked for silence: {state.last_error}"
    return "failing", f"failed {times}: {state.last_error}"


def _answering(state: SourceState, gap: float | None, silence: float | None) -> tuple[Condition, str]:
    if state.moved_to and not moves.refused(state):
        return "moving", f"redirects for good to {state.moved_to}; believed when it stood for a while"
    if (
        gap is not None
        and silence is not None
        and silence > max(SILENT_GAPS * gap, SILENT_AT_LEAST.total_seconds())
    ):
        return "silent", f"nothing for {plan.span(silence)}, though it posts every {plan.span(gap)}"
    return "well", "answers"
