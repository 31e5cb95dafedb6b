"""Entries read cheaply, from a tree instead of through feedparser.

For entries without a word of the topic, and for those that feedparser would choke on. What matters to tell
an entry from others (guid, link, title, date) is read by feedparser's own rules, or not at all:
`strict` entries that use anything unusual come back as None and take the long way.
"""

import re
from contextlib import suppress
from datetime import datetime
from html import escape, unescape
from urllib.parse import urljoin

from feeds.intake.dates import parse_date
from feeds.intake.links import absolute, cut, is_plain
from feeds.intake.mapping import MAX_GUID, MAX_LINE, MAX_TITLE, text_as_markup
from feeds.intake.tree import Node, is_element, name_of, read_tree, text_of
from feeds.model.entry import Entry

MAX_SHORT = 500
_LOOKED_AT = 1_500
"""Characters of a body from which the short text is made."""

_DC = "http://purl.org/dc/elements/1.1/"
_DCTERMS = "http://purl.org/dc/terms/"
_MEDIA = ("http://search.yahoo.com/mrss/", "http://search.yahoo.com/mrss")
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_PLAIN = frozenset(
    (
        "",
        "http://purl.org/rss/1.0/",
        "http://www.w3.org/2005/atom",
        "http://purl.org/atom/ns#",
        "http://my.netscape.com/rdf/simple/0.9/",
        "http://purl.org/rss/1.0/modules/rss091#",
    )
)
_XML = "{http://www.w3.org/XML/1998/namespace}"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_ROLES = {
    ("", "title"): "title",
    (_DC, "title"): "title",
    ("", "link"): "link",
    ("", "guid"): "guid",
    ("", "id"): "guid",
    ("", "pubdate"): "published",
    ("", "published"): "published",
    ("", "issued"): "published",
    (_DCTERMS, "issued"): "published",
    ("", "created"): "created",
    (_DCTERMS, "created"): "created",
    ("", "updated"): "updated",
    ("", "modified"): "updated",
    ("", "lastbuilddate"): "updated",
    (_DC, "date"): "updated",
    (_DCTERMS, "modified"): "updated",
    ("", "description"): "text",
    ("", "summary"): "text",
    ("", "content"): "text",
    (_DC, "description"): "text",
    (_CONTENT, "encoded"): "text",
    ("", "source"): "odd",
    ("", "image"): "odd",
    ("", "textinput"): "odd",
    (_DC, "language"): "language",
    ("", "language"): "language",
} | {(space, "title"): "title" for space in _MEDIA}
_SINGLE = ("guid", "published", "created", "updated", "odd", "language")
_HTML = frozenset(("html", "text/html", "application/xhtml+xml", "xhtml"))
_TITLE_TYPES = frozenset(("", "text", "plain", "html", "text/html", "text/plain"))
_FIX_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)(/*)(.*?)")
_FIX_REFERENCES = re.compile(r"&([A-Za-z0-9_]+);")
_OPEN_TAG = re.compile(r"<[A-Za-z/!][^<>]*\Z")
_TAG = re.compile(r"<[^<>]*>")
_UNDEFINED = {0x81, 0x8D, 0x8F, 0x90, 0x9D}
_CP1252 = {code: bytes((code,)).decode("cp1252") for code in range(0x80, 0xA0) if code not in _UNDEFINED}


def read_light(
    data: bytes, *, url: str, now: datetime | None = None, strict: bool = True
) -> tuple[Entry | None, ...]:
    """Read all entries of a document (UTF-8, no DTD), in order.

    `strict` gives None for each entry whose guid, link, title or date feedparser might see differently,
    and nothing at all for a document that is not well-formed; otherwise the best is made of everything.
    Linear.
    """
    root, wellformed = read_tree(data)
    if root is None or (strict and not wellformed):
        return ()
    atom = name_of(root) == ("http://www.w3.org/2005/atom", "feed")
    found = []
    stack = [root]
    while stack:
        node = stack.pop()
        space, local = name_of(node)
        if local in {"item", "entry"} and space in _PLAIN:
            found.append(_entry(node, url=url, now=now, atom=atom, strict=strict))
        else:
            stack.extend(child for child in reversed(node) if is_element(child))
    return tuple(found)


def _entry(node: Node, *, url: str, now: datetime | None, atom: bool, strict: bool) -> Entry | None:
    roles = _roles(node)
    if strict and not _usual(node, roles):
        return None
    guid = _guid(node, roles, url)
    link = _link(roles, url) or absolute("", guid)
    if strict and not link and "link" in roles:
        return None
    language = _language(roles)
    dates = {key: _last(roles, key) for key in ("published", "created", "updated")}
    published_raw = dates["published"] or dates["created"] or dates["updated"]
    published = parse_date(published_raw, language=language, now=now)
    titles = roles.get("title", [])
    plain = atom and bool(titles) and titles[0].get("type", "text").lower() in {"text", "text/plain", "plain"}
    return Entry(
        guid=cut(guid, MAX_GUID),
        link=link,
        title=cut(text_as_markup(_mended(text_of(titles[0])) if titles else "", plain=plain), MAX_TITLE),
        summary=_short(roles),
        published=published,
        updated=published
        if dates["updated"] == published_raw
        else parse_date(dates["updated"], language=language, now=now),
        published_raw=published_raw[:MAX_LINE],
        language=language,
        light=True,
    )


def _roles(node: Node) -> dict[str, list[Node]]:
    """Sort the entry's children by what they are, in document order."""
    roles: dict[str, list[Node]] = {}
    for child in node:
        if is_element(child):
            space, local = name_of(child)
            if role := _ROLES.get(("" if space in _PLAIN else space, local)):
                roles.setdefault(role, []).append(child)
    return roles


def _usual(node: Node, roles: dict[str, list[Node]]) -> bool:
    """Tell whether our few rules surely give what feedparser's many would."""
    if any(len(roles.get(role, ())) > 1 for role in _SINGLE) or "odd" in roles:
        return False
    if _ABOUT in node.attrib and "guid" in roles:
        return False
    titles = roles.get("title", [])
    if titles and (not text_of(titles[0]) or len(titles[0]) or not _plain_title(titles[0])):
        return False
    for part in (*roles.get("guid", ()), *roles.get("link", ())):
        if len(part) or part.get("base") is not None or part.get(f"{_XML}base") is not None:
            return False
    if any(len(part) for role in ("published", "created", "updated") for part in roles.get(role, ())):
        return False
    return _shallow(node, title_seen=bool(titles))


def _plain_title(title: Node) -> bool:
    return title.get("type", "").lower() in _TITLE_TYPES and title.get("mode") is None


def _shallow(node: Node, *, title_seen: bool) -> bool:
    """No attribute, and no element deeper down, changes what the entry's own children say."""
    if any(node.get(attribute) is not None for attribute in ("base", f"{_XML}base", "lastmod", "href")):
        return False
    for child in node:
        for deeper in child.iterdescendants() if len(child) else ():
            role = _deep_role(deeper)
            if role and (role != "title" or not title_seen):
                return False
    return True


def _deep_role(node: Node) -> str:
    space, local = name_of(node)  # of references, which are nodes too, both are empty
    role = _ROLES.get(("" if space in _PLAIN else space, local), "")
    return "" if role in {"text", "language"} else role


def _guid(node: Node, roles: dict[str, list[Node]], url: str) -> str:
    """Find the id, resolved as feedparser does."""
    for part in roles.get("guid", [])[-1:]:
        text = text_of(part)
        attributes = {key.lower(): value for key, value in part.attrib.items()}
        is_link = attributes.get("ispermalink", "true") == "true"
        return _mended(_resolve(url, text) if is_link and text else text)
    return str(node.get(_ABOUT, ""))


def _link(roles: dict[str, list[Node]], url: str) -> str:
    link = ""
    for part in roles.get("link", []):
        target = part.get("href") or part.get("url") or part.get("uri")
        if target is None:
            text = _resolve(url, text_of(part)) if text_of(part) else ""
            link = _FIX_REFERENCES.sub(r"&\g<1>", text.replace("&amp;", "&"))
        elif (
            part.get("rel", "alternate").lower() == "alternate" and part.get("type", "html").lower() in _HTML
        ):
            link = _resolve(url, target)
    return absolute(url, _mended(link))


def _resolve(base: str, address: str) -> str:
    if is_plain(address):
        return address
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
    return text.translate(_CP1252)


def _last(roles: dict[str, list[Node]], role: str) -> str:
    parts = roles.get(role, [])
    return _mended(text_of(parts[-1])) if parts else ""


def _language(roles: dict[str, list[Node]]) -> str:
    for up in (*roles.get("title", ())[:1], *roles.get("text", ())[:2]):
        for place in (up, *up.iterancestors()):
            if own := place.get(f"{_XML}lang") or place.get("lang"):
                return str(own).replace("_", "-")[:35]
    return _last(roles, "language")[:35]


def _short(roles: dict[str, list[Node]]) -> str:
    """Take the first words of the entry's text, as HTML without tags."""
    for part in roles.get("text", []):
        text = _TAG.sub(" ", text_of(part)[:_LOOKED_AT])
        text = " ".join(unescape(_OPEN_TAG.sub("", text)).split())
        if text:
            return escape(text[:MAX_SHORT], quote=False)
    return ""
