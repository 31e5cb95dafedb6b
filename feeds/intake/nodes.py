"""Elements of XML trees, whichever parser made them."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol, overload


class Node(Protocol):
    """What is asked of an element."""

    @property
    def tag(self) -> object:
        """Namespace and local name; something else for what is no element."""

    @property
    def text(self) -> str | None:
        """What stands before the first child."""

    @overload
    def get(self, key: str, /) -> str | None: ...
    @overload
    def get(self, key: str, default: str, /) -> str: ...
    def get(self, key: str, default: str | None = None, /) -> str | None:
        """Return the value of an attribute."""

    def itertext(self) -> Iterator[object]:
        """Go through all text inside."""

    def __iter__(self) -> Iterator["Node"]:
        """Go through the children."""

    def __len__(self) -> int:
        """Count the children."""


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
