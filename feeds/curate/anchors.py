"""Words of many patterns, looked for all at once: the only home of the Aho-Corasick automaton.

Over-approximates: patterns of several words count when all of their words are there, wherever they stand, or,
in a line of single blanks, when those that follow each other at once do so somewhere.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

from ahocorasick_rs import BytesAhoCorasick, Implementation

from feeds.curate.match import CLITIC_SCRIPTS, GAP_WORDS, Pattern, Term

_PIECE = 65_536
"""Bytes looked through at once: each find takes many times the memory of what was found."""
_FEW = 200
"""Entries up to which a quicker automaton costs more to make than it saves."""

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

    That is asked of every entry: few words, and where entries are many an automaton that is quick to run
    though slower to make.
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        patterns = tuple(patterns)
        alone = {pattern.terms[0].text for pattern in patterns if len(pattern.terms) == 1}

        def rank(term: Term) -> tuple[bool, int]:
            return term.text in alone, len(term.text)

        words = {_written(_anchor(pattern, rank), inside=pattern.unspaced) for pattern in patterns}
        self._words = [word.encode() for word in words]
        self._automaton = _Automaton(self._words, Implementation.ContiguousNFA)
        self._asked = 0

    def stand_in(self, words: bytes) -> bool:
        """Whether one of the words stands in bytes that `rawtext.words` gives."""
        if self._asked < _FEW:
            self._asked += 1  # threads may miscount each other: then it is made later, or once more
            if self._asked >= _FEW:
                self._automaton = _Automaton(self._words, Implementation.DFA)
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


class _AllLed(dict[int, Sequence[_Led]]):
    """The patterns that each word leads, by its number; looked at when the word is there: few ever are."""

    def __init__(self, patterns: Mapping[int, Sequence[Pattern]], numbers: Mapping[str, int]) -> None:
        super().__init__()
        self._patterns = patterns
        self._numbers = numbers

    def __missing__(self, word: int) -> Sequence[_Led]:
        made = self[word] = [_Led(pattern, self._needed(pattern)) for pattern in self._patterns[word]]
        return made

    def _needed(self, pattern: Pattern) -> frozenset[int]:
        return frozenset([self._numbers[_written(term, inside=pattern.unspaced)] for term in pattern.terms])


class Anchors:
    """Finds patterns in the bytes that `rawtext.words` gives. Safe to share between threads."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        numbers: dict[str, int] = {}
        led: defaultdict[int, list[Pattern]] = defaultdict(list)
        for pattern in patterns:
            inside = pattern.unspaced
            for term in pattern.terms:
                word = _written(term, inside=inside)
                number = numbers.setdefault(word, len(numbers))
            if len(pattern.terms) > 1:
                number = numbers[_written(_anchor(pattern, _length), inside=inside)]
            led[number].append(pattern)
        self._leading = frozenset(led)
        self._led = _AllLed(led, numbers)
        self._automaton = _Automaton(map(str.encode, numbers), Implementation.ContiguousNFA)

    def groups(self, words: bytes) -> AbstractSet[str]:
        """Give the groups of the patterns whose words all stand in `words`."""
        there = {match[0] for _, matches in self._automaton.find(words) for match in matches}
        leading = there & self._leading
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
                (word, piece + start, piece + end) for word, start, end in matches if word in self._leading
            ]
            if len(anchors) > most:
                return None
        widths = {
            number: _widths([led for led in self._led[number] if led.numbers <= there], line)
            for number in there & self._leading
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
    return _written(joined, inside=pattern.unspaced).encode()


def _anchor(pattern: Pattern, rank: Callable[[Term], tuple[bool, int]]) -> Term:
    """Choose the word a pattern is looked for by: of unspaced runs one in their script."""
    if len(pattern.terms) == 1:
        return pattern.terms[0]
    own = [term for term in pattern.terms if not (pattern.unspaced and term.text.isascii())]
    return max(own, key=rank)


def _length(term: Term) -> tuple[bool, int]:
    return True, len(term.text)


def _written(term: Term, *, inside: bool) -> str:
    """Give the characters to look for: blanks stand where a word must begin or end.

    Words of some scripts may have others written on to them; runs without spaces begin and end anywhere.
    """
    text = term.text
    if inside:
        return text
    if text[0] < CLITIC_SCRIPTS:
        return f" {text}" if term.stem else f" {text} "
    return text if term.stem else f"{text} "
