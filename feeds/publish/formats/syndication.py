"""RSS 2.0 and Atom 1.0 through feedgen, the one place that imports it.

feedgen does the frame; an extension of ours, by its own extension API, sets what it loses or gets
wrong: it drops rel, type and length of an entry's Atom links, drops RSS authors without an e-mail
address, knows no hub and paging links in RSS and no language per entry, and it switches the locale
of the whole process around each RSS date. Nothing is left to its defaults: those read the clock,
and equal stories must give equal bytes.
"""

import html
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from feedgen.feed import FeedGenerator
from lxml import etree

from feeds.model import Channel
from feeds.model.value import Value
from feeds.publish import clean, words
from feeds.publish.formats.normal import Publication, newest_change
from feeds.publish.templating import entry_html

RSS_TYPE = "application/rss+xml"
ATOM_TYPE = "application/atom+xml"
_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = "http://purl.org/dc/elements/1.1/"
_MEDIA = "http://search.yahoo.com/mrss/"
_HISTORY = "http://purl.org/syndication/history/1.0"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_GENERATOR = "moonwire"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""What Atom's mandatory date says while there is no story: a fixed instant, never the clock's."""
_ONE_AT_A_TIME = threading.Lock()
"""feedgen's date of the channel still goes through setlocale: never from two threads at once."""


class Link(Value, frozen=True, kw_only=True):
    """A link of a feed document as a whole (RFC 4287 4.2.7, RFC 5005)."""

    rel: str
    href: str
    type: str = ""


def rss(
    channel: Channel,
    entries: Sequence[Publication],
    links: Sequence[Link],
    *,
    archive: bool = False,
    style: str,
) -> bytes:
    """Return an RSS 2.0 document of `entries` in their order.

    `links` become atom:link elements of the channel; rel=self among them names the document itself.
    `archive` marks it as one whose entries stay (RFC 5005 4). `style` is the address of a stylesheet.
    """
    generator = _generator(channel, entries)
    generator.link(href=clean.address(channel.base_url) + "/", rel="alternate")
    generator.language(clean.language(channel.language) or "en")
    generator.ttl(max(1, channel.ttl_s // 60))
    generator.docs("https://www.rssboard.org/rss-specification")
    generator.register_extension("moonwire", _FeedParts, _RssEntry, atom=False, rss=True)
    generator.moonwire.set(links, dated=bool(entries), archive=archive)
    for entry in entries:
        item = generator.add_entry(order="append")
        item.title(entry.title)
        item.guid(entry.key, permalink=False)
        if entry.url:
            item.link(href=entry.url)
        for enclosure in entry.enclosures[:1]:
            item.enclosure(enclosure.url, str(enclosure.length), enclosure.type)
        if entry.source_url:
            item.source(entry.source_url, entry.source)
        if entry.tags:
            item.category([{"term": tag} for tag in entry.tags])
        item.moonwire.entry = entry
    with _ONE_AT_A_TIME:
        body: bytes = generator.rss_str(pretty=True)
    return _styled(body, style)


def atom(
    channel: Channel,
    entries: Sequence[Publication],
    links: Sequence[Link],
    *,
    archive: bool = False,
    style: str,
) -> bytes:
    """Return an Atom 1.0 document (RFC 4287) of `entries` in their order; `links` are the feed's links.

    `archive` marks it as one whose entries stay (RFC 5005 4). `style` is the address of a stylesheet.
    """
    generator = _generator(channel, entries)
    generator.language(clean.language(channel.language) or "en")
    generator.register_extension("moonwire", _FeedParts, _AtomEntry, atom=True, rss=False)
    generator.moonwire.set(links, dated=True, archive=archive)
    for entry in entries:
        item = generator.add_entry(order="append")
        item.id(entry.key)
        item.title(entry.title)
        item.updated(entry.updated)
        item.published(entry.published)
        item.author([{"name": name} for name in entry.authors or (entry.source,)])
        item.content(entry_html(entry), type="html")
        if entry.tags:
            item.category([{"term": tag} for tag in entry.tags])
        item.moonwire.entry = entry
    with _ONE_AT_A_TIME:
        body: bytes = generator.atom_str(pretty=True)
    return _styled(body, style)


def _styled(body: bytes, style: str) -> bytes:
    """Name the stylesheet (W3C Associating Style Sheets with XML documents) after the XML declaration."""
    declaration, end, rest = body.partition(b"?>\n")
    return declaration + end + f'<?xml-stylesheet type="text/css" href="{style}"?>\n'.encode() + rest


def _generator(channel: Channel, entries: Sequence[Publication]) -> Any:  # noqa: ANN401 # feedgen ships no types
    updated = newest_change(entries) or _EPOCH
    name = clean.title(channel.title) or _GENERATOR
    generator = FeedGenerator()
    generator.id(clean.line(channel.feed_id) or clean.address(channel.base_url) + "/feed.atom")
    generator.title(name)
    generator.subtitle(clean.title(channel.description) or name)
    generator.description(clean.title(channel.description) or name)
    generator.author({"name": name})
    generator.generator(_GENERATOR)
    generator.updated(updated)
    generator.lastBuildDate(updated)
    return generator


class _FeedParts:
    """The feed as a whole: its links, and no date where no story gives one."""

    def __init__(self) -> None:
        self._links: Sequence[Link] = ()
        self._dated = False
        self._archive = False

    def set(self, links: Sequence[Link], *, dated: bool, archive: bool) -> None:
        self._links, self._dated, self._archive = links, dated, archive

    def extend_ns(self) -> dict[str, str]:
        history = {"fh": _HISTORY} if self._archive else {}
        return {"dc": _DC, "media": _MEDIA, **history}

    def extend_rss(self, root: etree._Element) -> None:
        channel = root[0]
        if not self._dated:
            for date in channel.findall("lastBuildDate"):
                channel.remove(date)
        self._add_to(channel)

    def extend_atom(self, feed: etree._Element) -> None:
        self._add_to(feed)

    def _add_to(self, parent: etree._Element) -> None:
        if self._archive:
            _add(parent, f"{{{_HISTORY}}}archive")
        _add_links(parent, self._links)


class _RssEntry:
    """What feedgen has no word for in an RSS item."""

    entry: Publication

    def extend_rss(self, item: etree._Element) -> None:
        entry = self.entry
        if entry.summary:
            _add(item, "description", html.escape(entry.summary, quote=False))
        _add(item, f"{{{_CONTENT}}}encoded", entry_html(entry))
        _add(item, "pubDate", format_datetime(entry.published))
        for name in entry.authors or (entry.source,):
            _add(item, f"{{{_DC}}}creator", name)
        if entry.language:
            _add(item, f"{{{_DC}}}language", entry.language)
        _add_thumbnail(item, entry)


class _AtomEntry:
    """What feedgen loses of an Atom entry, or has no word for."""

    entry: Publication

    def extend_atom(self, element: etree._Element) -> None:
        entry = self.entry
        if entry.language:
            element.set(_XML_LANG, entry.language)
        if entry.url:
            _add(element, _atom("link"), rel="alternate", type="text/html", href=entry.url)
        for part in entry.enclosures:
            _add(
                element,
                _atom("link"),
                rel="enclosure",
                type=part.type,
                length=str(part.length),
                href=part.url,
            )
        if entry.summary:
            _add(element, _atom("summary"), entry.summary, type="text")
        self._add_source(element)
        _add_thumbnail(element, entry)

    def _add_source(self, element: etree._Element) -> None:
        entry = self.entry
        if not entry.source_url:
            return
        source = _add(element, _atom("source"))
        _add(source, _atom("id"), entry.source_url)
        _add(source, _atom("title"), entry.source)
        _add(source, _atom("updated"), words.rfc3339(entry.published))
        _add(source, _atom("link"), rel="self", href=entry.source_url)
        if entry.source_home:
            _add(source, _atom("link"), rel="alternate", type="text/html", href=entry.source_home)


def _atom(name: str) -> str:
    return f"{{{_ATOM}}}{name}"


def _add(parent: etree._Element, tag: str, body: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, tag, attributes)
    element.text = body
    return element


def _add_links(parent: etree._Element, links: Sequence[Link]) -> None:
    for link in links:
        kind = {"type": link.type} if link.type else {}
        _add(parent, _atom("link"), rel=link.rel, href=link.href, **kind)


def _add_thumbnail(parent: etree._Element, entry: Publication) -> None:
    if entry.thumbnail:
        _add(parent, f"{{{_MEDIA}}}thumbnail", url=entry.thumbnail)
