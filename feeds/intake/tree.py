"""Tolerant, bounded XML trees: the only home of lxml.

libxml2 recovers from what is ill-formed, stops at depth 256 and at texts over 10 MB, opens no
file and no address, and releases the interpreter while it parses.
"""

from collections.abc import Iterator

from lxml import etree

Node = etree._Element  # noqa: SLF001 # the stubs give the class no public name

_PARSER = {
    "recover": True,
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def read_tree(data: bytes) -> tuple[Node | None, bool]:
    """Root of `data` (UTF-8, no DTD) or None when nothing could be made of it; and whether it was well-formed."""
    parser = etree.XMLParser(encoding="utf-8", **_PARSER)
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError):
        return None, False
    return root, root is not None and not parser.error_log


def name_of(node: Node) -> tuple[str, str]:
    """Namespace and local name, both in lower case."""
    space, _, local = str(node.tag).rpartition("}")
    return space[1:].lower(), local.lower()


def children(node: Node) -> Iterator[tuple[str, str, Node]]:
    """Namespace, local name and node of each child element."""
    for child in node:
        if isinstance(child.tag, str):
            yield (*name_of(child), child)


def text_of(node: Node) -> str:
    """All text inside the element, stripped."""
    if len(node) == 0:
        return (node.text or "").strip()
    return "".join(str(part) for part in node.itertext()).strip()
