"""From UTF-8 to one XML element: what stands before and after the feed is taken off.

The prolog of a hostile or sloppy document is where bombs (DTD), byte order marks, PHP warnings
and stylesheet instructions live; none of it says anything about entries. What is left starts at
the feed's own start tag, so nothing after this module ever sees a DTD.
"""

import html
import re

from feeds.later import late_pattern
from feeds.model.value import Value
from feeds.references import unescape

_ROOT = re.compile(rb"<((?:[^\s<>/:!?\"'=&]{1,64}:)?(?:rss|feed|rdf|channel))(?=[\s/>])", re.IGNORECASE)
_PAGE = late_pattern(rb"<(?:html|head|body|!doctype\s+html)\b", re.IGNORECASE)
_OTHER = late_pattern(rb"<((?:[A-Za-z_][\w.-]{0,64}:)?[A-Za-z_][\w.-]{0,64})(?=[\s/>])")
_TAG_END = re.compile(rb"(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+>")
_ENTITY = late_pattern(
    rb"""<!ENTITY\s+([A-Za-z_][\w.-]{0,63})\s+(?:"([^"<]{0,1000})"|'([^'<]{0,1000})')\s*>"""
)
_REFERENCE = re.compile(rb"&([A-Za-z_][\w.-]{0,63});")
_SUBSET_END = re.compile(rb"\]\s*>")
_CONTROLS = bytes(set(range(32)) - {9, 10, 13}) + b"\x7f"
_NONCHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_PROLOG = 65_536
"""How far, in bytes, a feed's start tag may stand from the start of the document."""
_MAX_REFERENCES = 200_000
"""References in a document with entities of its own beyond which none is looked at."""
_BLOWN = "The document's entities would blow it up; they were left out."
_MAX_GROWTH = 262_144
"""Bytes that a document's own entities may add to it in all."""


class Document(Value, frozen=True, kw_only=True):
    """A feed's root element as bytes. Maker: `open_document`. Takers: `split`, `read`."""

    UNSHOWN = frozenset(("data",))

    data: bytes
    """UTF-8, starts with the root's start tag; ends with its end tag when `complete`."""
    root: bytes
    """The root's name as written, prefix included."""
    start_tag: bytes
    complete: bool
    netscape: bool = False
    """The DOCTYPE names Netscape's RSS 0.91."""
    problems: tuple[str, ...] = ()


class NoFeed(Value, frozen=True, kw_only=True):
    """There is no feed in the bytes. `kind` page: it is HTML; else `root` names what it is."""

    kind: str
    root: str = ""


class _Prolog(Value, frozen=True):
    end: int
    root: bytes = b""
    page: bool = False
    first: bytes = b""
    doctype: bytes = b""
    junk: bool = False


def open_document(data: bytes) -> Document | NoFeed:
    """Find the feed in `data` (UTF-8). Linear; never raises."""
    problems: list[str] = []
    clean = data
    if any(control in data for control in _CONTROLS):
        clean = data.translate(None, _CONTROLS)
        problems.append("Control characters, which XML does not allow, were taken out.")
    if _NONCHARACTERS[0][0] in clean:  # one byte is sought much faster than several
        for noncharacter in _NONCHARACTERS:
            clean = clean.replace(noncharacter, b"\xef\xbf\xbd")
    prolog = _scan(clean)
    if not prolog.root:
        kind = "page" if prolog.page else "not-a-feed"
        return NoFeed(kind=kind, root=prolog.first.decode("utf-8", "replace"))
    if prolog.junk:
        problems.append("Something that is no part of the feed stands before it.")
    start = prolog.end
    tag = _TAG_END.match(clean, start + 1)
    start_tag = clean[start : tag.end()] if tag else clean[start:]
    if start_tag.endswith(b"/>"):
        return Document(data=start_tag, root=prolog.root, start_tag=start_tag, complete=True)
    end = _end_of_root(clean, prolog.root, start)
    if end is None:
        problems.append("The document ends before the feed does.")
    elif clean[end:].strip() and not clean[end:].lstrip().startswith(b"<!--"):
        problems.append("Something that is no part of the feed stands after it.")
    body = clean[start:end]
    if b"<!ENTITY" in prolog.doctype:
        body, note = _expand(body, prolog.doctype)
        problems += note
    return Document(
        data=body,
        root=prolog.root,
        start_tag=start_tag,
        complete=end is not None,
        netscape=b"netscape" in prolog.doctype.lower(),
        problems=tuple(problems),
    )


def drop_prolog(data: bytes, root: bytes) -> bytes:
    """Cut `data` (UTF-8) so that it starts with the start tag of `root`; empty when it has none."""
    at = 0
    while (at := data.find(b"<", at)) >= 0:
        if data[at + 1 : at + 1 + len(root)].lower() == root:
            return data[at:].translate(None, _CONTROLS)
        if data[at : at + 9].upper() == b"<!DOCTYPE":
            at = _end_of_doctype(data, at)
        else:
            at = _skip(data, at) or at + 1
    return b""


def _scan(data: bytes) -> _Prolog:
    """Walk the prolog up to the feed's start tag, over comments, instructions, DOCTYPE and junk."""
    at, page, first, doctype, junk = 0, False, b"", b"", False
    while True:
        at = data.find(b"<", at, at + _PROLOG)
        if at < 0 or (at > _PROLOG and not doctype):
            return _Prolog(end=-1, page=page, first=first)
        if skipped := _skip(data, at):
            at = skipped
        elif data[at : at + 9].upper() == b"<!DOCTYPE" and not _PAGE.match(data, at):
            end = _end_of_doctype(data, at)
            doctype, at = data[at:end], end
        elif (root := _ROOT.match(data, at)) and not page:
            return _Prolog(end=at, root=root[1], first=first, doctype=doctype, junk=junk)
        else:
            page = page or bool(_PAGE.match(data, at))
            junk = True
            other = _OTHER.match(data, at)
            first = first or (other[1] if other else b"")
            at += 1


def _skip(data: bytes, at: int) -> int:
    """End of the comment or instruction that starts at `at`; 0 when none does."""
    for opener, closer in ((b"<!--", b"-->"), (b"<?", b"?>")):
        if data.startswith(opener, at):
            end = data.find(closer, at + len(opener))
            return end + len(closer) if end >= 0 else len(data)
    return 0


def _end_of_doctype(data: bytes, at: int) -> int:
    """Find the end of a DOCTYPE: behind `]>` when it has an internal subset, else behind the next `>`."""
    plain = data.find(b">", at)
    subset = data.find(b"[", at, plain if plain >= 0 else len(data))
    if subset < 0:
        return plain + 1 if plain >= 0 else len(data)
    end = _SUBSET_END.search(data, subset)
    return end.end() if end else len(data)


def _end_of_root(data: bytes, root: bytes, start: int) -> int | None:
    """Behind the last end tag of the root that stands in no comment; None when there is none."""
    at = len(data)
    for _ in range(8):
        at = data.rfind(b"</" + root, start, at)
        if at < 0:
            return None
        close = data.find(b">", at)
        comment = data.rfind(b"<!--", start, at)
        commented = comment >= 0 and data.find(b"-->", comment, at) < 0
        if close >= 0 and not commented and not data[at + 2 + len(root) : close].strip():
            return close + 1
    return None


def _expand(body: bytes, doctype: bytes) -> tuple[bytes, list[str]]:
    """Put in the values of the DTD's own short text entities; nested and external ones stay out."""
    if body.count(b"&") > _MAX_REFERENCES:
        return body, [_BLOWN]
    values: dict[bytes, bytes] = {}
    for name, double, single in _ENTITY.findall(doctype):
        value = unescape((double or single).decode("utf-8", "replace"))
        if not _REFERENCE.search(double or single):
            values.setdefault(name, html.escape(value).encode())
    budget = _MAX_GROWTH
    refused = False

    def put(match: re.Match[bytes]) -> bytes:
        nonlocal budget, refused
        value = values.get(match[1])
        if value is None:
            return match[0]
        budget -= len(value)
        if budget < 0:
            refused = True
            return b""
        return value

    body = _REFERENCE.sub(put, body)
    return body, [_BLOWN] if refused else []
