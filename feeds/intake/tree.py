"""Tolerant, bounded XML trees: the only home of lxml.

libxml2 recovers from what is ill-formed, stops at depth 256 and at texts over 10 MB, opens no
file and no address, and releases the interpreter while it parses.
"""

from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

Node = etree._Element  # noqa: SLF001 # the stubs give the class no public name


def read_tree(data: bytes) -> tuple[Node | None, bool]:
    """Parse `data` (UTF-8, no DTD): its root, or None for rubbish, and whether it was well-formed."""
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError):
        return None, False
    return root, root is not None and not parser.error_log


def is_element(node: Node) -> bool:
    """Whether the node is an element; references to unknown entities are nodes too."""
    tag: object = node.tag
    return isinstance(tag, str)


def name_of(node: Node) -> tuple[str, str]:
    """Namespace and local name, both in lower case."""
    return _lowered(str(node.tag)) if is_element(node) else ("", "")


@lru_cache(maxsize=1024)
def _lowered(tag: str) -> tuple[str, str]:
    space, _, local = tag.rpartition("}")
    return space[1:].lower(), local.lower()


def children(node: Node) -> Iterator[tuple[str, str, Node]]:
    """Namespace, local name and node of each child element."""
    for child in node:
        if is_element(child):
            yield (*name_of(child), child)


def text_of(node: Node) -> str:
    """All text inside the element, stripped."""
    if len(node) == 0:
        return (node.text or "").strip()
    return "".join(str(part) for part in node.itertext()).strip()
