"""All feeds of the site, as a page and as OPML (http://opml.org/spec2.opml). Pure."""

from collections.abc import Mapping, Sequence

from lxml import etree

from feeds.model import Channel
from feeds.publish import clean, words
from feeds.publish.library import FACETS, Facet, Filtered
from feeds.publish.slug import in_address

WHOLE = (
    ("All stories", "feed"),
    ("Daily digest", "digest-daily"),
    ("Weekly digest", "digest-weekly"),
    ("Near misses", "near"),
    ("Health of sources", "health"),
)
"""Feeds that are not cut out of another one, by name and path without ending."""
HEADINGS: Mapping[Facet, str] = {"tag": "By tag", "lang": "By language", "source": "By source"}


def label_of(each: Filtered) -> str:
    """Return what a person calls a tag, language or source."""
    return words.language_name(each.label) if each.kind == "lang" else clean.line(each.label)


def filtered_channel(channel: Channel, about: Filtered) -> tuple[str, str, str]:
    """Return title, description and id of the feed of one tag, language or source."""
    title = clean.line(channel.title) or "moonwire"
    label = label_of(about)
    kind = {"tag": "tagged", "lang": "in", "source": "from"}[about.kind]
    return (
        f"{title}: {label}",
        f"Stories of {title} {kind} {label}, each told by the first report that fits.",
        f"{channel.feed_id}/{in_address(about.name)}" if channel.feed_id else "",
    )


def catalogue_opml(channel: Channel, groups: Mapping[Facet, Sequence[Filtered]]) -> bytes:
    """Return every feed of the site as OPML, in groups; Atom stands for the three formats."""
    base, title = clean.address(channel.base_url), clean.title(channel.title) or "moonwire"
    root = etree.Element("opml", {"version": "2.0"})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = f"{title}: feeds"
    body = etree.SubElement(root, "body")
    for label, path in WHOLE:
        name = title if path == "feed" else f"{title}: {label[:1].lower()}{label[1:]}"
        page = "near.html" if path == "near" else ""
        _outline(body, name, f"{base}/{path}.atom", f"{base}/{page}")
    for kind in FACETS:
        if groups.get(kind):
            heading = HEADINGS[kind]
            group = etree.SubElement(body, "outline", {"text": heading, "title": heading})
            for each in groups[kind]:
                name = clean.title(filtered_channel(channel, each)[0])
                _outline(group, name, f"{base}/{in_address(each.name)}.atom", f"{base}/")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _outline(parent: etree._Element, title: str, feed: str, page: str) -> None:
    about = {"type": "rss", "text": title, "title": title, "xmlUrl": feed, "htmlUrl": page}
    etree.SubElement(parent, "outline", about)
