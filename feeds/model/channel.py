"""What is published. Makers: the store and the configuration. Taker: `feeds.publish`."""

from datetime import datetime

from feeds.model.entry import Enclosure
from feeds.model.footer import FOOTER, Footer
from feeds.model.item import Reason
from feeds.model.pictures import Images
from feeds.model.translation import Translation
from feeds.model.value import Value


class Channel(Value, frozen=True, kw_only=True):
    """The feed as a whole."""

    UNSHOWN = frozenset(("image_key",))

    title: str
    description: str
    base_url: str
    """Where the site is reached from outside, without a trailing slash."""
    language: str = "en"
    feed_id: str = ""
    """A tag: URI (RFC 4151) that never changes, independent of host and title."""
    ttl_s: int = 3600
    hubs: tuple[str, ...] = ()
    """All hubs that serve the main feeds (WebSub 4)."""
    own_hub: str = ""
    """The one among them that the site runs itself: it serves filtered feeds too. Empty: none."""
    footer: Footer = FOOTER
    images: Images = "feeds"
    image_key: bytes = b""
    """What signs the addresses of pictures that the site serves; empty: it serves none."""

    @property
    def own_hubs(self) -> tuple[str, ...]:
        """The hubs of a filtered feed."""
        return (self.own_hub,) if self.own_hub else ()


class PublishedItem(Value, frozen=True, kw_only=True):
    """One stored item with its verdict, as pages, feeds and the command line show it."""

    id: int
    source: str
    source_name: str
    source_home: str
    guid: str
    url: str
    title: str
    summary: str
    content: str
    language: str
    published: datetime | None
    first_seen: datetime
    updated: datetime | None
    keep: bool
    near: bool
    score: float
    reasons: tuple[Reason, ...]
    tags: tuple[str, ...]
    authors: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    thumbnail: str = ""
    duplicate_of: int | None = None
    story_id: int | None = None
    topic: str = ""
    source_kind: str = ""
    """What its publisher is, as the configuration says."""
    translation: Translation | None = None
    """Its title and summary in the readers' language, where it is another one."""

    @property
    def when(self) -> datetime:
        """Publication time, else when it was first seen: the time to sort and show by."""
        return self.published or self.first_seen


class Coverage(Value, frozen=True, kw_only=True):
    """A further place that carried a story."""

    source_name: str
    url: str
    title: str
    language: str
    when: datetime
    relation: str
    """same-item, same-article or same-story."""
    item_id: int = 0
    source: str = ""
    """The configured address of its source."""
    kind: str = ""
    """What its publisher is, as the configuration says."""
    copy_of: int | None = None
    """The item whose text it repeats; None when it wrote its own."""
    score: float = 0.0
    """How sure the relation is, 0 to 1."""
    reasons: tuple[str, ...] = ()
    """Sentences on why it counts as related."""


class Story(Value, frozen=True, kw_only=True):
    """One entry of the published feed: a lead item and who else carried it."""

    id: int
    key: str
    """A tag: URI that never changes: the guid of the published entry."""
    lead: PublishedItem
    """The first report."""
    also: tuple[Coverage, ...] = ()
    """The others, in order of time."""
    aliases: tuple[int, ...] = ()
    """Ids of stories that turned out to be this one."""
    languages: tuple[str, ...] = ()
    """Of all reports, in the order in which the story came out in them."""
    origins: int = 1
    """Sources that wrote their own text: wire copies and reposts are not counted."""
    updated: datetime
    """When the story last changed in a way worth a reader's attention; never 'now'."""


class SourceLine(Value, frozen=True, kw_only=True):
    """A source as lists and OPML show it."""

    url: str
    name: str
    language: str
    kind: str
    home: str = ""
    state: str = ""
    """active, disabled, retired, failing."""
    next_check: datetime | None = None
    last_error: str = ""


class Stamp(Value, frozen=True, kw_only=True):
    """Which bytes a published path holds, and since when. Maker: `feeds.publish`. Keeper: the store."""

    digest: str
    """Hexadecimal hash of the bytes."""
    changed_at: datetime
    """When they last changed, whole seconds: what Last-Modified says (RFC 9110 8.8.2)."""
