"""Find many word patterns in folded text in one pass.

A pattern is what a topic file's author writes: ``night train``, ``ночн* поезд*`` (``*`` is any ending),
``train .. nuit`` (``..`` lets up to three words stand between), ``夜间..列车`` (scripts without spaces:
found anywhere, ``..`` lets up to eight characters stand between). Words of Arabic and Hebrew are
found behind their attached articles and prepositions too.
"""

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, compress
from typing import NamedTuple

from feeds.curate.fold import fold
from feeds.curate.language import small_words
from feeds.later import late_pattern
from feeds.model.value import Value, replace

UNSPACED = late_pattern(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
)
_CLITICS = late_pattern(r"(?:[وف]?(?:[بك]?ال|لل)|[وفبكل])(?=..)|[והבלמשכ]{1,2}(?=...)")
CLITIC_SCRIPTS = "\u0590"
"""From here on words may have others written on to them."""
GAP_WORDS = 3
_GAP_CHARACTERS = 8
_REMEMBER = 30_000
"""Distinct words whose patterns are kept at hand; then the memory starts afresh."""


class Term(Value, frozen=True, kw_only=True, array_like=True, gc=False):
    """One word of a pattern, folded; `stem` means any ending may follow."""

    text: str
    stem: bool = False
    gap: bool = False
    """Other words may stand before it."""


class Pattern(Value, frozen=True, kw_only=True, array_like=True, gc=False):
    """One entry of a list of the topic file. Maker: `parse`. Taker: `Matcher`.

    There are thousands: as bytes without the names of their fields, and none for the garbage collector.
    """

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
    """Index of the word to look it up by."""
    unspaced: bool = False
    """Written in a script without spaces, so that it is found inside runs."""


class Hit(NamedTuple):
    """A pattern found at ``folded[start:end]``."""

    start: int
    end: int
    group: str
    pattern: Pattern


_hit: Callable[[tuple[int, int, str, Pattern]], Hit] = functools.partial(tuple.__new__, Hit)
"""As `Hit`, which checks its arguments and takes three times as long."""


def parse(source: str, group: str, language: str = "", *, declared: str = "") -> Pattern | None:
    """Read one pattern as the topic file writes it; None when no letter or digit is left of it."""
    terms: list[Term] = []
    gap = False
    for number, part in enumerate(source.split("..")):
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
        unspaced=not source.isascii() and any(UNSPACED.search(term.text) for term in terms),
    )


class _Led(NamedTuple):
    """The patterns of which one word is the rarest."""

    patterns: tuple[Pattern, ...]
    alone: tuple[Pattern, ...]
    """Patterns of this one word."""
    among: tuple[tuple[Pattern, int, str], ...]
    """Patterns of several words; with what the word beside must begin, on which side, if that is fixed."""


def _led(patterns: Sequence[Pattern]) -> _Led:
    alone = tuple(pattern for pattern in patterns if len(pattern.terms) == 1)
    among = tuple((pattern, *_beside(pattern)) for pattern in patterns if len(pattern.terms) > 1)
    return _Led(tuple(patterns), alone, among)


def _beside(pattern: Pattern) -> tuple[int, str]:
    terms, anchor = pattern.terms, pattern.anchor
    if anchor + 1 < len(terms) and not terms[anchor + 1].gap:
        aside, word = 1, terms[anchor + 1].text
    elif anchor and not terms[anchor].gap:
        aside, word = -1, terms[anchor - 1].text
    else:
        return 0, ""
    return (aside, word) if word[0] < CLITIC_SCRIPTS else (0, "")


def _several(place: int, found: _Led, tokens: list[str]) -> Iterable[tuple[tuple[int, int], Pattern]]:
    """Give the first and last token of each pattern of several words that is led by the one at `place`."""
    for pattern, aside, word in found.among:
        if (not aside or tokens[place + aside].startswith(word)) and (
            span := _around(pattern, tokens, place)
        ):
            yield span, pattern


class _Known(dict[str, _Led | None]):
    """What each word seen leads to; None, as for most words, is nothing."""

    def __init__(self, look_up: Callable[[str], _Led | None]) -> None:
        super().__init__()
        self._look_up = look_up

    def __missing__(self, token: str) -> _Led | None:
        if len(self) >= _REMEMBER:
            self.clear()
        self[token] = found = self._look_up(token)
        return found


class Matcher:
    """All patterns of a topic, compiled once; `find` is safe to call from several threads.

    A pattern is looked up by its rarest word and only then compared with what stands around it.
    """

    def __init__(self, patterns: Iterable[Pattern], *, led: bool = False) -> None:
        """`led`: they come from `anchored`."""
        self.patterns = tuple(patterns) if led else anchored(tuple(patterns))
        self._exact: dict[str, list[Pattern]] = {}
        self._stems: dict[str, list[Pattern]] = {}
        self._starts: dict[str, list[Pattern]] = {}
        for pattern in self.patterns:
            if pattern.unspaced:
                self._starts.setdefault(pattern.terms[0].text[:2], []).append(pattern)
            else:
                term = pattern.terms[pattern.anchor]
                (self._stems if term.stem else self._exact).setdefault(term.text, []).append(pattern)
        self._lengths = tuple(sorted({len(stem) for stem in self._stems}))
        heads = "".join(sorted({re.escape(start[0]) for start in self._starts}))
        self._head = re.compile(f"[{heads}]") if heads else None
        self._known = _Known(self._look_up)

    def led_by(self, token: str) -> tuple[Pattern, ...]:
        """Give the patterns whose rarest word a token of folded text may be."""
        led = self._known[token]
        return led.patterns if led else ()

    def find(self, text: str) -> list[Hit]:
        """Find every pattern in folded `text`, in order of place; the language of none is asked."""
        hits = [hit for found in self.groups_in(text).values() for hit in found]
        return sorted(hits, key=lambda hit: (hit.start, -hit.end))

    def groups_in(self, text: str, spoken: Callable[[str], bool] | None = None) -> dict[str, list[Hit]]:
        """Find every pattern in folded `text`, by group: words in about their order, then inside runs.

        With `spoken`, patterns of one language count only where it says that the text is in it.
        """
        pieces = text.split(" ")
        tokens = list(filter(None, pieces))
        led = list(map(self._known.__getitem__, tokens))
        hits: defaultdict[str, list[Hit]] = defaultdict(list)
        if any(led):
            before = list(accumulate(map(len, pieces), initial=0))
            starts = [before[piece] + piece for piece in compress(range(len(pieces)), pieces)]
            tokens.append("")  # what stands before the first word and after the last
            for place, found in zip(compress(range(len(led)), led), filter(None, led), strict=True):
                start = starts[place]
                end = start + len(tokens[place])
                for pattern in found.alone:
                    if not pattern.language or spoken is None or spoken(pattern.language):
                        hits[pattern.group].append(_hit((start, end, pattern.group, pattern)))
                for (first, last), pattern in _several(place, found, tokens) if found.among else ():
                    if not pattern.language or spoken is None or spoken(pattern.language):
                        stop = starts[last] + len(tokens[last])
                        hits[pattern.group].append(_hit((starts[first], stop, pattern.group, pattern)))
        if self._head is not None and not text.isascii():
            for hit in self._inside_runs(text):
                if not hit.pattern.language or spoken is None or spoken(hit.pattern.language):
                    hits[hit.group].append(hit)
        return hits

    def _inside_runs(self, text: str) -> Iterable[Hit]:
        assert self._head is not None
        for match in self._head.finditer(text):
            start = match.start()
            beginning = text[start : start + 2]
            for key in (beginning, beginning[0]) if len(beginning) > 1 else (beginning,):
                for pattern in self._starts.get(key, ()):
                    if end := _read_on(pattern, text, start):
                        yield Hit(start, end, pattern.group, pattern)

    def _look_up(self, token: str) -> "_Led | None":
        found = self._patterns_of(token)
        if token[0] >= CLITIC_SCRIPTS and (clitic := _CLITICS.match(token)):
            found += [p for p in self._patterns_of(token[clitic.end() :]) if p not in found]
        return _led(found) if found else None

    def _patterns_of(self, token: str) -> list[Pattern]:
        found = [*self._exact.get(token, ())]
        size = len(token)
        for length in self._lengths:
            if length > size:
                break
            found.extend(self._stems.get(token[:length], ()))
        return found


def anchored(patterns: tuple[Pattern, ...]) -> tuple[Pattern, ...]:
    """Choose for each pattern the word to look it up by: no small word, and the one in fewest patterns."""
    uses = Counter(term.text for pattern in patterns for term in pattern.terms)
    small = frozenset(fold(" ".join(word for words in small_words().values() for word in words)).split())

    def rank(term: Term) -> tuple[int, int]:
        common = term.text in small or len(term.text) == 1
        return (len(patterns) if common else uses[term.text], -len(term.text))

    return tuple(
        replace(pattern, anchor=min(range(len(pattern.terms)), key=lambda index: rank(pattern.terms[index])))
        if len(pattern.terms) > 1
        else pattern
        for pattern in patterns
    )


def fits(term: Term, token: str) -> bool:
    """Whether `token` of folded text is the word `term`, with an ending or clitic where it may have one."""
    text = term.text
    if token == text or (term.stem and token.startswith(text)):
        return True
    if token[:1] < CLITIC_SCRIPTS or not (clitic := _CLITICS.match(token)):
        return False
    rest = token[clitic.end() :]
    return rest.startswith(text) if term.stem else rest == text


def _around(pattern: Pattern, tokens: list[str], place: int) -> tuple[int, int] | None:
    """Give the first and last token of the pattern whose anchor stands at `place`, or None."""
    terms = pattern.terms
    anchor = pattern.anchor
    first = last = place
    for index in range(anchor - 1, -1, -1):
        lowest = first - 2 - (GAP_WORDS if terms[index + 1].gap else 0)
        term = terms[index]
        first -= 1
        while first > lowest and first >= 0 and not fits(term, tokens[first]):
            first -= 1
        if first < 0 or first == lowest:
            return None
    for term in terms[anchor + 1 :]:
        highest = last + 2 + (GAP_WORDS if term.gap else 0)
        last += 1
        while last < highest and last < len(tokens) and not fits(term, tokens[last]):
            last += 1
        if last >= len(tokens) or last == highest:
            return None
    return first, last


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
