"""One check of one source: values in, a value out.

The walk: may it be asked → conditional request → 304 or equal body: unchanged → read → normalise,
judge, identify → where and when to ask next → `Check`. Nothing is kept here; the store records
the check, new validators included, in one transaction or not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from feeds.model import (
    Check,
    FeedHead,
    Fetched,
    FetchFailed,
    FetchOutcome,
    FetchRequest,
    Freshness,
    NotModified,
    SourceState,
    Validators,
)
from feeds.model.value import Value, field, replace
from scheduler.rounds import moves, plan
from scheduler.rounds.turn import Turn

if TYPE_CHECKING:
    from feeds.model import Entry, Judged, ReadFailed, Reading, ReadRequest, Source

POSTED_KEPT = plan.GAPS + 1
"""Publication times that a rhythm is read from; each more costs every check of every source."""
POSTED_WINDOW = timedelta(days=400)
SEEN_CAP = 5000
SLOW_S = 1.0
"""Seconds from which on a good answer is remembered as slow."""
DELTA = 226
"""IM Used (RFC 3229 10.4.1): the body holds only what changed."""


class Fetches(Protocol):
    """Whatever makes one exchange: the fetcher, or a fake with verbs."""

    def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Ask once; every failure is a value."""
        ...


class Reads(Protocol):
    """Whatever turns a body into entries, within time and memory."""

    def read(self, request: ReadRequest) -> Reading | ReadFailed:
        """Read once; every failure is a value."""
        ...


Curate: TypeAlias = "Callable[[Sequence[Entry], Source, FeedHead, datetime], tuple[Judged, ...]]"
"""Entries of one document to judged items, in document order."""


class Tools(Value, frozen=True, kw_only=True):
    """What a check needs besides its source. Maker: the workshop."""

    fetcher: Fetches
    reader: Reads
    curate: Curate
    vocabulary: Callable[[bytes], bool] | None = None
    wanted: Callable[[Entry], bool] | None = None
    recall: Callable[[str], frozenset[bytes]] = lambda _url: frozenset()
    """The stored hashes of a source, by its address, for states that come without them."""
    pace: plan.Pace = field(default_factory=plan.Pace)
    turn: Turn = field(default_factory=Turn)
    """Held while a document is read and judged; the reader steps aside while a process works for it."""
    warm: Callable[[], object] = lambda: None
    """Loads what asks: called before a round measures how long hosts take."""


def check(
    state: SourceState, tools: Tools, *, now: datetime, jitter: float = 0.5, force: bool = False
) -> Check:
    """Check one source at `now` (aware UTC); `force` is a person's wish to ask whatever the plan says."""
    hold = plan.held(state, now=now, force=force)
    if hold is not None:
        return deferred(state, hold, now=now)
    request = _request(state, now)
    outcome = tools.fetcher.fetch(request)
    conditional = request.validators != Validators()
    if isinstance(outcome, NotModified) and not conditional:
        outcome = FetchFailed(
            url=outcome.url,
            kind="protocol",
            status=304,
            hops=outcome.hops,
            wire_bytes=outcome.wire_bytes,
            elapsed_s=outcome.elapsed_s,
            sentence=f"{outcome.url} answered 304 (not modified) though it was not asked conditionally.",
        )
    if isinstance(outcome, FetchFailed):
        result = _failed(state, outcome, now)
    elif isinstance(outcome, NotModified):
        result = _not_modified(state, outcome, now)
    else:
        result = _fetched(state, outcome, tools, now)
    at, why = plan.next_check(result.state, now=now, pace=tools.pace, jitter=jitter)
    return replace(
        result,
        state=replace(result.state, next_check=at, next_check_why=why),
        hops=outcome.hops,
        wire_bytes=outcome.wire_bytes,
        elapsed_s=outcome.elapsed_s,
        conditional=conditional,
        requests=1 + len(outcome.hops),
        asked=request.url,
    )


def deferred(state: SourceState, until: plan.Planned, *, now: datetime) -> Check:
    """Return the check that sent nothing: only the next time and its reason change."""
    kept = replace(state, next_check=until.at, next_check_why=until.why)
    return Check(at=now, outcome="deferred", state=kept)


def failed(state: SourceState, *, now: datetime, sentence: str) -> SourceState:
    """Return the state after a failed check: nothing of the answer is kept, its validators least of all."""
    return moves.after_failure(
        replace(state, failures=state.failures + 1, last_check=now, last_error=sentence, slow_s=0.0)
    )


def revived(state: SourceState) -> SourceState:
    """Return a retired source as if never gone: what `sources enable` and `fetch URL` make of it."""
    return replace(state, retired=False, gone_count=0)


def _request(state: SourceState, now: datetime) -> FetchRequest:
    url, source = moves.address_of(state), state.source
    full = plan.wants_full(state, now=now)
    own = moves.same_origin(source.url, url)
    return FetchRequest(
        url=url,
        validators=Validators() if full else state.validators,
        headers=source.headers if own else (),
        auth=source.auth if own else None,
    )


def _failed(state: SourceState, outcome: FetchFailed, now: datetime) -> Check:
    confirmed = outcome.gone and plan.gone_for_good(state, now=now)
    fresh = replace(state.freshness, retry_after_s=outcome.freshness.retry_after_s)
    kept = replace(
        state,
        freshness=fresh,
        gone_count=min(state.gone_count + 1, 2) if confirmed else int(outcome.gone),
        retired=confirmed,
    )
    return Check(
        at=now,
        outcome="gone" if outcome.gone else "failed",
        state=failed(kept, now=now, sentence=outcome.sentence),
        status=outcome.status,
        error=outcome.sentence,
        cause=outcome.kind,
    )


def _not_modified(state: SourceState, outcome: NotModified, now: datetime) -> Check:
    kept = _healthy(
        state,
        outcome,
        now,
        validators=_merged(state.validators, outcome.validators),
        freshness=Freshness(
            max_age_s=state.freshness.max_age_s
            if outcome.freshness.max_age_s is None
            else outcome.freshness.max_age_s,
            expires_s=outcome.freshness.expires_s,
        ),
    )
    return Check(at=now, outcome="unchanged", state=kept, status=304)


def _merged(old: Validators, new: Validators) -> Validators:
    """Return what a 304 states wins, what it leaves out stays (RFC 9111 4.3.4)."""
    return Validators(
        etag=old.etag if new.etag is None else new.etag,
        last_modified=old.last_modified if new.last_modified is None else new.last_modified,
    )


def _fetched(state: SourceState, outcome: Fetched, tools: Tools, now: datetime) -> Check:
    body_hash = hashlib.blake2b(outcome.body, digest_size=16).digest()
    delta = outcome.status == DELTA
    answered = _healthy(
        state,
        outcome,
        now,
        validators=outcome.validators,
        freshness=replace(outcome.freshness, retry_after_s=None),
        last_full=state.last_full if delta else now,
    )
    if body_hash == state.body_hash and not delta:
        return Check(at=now, outcome="unchanged", state=answered, status=outcome.status)
    from feeds.model import ReadFailed, ReadRequest  # noqa: PLC0415 # most answers are not read

    seen = tools.recall(state.source.url) if state.seen is None else state.seen
    request = ReadRequest(
        body=outcome.body,
        content_type=outcome.content_type,
        url=outcome.url,
        seen=seen,
        now=now,
        vocabulary=tools.vocabulary,
        wanted=tools.wanted,
    )
    with tools.turn:
        reading = tools.reader.read(request)
        if isinstance(reading, ReadFailed):
            return _unread(state, outcome, reading, now)
        judged = tools.curate(reading.entries, state.source, reading.head, now)
    changed = bool(reading.entries)
    kept = replace(
        answered,
        body_hash=b"" if delta else body_hash,
        seen=_seen(seen, reading.hashes, delta=delta),
        head=state.head if delta and reading.head == FeedHead() else reading.head,
        posted=_posted(state.posted, judged, now),
        last_change=now if changed else state.last_change,
    )
    return Check(
        at=now,
        outcome="changed" if changed else "unchanged",
        state=kept,
        status=outcome.status,
        entries=reading.total,
        judged=judged,
        problems=reading.problems,
    )


def _unread(state: SourceState, outcome: Fetched, reading: ReadFailed, now: datetime) -> Check:
    sentence = reading.sentence
    if reading.feeds:
        found = ", ".join(feed.url for feed in reading.feeds[:5])
        sentence = sentence if found in sentence else f"{sentence} Its feeds: {found}"
    kept = replace(state, freshness=replace(state.freshness, retry_after_s=None), gone_count=0)
    return Check(
        at=now,
        outcome="failed",
        state=failed(kept, now=now, sentence=sentence),
        status=outcome.status,
        error=sentence,
        cause=reading.kind,
    )


def _healthy(state: SourceState, outcome: Fetched | NotModified, now: datetime, **found: Any) -> SourceState:  # noqa: ANN401 # fields of several types
    """Return the state after a good answer, with what was `found` in it: fields of the state."""
    settled = moves.after_success(state, outcome.hops, now=now)
    return replace(
        settled,
        failures=0,
        gone_count=0,
        retired=False,
        last_error="",
        last_check=now,
        last_success=now,
        slow_s=round(outcome.elapsed_s, 1) if outcome.elapsed_s >= SLOW_S else 0.0,
        **found,
    )


def _seen(old: frozenset[bytes], new: Sequence[bytes], *, delta: bool) -> frozenset[bytes]:
    """Hashes that need no second reading: those of the last document, plus what deltas left out.

    Older documents are forgotten, so that an edit that is taken back is read again.
    """
    fresh = frozenset(new)
    return old | fresh if delta and len(old) + len(fresh) <= SEEN_CAP else fresh


def _posted(old: Sequence[datetime], judged: Sequence[Judged], now: datetime) -> tuple[datetime, ...]:
    times = {one.item.published for one in judged if one.item.published is not None}
    recent = {time for time in times | set(old) if now - POSTED_WINDOW < time <= now}
    return tuple(sorted(recent, reverse=True)[:POSTED_KEPT])
