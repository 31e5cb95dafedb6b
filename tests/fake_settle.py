"""Answers to "which of these is it?" that a test can choose."""

from collections.abc import Callable, Sequence

from feeds.model import Candidate, Identity, Related, Relation
from tests.builders import a_relation

Answer = tuple[Candidate, Related] | None


def strangers(_identity: Identity, _candidates: Sequence[Candidate]) -> Answer:
    """Nothing is related to anything."""
    return None


def always(relation: Relation) -> Callable[[Identity, Sequence[Candidate]], Answer]:
    """Make an answer: the candidate stored first relates like this."""

    def settle(_identity: Identity, candidates: Sequence[Candidate]) -> Answer:
        return min(candidates, key=lambda each: each.item_id), a_relation(relation)

    return settle


def twins(identity: Identity, candidates: Sequence[Candidate]) -> Answer:
    """Equal fingerprints are the same item, others strangers."""
    same = [each for each in candidates if each.fingerprint == identity.fingerprint]
    return (same[0], a_relation()) if same else None


class Asked:
    """Remembers what it was asked; the answer is always no."""

    def __init__(self) -> None:
        self.ids: list[set[int]] = []

    def settle(self, _identity: Identity, candidates: Sequence[Candidate]) -> Answer:
        """Note the ids of the candidates."""
        self.ids.append({each.item_id for each in candidates})
        return None
