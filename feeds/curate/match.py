"""Find many word patterns in folded text in one pass.

A pattern is what a topic file's author writes: ``night train``, ``ночн* поезд*`` (``*`` is any ending),
``train .. nuit`` (``..`` lets up to three words stand between), ``夜间..列车`` (scripts without spaces:
found anywhere, ``..`` lets up to eight characters stand between). Words of Arabic and Hebrew are
found behind their attached articles and prepositions too.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from feeds.curate.fold import fold

UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
)
_TOKEN = re.compile(r"\S+")
_CLITICS = re.compile(r"(?:[وف]?(?:[بك]?ال|لل)|[وفبكل])(?=..)|[והבלמשכ]{1,2}(?=...)")
_GAP_WORDS = 3
_GAP_CHARACTERS = 8
_REMEMBER = 30_000
"""Distinct words whose patterns are kept at hand; then the memory starts afresh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One word of a pattern, folded; `stem` means any ending may follow."""

    text: str
    stem: bool = False
    gap: bool = False
    """Other words may stand before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One entry of a list of the topic file. Maker: `parse`. Taker: `Matcher`."""

    group: str
    """Which list it belongs to."""
    terms: tuple[Term, ...]
    source: str
    """As written in the topic file."""
    language: str = ""
    """Counts only in texts of this language; empty counts in all."""
    declared: str = ""
    """The language under which the file lists it."""
    anchor: int = 0
    """Index of the longest word."""
    unspaced: bool = False
    """Written in a script without spaces, so that it is found inside runs."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern found at ``folded[start:end]``."""

    start: int
    end: int
    group: str
    pattern: Pattern = field(repr=False)


def parse(source: str, group: str, language: str = "", *, declared: str = "") -> Pattern | None:
    """Read one pattern as the topic file writes it; None when no letter or digit is left of it."""
    terms: list[Term] = []
    gap = False
    for number, part in enumerate(re.split(r"\s*\.\.\s*", source.strip())):
        gap = number > 0
        for raw in part.split():
            words = fold(raw.rstrip("*")).replace(" . ", " ").split()
            for place, word in enumerate(words):
                last = place == len(words) - 1
                terms.append(Term(text=word, stem=last and raw.endswith("*"), gap=gap))
                gap = False
    if not terms:
        return None
    return Pattern(
        group=group,
        terms=tuple(terms),
        source=source,
        language=language,
        declared=declared or language,
        anchor=max(range(len(terms)), key=lambda index: len(terms[index].text)),
        unspaced=any(UNSPACED.search(term.text) for term in terms),
    )


class Matcher:
    """All patterns of a topic, compiled once; `find` is safe to call from several threads.

    A pattern is looked up by its longest word, the rarest, and only then compared with what is around it.
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.patterns = tuple(patterns)
        self._exact: dict[str, list[Pattern]] = {}
        self._stems: dict[str, list[Pattern]] = {}
        self._heads: dict[str, list[Pattern]] = {}
        for pattern in self.patterns:
            if pattern.unspaced:
                self._heads.setdefault(pattern.terms[0].text[0], []).append(pattern)
            else:
                term = pattern.terms[pattern.anchor]
                (self._stems if term.stem else self._exact).setdefault(term.text, []).append(pattern)
        self._lengths = tuple(sorted({len(stem) for stem in self._stems}))
        heads = "".join(map(re.escape, self._heads))
        self._head = re.compile(f"[{heads}]") if heads else None
        self._known: dict[str, tuple[Pattern, ...]] = {}

    def touches(self, text: str) -> bool:
        """Say whether the rarest word of any pattern stands in folded `text`; quicker than `find`."""
        known = self._known
        for token in text.split():
            if known[token] if token in known else self._look_up(token):
                return True
        return self._head is not None and not text.isascii() and self._head.search(text) is not None

    def find(self, text: str, languages: Collection[str] = ()) -> list[Hit]:
        """Find every pattern in folded `text`, in order of place; `languages` open the gated patterns."""
        tokens = text.split()
        hits: list[Hit] = []
        known = self._known
        anchors = [
            (place, found)
            for place, token in enumerate(tokens)
            if (found := known[token] if token in known else self._look_up(token))
        ]
        if anchors:
            spans = [match.span() for match in _TOKEN.finditer(text)]
            for place, found in anchors:
                for pattern in found:
                    if pattern.language and pattern.language not in languages:
                        continue
                    span = (place, place) if len(pattern.terms) == 1 else _around(pattern, tokens, place)
                    if span is not None:
                        hits.append(Hit(spans[span[0]][0], spans[span[1]][1], pattern.group, pattern))
        if self._head is not None and not text.isascii():
            hits.extend(self._inside_runs(text, languages))
        hits.sort(key=lambda hit: (hit.start, -hit.end))
        return hits

    def _inside_runs(self, text: str, languages: Collection[str]) -> Iterable[Hit]:
        assert self._head is not None
        for match in self._head.finditer(text):
            start = match.start()
            for pattern in self._heads[match[0]]:
                end = _read_on(pattern, text, start)
                if end and (not pattern.language or pattern.language in languages):
                    yield Hit(start, end, pattern.group, pattern)

    def _look_up(self, token: str) -> tuple[Pattern, ...]:
        found = self._patterns_of(token)
        if token[0] >= "\u0590" and (clitic := _CLITICS.match(token)):
            found += [p for p in self._patterns_of(token[clitic.end() :]) if p not in found]
        if len(self._known) >= _REMEMBER:
            self._known.clear()
        self._known[token] = known = tuple(found)
        return known

    def _patterns_of(self, token: str) -> list[Pattern]:
        found = list(self._exact.get(token, ()))
        size = len(token)
        for length in self._lengths:
            if length > size:
                break
            found.extend(self._stems.get(token[:length], ()))
        return found


def _fits(term: Term, token: str) -> bool:
    if token.startswith(term.text) if term.stem else token == term.text:
        return True
    if token[0] < "\u0590" or not (clitic := _CLITICS.match(token)):
        return False
    rest = token[clitic.end() :]
    return rest.startswith(term.text) if term.stem else rest == term.text


def _around(pattern: Pattern, tokens: list[str], place: int) -> tuple[int, int] | None:
    """Give the first and last token of the pattern whose longest word stands at `place`, or None."""
    first = last = place
    for index in range(pattern.anchor - 1, -1, -1):
        reach = 1 + (_GAP_WORDS if pattern.terms[index + 1].gap else 0)
        first = _nearest(pattern.terms[index], tokens, range(first - 1, max(first - 1 - reach, -1), -1))
        if first < 0:
            return None
    for term in pattern.terms[pattern.anchor + 1 :]:
        reach = 1 + (_GAP_WORDS if term.gap else 0)
        last = _nearest(term, tokens, range(last + 1, min(last + 1 + reach, len(tokens))))
        if last < 0:
            return None
    return first, last


def _nearest(term: Term, tokens: list[str], places: range) -> int:
    return next((place for place in places if _fits(term, tokens[place])), -1)


def _read_on(pattern: Pattern, text: str, start: int) -> int:
    """Give the end of the pattern that begins at `start`, or 0."""
    end = start
    for term in pattern.terms:
        reach = _GAP_CHARACTERS if term.gap else 0
        at = text.find(term.text, end, end + reach + len(term.text)) if reach else end
        if at < 0 or not text.startswith(term.text, at):
            return 0
        end = at + len(term.text)
    return end
