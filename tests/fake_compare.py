"""Answers to "how do these two relate?" that a test can choose. All are symmetric, as the real one is."""

from collections.abc import Callable

from feeds.model import Related, Relation
from tests.builders import a_relation

Answer = Callable[[bytes, bytes], Related]

_DIFFERENT = Related(relation=Relation.DIFFERENT, score=1.0, reasons=())


def strangers(_a: bytes, _b: bytes) -> Related:
    """Nothing is related to anything."""
    return _DIFFERENT


def always(relation: Relation) -> Answer:
    """Make an answer: any two items relate like this."""
    return lambda _a, _b: a_relation(relation)


def twins(a: bytes, b: bytes) -> Related:
    """Equal fingerprints are the same item, others strangers."""
    return a_relation() if a == b else _DIFFERENT


class Asked:
    """Remembers which fingerprints it was asked about; the answer is always no."""

    def __init__(self) -> None:
        self.others: set[bytes] = set()

    def compare(self, _a: bytes, b: bytes) -> Related:
        """Note what the item was compared with."""
        self.others.add(b)
        return _DIFFERENT
