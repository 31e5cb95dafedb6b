"""Which items make one article, and which one story: a pure function of items, links and rulings.

Nothing here knows in which order items came. Copies are joined first: they are one text however many
sites carry it. Texts are then joined by average linkage: two groups become one as long as the mean of all
pairs between them is at least `ENOUGH`; a pair that has nothing to do with each other counts as 0, one that
was nearly related as what it has. So a round-up that is related to two events does not make them one, and
a report that one of three others just misses still joins.
"""

import heapq
from collections.abc import Iterable, Sequence
from typing import Final

from feeds.model.value import Value

ENOUGH: Final = 0.5
"""Least mean likeness of two groups that become one story: more than half of their pairs are related."""

SAME_ITEM, SAME_ARTICLE, SAME_STORY, NEARLY = 0, 1, 2, 3
"""Relations as numbers, closest first; `NEARLY` joins nothing by itself, it only counts in the mean."""

Pair = tuple[int, int]


class Link(Value, frozen=True, kw_only=True):
    """Two related items; `score` from 0 to 1."""

    one: int
    other: int
    relation: int
    score: float


class Rulings(Value, frozen=True, kw_only=True):
    """Pairs that the operator joined or parted."""

    together: frozenset[Pair] = frozenset()
    apart: frozenset[Pair] = frozenset()


class Grouping(Value, frozen=True, kw_only=True):
    """The result: stories as tuples of items, first one first, and for each copy the item it copies."""

    stories: tuple[tuple[int, ...], ...]
    roots: dict[int, int]
    """Item -> first item of its article; an item without copies is its own."""


def group(items: Sequence[int], links: Sequence[Link], rulings: Rulings) -> Grouping:
    """Group items into articles and stories. `items` stand in their own order: earliest published first."""
    place = {item: at for at, item in enumerate(items)}
    joined = _Joined(place, rulings.apart)
    for one, other in sorted(rulings.together, key=lambda pair: sorted((place[pair[0]], place[pair[1]]))):
        joined.join(one, other)
    copies = [link for link in links if link.relation < SAME_STORY]
    copies.sort(key=lambda link: (link.relation, -link.score, *sorted((place[link.one], place[link.other]))))
    article = _Joined(place, rulings.apart)
    for link in copies:
        if joined.join(link.one, link.other):
            article.join(link.one, link.other)
    _link_groups(joined, [link for link in links if link.relation >= SAME_STORY])
    return Grouping(
        stories=tuple(tuple(joined.members[head]) for head in sorted(joined.members, key=place.__getitem__)),
        roots={item: article.head(item) for item in items},
    )


class _Joined:
    """Disjoint groups, each named by its first item; groups that the operator parted never meet."""

    def __init__(self, place: dict[int, int], apart: Iterable[Pair]) -> None:
        self._place = place
        self._head = {item: item for item in place}
        self.members = {item: [item] for item in place}
        self._apart: dict[int, set[int]] = {}
        for one, other in apart:
            self._apart.setdefault(one, set()).add(other)
            self._apart.setdefault(other, set()).add(one)

    def head(self, item: int) -> int:
        """Return the first item of a group."""
        return self._head[item]

    def place(self, item: int) -> int:
        """Return where an item stands in the order of all."""
        return self._place[item]

    def parted(self, one: int, other: int) -> bool:
        """Say whether the operator keeps two groups apart."""
        if not self._apart:
            return False
        others = set(self.members[other])
        return any(not others.isdisjoint(self._apart.get(item, ())) for item in self.members[one])

    def join(self, one: int, other: int) -> bool:
        """Make the groups of two items one; False when they must stay apart."""
        first, second = sorted((self._head[one], self._head[other]), key=self._place.__getitem__)
        if first == second:
            return True
        if self.parted(first, second):
            return False
        moved = self.members.pop(second)
        self.members[first] = sorted(self.members[first] + moved, key=self._place.__getitem__)
        for item in moved:
            self._head[item] = first
        return True


def _link_groups(joined: _Joined, links: Sequence[Link]) -> None:
    """Join groups of copies by average linkage; the surest first, equally sure ones by their order.

    At least one pair between two groups must be related: near misses alone join nothing.
    """
    sums: dict[int, dict[int, float]] = {}
    related: dict[int, set[int]] = {}
    for link in links:
        one, other = joined.head(link.one), joined.head(link.other)
        if one == other:
            continue
        for here, there in ((one, other), (other, one)):
            known = sums.setdefault(here, {})
            known[there] = max(known.get(there, 0.0), link.score)
            if link.relation == SAME_STORY:
                related.setdefault(here, set()).add(there)
    texts = dict.fromkeys(sums, 1)
    pairs = {_ordered(one, other, joined) for one, others in sums.items() for other in others}
    heap = [_entry(joined, texts, pair, sums[pair[0]][pair[1]]) for pair in pairs]
    heapq.heapify(heap)
    while heap:
        likeness, _, _, first, second, at_first, at_second = heapq.heappop(heap)
        if texts.get(first) != at_first or texts.get(second) != at_second:
            continue  # one of them has grown since: what holds now stands elsewhere in the heap
        if -likeness < ENOUGH or second not in related.get(first, ()) or not joined.join(first, second):
            continue
        texts[first] += texts.pop(second)
        _take_over(sums, related, first, second)
        for third, score in sums[first].items():
            heapq.heappush(heap, _entry(joined, texts, _ordered(first, third, joined), score))


def _take_over(
    sums: dict[int, dict[int, float]], related: dict[int, set[int]], first: int, second: int
) -> None:
    """Give what the second group has to do with others to the first."""
    for third, score in sums.pop(second).items():
        del sums[third][second]
        if third != first:
            sums[first][third] = sums[third][first] = sums[first].get(third, 0.0) + score
    for third in related.pop(second, ()):
        related[third].discard(second)
        if third != first:
            related[third].add(first)
            related.setdefault(first, set()).add(third)


def _entry(
    joined: _Joined, texts: dict[int, int], pair: Pair, score: float
) -> tuple[float, int, int, int, int, int, int]:
    first, second = pair
    likeness = round(score / (texts[first] * texts[second]), 9)  # sums of floats depend on their order
    places = joined.place(first), joined.place(second)
    return (-likeness, *places, first, second, texts[first], texts[second])


def _ordered(one: int, other: int, joined: _Joined) -> Pair:
    return (one, other) if joined.place(one) < joined.place(other) else (other, one)
