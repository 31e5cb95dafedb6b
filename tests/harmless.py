"""A static check of HTML: what in it could run, load or submit, or is simply not ordinary content.

Two parsers that disagree about broken markup read it (Python's and libxml2's), then what the second one
wrote out again, because mutation attacks wake up at the second reading. Everything is refused that is
not on a short list, so a new trick need not be known to be found.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from lxml import etree
from lxml import html as lxml_html


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CONTENT = _words(
    """a abbr b bdi blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption
    figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strong sub
    summary sup table tbody td tfoot th thead time tr u ul var"""
)
ATTRIBUTES = _words(
    """alt cite colspan datetime dir height href hreflang lang rel reversed rowspan scope span src start title
    type width"""
)
ADDRESSES = frozenset({"href", "src", "cite"})
SCHEMES = frozenset({"http", "https", "mailto"})


def harm(markup: str) -> list[str]:
    """Say what in a piece of HTML is more than ordinary content; empty when nothing is."""
    found = list(_judged(_by_python(markup)))
    for _ in range(2):
        tree = _tree(markup)
        if tree is None:
            break
        found += _judged(_by_libxml(tree))
        markup = lxml_html.tostring(tree, encoding="unicode")
    return found


def harmful_address(address: str) -> bool:
    """Say whether a browser would see another scheme than those of web and mail (URL Standard 4.4)."""
    bare = re.sub(r"[\t\n\r]", "", address).strip("".join(map(chr, range(33))))
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", bare)
    return scheme is not None and scheme[1].lower() not in SCHEMES


Element = tuple[str, dict[str, str]]


def _judged(elements: Iterator[Element]) -> Iterator[str]:
    for tag, attributes in elements:
        if tag not in CONTENT:
            yield f"<{tag}>"
        for name, value in attributes.items():
            if name not in ATTRIBUTES:
                yield f"<{tag} {name}>"
            elif name in ADDRESSES and harmful_address(value):
                yield f"<{tag} {name}={value[:40]!r}>"


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_comment(self, data: str) -> None:
        self.elements.append((f"!--{data[:20]}", {}))

    def unknown_decl(self, data: str) -> None:
        self.elements.append((f"![{data[:20]}", {}))


def _by_python(markup: str) -> Iterator[Element]:
    parser = _Parser()
    parser.feed(markup)
    parser.close()
    return iter(parser.elements)


def _tree(markup: str) -> etree._Element | None:
    if not markup.strip():
        return None
    tree: etree._Element = lxml_html.fragment_fromstring(markup.encode(), create_parent="div", parser=_PARSER)
    return tree


_PARSER = lxml_html.HTMLParser(encoding="utf-8")


def _by_libxml(tree: etree._Element) -> Iterator[Element]:
    for element in tree.iterdescendants():
        yield str(element.tag), {str(name): str(value) for name, value in element.attrib.items()}
