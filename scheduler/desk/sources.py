"""What the operator does with sources: add, remove, switch off and on, ask at once.

Sources of the configuration are changed in its file; what is added here stands in the store, which every
start reads. What can not be done is a ConfigError of one sentence.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from feeds.errors import ConfigError
from feeds.model import Check, Source, SourceState
from feeds.model.value import replace
from scheduler import times
from store import Store

AGAIN: Final = timedelta(minutes=1)
"""Least time between two visits to a source that somebody is impatient with."""


def known(store: Store, url: str) -> SourceState:
    """Return a watched source, or say that there is none of that address."""
    state = store.source(url)
    if state is None or state.origin == "once":
        raise ConfigError(f"{url}: is not a watched source; `moonwire sources list` shows them.")
    return state


def source_of(values: Mapping[str, Any]) -> Source:
    """Return a source after the rules of the configuration file; empty values count as not given."""
    from scheduler.config.check import check_sources  # noqa: PLC0415 # only adding needs it
    from scheduler.config.findings import Findings  # noqa: PLC0415 # as above

    findings = Findings("")
    made = check_sources([{key: value for key, value in values.items() if value}], findings)
    if findings.problems:
        raise ConfigError(findings.problems[0].removeprefix(": [[source]] number 1 "))
    if made[0].auth is not None:
        raise ConfigError(
            f"{made[0].url}: a password is not stored; name this source under [[source]] in moonwire.toml."
        )
    return made[0]


def check_new(store: Store, source: Source) -> None:
    """Say so when a source is watched already, under whatever spelling of its address."""
    there = watched(store).get(same_feed(source.url))
    if there is not None:
        named = "" if there == source.url else f" as {there}"
        raise ConfigError(f"{source.url}: is watched already{named}; `moonwire sources list` shows it.")


def watched(store: Store) -> dict[str, str]:
    """Return the addresses of all watched sources by what all spellings of each have in common."""
    return {same_feed(state.source.url): state.source.url for state in store.sources(seen=False)}


def same_feed(url: str) -> str:
    """Return what spellings of one feed's address have in common: also that which an export gives it."""
    from feeds.publish import clean  # noqa: PLC0415 # only adding needs it
    from scheduler.config.check import address_key  # noqa: PLC0415 # as above

    return address_key(clean.address(url) or url)


def bring(store: Store, found: Iterable[Source], *, at: datetime) -> tuple[int, list[str]]:
    """Watch the sources of a list; returns how many are new, and a sentence on each that can not be asked."""
    known_as, added, refused = watched(store), 0, list[str]()
    for source in found:
        try:
            source_of({"url": source.url})
        except ConfigError as error:
            refused.append(str(error))
            continue
        if known_as.setdefault(same_feed(source.url), source.url) == source.url:
            added += store.add_source(source, now=at)
    return added, refused


def add(store: Store, source: Source, *, at: datetime) -> str:
    """Watch a source from now on; returns what was done."""
    check_new(store, source)
    store.add_source(source, now=at)
    return f"Added {_named(source)}."


def remove(store: Store, url: str, *, file: Path | None) -> str:
    """Stop watching a source that was added; its items stay. `file` is the configuration's."""
    state = known(store, url)
    if state.origin in {"config", "default"}:
        raise ConfigError(f"{url}: {_where(state, file)}")
    store.remove_source(url)
    return f"Removed {_named(state.source)}."


def switch(store: Store, url: str, *, disabled: bool, file: Path | None, at: datetime) -> str:
    """Keep a source but do not ask it, or ask a disabled or retired one again; returns what was done."""
    state = known(store, url)
    if state.retired and not disabled and not state.source.disabled:
        _revive(store, state, at)
    elif state.origin == "added":
        store.remove_source(url)
        store.add_source(replace(state.source, disabled=disabled), now=at)
    elif state.source.disabled != disabled:
        raise ConfigError(f"{url}: {_where(state, file)}")
    return f"{'Disabled' if disabled else 'Enabled'} {_named(state.source)}."


def recheck(store: Store, url: str, *, at: datetime) -> str:
    """Let a source be asked at the next turn; returns what was done.

    What its publisher asked for holds all the same: Retry-After (RFC 9110 10.2.3), skipHours, and a host that
    refuses. So does `AGAIN`.
    """
    from scheduler.rounds import hosts, moves, plan  # noqa: PLC0415 # only this command needs it

    state = known(store, url)
    label = _named(state.source)
    if state.source.disabled or state.retired:
        raise ConfigError(
            f"{label} is {'disabled' if state.source.disabled else 'retired'}; enable it first."
        )
    if held := plan.held(state, now=at, force=False):
        raise ConfigError(f"{label} is not asked before {times.rfc3339(held.at)}: {held.why}.")
    host = hosts.host_of(moves.address_of(state))
    if until := hosts.held_of(store.health.holds(), host, now=at):
        raise ConfigError(f"{label} is not asked before {times.rfc3339(until)}: {host} refuses requests.")
    if state.last_check is not None and timedelta() <= at - state.last_check < AGAIN:
        ago = round((at - state.last_check).total_seconds())
        raise ConfigError(f"{label} was asked {ago} s ago; once a minute is as often as it is asked.")
    store.make_due(url, at=at, why="asked for by the operator")
    return f"{label} is asked next."


def _named(source: Source) -> str:
    return f"{source.name} <{source.url}>" if source.name else source.url


def _revive(store: Store, state: SourceState, at: datetime) -> None:
    from feeds.curate.identity import compare  # noqa: PLC0415 # hardly ever needed
    from scheduler.rounds.pipeline import revived  # noqa: PLC0415 # as above

    again = replace(revived(state), next_check=at, next_check_why="enabled by hand")
    store.record(Check(at=at, outcome="deferred", state=again), compare=compare)


def _where(state: SourceState, file: Path | None) -> str:
    if state.origin == "default":
        return "is one of the shipped sources; list your own in moonwire.toml to choose (`moonwire init`)."
    return f"stands in {file or 'the configuration file'}; change it there (disabled = true or false)."
