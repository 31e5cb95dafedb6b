"""Find many word patterns in folded text in one pass.

A pattern is what a topic file's author writes: ``lunar base``, ``лунн* станци*`` (``*`` is any ending),
``moon .. base`` (``..`` lets up to three words stand between), ``月球..基地`` (scripts without spaces:
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

    @property
    def unspaced(self) -> bool:
        """Whether it is written in a script without spaces, so that it is found inside runs."""
        return any(UNSPACED.search(term.text) for term in self.terms)


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern found at ``folded[start:end]``."""

    start: int
    end: int
    group: str
    pattern: Pattern = field(repr=False)


def parse(source: str, group: str, language: str = "") -> Pattern | None:
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
    return Pattern(group=group, terms=tuple(terms), source=source, language=language)


class Matcher:
    """All patterns of a topic, compiled once; `find` is safe to call from several threads."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.patterns = tuple(patterns)
        self._exact: dict[str, list[Pattern]] = {}
        self._stems: dict[str, list[Pattern]] = {}
        self._heads: dict[str, list[Pattern]] = {}
        for pattern in self.patterns:
            first = pattern.terms[0]
            if pattern.unspaced:
                self._heads.setdefault(first.text[0], []).append(pattern)
            else:
                (self._stems if first.stem else self._exact).setdefault(first.text, []).append(pattern)
        self._lengths = tuple(sorted({len(stem) for stem in self._stems}))
        heads = "".join(map(re.escape, self._heads))
        self._head = re.compile(f"[{heads}]") if heads else None
        self._known: dict[str, tuple[Pattern, ...]] = {}

    def touches(self, text: str) -> bool:
        """Say whether the first word of any pattern stands in folded `text`; quicker than `find`."""
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
        firsts = [
            (place, found)
            for place, token in enumerate(tokens)
            if (found := known[token] if token in known else self._look_up(token))
        ]
        if firsts:
            spans = [match.span() for match in _TOKEN.finditer(text)]
            for place, found in firsts:
                for pattern in found:
                    last = _follow(pattern, tokens, place)
                    if last is not None and (not pattern.language or pattern.language in languages):
                        hits.append(Hit(spans[place][0], spans[last][1], pattern.group, pattern))
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
        self._known[token] = tuple(found)
        return self._known.get(token, tuple(found))

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


def _follow(pattern: Pattern, tokens: list[str], place: int) -> int | None:
    """Give the index of the token that ends the pattern begun at `place`, or None."""
    for term in pattern.terms[1:]:
        reach = _GAP_WORDS if term.gap else 0
        for following in range(place + 1, min(place + 2 + reach, len(tokens))):
            if _fits(term, tokens[following]):
                place = following
                break
        else:
            return None
    return place


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
