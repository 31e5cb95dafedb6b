"""What a short reading needs of an entry, and the entry made from it.

What matters to tell an entry from others (guid, link, title, date) is read by feedparser's own rules.
`feeds.intake.light` finds the parts in a tree, `feeds.intake.plain` in the bytes.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from html import escape
from typing import Protocol
from urllib.parse import urljoin

from feeds.intake.dates import parse_date
from feeds.intake.links import absolute, cut, is_plain
from feeds.intake.mapping import MAX_GUID, MAX_LINE, MAX_LIST, MAX_TEXT, MAX_TITLE, is_marked, text_as_markup
from feeds.later import late_pattern
from feeds.model.entry import Entry
from feeds.model.value import Value
from feeds.references import CP1252, unescape

MAX_SHORT = 500
_LOOKED_AT = 1_500
"""Characters of a body from which the short text is made."""

_SINGLE = frozenset(("guid", "original", "published", "created", "updated", "language"))
_HTML = frozenset(("html", "text/html", "application/xhtml+xml", "xhtml"))
_TITLE_TYPES = frozenset(("", "text", "plain", "html", "text/html", "text/plain"))
_TEXT_TYPES = _TITLE_TYPES | _HTML
_FIX_SLASHES = late_pattern(r"^([A-Za-z][A-Za-z0-9+-.]*://)(/*)(.*?)")
_FIX_REFERENCES = late_pattern(r"&([A-Za-z0-9_]+);")
_OPEN_TAG = re.compile(r"<[A-Za-z/!][^<>]*\Z")
_TAG = re.compile(r"<[^<>]*>")
_INLINE = late_pattern(
    r"</?(?:a|abbr|b|cite|code|del|em|font|i|ins|mark|q|s|small|span|strike|strong|sub|sup|tt|u)(?=[\s>])[^<>]*>",
    re.IGNORECASE,
)
"""Tags that do not part words."""
_STRAY = re.compile(r"[\x80-\x9f]")


class Part(Protocol):
    """An element of an entry."""

    def text(self) -> str:
        """All text inside it, stripped."""
        ...

    @property
    def attributes(self) -> Mapping[str, str]:
        """Attributes by name, those without namespace as they are written."""
        ...


class Outline(Value, frozen=True, kw_only=True):
    """An entry's children by what they are. Makers: `light`, `plain`. Taker: `entry_of`."""

    roles: Mapping[str, Sequence[Part]]
    about: str | None
    """rdf:about of the entry."""
    language: str
    """As declared on the title or a text, or on what is around them."""


def is_usual(outline: Outline) -> bool:
    """Tell whether our few rules surely give what feedparser's many would, as far as the parts tell."""
    roles = outline.roles
    for role, parts in roles.items():
        if role == "odd" or (len(parts) > 1 and role in _SINGLE):
            return False
    if outline.about is not None and "guid" in roles:
        return False
    own = roles["title"][0].attributes if "title" in roles else {}
    if own and not (own.get("type", "").lower() in _TITLE_TYPES and "mode" not in own):
        return False
    return not any(part.attributes and _is_coded(part.attributes) for part in roles.get("text", ()))


def _is_coded(own: Mapping[str, str]) -> bool:
    """Whether a text is written in base64: feedparser takes it so where the type is none of text."""
    kind = own.get("type", "").lower()
    told = kind in _TEXT_TYPES or kind.startswith("text/") or kind.endswith(("+xml", "/xml"))
    return not told or own.get("mode") == "base64"


def entry_of(  # noqa: PLR0913 # what the document adds to an entry
    outline: Outline,
    *,
    url: str,
    now: datetime | None,
    atom: bool,
    strict: bool = True,
    raw_hash: bytes = b"",
    dull: bool = False,
    whole: bool = False,
) -> Entry | None:
    """Make the entry; `atom` says that plain text is text.

    `strict`: None when its title is empty or its link unclear. `whole`: with all of its texts and its
    categories, as found.
    """
    roles = outline.roles
    guid = _guid(outline, url)
    link = _link(roles, url) or absolute("", guid)
    title = _title(roles, atom=atom)
    if strict and ((not link and "link" in roles) or (not title and "title" in roles)):
        return None
    language = outline.language or _last(roles, "language")[:35]
    updated_raw = _last(roles, "updated")
    published_raw = _last(roles, "published") or _last(roles, "created") or updated_raw
    published = parse_date(published_raw, language=language, now=now)
    return Entry(
        guid=cut(guid, MAX_GUID),
        link=link,
        title=title,
        summary=_summary(roles) if whole else _short(roles),
        content=_content(roles) if whole else "",
        categories=_categories(roles) if whole else (),
        published=published,
        updated=published
        if updated_raw == published_raw
        else (parse_date(updated_raw, language=language, now=now) if updated_raw else None),
        published_raw=published_raw[:MAX_LINE],
        language=language,
        raw_hash=raw_hash,
        original_link=_original(roles, url),
        light=True,
        dull=dull,
        weighed=dull and whole,
    )


def _title(roles: Mapping[str, Sequence[Part]], *, atom: bool) -> str:
    if "title" not in roles:
        return ""
    title = roles["title"][0]
    plain = atom and title.attributes.get("type", "text").lower() in {"text", "text/plain", "plain"}
    return cut(text_as_markup(_mended(title.text()), plain=plain), MAX_TITLE)


def _guid(outline: Outline, url: str) -> str:
    """Find the id, resolved as feedparser does."""
    if "guid" not in outline.roles:
        return outline.about or ""
    part = outline.roles["guid"][-1]
    text = part.text()
    if not text or not _is_link(part) or is_plain(text):
        return _mended(text)
    return _mended(_resolve(url, text))


def _is_link(guid: Part) -> bool:
    """Whether an id is an address; the name of the attribute is written in many ways."""
    told = [value for name, value in guid.attributes.items() if name.lower() == "ispermalink"]
    return not told or told[-1] == "true"


def _link(roles: Mapping[str, Sequence[Part]], url: str) -> str:
    """Find where the last link to the entry itself leads."""
    for part in reversed(roles.get("link", ())):
        own = part.attributes
        target = own.get("href") or own.get("url") or own.get("uri")
        if target is None:
            text = part.text()
            return text if is_plain(text) else absolute(url, _mended(_link_text(text, url)))
        if own.get("rel", "alternate").lower() == "alternate" and own.get("type", "html").lower() in _HTML:
            return target if is_plain(target) else absolute(url, _mended(_resolve(url, target)))
    return ""


def _link_text(text: str, url: str) -> str:
    """Resolve a link that is written as text, with references that are left in it."""
    text = _resolve(url, text) if text else ""
    return _FIX_REFERENCES.sub(r"&\g<1>", text.replace("&amp;", "&"))


def _original(roles: Mapping[str, Sequence[Part]], url: str) -> str:
    """Find where a wrapper's link really goes."""
    if "original" in roles and (original := absolute(url, _last(roles, "original"))):
        return original
    for part in roles.get("link", ()):
        if part.attributes.get("rel") == "canonical":
            return absolute(url, part.attributes.get("href", ""))
    return ""


def _resolve(base: str, address: str) -> str:
    try:
        return urljoin(base, _FIX_SLASHES.sub(r"\1\3", address))
    except ValueError:
        return ""


def _mended(text: str) -> str:
    """Put right UTF-8 that was taken for latin-1 and encoded again, and stray windows-1252."""
    if text.isascii():
        return text
    with suppress(UnicodeEncodeError, UnicodeDecodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(CP1252) if _STRAY.search(text) else text


def _last(roles: Mapping[str, Sequence[Part]], role: str) -> str:
    return _mended(roles[role][-1].text()) if role in roles else ""


def _texts(roles: Mapping[str, Sequence[Part]]) -> list[str]:
    return [cut(text, MAX_TEXT) for part in roles.get("text", ()) if (text := _mended(part.text()))]


def _summary(roles: Mapping[str, Sequence[Part]]) -> str:
    return min(_texts(roles), key=len, default="")


def _content(roles: Mapping[str, Sequence[Part]]) -> str:
    texts = _texts(roles)
    return max(texts, key=len) if len(texts) > 1 else ""


def _categories(roles: Mapping[str, Sequence[Part]]) -> tuple[str, ...]:
    """Take the names of the categories; each is cut, and no more than some are taken."""
    parts = roles.get("category", ())[:MAX_LIST]
    names = (part.attributes.get("term") or part.attributes.get("label") or part.text() for part in parts)
    return tuple(cut(" ".join(_mended(name).split()), MAX_LINE) for name in names if name)


def _short(roles: Mapping[str, Sequence[Part]]) -> str:
    """Take the first words of the entry's text, as HTML without tags."""
    for part in roles.get("text", ()):
        text = _mended(part.text())[:_LOOKED_AT]
        if "<" in text:
            text = _OPEN_TAG.sub("", _TAG.sub(" ", _INLINE.sub("", text)))
        if "&" in text:
            text = unescape(text)
        if text := _spaced(text):
            text = text[:MAX_SHORT]
            return escape(text, quote=False) if is_marked(text) else text
    return ""


def _spaced(text: str) -> str:
    """Put one space in the place of blanks of any kind."""
    return " ".join(text.split())
