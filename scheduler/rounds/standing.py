"""What happened to a source between two looks at it: pure, from what was told of it and how it stands now.

It is looked at after its checks only, and as of the check: a wire that was switched off for a week has not
seen a source fall silent. What is not clear (one failed check) changes nothing.
"""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from feeds.model import SourceState
from feeds.model.event import Happening, SourceEvent
from feeds.model.value import Value, replace
from scheduler.log import hosts_only
from scheduler.rounds import moves, plan
from scheduler.rounds.health import health_of
from store import Store
from store.events import Looked, Standing, Unlooked

LONG: Final = timedelta(days=1)
"""Without a good answer for so long, and three checks at least, a source is failing: a night is no news."""
LEAST_FAILURES: Final = 3


def watch(store: Store) -> tuple[SourceEvent, ...]:
    """Look at every source that was checked since the last look; returns what happened."""
    looked = [look(each) for each in store.events.unlooked()]
    store.events.keep(looked)
    return tuple(event for each in looked for event in each.events)


def look(unlooked: Unlooked) -> Looked:
    """Return how a source stands after its last check, and what happened to it since the last look."""
    state = unlooked.state
    assert state.last_check is not None
    view = _View(
        state=state,
        at=state.last_check,
        added=unlooked.added,
        old=unlooked.standing or _first(state),
        name=_shown_name(unlooked.name),
    )
    standing, events = view.old, []
    for step in (_reach, _quiet, _move):
        standing, event = step(view, standing)
        events += [event] if event else []
    return Looked(state=state, standing=standing, events=tuple(events))


class _View(Value, frozen=True, kw_only=True):
    """One source at one look."""

    state: SourceState
    at: datetime
    added: datetime
    old: Standing
    name: str

    @property
    def silent(self) -> bool:
        """Whether its last good answer had nothing new for far longer than it usually takes."""
        answered = self.state.last_success
        return (
            not self.state.failures
            and answered is not None
            and health_of(self.state, now=answered).condition == "silent"
        )

    def event(self, kind: Happening, sentence: str) -> SourceEvent:
        """Return what happened, without anything of its address but the host."""
        return SourceEvent(
            source=self.state.source.url,
            name=self.name,
            home=self.state.head.link,
            kind=kind,
            at=self.at,
            sentence=hosts_only(sentence),
        )


def _first(state: SourceState) -> Standing:
    """Return what a source is taken to be at the first look: nothing that was so before is news."""
    newest = max(state.posted, default=None)
    answered = state.last_success
    silent = answered is not None and health_of(state, now=answered).condition == "silent"
    address = moves.address_of(state)
    return Standing(
        quiet_since=newest if silent else None,
        moved_to=address if address != state.source.url else "",
    )


def _reach(view: _View, standing: Standing) -> tuple[Standing, SourceEvent | None]:
    state, was = view.state, standing.reach
    if state.retired:
        if was == "gone":
            return standing, None
        sentence = "Its publisher said twice that it is gone (410); it is not asked any more."
        return _not_well(view, standing, "gone"), view.event("gone", sentence)
    if state.failures:
        return _failing(view, standing)
    if not was:
        return standing, None
    lost = standing.reach_since
    after = f" after {plan.span((view.at - lost).total_seconds())}" if lost else ""
    return replace(standing, reach="", reach_since=None), view.event("recovered", f"It answers again{after}.")


def _failing(view: _View, standing: Standing) -> tuple[Standing, SourceEvent | None]:
    state = view.state
    since = state.last_success or view.added
    if standing.reach or state.failures < LEAST_FAILURES or view.at - since < LONG:
        return standing, None
    told = f": {state.last_error}" if state.last_error else "."
    if state.last_success is None:
        sentence = f"It has not answered once since {since:%Y-%m-%d}, when it was listed{told}"
        return _not_well(view, standing, "unheard"), view.event("unheard", sentence)
    sentence = f"No good answer since {since:%Y-%m-%d %H:%M} UTC{told}"
    return _not_well(view, standing, "failing"), view.event("failing", sentence)


def _not_well(view: _View, standing: Standing, reach: str) -> Standing:
    since = standing.reach_since or view.state.last_success or view.added
    return replace(standing, reach=reach, reach_since=since)


def _quiet(view: _View, standing: Standing) -> tuple[Standing, SourceEvent | None]:
    newest = max(view.state.posted, default=None)
    told = standing.quiet_since
    if newest is None or view.state.failures or (told is not None and newest <= told):
        return standing, None
    if view.silent:
        sentence = health_of(view.state, now=view.state.last_success or view.at).sentence
        return replace(standing, quiet_since=newest), view.event("quiet", f"{_sentence(sentence)}.")
    if told is None:
        return standing, None
    gap = plan.span((newest - told).total_seconds())
    return replace(standing, quiet_since=None), view.event("recovered", f"It posts again after {gap}.")


def _move(view: _View, standing: Standing) -> tuple[Standing, SourceEvent | None]:
    """Tell of an address that was taken over; while old and new one are asked in turn, nothing is said."""
    address = moves.address_of(view.state)
    if address in {view.state.source.url, standing.moved_to}:
        return standing, None
    before = urlsplit(standing.moved_to or view.state.source.url).hostname
    now = urlsplit(address).hostname
    where = f"to {now}" if now != before else f"to another address on {now}"
    sentence = f"It moved {where} for good, and is asked there from now on."
    return replace(standing, moved_to=address), view.event("moved", sentence)


def _shown_name(name: str) -> str:
    return hosts_only(name) if "://" in name else name


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
