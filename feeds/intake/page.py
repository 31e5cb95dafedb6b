"""An HTML page in place of a feed, and the feeds it names."""

import re

from feeds.intake.links import absolute, cut
from feeds.later import late_pattern
from feeds.model.entry import FoundFeed, ReadFailed
from feeds.references import unescape

_MAX_SCAN = 1_048_576
_MAX_FEEDS = 30
_TAG = late_pattern(r"<(link|base)(?=[\s/])((?:[^<>\"']++|\"[^\"<>]*+\"|'[^'<>]*+')*+)>", re.IGNORECASE)
_ATTRIBUTE = late_pattern(r"([a-z-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_HIDDEN = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"))
_TYPES = frozenset(
    (
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/x-rss+xml",
        "text/rss+xml",
        "text/rss",
        "text/atom+xml",
        "application/xml",
        "text/xml",
    )
)
_FEEDISH = re.compile(r"feed|rss|atom", re.IGNORECASE)


def read_page(data: bytes, url: str) -> ReadFailed:
    """Turn a page (UTF-8) into the failure that names its feeds. Linear; never raises."""
    feeds = find_feeds(data[:_MAX_SCAN].decode("utf-8", "replace"), url)
    if not feeds:
        sentence = "This is a web page, not a feed, and it names no feed."
    else:
        listed = ", ".join(feed.url for feed in feeds[:5])
        more = f" and {len(feeds) - 5} more" if len(feeds) > 5 else ""  # noqa: PLR2004 # as many as fit a line
        sentence = f"This is a page; its feeds are {listed}{more}."
    return ReadFailed(kind="page", sentence=sentence, feeds=feeds)


def find_feeds(page: str, url: str) -> tuple[FoundFeed, ...]:
    """List the feeds in the <link rel=alternate> tags of a page, in order, each address once and absolute."""
    base = url
    found: dict[str, FoundFeed] = {}
    for tag in _TAG.finditer(_visible(page)):
        attributes = {
            match[1].lower(): unescape(match[2] or match[3] or match[4] or "")
            for match in _ATTRIBUTE.finditer(tag[2])
        }
        if tag[1].lower() == "base":
            base = absolute(url, attributes.get("href", "")) or base
        elif _is_feed(attributes) and len(found) < _MAX_FEEDS:
            address = absolute(base, attributes.get("href", ""))
            if address and address not in found:
                title = cut(" ".join(attributes.get("title", "").split()), 300)
                found[address] = FoundFeed(url=address, title=title, type=attributes["type"].strip().lower())
    return tuple(found.values())


def _is_feed(attributes: dict[str, str]) -> bool:
    relations = attributes.get("rel", "").lower().split()
    kind = attributes.get("type", "").partition(";")[0].strip().lower()
    if "alternate" not in relations and "feed" not in relations:
        return False
    if kind == "application/json":
        return bool(_FEEDISH.search(attributes.get("title", "") + attributes.get("href", "")))
    return kind in _TYPES


def _visible(page: str) -> str:
    """Strip the page of comments, scripts and styles, whose text is no markup."""
    for opener, closer in _HIDDEN:
        lowered = page.lower() if len(page.lower()) == len(page) else page
        pieces, at = [], 0
        while (start := lowered.find(opener, at)) >= 0:
            pieces.append(page[at:start])
            end = lowered.find(closer, start)
            at = end + len(closer) if end >= 0 else len(page)
        pieces.append(page[at:])
        page = "".join(pieces)
    return page
