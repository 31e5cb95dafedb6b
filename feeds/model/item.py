"""An item and the verdict on it. Makers: `feeds.curate.normalise`, `feeds.curate.judge`."""

from datetime import datetime
from typing import Literal

from feeds.model.entry import Enclosure
from feeds.model.value import Value


class Item(Value, frozen=True, kw_only=True):
    """An entry made fit for use: text is text, HTML is safe, links are http(s), dates are sane.

    Maker: `feeds.curate.normalise`. Takers: the judge, identity, the store.
    """

    UNSHOWN = frozenset(("content",))

    source: str
    """The configured address of the source it came from."""
    guid: str
    """The publisher's id, or one made from link or title when there is none that holds."""
    url: str
    """The address to open, http(s) or empty."""
    title: str
    """Plain text, one line, cut to 500 characters."""
    summary: str = ""
    """Plain text, cut to 2,000 characters."""
    content: str = ""
    """Sanitised HTML, or empty when the entry had no more than its summary."""
    language: str = ""
    """BCP 47 primary tag, declared or detected; empty when neither."""
    published: datetime | None = None
    """Publication time, clamped to the present; None when the publisher gave none."""
    published_raw: str = ""
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    thumbnail: str = ""
    site: str = ""
    """Host name of the publisher: of `url`, else of the source."""
    source_name: str = ""
    source_kind: str = ""
    via_title: str = ""
    via_url: str = ""


class Reason(Value, frozen=True, kw_only=True):
    """One step of a verdict, quoting the words it rests on."""

    concept: str
    """Name of the concept or rule in the topic file."""
    words: str
    """The words as they stand in the text; empty only for notes on what is missing."""
    place: Literal["title", "summary", "content", "categories", "source", "link", "item"]
    weight: float
    """How much it moved the score; negative speaks against."""
    kind: Literal["for", "against", "note"] = "for"
    note: str = ""
    """One phrase on why this counts, for a person."""


class Verdict(Value, frozen=True, kw_only=True):
    """The judge's word on one item. Takers: the store, the pages, `moonwire why`."""

    keep: bool
    near: bool
    """Not kept, but close enough that a person may want to look."""
    score: float
    """0 to 1; at least the topic's threshold when kept."""
    reasons: tuple[Reason, ...]
    tags: tuple[str, ...] = ()
    topic: str = ""
    """Name and revision of the topic that judged."""
