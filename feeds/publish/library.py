"""What the web application may ask, as values. Implemented by `scheduler.publishing.library` over the store.

Every method may block (a database, a render), so it is called outside of the event loop. A failing store
raises a `MoonwireError`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Protocol

from feeds.model import Channel, Coverage, PublishedItem, SourceLine, Story
from feeds.model.value import Value

Facet = Literal["tag", "lang", "source"]
FACETS: tuple[Facet, ...] = ("tag", "lang", "source")
Cursor = tuple[datetime, int]
"""Where a list goes on: opaque to a client, see `feeds.publish.cursor`."""
Pieces = tuple[tuple[str, bool], ...]
"""Pieces of a text in order, each with whether a searched word is in it."""


class Hit(Value, frozen=True, kw_only=True):
    """The place in a story where the words of a search stand."""

    title: Pieces
    text: Pieces


class River(Value, frozen=True, kw_only=True):
    """A page of stories, newest first; `after` continues it."""

    stories: tuple[Story, ...]
    hits: tuple[Hit | None, ...]
    """One per story; None where no words were searched."""
    after: Cursor | None = None
    problems: tuple[str, ...] = ()
    """Sentences on parts of the search that were left out."""
    capped: bool = False
    """More reports hold the words than were looked at."""


class Filtered(Value, frozen=True, kw_only=True):
    """The stories of one tag, language or source."""

    kind: Facet
    value: str
    label: str
    """What a person calls it."""
    slug: str
    stories: tuple[Story, ...] = ()
    count: int = 0
    """Kept reports that have it."""

    @property
    def name(self) -> str:
        """Return the path of its feeds without their ending."""
        return f"{self.kind}/{self.slug}"


class Evidence(Value, frozen=True, kw_only=True):
    """All that is known of one stored item."""

    item: PublishedItem
    published_raw: str
    content_hash: str
    categories: tuple[str, ...]
    via_title: str
    via_url: str
    checked: tuple[datetime, str, int | None] | None
    """Time, outcome and HTTP status of the check that found it, while that is remembered."""
    relations: tuple[Coverage, ...] = ()
    story_key: str = ""


class SourceCard(Value, frozen=True, kw_only=True):
    """One source with its health and rhythm."""

    line: SourceLine
    slug: str
    why_next: str
    last_check: datetime | None
    last_success: datetime | None
    last_change: datetime | None
    rhythm_s: float | None
    """Median time between its entries, in seconds."""
    checks: int
    requests: int
    wire_bytes: int
    not_modified: int
    judged: int
    kept: int
    outcomes: tuple[str, ...] = ()
    """Of its last checks, newest first."""
    added: bool = False
    """It was added by hand and does not stand in the configuration."""


class ConceptCard(Value, frozen=True, kw_only=True):
    """One thing that is looked for, or that speaks against."""

    title: str
    weight: float
    rule: str
    """What must stand together, as a phrase; empty when its own names do."""
    words: tuple[tuple[str, tuple[str, ...]], ...]
    """Language (empty: any) and the words as the topic file has them."""


class TopicCard(Value, frozen=True, kw_only=True):
    """What the wire looks for."""

    title: str
    description: str
    label: str
    threshold: float
    near: float
    concepts: tuple[ConceptCard, ...]
    lists: tuple[ConceptCard, ...]
    """Word lists that the concepts are made of."""


class SpeedLine(Value, frozen=True, kw_only=True):
    """How early a source is; `lag_s` is its median time after the first report."""

    source: str
    shared: int
    first: int
    lag_s: float


class Figures(Value, frozen=True, kw_only=True):
    """Numbers for the pictures. Months are as in 2026-03, in order, without gaps."""

    months: tuple[str, ...]
    languages: tuple[tuple[str, tuple[int, ...]], ...]
    """Language and reports per month; the most usual first, the last one may be the rest ("")."""
    tags: tuple[tuple[str, tuple[int, ...]], ...]
    reports: tuple[int, ...]
    copies: tuple[int, ...]
    """Reports per month that repeat another's text."""
    speeds: tuple[SpeedLine, ...]


class ArchiveFile(Value, frozen=True, kw_only=True):
    """One archive document."""

    UNSHOWN = frozenset(("body",))

    body: bytes
    digest: str
    changed_at: datetime
    following: str = ""
    """Path of the archive after it; empty for the newest."""


class Library(Protocol):
    """The questions. `limit` is at least 1."""

    def revision(self) -> int:
        """Return a number that grows whenever what is published may have changed."""

    def channel(self) -> Channel:
        """Return the feed as a whole."""

    def river(self, query: str, *, after: Cursor | None, limit: int) -> River:
        """Return stories that fit a search; all of them for an empty one."""

    def items(self, query: str, *, after: Cursor | None, limit: int) -> tuple[PublishedItem, ...]:
        """Return kept items that fit a search."""

    def facets(self, kind: Facet) -> tuple[Filtered, ...]:
        """Return tags, languages or sources that have kept items, without their stories."""

    def filtered(self, kind: Facet, slug: str) -> Filtered | None:
        """Return the newest stories of one of them."""

    def evidence(self, id_or_address: str) -> Evidence | None:
        """Return all that is known of an item."""

    def story(self, story_id: int) -> Story | None:
        """Return a story, also by the id of one that it took in."""

    def sources(self, *, fresh: bool = False) -> tuple[SourceCard, ...]:
        """Return the listed sources by name; they may be some seconds old unless `fresh`."""

    def topic(self) -> TopicCard:
        """Return what the wire looks for."""

    def figures(self) -> Figures:
        """Return the numbers of the last months; they may be some minutes old."""

    def stats(self) -> Mapping[str, int]:
        """Return how much is stored."""

    def archive(self, path: str) -> ArchiveFile | None:
        """Return an archive document by its path."""
