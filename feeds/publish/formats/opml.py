"""OPML 2.0 (http://opml.org/spec2.opml): the list of sources that any feed reader imports. Pure."""

from collections.abc import Iterable

from lxml import etree

from feeds.model import SourceLine
from feeds.publish import clean

OPML_TYPE = "text/x-opml"


def opml(title: str, sources: Iterable[SourceLine]) -> bytes:
    """Return `sources` as subscriptions in the order given; those without an http(s) address are left out.

    The document has no date of its own, so equal sources give equal bytes. `kind` becomes the
    outline's category and `language` its language.
    """
    root = etree.Element("opml", {"version": "2.0"})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = clean.title(title) or "Sources"
    body = etree.SubElement(root, "body")
    for source in sources:
        url = clean.address(source.url)
        if url:
            etree.SubElement(body, "outline", _attributes(source, url))
    if not len(body):
        etree.SubElement(body, "outline", {"text": "No source is watched yet"})
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _attributes(source: SourceLine, url: str) -> dict[str, str]:
    name = clean.title(source.name) or url
    optional = {
        "htmlUrl": clean.address(source.home),
        "language": clean.language(source.language),
        "category": clean.title(source.kind).replace(",", " "),
    }
    required = {"type": "rss", "text": name, "title": name, "xmlUrl": url}
    return required | {key: value for key, value in optional.items() if value}
