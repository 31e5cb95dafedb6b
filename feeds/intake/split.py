"""Cut a feed into head and entries without parsing it, exactly or not at all.

The splitter knows just enough XML: CDATA sections, comments and processing instructions hide
markup, `<` can stand nowhere else, and attribute values may hold `>`. Whatever it is not sure of
(nested entries, truncated documents, prefixes declared inside entries that could change how later
ones are read) it refuses, and the whole document is parsed instead. Removing entries from the
document then leaves the others to be read exactly as before.
"""

import re
from hashlib import blake2b

from feeds.intake.document import Document
from feeds.later import late_pattern
from feeds.model.value import Value, replace

PARSER_REVISION = b"feedparser 6.0/1"
"""Part of every hash: raise it when entries are read differently, so that all are read anew."""

_IN_TAG = rb"(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+"
_TAG_END = re.compile(_IN_TAG + rb">")
_MARK = re.compile(
    rb"<(?:(?:!\[CDATA\[(?:[^\]]++|\](?!\]>))*+|!--(?:[^-]++|-(?!->))*+|\?(?:[^?]++|\?(?!>))*+)"
    rb"(?:\]\]>|-->|\?>|(\Z))"
    rb"|(/?+)((?:([^\s<>/:!?\"'=&]{1,64}+):)?+(?:item|entry))(?=[\s/>])" + _IN_TAG + rb"(>?))",
    re.IGNORECASE,
)
"""What hides markup, or a tag that may be an entry's; the end of the document when the former never ends, and
slash, name, prefix and `>` of the latter."""
_CHANNEL = re.compile(rb"<(?:[^\s<>/:!?\"'=&]{1,64}:)?channel(?=[\s/>])", re.IGNORECASE)
_XMLNS = re.compile(rb"""\sxmlns(?::([^\s=:"'<>/]{1,64}))?\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_DECLARES = re.compile(rb"xmlns")
"""For the usual case of nothing to be found, in which a pattern takes half the time of `bytes.find`."""
_BASE = late_pattern(rb"[\s:]base\s*=", re.IGNORECASE)
_FEED_NAMESPACES = frozenset(
    (
        "http://backend.userland.com/rss",
        "http://blogs.law.harvard.edu/tech/rss",
        "http://purl.org/rss/1.0/",
        "http://my.netscape.com/rdf/simple/0.9/",
        "http://example.com/newformat#",
        "http://example.com/necho",
        "http://purl.org/echo/",
        "uri/of/echo/namespace#",
        "http://purl.org/pie/",
        "http://purl.org/atom/ns#",
        "http://www.w3.org/2005/atom",
        "http://purl.org/rss/1.0/modules/rss091#",
    )
)
"""Lower-case namespaces in which the parser takes `item` and `entry` for entries."""
_HARMLESS = {
    b"content": b"http://purl.org/rss/1.0/modules/content/",
    b"dc": b"http://purl.org/dc/elements/1.1/",
    b"dcterms": b"http://purl.org/dc/terms/",
    b"media": b"http://search.yahoo.com/mrss/",
    b"itunes": b"http://www.itunes.com/dtds/podcast-1.0.dtd",
    b"georss": b"http://www.georss.org/georss",
    b"slash": b"http://purl.org/rss/1.0/modules/slash/",
    b"thr": b"http://purl.org/rss/1.0/modules/threading/",
    b"xhtml": b"http://www.w3.org/1999/xhtml",
    b"xlink": b"http://www.w3.org/1999/xlink",
    b"feedburner": b"http://rssnamespace.org/feedburner/ext/1.0",
}
"""Prefixes that may be declared inside an entry, with their lower-case namespaces: the parser
knows each under this very prefix, so that the declaration leaves no trace in it."""


class Split(Value, frozen=True, kw_only=True):
    """A document in pieces. Maker: `split`. Taker: `read`."""

    UNSHOWN = frozenset(("data", "spans", "hashes"))

    data: bytes
    spans: tuple[tuple[int, int], ...]
    """Start and end of each entry, in document order."""
    hashes: tuple[bytes, ...]
    start_tag: bytes
    channel: bytes
    """Start tag of the <channel> that encloses the entries, or empty."""
    tail: int
    """Where the document goes on behind the last entry that counts."""
    cut: bool = False
    """True when there were more than `limit` entries and the rest was left out."""

    def entry(self, index: int) -> bytes:
        """Bytes of one entry."""
        start, end = self.spans[index]
        return self.data[start:end]

    def only(self, indices: list[int]) -> bytes:
        """Take all entries but these out of the document."""
        wanted = set(indices)
        pieces = []
        at = 0
        for index, (start, end) in enumerate(self.spans):
            if index not in wanted:
                pieces.append(self.data[at:start])
                at = end
        last = self.spans[-1][1] if self.spans else 0
        return b"".join((*pieces, self.data[at:last], self.data[self.tail :]))

    def reduced(self, indices: list[int]) -> "Split":
        """Make what splitting the document without the other entries would have made."""
        if len(indices) == len(self.spans) and not self.cut:
            return self
        spans = []
        shift = 0
        wanted = set(indices)
        for index, (start, end) in enumerate(self.spans):
            if index in wanted:
                spans.append((start - shift, end - shift))
            else:
                shift += end - start
        return replace(
            self,
            data=self.only(indices),
            spans=tuple(spans),
            hashes=tuple(self.hashes[index] for index in indices),
            tail=spans[-1][1] if spans else 0,
            cut=False,
        )

    def framed(self, indices: list[int]) -> bytes:
        """Put these entries inside the enclosing elements and nothing else, for when the head is at fault."""
        openers = [self.start_tag, self.channel] if self.channel else [self.start_tag]
        closers = [
            b"</" + re.split(rb"[\s>/]", opener[1:], maxsplit=1)[0] + b">" for opener in reversed(openers)
        ]
        return b"".join((*openers, *map(self.entry, indices), *closers))


def split(document: Document, *, encoding: str, has_base: bool, limit: int) -> Split | None:
    """Cut `document` at its entries, or return None when that could not be exact.

    `encoding` salts the hashes. `has_base` says that the address of the feed is known; without it the parser
    lets xml:base of one entry leak into the next. At most `limit` entries are taken. Linear; never raises.
    """
    data = document.data
    if not document.complete or not (has_base or not _BASE.search(data)):
        return None
    found = _find(document, limit)
    if found is None:
        return None
    spans, cut = found
    if not _independent(data, spans, document.start_tag):
        return None
    tail = spans[-1][1] if spans else len(data)
    if cut:
        last = data.rfind(b"</" + _name(data, spans[-1][0]))
        tail = data.find(b">", last) + 1
    channel = _channel(data, spans)
    salted = b"\0".join((PARSER_REVISION, encoding.encode(), document.start_tag, channel))
    salt = blake2b(salted, digest_size=16).digest()
    view = memoryview(data)
    hashes = tuple(blake2b(view[start:end], digest_size=16, salt=salt).digest() for start, end in spans)
    return Split(
        data=data,
        spans=tuple(spans),
        hashes=hashes,
        start_tag=document.start_tag,
        channel=channel,
        tail=tail if spans else 0,
        cut=cut,
    )


def _name(data: bytes, start: int) -> bytes:
    match = _MARK.match(data, start)
    assert match is not None
    return match[3]


def _channel(data: bytes, spans: list[tuple[int, int]]) -> bytes:
    """Start tag of the <channel> that encloses entries of RSS 0.9x and 2.0; in RSS 1.0 it does not."""
    first = spans[0][0] if spans else 0
    match = _CHANNEL.search(data, 1, first)
    if match is None or data.find(b"</" + match[0][1:], match.end(), first) >= 0:
        return b""
    end = _TAG_END.match(data, match.end())
    return data[match.start() : end.end()] if end else b""


def _find(document: Document, limit: int) -> tuple[list[tuple[int, int]], bool] | None:
    """Find the spans of all entries, and whether there were more than `limit`; None when not sure."""
    data = document.data
    scopes = declared(document.start_tag)
    if _lowered(scopes.get(b"", b"")) not in _FEED_NAMESPACES | {""}:
        return None
    spans: list[tuple[int, int]] = []
    start, opened = -1, b""
    for mark in _MARK.finditer(data):
        if mark.lastindex is None:
            continue
        _, slash, name, prefix, end = mark.groups()
        entry = _is_entry(prefix, scopes) if end else None
        if entry is None:
            return None
        if not entry:
            continue
        at, closes = mark.end(), bool(slash)
        if closes != (start >= 0) or (closes and name != opened):
            return None  # an entry inside an entry, or an end without a start
        if not closes and data[at - 2 : at] != b"/>":
            start, opened = mark.start(), name
        elif len(spans) == limit:
            return spans, True
        else:
            spans.append((start if closes else mark.start(), at))
            start = -1
    return None if start >= 0 else (spans, False)


def _is_entry(prefix: bytes | None, scopes: dict[bytes, bytes]) -> bool | None:
    """Whether `item` or `entry` under this prefix is an entry; None when the prefix is not the root's."""
    if not prefix:
        return True
    uri = scopes.get(prefix)
    if uri is None:
        return None
    return _lowered(uri) in _FEED_NAMESPACES


def _lowered(uri: bytes) -> str:
    return uri.decode("utf-8", "replace").lower()


def declared(tag: bytes) -> dict[bytes, bytes]:
    """Give the namespaces that a tag declares, by prefix; the default one has an empty prefix."""
    return {prefix: double or single for prefix, double, single in _XMLNS.findall(tag)}


def _independent(data: bytes, spans: list[tuple[int, int]], start_tag: bytes) -> bool:
    """Whether no entry declares a namespace that would change how the parser reads another one."""
    if not _DECLARES.search(data, len(start_tag)):
        return True
    outer = declared(start_tag)
    versioned = start_tag[:4].lower() == b"<rss" or outer.get(b"", b"").lower() in {
        b"http://www.w3.org/2005/atom",
        b"http://purl.org/rss/1.0/",
    }
    for start, end in spans:
        if data.find(b"xmlns", start, end) < 0:
            continue
        own_tag = _TAG_END.match(data, start + 1)
        if own_tag is None or _XMLNS.search(data, start, own_tag.end()):
            return False
        for prefix, double, single in _XMLNS.findall(data, start, end):
            uri = (double or single).lower()
            if uri == b"http://www.w3.org/2005/atom" and not versioned:
                return False
            if prefix and outer.get(prefix, b"").lower() != uri and _HARMLESS.get(prefix) != uri:
                return False
    return True
