"""One check of one source as a value. Maker: `scheduler.rounds.pipeline`. Taker: the store."""

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from feeds.model.fetching import Freshness, Hop, Validators
from feeds.model.head import FeedHead
from feeds.model.source import Source
from feeds.model.value import Value

if TYPE_CHECKING:
    from feeds.model.judged import Judged

Outcome = Literal["changed", "unchanged", "deferred", "failed", "gone"]


class SourceState(Value, frozen=True, kw_only=True):
    """All the store remembers of one source. Maker: `Store.due`. Takers: pipeline and plan."""

    UNSHOWN = frozenset(("seen",))

    source: Source
    origin: Literal["config", "default", "added", "once"] = "config"
    """Where the source stands: the file, the shipped list, `sources add`, or one fetch only."""
    address: str = ""
    """The address to ask: `source.url`, or where it moved for good."""
    validators: Validators = Validators()
    body_hash: bytes = b""
    seen: frozenset[bytes] | None = frozenset()
    """Raw hashes of the entries of the last document, and of recent ones; None: not read from the store,
    which keeps those it has."""
    failures: int = 0
    """Failed checks in a row."""
    gone_count: int = 0
    """Answers 410 in a row; at the second one the source is retired."""
    retired: bool = False
    next_check: datetime | None = None
    next_check_why: str = ""
    last_check: datetime | None = None
    last_success: datetime | None = None
    last_change: datetime | None = None
    last_full: datetime | None = None
    """When the last unconditional GET was answered: servers with wrong 304s exist."""
    freshness: Freshness = Freshness()
    head: FeedHead = FeedHead()
    moved_to: str = ""
    """Target of a permanent redirect that is on probation."""
    moved_since: datetime | None = None
    moved_seen: int = 0
    last_error: str = ""
    slow_s: float = 0.0
    """How long its last good answer took, in seconds, where that was long; else 0. A round waits for it."""
    posted: tuple[datetime, ...] = ()
    """Publication times of recent entries, newest first: the source's rhythm."""


class Check(Value, frozen=True, kw_only=True):
    """What one check found and what follows; recorded in one transaction, validators included.

    `state` is the source's new state as a whole: the pipeline decides, the store only keeps.
    """

    at: datetime
    outcome: Outcome
    state: SourceState
    """The state to keep from now on (validators, next check, failures …)."""
    status: int | None = None
    entries: int = 0
    judged: "tuple[Judged, ...]" = ()
    error: str | None = None
    """One sentence, or None."""
    cause: str = ""
    """Kind of the failure as fetching or reading names it (dns, timeout, broken …), or empty."""
    problems: tuple[str, ...] = ()
    hops: tuple[Hop, ...] = ()
    wire_bytes: int = 0
    elapsed_s: float = 0.0
    conditional: bool = False
    requests: int = 0
    asked: str = ""
    """Address of the first request; empty when nothing was asked."""


class Recorded(Value, frozen=True, kw_only=True):
    """What became of a check in the store. Maker: `Store.record`. Takers: the round, the printout."""

    new: int = 0
    kept: int = 0
    """New items that were kept."""
    updated: int = 0
    """Known items whose text changed."""
    item_ids: tuple[int, ...] = ()
    """Ids of the new items, in document order."""
