"""What happens to sources: each change is one event with a date of its own, and none is invented."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feeds.model import FeedHead, SourceState
from feeds.model.value import replace
from scheduler.rounds.standing import LONG, look, watch
from store import Store
from store.events import EVENTS_KEPT, Standing, Unlooked
from tests.builders import FEED, NOW, a_check, a_relation, a_source, a_state, at

SECRET = "https://user:pass@agency.example/private/t0ken/feed?key=hunter2"


def posted(*days: float) -> tuple[datetime, ...]:
    """Return publication times, newest first."""
    return tuple(at(days=day) for day in days)


RHYTHM = tuple(range(-1, -12, -1))
"""One entry a day, the newest yesterday."""


WELL = Standing()


def state(when: datetime = NOW, **changes: Any) -> SourceState:  # noqa: ANN401 # any field of a state
    """Return a source that answers well and posts daily."""
    values: dict[str, Any] = {
        "last_check": when,
        "last_success": when,
        "posted": posted(*RHYTHM),
        "head": FeedHead(title="Agency", link="https://agency.example/"),
    }
    return a_state(**values | changes)


def failed(days: float, *, failures: int = 5, **changes: Any) -> SourceState:  # noqa: ANN401 # as above
    """Return a source that answered `days` ago for the last time."""
    error = f"{FEED}?token=s3cret: it answered 500."
    values: dict[str, Any] = {"last_success": at(days=-days), "failures": failures, "last_error": error}
    return state(**values | changes)


def seen(now: SourceState, before: Standing | None = WELL) -> tuple[Standing, list[tuple[str, str]]]:
    """Look once; returns the standing, and kind and sentence of what happened."""
    found = look(Unlooked(state=now, added=at(days=-30), name="Agency", standing=before))
    return found.standing, [(event.kind, event.sentence) for event in found.events]


def test_nothing_happens_to_a_source_that_is_well() -> None:
    """Neither at the first look nor later."""
    assert seen(state(), None) == (Standing(), [])
    assert seen(state()) == (Standing(), [])


def test_a_source_that_fails_for_a_day_is_told_once() -> None:
    """Not before, not for two failures, and not again at each check; then that it answers."""
    assert seen(failed(0.9))[1] == []
    assert seen(failed(3, failures=2))[1] == []
    standing, events = seen(failed(1.1))
    (event,) = events
    assert event == (
        "failing",
        "No good answer since 2026-03-07 09:36 UTC: agency.example: it answered 500.",
    )
    assert seen(failed(2), standing) == (standing, [])
    after, events = seen(state(at(days=2)), standing)
    assert events == [("recovered", "It answers again after 3 days.")]
    assert (after.reach, after.reach_since) == ("", None)


def test_a_source_that_never_answered() -> None:
    """It is told by when it was listed; one without a reason too."""
    never = failed(0, last_success=None, last_error="", posted=())
    standing, events = seen(never, None)
    assert events == [("unheard", "It has not answered once since 2026-02-06, when it was listed.")]
    assert seen(never, standing)[1] == []


def test_a_source_that_is_gone() -> None:
    """Said once; when it is listed again and answers, that is told too."""
    standing, events = seen(state(retired=True))
    assert [kind for kind, _ in events] == ["gone"]
    assert seen(state(retired=True), standing) == (standing, [])
    assert [kind for kind, _ in seen(state(at(days=1)), standing)[1]] == ["recovered"]


def test_a_silence_is_told_once_and_again_only_after_it_spoke() -> None:
    """As of the last good answer: a wire that was switched off has not seen anybody fall silent."""
    asleep = state(at(days=-0.5))
    assert seen(asleep)[1] == []
    silent = state(at(days=6))
    standing, events = seen(silent)
    assert events == [("quiet", "Nothing for 7 days, though it posts every 1 day.")]
    assert seen(state(at(days=30)), standing) == (standing, [])
    spoke = state(at(days=31), posted=(at(days=31), *posted(*RHYTHM)))
    standing, events = seen(spoke, standing)
    assert events == [("recovered", "It posts again after 32 days.")]
    again = state(at(days=60), posted=spoke.posted)
    assert [kind for kind, _ in seen(again, standing)[1]] == ["quiet"]


def test_one_old_entry_in_a_silence_is_another_silence() -> None:
    """It spoke, and is silent all the same."""
    standing, _ = seen(state(at(days=6)))
    after, events = seen(state(at(days=20), posted=(at(days=1), *posted(*RHYTHM))), standing)
    assert [kind for kind, _ in events] == ["quiet"]
    assert after.quiet_since == at(days=1)


def test_what_was_silent_at_the_first_look_is_no_news() -> None:
    """A list of sources that is taken over says nothing of its dead ones; that one speaks again is told."""
    standing, events = seen(state(at(days=6)), None)
    assert (standing.quiet_since, events) == (at(days=-1), [])
    assert seen(state(at(days=7)), standing)[1] == []
    unknown = state(at(days=6), last_success=None, failures=1)
    assert seen(unknown, None) == (Standing(), [])


def test_a_failing_source_is_not_called_quiet() -> None:
    """What can not be asked can not be heard."""
    assert [kind for kind, _ in seen(failed(9, posted=posted(-20, -21, -22, -23, -24)))[1]] == ["failing"]


def test_a_move_is_told_once_though_two_addresses_are_asked_in_turn() -> None:
    """While the new one fails, old and new one alternate; nothing of an address but its host is told."""
    moved = state(address="https://new.example/feed?key=hunter2")
    standing, events = seen(moved)
    assert events == [("moved", "It moved to new.example for good, and is asked there from now on.")]
    assert seen(replace(moved, address=FEED), standing)[1] == []
    assert seen(moved, standing)[1] == []
    further = replace(moved, address="https://new.example/other")
    assert seen(further, standing)[1] == [
        ("moved", "It moved to another address on new.example for good, and is asked there from now on.")
    ]
    assert seen(moved, None) == (Standing(moved_to=moved.address), [])


def test_no_credential_of_an_address_is_told() -> None:
    """A source without a name is called by its host; errors name hosts only."""
    error = f"{SECRET} (redirected to https://user:pass@b.example/t0ken): no answer."
    bad = failed(2, source=a_source(SECRET, name=""), last_error=error)
    (event,) = look(Unlooked(state=bad, added=at(days=-30), name=SECRET, standing=Standing())).events
    told = f"{event.name} {event.sentence} {event.home}"
    assert event.name == "agency.example"
    assert event.sentence.endswith("agency.example (redirected to b.example): no answer.")
    for secret in ("pass", "t0ken", "hunter2"):
        assert secret not in told


# with a store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Give an empty store that watches one source."""
    with Store.open(tmp_path / "wire.db") as opened:
        opened.sync_sources([a_source()], origin="config", now=at(days=-30))
        yield opened


def recorded(store: Store, now: SourceState) -> None:
    """Record a check that ended in a state."""
    assert now.last_check is not None
    store.record(a_check(at=now.last_check, state=now), compare=lambda _a, _b: a_relation())


def checked(store: Store, now: SourceState) -> int:
    """Record a check, and look."""
    recorded(store, now)
    return len(watch(store))


def test_events_outlive_a_restart(store: Store, tmp_path: Path) -> None:
    """Who looks again, in another process, finds nothing new; ids and dates stay."""
    assert watch(store) == ()
    assert checked(store, state(at(days=-3))) == 0
    recorded(store, failed(3, failures=3))
    revision = store.revision()
    assert len(watch(store)) == 1
    assert store.revision() == revision + 1, "the feed of events is rendered anew"
    told = store.events.newest(limit=10)
    with Store.open(tmp_path / "wire.db") as again:
        assert watch(again) == ()
        assert again.events.newest(limit=10) == told
        assert checked(again, state(at(days=1))) == 1
        assert [event.kind for event in again.events.newest(limit=10)] == ["recovered", "failing"]
    assert told[0].at == NOW
    assert told[0].source == FEED


def test_disabled_and_unlisted_sources_are_not_looked_at(store: Store) -> None:
    """Nobody waits for them."""
    store.sync_sources([a_source(disabled=True)], origin="config", now=NOW)
    assert checked(store, failed(3)) == 0
    store.sync_sources([], origin="config", now=NOW)
    assert checked(store, failed(3, last_check=at(days=1))) == 0
    assert store.events.newest(limit=10) == ()


def test_old_events_are_forgotten(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The latest are kept, however long the wire runs."""
    monkeypatch.setattr("store.events.EVENTS_KEPT", 3)
    assert EVENTS_KEPT >= 100
    for day in range(0, 20, 4):
        checked(store, state(at(days=day), posted=()))
        checked(store, failed(-day, last_check=at(days=day + 2), posted=()))
    kinds = [event.kind for event in store.events.newest(limit=10)]
    assert kinds == ["failing", "recovered", "failing"]


def test_events_without_a_change_cost_no_revision(store: Store) -> None:
    """A look that finds nothing must not render the site."""
    checked(store, state())
    assert store.events.unlooked() == [], "who was looked at is not looked at again before the next check"
    revision = store.revision()
    assert checked(store, state(at(hours=1))) == 0
    assert store.revision() == revision


def test_long_is_a_day() -> None:
    """A night is no news; whoever changes this changes what operators hear."""
    assert timedelta(days=1) == LONG
