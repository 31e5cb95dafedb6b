"""Everything that is published, as bytes by path. Pure and byte-stable: equal input, equal bytes."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from feeds.model import Channel, PublishedItem, SourceLine, Stamp, Story
from feeds.publish import clean, pages
from feeds.publish.favicon import favicon
from feeds.publish.jsonfeed import JSON_TYPE, json_feed
from feeds.publish.near import near_channel, near_publications
from feeds.publish.normal import Publication, publications
from feeds.publish.opml import OPML_TYPE, opml
from feeds.publish.syndication import ATOM_TYPE, RSS_TYPE, Link, atom, rss
from feeds.publish.words import whole_second

_UTF8 = "; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFile:
    """One published path. Makers: `render`. Takers: `feeds.publish.app` and the static publisher."""

    body: bytes = field(repr=False)
    content_type: str
    links: tuple[tuple[str, str], ...] = ()
    """Pairs of rel and address for the Link header (RFC 8288): WebSub looks there first."""


def render(
    channel: Channel,
    stories: Sequence[Story],
    sources: Sequence[SourceLine],
    *,
    near: Sequence[PublishedItem] = (),
    offline: bool | None = None,
) -> dict[str, SiteFile]:
    """Return every file of the site by its path without a leading slash.

    `stories` come newest first and keep their order, so do `near`: items that were rejected but came
    close. `offline` True makes the page say that no source can be reached; None derives it from the
    sources' states.
    """
    entries = publications(stories)
    status = pages.watch(sources, offline=offline)
    title = f"{clean.line(channel.title) or 'moonwire'}: sources"
    return {
        "index.html": SiteFile(body=pages.index(channel, entries, status), content_type="text/html" + _UTF8),
        **_feeds("feed", channel, entries),
        **_near(channel, near),
        "sources.opml": SiteFile(body=opml(title, status.sources), content_type=OPML_TYPE + _UTF8),
        "moonwire.css": SiteFile(body=pages.stylesheet(), content_type="text/css" + _UTF8),
        "favicon.ico": SiteFile(body=favicon(), content_type="image/x-icon"),
    }


def _near(channel: Channel, items: Sequence[PublishedItem]) -> dict[str, SiteFile]:
    """Return the page and feeds for the weekly look at what came close."""
    about = near_channel(channel)
    entries = near_publications(items)
    page = SiteFile(body=pages.near(channel, about, entries), content_type="text/html" + _UTF8)
    return {"near.html": page, **_feeds("near", about, entries, page="near.html")}


def _feeds(
    name: str, channel: Channel, entries: Sequence[Publication], *, page: str = ""
) -> dict[str, SiteFile]:
    """Return one list of entries as RSS, Atom and JSON Feed; `page` is where people read it."""
    base = clean.address(channel.base_url)
    hubs = tuple(("hub", hub) for hub in map(clean.address, channel.hubs) if hub)

    def links(path: str) -> tuple[tuple[str, str], ...]:
        return (("self", f"{base}/{path}"), *hubs)

    def xml_links(path: str, kind: str) -> list[Link]:
        home = Link(rel="alternate", href=f"{base}/{page}", type="text/html")
        own = [Link(rel=rel, href=href, type=kind if rel == "self" else "") for rel, href in links(path)]
        return [*own, home] if kind == ATOM_TYPE else own

    bodies = {
        f"{name}.rss": (rss(channel, entries, xml_links(f"{name}.rss", RSS_TYPE)), RSS_TYPE),
        f"{name}.atom": (atom(channel, entries, xml_links(f"{name}.atom", ATOM_TYPE)), ATOM_TYPE),
        f"{name}.json": (json_feed(channel, entries, self_url=f"{base}/{name}.json"), JSON_TYPE),
    }
    return {
        path: SiteFile(body=body, content_type=kind + _UTF8, links=links(path))
        for path, (body, kind) in bodies.items()
    }


def stamp(files: Mapping[str, SiteFile], previous: Mapping[str, Stamp], now: datetime) -> dict[str, Stamp]:
    """Return the stamp of every file: the previous one where its bytes are the same, else a new one.

    A new stamp is later than the one before by at least the second that Last-Modified resolves, even
    when the clock stood still or went back: a reader that sends only If-Modified-Since would else
    never see the change.
    """
    stamps = {}
    for path, file in files.items():
        digest = hashlib.blake2b(file.body, digest_size=16).hexdigest()
        known = previous.get(path)
        if known is None:
            stamps[path] = Stamp(digest=digest, changed_at=whole_second(now))
        elif known.digest == digest:
            stamps[path] = known
        else:
            later = max(whole_second(now), whole_second(known.changed_at) + timedelta(seconds=1))
            stamps[path] = Stamp(digest=digest, changed_at=later)
    return stamps
