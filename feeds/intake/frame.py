"""What is around the entries of a feed, as a tree: by expat where that is exact, or else by lxml.

Most feeds are well-formed. To load lxml costs a short round more than all else it does with them, and what
expat takes for well-formed, libxml2 does too, but for what is left to it here.
"""

import re
from functools import lru_cache
from xml.etree import ElementTree as ET

from feeds.intake.nodes import Node

_MOST_BYTES = 32_768
"""Of what is read here: no name or text in it is too long for libxml2."""
_MOST_ENDS = 250
"""End tags: of what has no more, nothing is nested deeper than libxml2 goes."""
_DECLARED = re.compile(
    rb"""xmlns(?::[\w.-]+)?\s*=\s*(["'])(?:https?://[\w.-]+(?:/[\w/.~-]*)?#?|[a-z]+(?:-[a-z]+)*:[a-z][a-z0-9:.-]*)\1"""
)
"""Namespaces that libxml2 does not warn of."""


def read_frame(data: bytes) -> tuple[Node | None, bool]:
    """Parse `data` (UTF-8, no DTD) as `tree.read_tree` does: its root, and whether it was well-formed."""
    root = _quick(data) if len(data) <= _MOST_BYTES else None
    if root is not None:
        return root, True
    from feeds.intake.tree import read_tree  # noqa: PLC0415 # loads lxml, which most feeds do not need

    return read_tree(data)


@lru_cache(maxsize=8)  # it is asked for twice in a row, by each of some threads
def _quick(data: bytes) -> Node | None:
    """Parse by expat; None for what is ill-formed, or might be so to libxml2."""
    if data.count(b"</") > _MOST_ENDS or _may_warn(data):
        return None
    parser = ET.XMLParser(encoding="utf-8")  # noqa: S314 # no DTD, so no entities to expand
    try:
        return ET.XML(data, parser)
    except ET.ParseError:
        return None


def _may_warn(data: bytes) -> bool:
    """Whether libxml2 may warn where expat says nothing: of instructions, XML's own names, namespaces."""
    return (
        b"<?" in data
        or data.count(b"<!") > data.count(b"<!--") + data.count(b"<![CDATA[")
        or data.count(b"xml:") > data.count(b"xml:lang") + data.count(b"xml:base")
        or data.count(b"xmlns") > len(_DECLARED.findall(data))
    )
