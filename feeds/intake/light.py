"""Entries read cheaply, from a tree instead of through feedparser.

For entries without a word of the topic, and for those that feedparser would choke on. `strict` entries
that use anything unusual come back as None and take the long way.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from feeds.intake.links import absolute
from feeds.intake.nodes import is_element, name_of, text_of
from feeds.intake.outline import Outline, entry_of, is_usual
from feeds.intake.roles import IDLE, MORE, PLAIN, role_of
from feeds.intake.tree import Branch, read_tree
from feeds.model.entry import Entry

_XML = "{http://www.w3.org/XML/1998/namespace}"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


class _Part(NamedTuple):
    """An element of the tree."""

    node: Branch

    def text(self) -> str:
        return text_of(self.node)

    @property
    def attributes(self) -> dict[str, str]:
        return {str(name): str(value) for name, value in self.node.attrib.items()}


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
    return tuple(_entry(node, url=url, now=now, atom=atom, strict=strict) for node in _entries(root))


def outlines(data: bytes) -> tuple[Outline | None, ...]:
    """Give the outlines of all entries of a document, None for unusual ones; none if it is ill-formed."""
    root, wellformed = read_tree(data)
    if root is None or not wellformed:
        return ()
    return tuple(_usual_outline(node) for node in _entries(root))


def _entries(root: Branch) -> Iterator[Branch]:
    stack = [root]
    while stack:
        node = stack.pop()
        space, local = name_of(node)
        if local in {"item", "entry"} and space in PLAIN:
            yield node
        else:
            stack.extend(child for child in reversed(node) if is_element(child))


def _entry(node: Branch, *, url: str, now: datetime | None, atom: bool, strict: bool) -> Entry | None:
    outline = _usual_outline(node) if strict else _outline(node, _roles(node))
    return entry_of(outline, url=_base(node, url), now=now, atom=atom, strict=strict) if outline else None


def _base(node: Branch, url: str) -> str:
    """Give what addresses in an entry are relative to: xml:base, of elements around it too."""
    for place in (*reversed(list(node.iterancestors())), node):
        url = absolute(url, place.get(f"{_XML}base") or place.get("base") or "") or url
    return url


def _usual_outline(node: Branch) -> Outline | None:
    roles = _roles(node)
    if not _is_flat(node, roles):
        return None
    outline = _outline(node, roles)
    return outline if is_usual(outline) else None


def _outline(node: Branch, roles: dict[str, list[Branch]]) -> Outline:
    return Outline(
        roles={role: [_Part(part) for part in parts] for role, parts in roles.items()},
        about=node.get(_ABOUT),
        language=_language(roles),
    )


def _roles(node: Branch) -> dict[str, list[Branch]]:
    """Sort the entry's children by what they are, in document order."""
    roles: dict[str, list[Branch]] = {}
    for child in node:
        if is_element(child) and (role := role_of(*name_of(child))):
            roles.setdefault(role, []).append(child)
    return roles


def _is_flat(node: Branch, roles: dict[str, list[Branch]]) -> bool:
    """Tell whether nothing inside the parts, and no base, changes what they say."""
    titles = roles.get("title", [])
    if titles and len(titles[0]):
        return False
    for part in (*roles.get("guid", ()), *roles.get("link", ())):
        if len(part) or part.get("base") is not None or part.get(f"{_XML}base") is not None:
            return False
    if any(len(part) for role in ("published", "created", "updated") for part in roles.get(role, ())):
        return False
    return _is_shallow(node, roles)


def _is_shallow(node: Branch, roles: dict[str, list[Branch]]) -> bool:
    """No attribute, and no element deeper down, changes what the entry's own children say but for `more`."""
    if any(node.get(attribute) is not None for attribute in ("base", f"{_XML}base", "lastmod", "href")):
        return False
    for child in node:
        for deeper in child.iterdescendants() if len(child) else ():
            role = role_of(*name_of(deeper))  # of references, which are nodes too, both names are empty
            if role not in IDLE and (role != "title" or "title" not in roles):
                return False
            if role in MORE:
                roles.setdefault("more", [])
    return True


def _language(roles: dict[str, list[Branch]]) -> str:
    for up in (*roles.get("title", ())[:1], *roles.get("text", ())[:2]):
        for place in (up, *up.iterancestors()):
            if own := place.get(f"{_XML}lang") or place.get("lang"):
                return str(own).replace("_", "-")[:35]
    return ""
