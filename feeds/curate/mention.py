"""Words without which a topic keeps nothing, looked for in raw text: what lacks them may be read lightly."""

import math
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import filterfalse

from feeds.curate.fold import fold
from feeds.curate.match import CLITIC_SCRIPTS, Matcher, Pattern, fits
from feeds.curate.topicfile import Concept

_REMEMBER = 50_000
"""Words without a part in the topic that are kept at hand; then the memory starts afresh."""
_LOWEST_PRIOR = 1.0
"""What a source may add before any word counts."""
_SPACES = str.maketrans(
    {code: " " for code in range(128) if not chr(code).isalnum()}  # as `fold` does, but one for one: quicker
)


class Mentions:
    """Says whether a text might be about the topic. Safe to share between threads.

    Each distinct word of a text is looked up once, folded as the judge folds it; words of no pattern are
    known from then on. A text may matter when it holds all that some concept needs, in whatever order.
    """

    def __init__(self, patterns: Sequence[Pattern], needs: Iterable[frozenset[str]]) -> None:
        """`needs`: for each concept the groups of patterns without one of which it is not found."""
        self._needs = tuple(set(needs))
        self._patterns = patterns
        self._dull: set[str] = set()

    @cached_property
    def _tables(self) -> "_Tables":
        """Made at the first question: most rounds bring nothing new to ask about."""
        groups = frozenset().union(*self._needs)
        return _Tables([pattern for pattern in self._patterns if pattern.group in groups])

    def __call__(self, text: str) -> bool:
        """Never False for a text that the judge may keep or call near; markup counts as space."""
        odd = ""
        if not text.isascii():
            parts = set(text.split())
            odd = fold(" ".join(filterfalse(str.isascii, parts)))
            text = " ".join(filter(str.isascii, parts))
        words = set(text.lower().translate(_SPACES).split())
        words.update(odd.split())
        found = self._led_by(words)
        groups = self._tables.groups_inside(odd)
        if not self._matter(groups.union(pattern.group for pattern in found)):
            return False
        order = sorted(words)
        return self._matter(groups.union(pattern.group for pattern in found if _whole(pattern, words, order)))

    def _matter(self, groups: set[str]) -> bool:
        return any(map(groups.issuperset, self._needs))

    def _led_by(self, words: set[str]) -> list[Pattern]:
        """Give the patterns of which the rarest word is there."""
        dull = self._dull
        patterns: list[Pattern] = []
        for word in words - dull:
            found = self._tables.matcher.led_by(word)
            patterns += found
            if not found:
                if len(dull) >= _REMEMBER:
                    dull = self._dull = set()
                dull.add(word)
        return patterns


class _Tables:
    """The patterns made ready: those of words, and those of scripts without spaces."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self.matcher = Matcher(pattern for pattern in patterns if not pattern.unspaced)
        self._inside: dict[str, set[str]] = {}
        for pattern in patterns:
            if pattern.unspaced:
                self._inside.setdefault(_longest(pattern), set()).add(pattern.group)
        self._any = re.compile("|".join(map(re.escape, self._inside))) if self._inside else None

    def groups_inside(self, folded: str) -> set[str]:
        """Give the groups of patterns whose longest run stands in `folded`."""
        if self._any is None or self._any.search(folded) is None:
            return set()
        return {group for run, groups in self._inside.items() if run in folded for group in groups}


def _longest(pattern: Pattern) -> str:
    """Give the longest part of a pattern that is written without spaces."""
    return max((term.text for term in pattern.terms if not term.text.isascii()), key=len)


def _whole(pattern: Pattern, words: set[str], order: Sequence[str]) -> bool:
    """Whether all words of a pattern are there, wherever they stand; `order` are the words sorted."""
    if len(pattern.terms) == 1:
        return True
    missing = [term for term in pattern.terms if term.text not in words]
    if any(not term.stem and term.text[0] < CLITIC_SCRIPTS for term in missing):
        return False
    return all(
        _begins(term.text, order)
        if term.text[0] < CLITIC_SCRIPTS
        else any(fits(term, word) for word in order)
        for term in missing
    )


def _begins(stem: str, order: Sequence[str]) -> bool:
    at = bisect_left(order, stem)
    return at < len(order) and order[at].startswith(stem)


def mentions_of(
    concepts: Iterable[Concept], patterns: Sequence[Pattern], start: float, near: float
) -> Mentions | None:
    """Make the question for `concepts` found by `patterns`; None where an item without any word is near."""
    if near <= 0 or start + _LOWEST_PRIOR >= math.log(near / (1 - near)):
        return None
    speaking = [concept for concept in concepts if concept.weight > 0]
    return Mentions(patterns, (needs for concept in speaking for needs in _needs(concept)))


def _needs(concept: Concept) -> Iterator[frozenset[str]]:
    """Give, for each way to find `concept`, the groups that must all be there."""
    if concept.named:
        yield frozenset((concept.key, *concept.needs, *concept.headline))
    if concept.near:
        yield frozenset((*concept.near, *concept.needs, *concept.headline))
