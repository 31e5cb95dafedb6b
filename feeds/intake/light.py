"""Entries read cheaply, from a tree instead of through feedparser.

For entries without a word of the topic, and for those that feedparser would choke on. What matters to tell
an entry from others (guid, link, title, date) is read by feedparser's own rules, or not at all:
`strict` entries that use anything unusual come back as None and take the long way.
"""

import re
from datetime import datetime
from html import escape, unescape
from urllib.parse import urljoin

from feeds.intake.dates import parse_date
from feeds.intake.links import absolute, cut
from feeds.intake.mapping import MAX_GUID, MAX_LINE, MAX_TITLE, text_as_markup
from feeds.intake.tree import Node, name_of, read_tree, text_of
from feeds.model.entry import Entry

MAX_SHORT = 500
_LOOKED_AT = 4_000
"""Characters of a body from which the short text is made."""

_DC = "http://purl.org/dc/elements/1.1/"
_DCTERMS = "http://purl.org/dc/terms/"
_MEDIA = ("http://search.yahoo.com/mrss/", "http://search.yahoo.com/mrss")
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_PLAIN = frozenset(
    ("", "http://purl.org/rss/1.0/", "http://www.w3.org/2005/atom", "http://purl.org/atom/ns#")
    + ("http://my.netscape.com/rdf/simple/0.9/", "http://purl.org/rss/1.0/modules/rss091#")
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
_TAG = re.compile(r"<[^<>]*>")
_CP1252 = {
    code: bytes((code,)).decode("cp1252", "replace")
    for code in range(0x80, 0xA0)
    if code not in {129, 141, 143, 144, 157}
}


def read_light(
    data: bytes, *, url: str, now: datetime | None = None, strict: bool = True
) -> tuple[Entry | None, ...]:
    """Read all entries of a document (UTF-8, no DTD), in order.

    `strict` gives None for each entry whose guid, link, title or date feedparser might see differently, and nothing at
    all for a document that is not well-formed; otherwise the best is made of everything. Linear.
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
            stack.extend(child for child in reversed(node) if isinstance(child.tag, str))
    return tuple(found)


def _entry(node: Node, *, url: str, now: datetime | None, atom: bool, strict: bool) -> Entry | None:
    roles = _roles(node)
    if strict and not _usual(node, roles):
        return None
    guid, is_link = _guid(node, roles, url)
    link = _link(roles, url) or (absolute(url, guid) if is_link else "")
    if strict and not link:
        return None
    language = _language(node, roles)
    dates = {key: _last(roles, key) for key in ("published", "created", "updated")}
    published_raw = dates["published"] or dates["created"] or dates["updated"]
    titles = roles.get("title", [])
    plain = atom and bool(titles) and titles[0].get("type", "text").lower() in {"text", "text/plain", "plain"}
    return Entry(
        guid=cut(guid, MAX_GUID),
        link=link,
        title=cut(text_as_markup(_mended(text_of(titles[0])) if titles else "", plain=plain), MAX_TITLE),
        summary=_short(roles),
        published=parse_date(published_raw, language=language, now=now),
        updated=parse_date(dates["updated"], language=language, now=now),
        published_raw=published_raw[:MAX_LINE],
        language=language,
        light=True,
    )


def _roles(node: Node) -> dict[str, list[Node]]:
    """The entry's children by what they are, in document order."""
    roles: dict[str, list[Node]] = {}
    for child in node:
        if isinstance(child.tag, str):
            space, local = name_of(child)
            if role := _ROLES.get(("" if space in _PLAIN else space, local)):
                roles.setdefault(role, []).append(child)
    return roles


def _usual(node: Node, roles: dict[str, list[Node]]) -> bool:
    """Whether our few rules surely give what feedparser's many would."""
    if any(len(roles.get(role, ())) > 1 for role in _SINGLE) or "odd" in roles:
        return False
    titles = roles.get("title", [])
    if titles and (not text_of(titles[0]) or len(titles[0]) or not _plain_title(titles[0])):
        return False
    if any(len(part) for role in ("guid", "link", "published", "updated") for part in roles.get(role, ())):
        return False
    return _nested(node, title_seen=bool(titles)) and _ABOUT not in node.attrib or _rdf(node, roles)


def _rdf(node: Node, roles: dict[str, list[Node]]) -> bool:
    """RSS 1.0: rdf:about is the id when no element says another."""
    return _ABOUT in node.attrib and "guid" not in roles and _nested(node, title_seen="title" in roles)


def _plain_title(title: Node) -> bool:
    return title.get("type", "").lower() in _TITLE_TYPES and title.get("mode") is None


def _nested(node: Node, *, title_seen: bool) -> bool:
    """No element deeper down, and no attribute, changes what the entry's own children say."""
    for attribute in ("base", f"{_XML}base", "lastmod", "href"):
        if node.get(attribute) is not None:
            return False
    for child in node:
        if not isinstance(child.tag, str):
            return False
        if child.get("base") is not None or child.get(f"{_XML}base") is not None:
            return False
        for deeper in child.iterdescendants():
            role = isinstance(deeper.tag, str) and _deep_role(deeper)
            if role and (role != "title" or not title_seen):
                return False
    return True


def _deep_role(node: Node) -> str:
    space, local = name_of(node)
    role = _ROLES.get(("" if space in _PLAIN else space, local), "")
    return "" if role in {"text", "language"} else role


def _guid(node: Node, roles: dict[str, list[Node]], url: str) -> tuple[str, bool]:
    """The id, resolved as feedparser does, and whether it is an address by its publisher's word."""
    for part in roles.get("guid", [])[-1:]:
        text = text_of(part)
        attributes = {key.lower(): value for key, value in part.attrib.items()}
        is_link = attributes.get("ispermalink", "true") == "true"
        return _mended(_resolve(url, text) if is_link and text else text), is_link
    return node.get(_ABOUT, ""), False


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
    try:
        return urljoin(base, _FIX_SLASHES.sub(r"\1\3", address))
    except ValueError:
        return ""


def _mended(text: str) -> str:
    """UTF-8 that was taken for latin-1 and encoded again, and stray windows-1252, put right."""
    try:
        text = text.encode("iso-8859-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        pass
    return text.translate(_CP1252)


def _last(roles: dict[str, list[Node]], role: str) -> str:
    parts = roles.get(role, [])
    return _mended(text_of(parts[-1])) if parts else ""


def _language(node: Node, roles: dict[str, list[Node]]) -> str:
    up: Node | None = (roles.get("title") or [node])[0]
    while up is not None:
        own = up.get(f"{_XML}lang") or up.get("lang")
        if own:
            return own.replace("_", "-")[:35]
        up = up.getparent()
    return _last(roles, "language")[:35]


def _short(roles: dict[str, list[Node]]) -> str:
    """The first words of the entry's text, as HTML without tags."""
    for part in roles.get("text", []):
        text = _TAG.sub(" ", text_of(part)[:_LOOKED_AT])
        text = " ".join(unescape(text.rpartition("<")[0] if "<" in text[-500:] else text).split())
        if text:
            return escape(text[:MAX_SHORT], quote=False)
    return ""
