"""Entries outlined from their bytes alone, without a tree, where that is exact; most are of this kind.

An entry is plain when it is a row of elements that hold text, or one CDATA section, or a row of such
elements, as XML has it (1.0, fifth edition). Of anything else, and of anything ill-formed, nothing is said.
"""

import re
from collections.abc import Mapping, Sequence

from feeds.intake.frame import read_frame
from feeds.intake.links import absolute
from feeds.intake.outline import Outline, is_usual
from feeds.intake.roles import IDLE, MORE, PLAIN, role_of
from feeds.intake.split import Split, declared
from feeds.later import late_pattern
from feeds.model.value import Value

_ATOM = b"http://www.w3.org/2005/atom"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_NAME = r"[A-Za-z_][A-Za-z0-9_.-]*+(?::[A-Za-z_][A-Za-z0-9_.-]*+)?"
_ATTRIBUTES = rf"""(?:\s++{_NAME}\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'))*+\s*+"""
_INNER = rf"<(?P<inner>{_NAME}){_ATTRIBUTES}(?:/>|>[^<]*+</(?P=inner)\s*+>)\s*+"
_CHILD = re.compile(
    rf"<(({_NAME}){_ATTRIBUTES})(?:/>|>(?:([^<]*+)"
    rf"|\s*+<!\[CDATA\[([^\]]*+(?:\](?!\]>)[^\]]*+)*+)\]\]>\s*+"
    rf"|\s*+((?:{_INNER})++))</\2\s*+>)\s*+|(?s:.)++".encode()
)
"""An element with the blanks behind it: tag, name, text, CDATA, elements, name of the last of them; all
of these are empty for whatever else comes, to the end."""
_OPENING = re.compile(rf"<({_NAME})({_ATTRIBUTES})(/?)>\s*+".encode())
_TAG = late_pattern(rf"<(({_NAME}){_ATTRIBUTES})/?>".encode())
_ATTRIBUTE = re.compile(rf"""({_NAME})\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""", re.ASCII)
_UNNAMED = re.compile(rb"&(?!(?:lt|gt|amp|quot|apos);)")
_CHARACTERS = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
_REFERENCE = re.compile(r"&(?:lt|gt|quot|apos|amp|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_URI = re.compile(r"[a-z][a-z0-9+.-]*:[a-z0-9:/._#?=~%+-]*")
"""Namespaces that libxml2 says nothing about, in lower case."""
_LANGUAGE = re.compile(rb"\blang\s*=")
_SPREAD = str.maketrans("\t\n", "  ")
_TELLING = frozenset(("base", "xml:base", "lang", "xml:lang", "xmlns", "xml:id", "xml:space"))
"""Attributes that change what an element says, or whose value a parser looks at."""
_MANY_TAGS = 1_000
"""Tags of a document that are remembered; those that come again are some dozens."""


class _Part(Value, frozen=True, gc=False):
    """An element that holds text. There are many, with nothing in them for the collector of garbage."""

    plain: bytes
    quoted: bytes
    """What a CDATA section holds."""
    attributes: Mapping[str, str]

    def text(self) -> str:
        text = self.quoted.decode() if self.quoted else _resolved(self.plain.decode())
        return text.strip()


_Meaning = tuple[str, Mapping[str, str]]
"""Role and attributes of an element."""


class PlainReader:
    """Outlines entries of one document. Maker: `plain_reader`."""

    def __init__(self, scopes: Mapping[str, str], language: str) -> None:
        """`scopes`: namespaces by prefix, in lower case; `language`: as declared around the entries."""
        self._scopes = scopes
        self._language = language
        self._known: dict[bytes, _Meaning] = {}

    def outline(self, entry: bytes) -> Outline | None:
        """Give what `light` would find in a tree of this entry; None where only a tree can tell."""
        entry = _unix(entry)
        head = _OPENING.match(entry)
        if head is None or head[3] or self._space(head[1]) not in PLAIN:
            return None
        end = entry.rindex(b"</")
        if entry[end + 2 : -1].rstrip(b" \t\n") != head[1]:
            return None
        about = self._about(head[2])
        roles = None if about is None else self._sorted(_CHILD.findall(entry, head.end(), end))
        if roles is None:
            return None
        told = "title" in roles or "text" in roles
        outline = Outline(roles=roles, about=about or None, language=self._language if told else "")
        return outline if is_usual(outline) else None

    def _space(self, name: bytes) -> str | None:
        return self._scopes.get(name.decode().rpartition(":")[0])

    def _about(self, tag: bytes) -> str | None:
        """Value of rdf:about; empty when there is none, None when there is anything else."""
        if not tag:
            return ""
        [(name, value), *others] = (_attributes(tag) or {"": ""}).items()
        prefix, _, local = name.partition(":")
        sole = local == "about" and self._scopes.get(prefix) == _RDF and not others
        return (value or None) if sole else None

    def _sorted(self, children: Sequence[Sequence[bytes]]) -> dict[str, list[_Part]] | None:
        """Sort the children by what they are; None when they are not plain."""
        roles: dict[str, list[_Part]] = {}
        rows: list[bytes] = []
        known = self._known
        for tag, name, text, quoted, row, _ in children:
            meaning = known.get(tag) or self._meaning(tag, name)
            if meaning is None:
                return None
            role, attributes = meaning
            if row:
                if role:
                    return None
                rows.append(row)
            elif role:
                roles.setdefault(role, []).append(_Part(text, quoted, attributes))
        if not _is_sound(b"\n".join([child[2] for child in children])):
            return None
        return roles if all(self._is_idle(row, roles) for row in rows) else None

    def _meaning(self, tag: bytes, name: bytes) -> _Meaning | None:
        """Tell what an element is; None when it is ill-formed or its tag changes what its text says."""
        prefix, _, local = name.decode().rpartition(":")
        space = self._scopes.get(prefix)
        own = _attributes(tag[len(name) :])
        if not name or space is None or own is None or not _TELLING.isdisjoint(own):
            return None
        if ":" in "".join(own) and not all(each.rpartition(":")[0] in self._scopes for each in own):
            return None
        meaning = role_of(space, local.lower()), own
        if len(self._known) < _MANY_TAGS:
            self._known[tag] = meaning
        return meaning

    def _is_idle(self, row: bytes, roles: dict[str, list[_Part]]) -> bool:
        """Whether a row of elements within a child is well-formed and says nothing, or only `more`."""
        for tag, name in _TAG.findall(row):
            meaning = self._known.get(tag) or self._meaning(tag, name)
            if meaning is None or not (meaning[0] in IDLE or (meaning[0] == "title" and "title" in roles)):
                return False
            if meaning[0] in MORE:
                roles.setdefault("more", [])
        return _is_sound(row) or _is_sound(_TAG.sub(b"", row))


def plain_reader(parts: Split) -> PlainReader | None:
    """Make the reader of a document's entries; None when what is around them leaves none plain."""
    outside = parts.only([])
    around = outside[len(parts.start_tag) :].replace(parts.channel, b"", 1)
    spaces = {name.decode(): uri.decode().lower() for name, uri in declared(parts.start_tag).items()}
    if b"xmlns" in around + parts.channel or _LANGUAGE.search(around):
        return None
    if not all(map(_URI.fullmatch, spaces.values())) or not read_frame(outside)[1]:
        return None
    tags = [_attributes_of(tag) for tag in (parts.channel, parts.start_tag) if b"lang" in tag]
    if None in tags:
        return None
    language = next((own[name] for own in tags if own for name in ("xml:lang", "lang") if own.get(name)), "")
    scopes = {"": "", "xml": "http://www.w3.org/xml/1998/namespace", **spaces}
    return PlainReader(scopes, language.replace("_", "-")[:35])


def base_of(parts: Split, url: str) -> str | None:
    """Give what addresses in the entries are relative to, by what encloses them; None where it is unsure."""
    for tag in (parts.start_tag, parts.channel):
        if b"base" in tag:
            own = _attributes_of(tag)
            if own is None:
                return None
            told = own.get("xml:base") or own.get("base")
            if told and not (url := absolute(url, told)):
                return None
    return url


def is_atom(parts: Split) -> bool:
    """Whether a document is Atom 1.0, where plain text is text."""
    name = parts.start_tag[1:].partition(b" ")[0].split()[0].rstrip(b">")
    prefix, _, local = name.rpartition(b":")
    return local.lower() == b"feed" and declared(parts.start_tag).get(prefix, b"").lower() == _ATOM


def _attributes_of(tag: bytes) -> Mapping[str, str] | None:
    """Attributes of a start tag; None when they are ill-formed, or names are beyond ASCII."""
    opening = _OPENING.match(_unix(tag))
    return _attributes(opening[2]) if opening else None


def _unix(data: bytes) -> bytes:
    """End lines as parsers do (XML 1.0, 2.11)."""
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


def _attributes(tag: bytes) -> Mapping[str, str] | None:
    """Attributes of a start tag, from what stands behind its name; None when they are ill-formed."""
    text = tag.decode()
    pairs = _ATTRIBUTE.findall(text)
    own = {name: double or single for name, double, single in pairs}
    if len(own) != len(pairs):
        return None
    if "\n" in text or "\t" in text:
        own = {name: value.translate(_SPREAD) for name, value in own.items()}
    if "&" not in text:
        return own
    if not all(_is_sound(value.encode(), cdata=True) for value in own.values()):
        return None
    return {name: _resolved(value) for name, value in own.items()}


def _is_sound(text: bytes, *, cdata: bool = False) -> bool:
    """Whether what stands between tags, or with `cdata` in an attribute, is well-formed."""
    if b"]]>" in text and not cdata:
        return False
    if not _UNNAMED.search(text):
        return True
    found = _REFERENCE.findall(text.decode())
    return len(found) == text.count(b"&") and all(_is_character(*numbers) for numbers in set(found))


def _is_character(decimal: str, hexadecimal: str) -> bool:
    """Whether the number of a reference names a character that XML allows (XML 1.0, 2.2); none is a name."""
    code = int(decimal or hexadecimal or "20", 10 if decimal else 16)
    return (
        code in {9, 10, 13}
        or 0x20 <= code < 0xD800  # noqa: PLR2004 # as there
        or 0xE000 <= code < 0xFFFE  # noqa: PLR2004
        or 0x10000 <= code < 0x110000  # noqa: PLR2004
    )


def _resolved(text: str) -> str:
    """Put characters in the place of references."""
    if "&" not in text:
        return text
    if "&#" in text:
        return _REFERENCE.sub(_character, text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&apos;", "'")
    return text.replace("&amp;", "&")


def _character(reference: re.Match[str]) -> str:
    if reference[1]:
        return chr(int(reference[1]))
    if reference[2]:
        return chr(int(reference[2], 16))
    return _CHARACTERS[reference[0]]
