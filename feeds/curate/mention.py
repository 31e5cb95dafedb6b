"""Words without which a topic keeps nothing, looked for in raw text: what lacks them may be read lightly."""

import math
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from urllib.parse import unquote

from feeds.curate.fold import fold
from feeds.curate.match import CLITIC_SCRIPTS, Matcher, Pattern
from feeds.curate.topicfile import Concept

_REMEMBER = 50_000
"""Words that are kept at hand with what they lead to; then the memory starts afresh."""
_LONGEST = 64
"""Bytes of a word that is kept at hand."""
_LOWEST_PRIOR = 1.0
"""What a source may add before any word counts."""
_SPACED = bytes(
    code if code > 127 else ord(chr(code).lower()) if chr(code).isalnum() else 32  # noqa: PLR2004 # ASCII
    for code in range(256)
)
"""For bytes of UTF-8: small letters, blanks for all of ASCII that is no letter or digit, as in `fold`."""
_TAG = re.compile(r"""</?([A-Za-z][^\s<>/"'=]*)(?:[^<>"']|"[^"<>]*"|'[^'<>]*')*+>""")
_NAMES = (
    "a|abbr|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|rb|ruby|s|samp|small|span"
    "|strike|strong|sub|sup|tt|u|var|wbr"
)
_INLINE = re.compile(_NAMES, re.IGNORECASE)
"""Elements that do not part words."""
_IN_WORD = re.compile(rf"<(?<=\w<)/?(?:{_NAMES})(?=[\s/>])", re.IGNORECASE)
_HIDING = re.compile(
    r"<(?:script|style|template|head|noscript|noembed|noframes|iframe|object|svg|math|xmp|textarea|select)\b",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"&(?:#|[A-Za-z][A-Za-z0-9]{1,30};)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
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


class Mentions:
    """Says whether a text might be about the topic. Safe to share between threads.

    First each distinct word of a text is looked up, folded as the judge folds it; what a word leads to is
    known from then on. Where all words that some concept needs are there, they must also stand as its
    patterns want them, in the text as it reads without its tags.
    """

    def __init__(self, patterns: Sequence[Pattern], needs: Iterable["Need"], room: float) -> None:
        """`room`: log-odds that the concepts of a text must be able to bring for it to matter."""
        self._needs = tuple(set(needs))
        self._room = room
        self._patterns = patterns
        self._dull: set[bytes] = set()
        self._telling: dict[bytes, tuple[_Lead, ...]] = {}

    @cached_property
    def _tables(self) -> "_Tables":
        """Made at the first question: most rounds bring nothing new to ask about."""
        groups = frozenset[str]().union(*(need.groups for need in self._needs))
        return _Tables([pattern for pattern in self._patterns if pattern.group in groups])

    def __call__(self, text: str) -> bool:
        """Never False for the text of an entry, markup included, that the judge may keep or call near."""
        if _IN_WORD.search(text):
            text += f" . {_TAG.sub(_inline, text)}"
        every = set(text.encode("utf-8", "replace").translate(_SPACED).split())
        telling = [self._telling.get(word) or self._led_to(word) for word in every - self._dull]
        groups = {lead.group for leads in telling for lead in leads}
        return self._matter(groups) and self._in_words(every, telling) and self._in_order(text)

    def _led_to(self, word: bytes) -> tuple["_Lead", ...]:
        """Give what is told by this word, or inside it."""
        folded = fold(word.decode("utf-8", "replace"))
        leads = {lead for part in folded.split() for lead in self._tables.leads(part)}
        leads |= {_Lead(group) for group in self._tables.groups_inside(folded)}
        if len(self._dull) + len(self._telling) >= _REMEMBER:
            self._dull, self._telling = set(), {}
        found = tuple(leads)
        if len(word) <= _LONGEST:
            if found:
                self._telling[word] = found
            else:
                self._dull.add(word)
        return found

    def _in_words(self, words: set[bytes], telling: Sequence[Sequence["_Lead"]]) -> bool:
        """Whether all words that some concept needs are there, wherever they stand."""
        odd = b" ".join(word for word in words if not word.isascii())
        if odd:
            words = words.union(fold(odd.decode("utf-8", "replace")).encode("utf-8", "replace").split())
        leads = [lead for each in telling for lead in each if lead.words <= words]
        if not self._matter({lead.group for lead in leads}):
            return False
        order = sorted(words)
        return self._matter({lead.group for lead in leads if lead.beside(order)})

    def _in_order(self, text: str) -> bool:
        """Whether the patterns that some concept needs are there; yes where the markup is not plain."""
        text = text.replace("<![CDATA[", "").replace("]]>", "")
        if _HIDING.search(text) or _REFERENCE.search(text):
            return True
        apart = _TAG.sub(" ", text)
        if "<" in apart or ">" in apart:
            return True
        readings = [text, apart, _TAG.sub(_inline, text)]
        if "%" in text:
            readings += map(unquote, tuple(readings))
        groups: set[str] = set()
        for reading in readings:
            groups.update(hit.group for hit in self._tables.matcher.find(fold(reading)))
        return self._matter(groups)

    def _matter(self, groups: set[str]) -> bool:
        """Whether the concepts that may be found by these groups could make a text near."""
        most: dict[str, float] = {}
        for need in self._needs:
            if need.groups <= groups:
                most[need.kin] = max(need.most, most.get(need.kin, 0.0))
        return bool(most) and sum(most.values()) >= self._room


class _Lead(NamedTuple):
    """What a word tells: a pattern of `group`, if other words are there too."""

    group: str
    words: frozenset[bytes] = frozenset()
    """As they must be, folded."""
    stems: tuple[bytes, ...] = ()
    """As they must begin, folded."""

    def beside(self, order: Sequence[bytes]) -> bool:
        """Whether the stems begin some of the words, which are sorted."""
        return all(_begins(stem, order) for stem in self.stems)


class _Tables:
    """The patterns made ready, and again those of scripts without spaces."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self.matcher = Matcher(patterns)
        self._inside: dict[str, set[str]] = {}
        for pattern in patterns:
            if pattern.unspaced:
                self._inside.setdefault(_longest(pattern), set()).add(pattern.group)
        self._any = re.compile("|".join(map(re.escape, self._inside))) if self._inside else None

    def leads(self, word: str) -> Iterator[_Lead]:
        """Give what a folded word leads to. Words that others may be written on to are not asked for."""
        for pattern in self.matcher.led_by(word):
            others = [
                term
                for place, term in enumerate(pattern.terms)
                if place != pattern.anchor and term.text[0] < CLITIC_SCRIPTS
            ]
            yield _Lead(
                pattern.group,
                frozenset(term.text.encode() for term in others if not term.stem),
                tuple(term.text.encode() for term in others if term.stem),
            )

    def groups_inside(self, folded: str) -> set[str]:
        """Give the groups of patterns whose longest run stands in `folded`."""
        if self._any is None or self._any.search(folded) is None:
            return set()
        return {group for run, groups in self._inside.items() if run in folded for group in groups}


def _inline(tag: re.Match[str]) -> str:
    return "" if _INLINE.fullmatch(tag[1]) else " "


def _longest(pattern: Pattern) -> str:
    """Give the longest part of a pattern that is written without spaces."""
    return max((term.text for term in pattern.terms if not term.text.isascii()), key=len)


def _begins(stem: bytes, order: Sequence[bytes]) -> bool:
    at = bisect_left(order, stem)
    return at < len(order) and order[at].startswith(stem)


def mentions_of(concepts: Iterable[Concept], patterns: Sequence[Pattern], scale: Scale) -> Mentions | None:
    """Make the question for `concepts` found by `patterns`; None where an item without any word is near."""
    if scale.near <= 0 or scale.start + _LOWEST_PRIOR >= (bar := math.log(scale.near / (1 - scale.near))):
        return None
    needs = (
        Need(groups, concept.group, concept.weight * scale.most)
        for concept in concepts
        if concept.weight > 0
        for groups in _needs(concept)
    )
    return Mentions(patterns, needs, bar - scale.start - scale.besides)


def _needs(concept: Concept) -> Iterator[frozenset[str]]:
    """Give, for each way to find `concept`, the groups that must all be there."""
    if concept.named:
        yield frozenset((concept.key, *concept.needs, *concept.headline))
    if concept.near:
        yield frozenset((*concept.near, *concept.needs, *concept.headline))
