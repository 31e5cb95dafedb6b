"""A feed document as values.

Maker: `feeds.intake.read`. Takers: `scheduler.rounds.pipeline`, `feeds.curate`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from feeds.model.head import FeedHead
from feeds.model.value import Value


class Enclosure(Value, frozen=True, kw_only=True):
    """A file that comes with an entry: audio, video, picture."""

    url: str
    type: str = ""
    length: int = 0
    """Bytes as the publisher states them; 0 when unknown."""


class Entry(Value, frozen=True, kw_only=True):
    """One entry as its publisher wrote it: texts may hold hostile HTML, links are absolute or empty.

    `title`, `summary` and `content` are HTML or text as found (undecoded beyond the feed's own
    escaping); `feeds.curate.normalise` makes them safe. Dates are aware UTC or None.
    """

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    published_raw: str = ""
    """The date string as found, kept even when it could not be read."""
    language: str = ""
    enclosures: tuple[Enclosure, ...] = ()
    thumbnail: str = ""
    original_link: str = ""
    """feedburner:origLink or rel=canonical: where a wrapper's link really goes."""
    via_title: str = ""
    """Title of <source>/atom:source, when the entry was republished from elsewhere."""
    via_url: str = ""
    raw_hash: bytes = b""
    """Salted hash of the entry's bytes; equal hash means nothing about it changed."""
    light: bool = False
    """True when only key, title, link, date and a short text were read."""
    dull: bool = False
    """True when it was said that no topic could want it; then it is `light` as well."""
    weighed: bool = False
    """True when that was said of all of its text, which is here, and not of its words alone."""


class ReadRequest(Value, frozen=True, kw_only=True):
    """A body to read. Maker: the pipeline. `seen` holds raw hashes that are stored already."""

    UNSHOWN = frozenset(("body", "seen", "vocabulary", "wanted"))

    body: bytes
    content_type: str = ""
    url: str = ""
    seen: frozenset[bytes] = frozenset()
    now: datetime | None = None
    """Upper bound for clamping dates in the future; None leaves them."""
    vocabulary: Callable[[bytes], bool] | None = None
    """An entry for whose XML (UTF-8) this says False may be read lightly."""
    wanted: Callable[[Entry], bool] | None = None
    """Another entry, all of whose text was read lightly, needs no more reading where this says False."""


class Reading(Value, frozen=True, kw_only=True):
    """A document that could be read. `entries` holds only those whose raw hash was not in `seen`."""

    UNSHOWN = frozenset(("hashes",))

    head: FeedHead
    entries: tuple[Entry, ...]
    hashes: tuple[bytes, ...]
    """Raw hashes of all entries of the document, in document order."""
    total: int
    """Entries in the document, seen or not."""
    problems: tuple[str, ...] = ()
    """Sentences on what is wrong with the document though it could be read."""
    encoding: str = ""


class FoundFeed(Value, frozen=True, kw_only=True):
    """A feed that a page or address points to."""

    url: str
    title: str = ""
    type: str = ""


class ReadFailed(Value, frozen=True, kw_only=True):
    """A body that is no feed. `feeds` are those an HTML page links to."""

    kind: Literal["empty", "page", "not-a-feed", "broken", "too-large", "timeout", "crashed"]
    sentence: str
    feeds: tuple[FoundFeed, ...] = ()
