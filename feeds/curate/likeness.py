"""How alike two fingerprints are as reports on one event.

Every measure is symmetric. The weights of the story model are numbers in `data/relate.toml`, fitted by
`benchmarks/relate_fit.py`; docs/design/0011-identity.md tells how well they do.
"""

import math
import tomllib
from functools import cache
from pathlib import Path

from feeds.curate.features import RARE, is_happening, name_of, weigh, weight
from feeds.curate.fingerprint import LIMITS, Print, overlap
from feeds.model.value import Value

_DAY = 24 * 60
_TELLING_NAME = 1.5
"""Weight of a name that not every other item bears (China, Russia and the Moon do)."""

_FOREIGN = 0.72
"""Least probability of one event across languages: words, which tell follow-ups apart, are no help there."""
_VAGUE = 0.95
"""The same when they share no name and no number; and of any two items that were published far apart."""
_LATE_DAYS = 7
"""News is told within days; later the same names and words are more likely of the next event."""


def days_apart(a: Print, b: Print) -> float | None:
    """Days between two publications, at the least; None when one of them is unknown."""
    if not a.minutes or not b.minutes:
        return None
    return max(0, a.minutes - b.minutes - b.span, b.minutes - a.minutes - a.span) / _DAY


MEASURES = (
    "same_language",
    "words",
    "words_inside",
    "title",
    "concepts_inside",
    "concepts_shared",
    "headline",
    "concepts_against",
    "gap",
    "gap_long",
    "gap_unknown",
    "rare",
    "foreign_concepts_inside",
    "foreign_concepts_shared",
    "happenings_against",
    "numbers_shared",
)


def measures(a: Print, b: Print) -> tuple[float, ...]:
    """Measure what the story model weighs, in the order of `MEASURES`; each is between 0 and about 2."""
    same = float(a.language == b.language or not a.language or not b.language)
    told = same * (1 - _frame(a, b))
    both = [weigh(x & y) for x, y in _pairs(a, b)]
    title, words, concepts, headline = both
    a_title, a_words, a_concepts, a_headline = a.weights
    b_title, b_words, b_concepts, b_headline = b.weights
    inside = _share(concepts, min(a_concepts, b_concepts))
    shared = min(concepts / 20, 2)
    gap = days_apart(a, b)
    return (
        same,
        told * _share(words, a_words + b_words - words),
        told * _share(words, min(a_words, b_words)),
        same * _share(title, a_title + b_title - title),
        inside,
        shared,
        _share(headline, a_headline + b_headline - headline),
        min(against(a.names, a.concepts, b.names, b.concepts) / 8, 1.5),
        0.3 if gap is None else min(math.log1p(gap) / math.log(31), 1.5),
        float(gap is not None and gap > 10),  # noqa: PLR2004 # days
        float(gap is None),
        (told or 1 - same) * min(sum(1 for code in a.words & b.words if weight(code) > RARE), 10) / 10,
        (1 - same) * inside,
        (1 - same) * shared,
        min(_happenings_against(a, b) / 5, 1.5),
        min(len(a.numbers & b.numbers), 3) / 3,
    )


def _frame(a: Print, b: Print) -> float:
    """Share of phrases that two pages of one site have in common: what a site repeats tells no event."""
    if not a.site or a.site != b.site:
        return 0.0
    return overlap(a.phrases, b.phrases, LIMITS["phrases"])[1]


def _pairs(a: Print, b: Print) -> tuple[tuple[frozenset[int], frozenset[int]], ...]:
    return (a.title, b.title), (a.words, b.words), (a.concepts, b.concepts), (a.headline, b.headline)


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def against(a: frozenset[int], all_a: frozenset[int], b: frozenset[int], all_b: frozenset[int]) -> float:
    """Weight of what only one side has, on the side with less of it; 0 when one of them has nothing."""
    only_a, only_b = a - all_b, b - all_a
    return min(weigh(only_a), weigh(only_b)) if only_a and only_b else 0.0


def headlines_part(a: Print, b: Print) -> bool:
    """Whether each headline names a place, mission or person of which the other item says nothing.

    "Thailand joins" and "Senegal joins" are two events, however alike their words.
    """
    return against(a.headline_names, a.concepts, b.headline_names, b.concepts) >= _TELLING_NAME


def _happenings_against(a: Print, b: Print) -> float:
    """Weight of what a title says happened and the other text does not, on the side with less of it."""
    return against(a.headline_happenings, a.concepts, b.headline_happenings, b.concepts)


def story_probability(a: Print, b: Print) -> float:
    """Probability that two items report the same event; 0 when nothing joins them or headlines part."""
    if headlines_part(a, b) or (a.concepts.isdisjoint(b.concepts) and a.words.isdisjoint(b.words)):
        return 0.0
    model = story_model()
    total = model.intercept + sum(map(float.__mul__, model.weights, measures(a, b)))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def story_threshold(a: Print, b: Print) -> float:
    """Least probability from which on two items report the same event.

    Things and acts alone (soil, bricks, to build) are what a whole topic speaks of. Inside a language the
    words tell whether more is shared; across languages only names and numbers could.
    """
    if (days_apart(a, b) or 0) > _LATE_DAYS:
        return _VAGUE
    if not a.language or not b.language or a.language == b.language:
        return story_model().threshold
    if a.numbers & b.numbers or any(not is_happening(code) for code in a.concepts & b.concepts):
        return _FOREIGN
    return _VAGUE


class StoryModel(Value, frozen=True, kw_only=True):
    """A logistic model over `MEASURES`."""

    intercept: float
    threshold: float
    window_days: float
    """Reports further apart are on different events."""
    weights: tuple[float, ...]


@cache
def story_model() -> StoryModel:
    """Return the shipped model."""
    data = tomllib.loads(Path(__file__).with_name("data").joinpath("relate.toml").read_text("utf-8"))
    return StoryModel(
        intercept=data["intercept"],
        threshold=data["threshold"],
        window_days=data["window_days"],
        weights=tuple(float(data["weights"][name]) for name in MEASURES),
    )


def shared_names(a: Print, b: Print, limit: int = 5) -> str:
    """List the weightiest things both texts name, for a person."""
    codes = sorted(a.concepts & b.concepts, key=lambda code: (-weight(code), code))
    return ", ".join(name for code in codes[:limit] if (name := name_of(code)))
