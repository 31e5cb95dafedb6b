"""Words of many patterns, looked for all at once: the only home of the Aho-Corasick automaton.

Over-approximates: patterns of several words count when all of their words are there, wherever they stand, or,
in a line of single blanks, when those that follow each other at once do so somewhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

from ahocorasick_rs import BytesAhoCorasick, Implementation

from feeds.curate.match import CLITIC_SCRIPTS, GAP_WORDS, Pattern, Term

_PIECE = 65_536
"""Bytes looked through at once: each find takes many times the memory of what was found."""

Match = tuple[int, int, int]
"""Number of the word, start and end in the bytes looked through."""
Place = tuple[int, int, int]
"""Start, end, and how many words the pattern may span."""


class _Automaton:
    """Finds words in bytes. Safe to share between threads."""

    def __init__(self, words: Iterable[bytes], implementation: Implementation) -> None:
        words = list(words)
        self._find = BytesAhoCorasick(words, implementation=implementation).find_matches_as_indexes
        self._longest = max(map(len, words), default=0)

    def find(self, text: bytes) -> Iterable[tuple[int, list[Match]]]:
        """Give for each piece of `text` where it starts and all words in it, overlapping ones too.

        What stands at the seam of two pieces is found at least once.
        """
        if len(text) <= _PIECE:
            return ((0, self._find(text, overlapping=True)),)
        return (
            (start, self._find(text[start : start + _PIECE + self._longest], overlapping=True))
            for start in range(0, len(text), _PIECE)
        )


class Signs:
    """Says whether any of many patterns might be there, by one word of each. Safe to share between threads.

    That is asked of every entry: few words, and an automaton that is quick to run though slower to make.
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        patterns = tuple(patterns)
        alone = {pattern.terms[0].text for pattern in patterns if len(pattern.terms) == 1}

        def rank(term: Term) -> tuple[bool, int]:
            return term.text in alone, len(term.text)

        words = {_word(max(_own(pattern), key=rank), inside=pattern.unspaced) for pattern in patterns}
        self._automaton = _Automaton(words, Implementation.DFA)

    def stand_in(self, words: bytes) -> bool:
        """Whether one of the words stands in bytes that `rawtext.words` gives."""
        return any(matches for _, matches in self._automaton.find(words))


class _Led:
    """A pattern that is led by one of its words."""

    def __init__(self, pattern: Pattern, numbers: frozenset[int]) -> None:
        self.group = pattern.group
        self.numbers = numbers
        self._pattern = pattern

    @cached_property
    def width(self) -> int:
        """How many words it may span."""
        return sum(1 + GAP_WORDS * term.gap for term in self._pattern.terms)

    @cached_property
    def runs(self) -> Sequence[bytes]:
        """Its words, those together that follow each other at once."""
        return tuple(_runs(self._pattern))


class Anchors:
    """Finds patterns in the bytes that `rawtext.words` gives. Safe to share between threads."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        numbers: dict[bytes, int] = {}
        self._led: defaultdict[int, list[_Led]] = defaultdict(list)
        for pattern in patterns:
            words = [_word(term, inside=pattern.unspaced) for term in pattern.terms]
            needed = frozenset([numbers.setdefault(word, len(numbers)) for word in words])
            anchor = _word(max(_own(pattern), key=_length), inside=pattern.unspaced)
            self._led[numbers[anchor]].append(_Led(pattern, needed))
        self._automaton = _Automaton(numbers, Implementation.ContiguousNFA)

    def groups(self, words: bytes) -> AbstractSet[str]:
        """Give the groups of the patterns whose words all stand in `words`."""
        there = {match[0] for _, matches in self._automaton.find(words) for match in matches}
        leading = there & self._led.keys()
        return {led.group for number in leading for led in self._led[number] if led.numbers <= there}

    def places(self, line: bytes, most: int) -> Mapping[str, Sequence[Place]] | None:
        """Give by group where the patterns may be in `line`, words parted by one blank each.

        None when more than `most` words have to be looked at.
        """
        there: set[int] = set()
        anchors: list[Match] = []
        for piece, matches in self._automaton.find(line):
            there.update(match[0] for match in matches)
            anchors += [
                (word, piece + start, piece + end) for word, start, end in matches if word in self._led
            ]
            if len(anchors) > most:
                return None
        widths = {
            number: _widths([led for led in self._led[number] if led.numbers <= there], line)
            for number in there & self._led.keys()
        }
        found: defaultdict[str, list[Place]] = defaultdict(list)
        for number, start, end in anchors:
            for group, width in widths[number].items():
                found[group].append((start, end, width))
        return found


def _widths(among: Iterable[_Led], line: bytes) -> dict[str, int]:
    """Give the groups whose patterns may stand in `line`, with the words that these may span."""
    widths: dict[str, int] = {}
    for led in among:
        if widths.get(led.group, 0) < led.width and all(run in line for run in led.runs):
            widths[led.group] = led.width
    return widths


def _runs(pattern: Pattern) -> Iterator[bytes]:
    """Give the words of a pattern, in one piece as far as nothing may stand between them."""
    piece: list[Term] = []
    for term in pattern.terms:
        if piece and (term.gap or piece[-1].stem or pattern.unspaced or term.text[0] >= CLITIC_SCRIPTS):
            yield _piece(piece, pattern)
            piece = []
        piece.append(term)
    yield _piece(piece, pattern)


def _piece(terms: Sequence[Term], pattern: Pattern) -> bytes:
    joined = Term(text=" ".join(term.text for term in terms), stem=terms[-1].stem)
    return _word(joined, inside=pattern.unspaced)


def _own(pattern: Pattern) -> Sequence[Term]:
    """Give the words a pattern may be looked for by: of unspaced runs those in their script."""
    return [term for term in pattern.terms if not (pattern.unspaced and term.text.isascii())]


def _length(term: Term) -> int:
    return len(term.text)


def _word(term: Term, *, inside: bool) -> bytes:
    """Give the bytes to look for: blanks stand where a word must begin or end.

    Words of some scripts may have others written on to them; runs without spaces begin and end anywhere.
    """
    if inside:
        return term.text.encode()
    before = " " if term.text[0] < CLITIC_SCRIPTS else ""
    return f"{before}{term.text}{'' if term.stem else ' '}".encode()
