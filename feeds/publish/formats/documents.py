"""One list of entries in the three feed formats, linked with its neighbours. Pure.

The documents of a history follow RFC 5005: the subscription document leads to the newest archive, each
archive to the one before it (`prev-archive`), and all of them back to the subscription document (`current`).
`next` is the same way for readers that only know paging (section 3), `next_url` in JSON Feed.
"""

from collections.abc import Sequence

from feeds.model import Channel
from feeds.model.value import Value, replace
from feeds.publish import clean, pictures
from feeds.publish.formats.jsonfeed import JSON_TYPE, json_feed
from feeds.publish.formats.normal import Publication
from feeds.publish.formats.syndication import ATOM_TYPE, RSS_TYPE, Link, atom, rss

UTF8 = "; charset=utf-8"
ENDINGS = ("rss", "atom", "json")
STYLE = "feed.css"
"""How a browser shows a feed. Its address never changes: archives name it for ever."""


class SiteFile(Value, frozen=True, kw_only=True):
    """One published path. Maker: `feeds.publish.site`. Takers: the web application, the static publisher."""

    UNSHOWN = frozenset(("body",))

    body: bytes
    content_type: str
    links: tuple[tuple[str, str], ...] = ()
    """Pairs of rel and address for the Link header (RFC 8288): WebSub looks there first."""
    outside: bool = False
    """A page that shows pictures from where their publishers have them."""


class Place(Value, frozen=True, kw_only=True):
    """Where a list of entries stands on the site, by paths without their ending."""

    name: str
    page: str = ""
    """Where people read it; empty for the front page."""
    older: str = ""
    """The document that goes on where this one ends."""
    current: str = ""
    """For an archive: the document that it was taken from."""
    query: str = ""
    """What follows the ending, question mark included, where a search makes the list."""

    @property
    def root(self) -> str:
        """Return the way from the document to the site's root."""
        return "../" * self.name.count("/")

    @property
    def archive(self) -> bool:
        """Say whether the entries of this document stay as they are."""
        return bool(self.current)


def archive_name(number: int) -> str:
    """Return the path of an archive without its ending."""
    return f"archive/{number}"


def archive_place(number: int) -> Place:
    """Return where archive `number` stands; 1 is the oldest."""
    older = archive_name(number - 1) if number > 1 else ""
    return Place(name=archive_name(number), older=older, current="feed")


def feed_file(channel: Channel, entries: Sequence[Publication], place: Place, ending: str) -> SiteFile:
    """Return one document; `ending` is rss, atom or json."""
    base = clean.address(channel.base_url)

    def at(name: str, query: str = "") -> str:
        return f"{base}/{name}.{ending}{query}"

    entries = [_placed(entry, channel, base) for entry in entries]
    hubs = () if place.archive else tuple(("hub", hub) for hub in map(clean.address, channel.hubs) if hub)
    own = (("self", at(place.name, place.query)), *hubs)
    if ending == "json":
        following = at(place.older) if place.older else ""
        body = json_feed(channel, entries, self_url=own[0][1], next_url=following)
        return SiteFile(body=body, content_type=JSON_TYPE + UTF8, links=own)
    kind, write = (ATOM_TYPE, atom) if ending == "atom" else (RSS_TYPE, rss)
    links = [Link(rel=rel, href=href, type=kind if rel == "self" else "") for rel, href in own]
    if place.older:
        links += [Link(rel=rel, href=at(place.older), type=kind) for rel in ("next", "prev-archive")]
    if place.current:
        links.append(Link(rel="current", href=at(place.current), type=kind))
    if ending == "atom":
        links.append(Link(rel="alternate", href=f"{base}/{place.page}", type="text/html"))
    body = write(channel, entries, links, archive=place.archive, style=place.root + STYLE)
    return SiteFile(body=body, content_type=kind + UTF8, links=own)


def _placed(entry: Publication, channel: Channel, base: str) -> Publication:
    """Return an entry with what this site adds to it."""
    page = f"{base}/story/{entry.story_id}.html" if entry.story_id and entry.also else ""
    entry = replace(entry, page=page, footer=channel.footer)
    if channel.images in {"feeds", "keep"}:
        return entry
    return replace(
        entry,
        thumbnail=pictures.in_feed(channel, entry.thumbnail),
        content=pictures.content_of(channel, entry.content),
        enclosures=pictures.enclosures_of(channel, entry.enclosures),
    )


def feed_files(channel: Channel, entries: Sequence[Publication], place: Place) -> dict[str, SiteFile]:
    """Return a list of entries as RSS, Atom and JSON Feed, by path."""
    return {f"{place.name}.{ending}": feed_file(channel, entries, place, ending) for ending in ENDINGS}
