"""Where a source is asked: permanent redirects believed after a while, and taken back when wrong.

A 301 or 308 (RFC 9110 15.4.2, 15.4.9) is often a mistake of an hour: the new address is taken
over only when it was seen at two checks at least an hour apart and answered usefully; http to
https on the same host at once. Only the permanent beginning of a chain counts. While the new
address fails, new and configured one are asked in turn, so a wrong move heals by itself.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urldefrag, urlsplit

from feeds.model import Hop, SourceState
from feeds.model.value import replace

SIGHTINGS = 2
STANDS = timedelta(hours=1)
REFUSED = -1
"""Stands for the number of sightings of a target that the operator does not want."""
UPGRADE_PATIENCE = 3
"""Failures after which even a move to https is doubted."""


def address_of(state: SourceState) -> str:
    """Return the address to ask now."""
    return state.address or state.source.url


def permanent_target(hops: Sequence[Hop]) -> str:
    """Where the permanent beginning of the chain leads, without fragment; empty if it has none."""
    target = ""
    for hop in hops:
        if not hop.permanent:
            break
        target = hop.target
    return urldefrag(target).url if target else ""


def is_upgrade(old: str, new: str) -> bool:
    """Whether `new` is `old` over https: same host, same path, default ports."""
    a, b = urlsplit(old), urlsplit(new)
    same = (a.hostname, a.path or "/", a.query) == (b.hostname, b.path or "/", b.query)
    return (
        same and (a.scheme, b.scheme) == ("http", "https") and a.port in {None, 80} and b.port in {None, 443}
    )


def same_origin(configured: str, asked: str) -> bool:
    """Whether credentials made for `configured` may go to `asked` (same origin, or its https)."""
    if configured == asked:  # as nearly always
        return True
    a, b = urlsplit(configured), urlsplit(asked)
    if (a.scheme, a.hostname, a.port) == (b.scheme, b.hostname, b.port):
        return True
    upgraded = (a.scheme, b.scheme) == ("http", "https") and a.hostname == b.hostname
    return upgraded and a.port in {None, 80} and b.port in {None, 443}


def refused(state: SourceState) -> bool:
    """Whether the operator took a move back, so that its target is never adopted while it stays the same."""
    return bool(state.moved_to) and state.moved_seen == REFUSED


def unmoved(state: SourceState) -> SourceState | None:
    """Return the state asked at its own address from now on; None when it neither moved nor is about to.

    The redirect is followed as long as it is answered, and never adopted; another target starts anew.
    """
    asked = address_of(state)
    target = asked if asked != state.source.url else state.moved_to
    if not target or (asked == state.source.url and refused(state)):
        return None
    return replace(state, address=state.source.url, moved_to=target, moved_since=None, moved_seen=REFUSED)


def after_success(state: SourceState, hops: Sequence[Hop], *, now: datetime) -> SourceState:
    """Return the state with its address settled after a usable answer that came over `hops`."""
    asked, target = address_of(state), permanent_target(hops)
    if not target or target == asked:
        if asked == state.source.url:
            if state.address and not (state.moved_to or state.moved_since or state.moved_seen):
                return state  # as nearly always
            return replace(state, address=asked, moved_to="", moved_since=None, moved_seen=0)
        return replace(state, address=asked, moved_to="")
    known = target == state.moved_to
    if known and refused(state):
        return replace(state, address=asked)
    since = state.moved_since if known and state.moved_since else now
    seen = state.moved_seen + 1 if known else 1
    if is_upgrade(asked, target) or (seen >= SIGHTINGS and now - since >= STANDS):
        return replace(state, address=target, moved_to="", moved_since=since, moved_seen=max(seen, SIGHTINGS))
    return replace(state, address=asked, moved_to=target, moved_since=since, moved_seen=seen)


def after_failure(state: SourceState) -> SourceState:
    """Return the state with the other of its two addresses up next, if it has two that were believed."""
    asked, configured = address_of(state), state.source.url
    if asked != configured:
        if is_upgrade(configured, asked) and state.failures < UPGRADE_PATIENCE:
            return state
        return replace(state, address=configured, moved_to=asked)
    if state.moved_to and state.moved_seen >= SIGHTINGS:
        return replace(state, address=state.moved_to, moved_to="")
    return replace(state, address=asked)
