"""Words without which a topic keeps nothing, looked for in raw XML: what lacks them may be read lightly."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import NamedTuple

from feeds.curate import rawtext
from feeds.curate.anchors import Anchors, Signs
from feeds.curate.match import Pattern
from feeds.curate.topicfile import Concept
from feeds.model.value import Value

_LOWEST_PRIOR = 1.0
"""What a source may add before any word counts."""
_MANY = 400
"""Finds in one entry beyond which none is weighed: it is looked at as a whole."""

Places = Mapping[str, Sequence[tuple[int, int, int]]]


class Scale(Value, frozen=True, kw_only=True):
    """What decides whether an item is near. Maker: the topic."""

    start: float
    """Log-odds of an item in which nothing was found."""
    near: float
    """Probability from which an item is near."""
    most: float
    """The concepts of one group bring at most this many times the weight of the heaviest."""
    besides: float
    """What may come on top of the concepts: of the source, and of what was learned."""


class Need(NamedTuple):
    """One way to find a concept. Maker: `mentions_of`."""

    groups: frozenset[str]
    """The groups of patterns that must all be there."""
    kin: str
    """The concepts of one group together bring no more than `most` of the first of them."""
    most: float
    near: tuple[str, ...] = ()
    """Groups that must stand near each other."""
    within: int = 0
    """Words that may stand between two of them."""


class Mentions:
    """Says whether an entry might be about the topic. Safe to share between threads.

    First the words of each pattern are looked for, wherever they stand; then whether what a concept needs
    stands together, in the text as it reads without its tags.
    """

    def __init__(self, patterns: Sequence[Pattern], needs: Iterable["Need"], room: float) -> None:
        """`room`: log-odds that the concepts of an entry must be able to bring for it to matter."""
        self._needs = sorted(set(needs), key=lambda need: (len(need.near), -need.most))
        """What is told soonest first."""
        self._room = room
        groups = frozenset[str]().union(*(need.groups for need in self._needs))
        self._patterns = [pattern for pattern in patterns if pattern.group in groups]

    @cached_property
    def _signs(self) -> Signs:
        """Made at the first question: most rounds bring nothing new to ask about."""
        gates = _gates(self._heavy(), Counter(pattern.group for pattern in self._patterns))
        return Signs(pattern for pattern in self._patterns if pattern.group in gates)

    @cached_property
    def _anchors(self) -> Anchors:
        """Made when there is the first sign of the topic."""
        return Anchors(self._patterns)

    def __call__(self, entry: bytes) -> bool:
        """Never False for an entry (XML, UTF-8) that the judge may keep or call near."""
        markup = rawtext.opened(entry)
        if markup is None:
            return True  # too odd to say
        words = rawtext.words(markup)
        if not (self._signs.stand_in(words) and self._may(self._anchors.groups(words))):
            return False
        markup = rawtext.blanked(markup)
        between = rawtext.apart(markup)
        if between is None:
            return True  # too odd to say
        return self._are_near(rawtext.words(between)) or self._are_near(rawtext.words(markup))

    def _heavy(self) -> Sequence["Need"]:
        """Give the needs of which one must be met: the others do not matter, not even all together."""
        needs = sorted(self._needs, key=lambda need: need.most)
        light = bisect_left(range(len(needs)), x=True, key=lambda size: self._matter(needs[: size + 1]))
        return needs[light:]

    def _may(self, groups: AbstractSet[str]) -> bool:
        """Whether the concepts that may be found by these groups could make an entry near."""
        return self._matter(need for need in self._needs if need.groups <= groups)

    def _matter(self, needs: Iterable["Need"]) -> bool:
        """Whether concepts that are found in these ways could make an entry near."""
        most: dict[str, float] = {}
        for need in needs:
            most[need.kin] = max(need.most, most.get(need.kin, 0.0))
            if sum(most.values()) >= self._room:
                return True
        return False

    def _are_near(self, words: bytes) -> bool:
        """Whether the words that some concept wants near each other are so."""
        line = b" %b " % b" ".join(words.split())
        places = self._anchors.places(line, _MANY)
        if places is None:
            return True
        there = (need for need in self._needs if need.groups <= places.keys())
        return self._matter(need for need in there if not need.near or _is_near(need, places, line))


def _is_near(need: Need, places: Places, line: bytes) -> bool:
    """Whether words of all lists stand near one of the first list; no word is counted too much."""
    first, *others = (places[group] for group in need.near)
    reach = sum(need.within + 1 + max(width for *_, width in other) for other in others)
    return any(
        all(any(_gap(here, there, line) <= reach + here[2] for there in other) for other in others)
        for here in first
    )


def _gap(here: tuple[int, int, int], there: tuple[int, int, int], line: bytes) -> int:
    low, high = (here, there) if here[0] <= there[0] else (there, here)
    return line.count(b" ", low[1], high[0])


def _gates(needs: Sequence[Need], sizes: Mapping[str, int]) -> AbstractSet[str]:
    """Choose groups of few patterns so that each need asks for one of them."""
    gates: set[str] = set()
    while needs:
        asked = Counter(group for need in needs for group in need.groups)
        gates.add(gate := min(asked, key=lambda group: (sizes.get(group, 0) / asked[group], group)))
        needs = [need for need in needs if gate not in need.groups]
    return gates


def mentions_of(concepts: Iterable[Concept], patterns: Sequence[Pattern], scale: Scale) -> Mentions | None:
    """Make the question for `concepts` found by `patterns`; None where an item without any word is near."""
    if scale.near <= 0 or scale.start + _LOWEST_PRIOR >= (bar := math.log(scale.near / (1 - scale.near))):
        return None
    needs = (
        need._replace(kin=concept.group, most=concept.weight * scale.most)
        for concept in concepts
        if concept.weight > 0
        for need in _needs(concept)
    )
    return Mentions(patterns, needs, bar - scale.start - scale.besides)


def _needs(concept: Concept) -> Iterator[Need]:
    """Give, for each way to find `concept`, what must be there."""
    others = (*concept.needs, *concept.headline)
    if concept.named:
        yield Need(frozenset((concept.key, *others)), "", 0.0)
    if concept.near:
        groups = frozenset((*concept.near, *others))
        yield Need(groups, "", 0.0, concept.near, concept.within)
