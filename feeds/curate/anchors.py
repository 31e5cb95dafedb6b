"""One word of each of many patterns, looked for all at once: the only home of the Aho-Corasick automaton.

Over-approximates: patterns of several words count when all of their words are there, wherever they stand, or,
in a line of single blanks, when those that follow each other at once do so somewhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import ahocorasick_rs

from feeds.curate.match import CLITIC_SCRIPTS, GAP_WORDS, Pattern, Term
from feeds.model.value import Value

Match = tuple[int, int, int]
"""Number of the anchor, start and end in the bytes looked through."""
Place = tuple[int, int, int]
"""Start, end, and how many words the pattern may span."""


class _Led(Value, frozen=True, kw_only=True):
    """A pattern of several words that is looked for by one of them."""

    group: str
    words: tuple[bytes, ...]
    """The others."""
    runs: tuple[bytes, ...]
    """All, those together that follow each other at once."""
    width: int
    """How many words it may span."""


class _Anchor(Value, frozen=True, kw_only=True):
    alone: frozenset[str]
    """Groups of patterns of this one word."""
    among: tuple[_Led, ...]
    pairs: tuple[tuple[str, tuple[bytes, ...]], ...]
    """Group and other words of each of `among`."""


class Anchors:
    """Finds words of patterns in the bytes that `rawtext.words` gives. Safe to share between threads."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        led: defaultdict[bytes, list[Pattern]] = defaultdict(list)
        for pattern in patterns:
            led[_word(_anchor_of(pattern), inside=pattern.unspaced)].append(pattern)
        self._anchors = [_anchor(each) for each in led.values()]
        self._find = ahocorasick_rs.BytesAhoCorasick(list(led)).find_matches_as_indexes

    def find(self, words: bytes) -> list[Match]:
        """Find all anchors, overlapping ones too, in the order of their ends."""
        return self._find(words, overlapping=True)

    def possible(self, numbers: Iterable[int]) -> frozenset[str]:
        """Give the groups of all patterns that are looked for by these anchors."""
        return frozenset(
            group
            for number in numbers
            for group in (*self._anchors[number].alone, *(led.group for led in self._anchors[number].among))
        )

    def groups(self, numbers: Iterable[int], words: bytes) -> frozenset[str]:
        """Give the groups of the patterns whose words all stand in `words`, where these anchors are."""
        anchors = [self._anchors[number] for number in numbers]
        found = {group for anchor in anchors for group in anchor.alone}
        for anchor in anchors:
            for group, others in anchor.pairs:
                if group not in found:
                    for word in others:
                        if word not in words:
                            break
                    else:
                        found.add(group)
        return frozenset(found)

    def places(self, matches: Iterable[Match], line: bytes) -> Mapping[str, Sequence[Place]]:
        """Give by group where the patterns may be in `line`, words parted by one blank each."""
        found: defaultdict[str, list[Place]] = defaultdict(list)
        widths: dict[int, dict[str, int]] = {}
        for number, start, end in matches:
            if number not in widths:
                widths[number] = _standing(self._anchors[number], line)
            for group, width in widths[number].items():
                found[group].append((start, end, width))
        return found


def _standing(anchor: _Anchor, line: bytes) -> dict[str, int]:
    """Give the groups whose patterns of this word may stand in `line`, with the words that these may span."""
    widths = dict.fromkeys(anchor.alone, 1)
    for led in anchor.among:
        if widths.get(led.group, 0) < led.width:
            for run in led.runs:
                if run not in line:
                    break
            else:
                widths[led.group] = led.width
    return widths


def _anchor(patterns: Sequence[Pattern]) -> _Anchor:
    among = tuple(_led(pattern) for pattern in patterns if len(pattern.terms) > 1)
    return _Anchor(
        alone=frozenset(pattern.group for pattern in patterns if len(pattern.terms) == 1),
        among=among,
        pairs=tuple(dict.fromkeys((led.group, led.words) for led in among)),
    )


def _led(pattern: Pattern) -> _Led:
    words = [_word(term, inside=pattern.unspaced) for term in pattern.terms if term != _anchor_of(pattern)]
    width = sum(1 + GAP_WORDS * term.gap for term in pattern.terms)
    return _Led(group=pattern.group, words=tuple(words), runs=tuple(_runs(pattern)), width=width)


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


def _anchor_of(pattern: Pattern) -> Term:
    """Choose the word to look for a pattern by: long ones are rare. Of unspaced runs one in their script."""
    terms = [term for term in pattern.terms if not (pattern.unspaced and term.text.isascii())]
    return max(terms, key=lambda term: len(term.text))


def _word(term: Term, *, inside: bool) -> bytes:
    """Give the bytes to look for: blanks stand where a word must begin or end.

    Words of some scripts may have others written on to them; runs without spaces begin and end anywhere.
    """
    if inside:
        return term.text.encode()
    before = " " if term.text[0] < CLITIC_SCRIPTS else ""
    return f"{before}{term.text}{'' if term.stem else ' '}".encode()
