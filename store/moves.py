"""When a story counts as updated: which coverage is worth a reader's attention. Pure.

The date is that of the report that moved it, never that of its arrival: a store that is filled anew, in
whatever order, publishes the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from feeds.model import Coverage, PublishedItem

Moves = Literal["every-source", "first-of-a-language", "official-source", "never"]

DEFAULT: Final[Moves] = "first-of-a-language"
"""A report in a language that the story did not have tells more people, and often more; it can come only
once per language, so no story comes up again all day."""

CHOICES: Final = get_args(Moves)

OFFICIAL: Final = ("agency", "official", "government", "ministry", "space agency")
"""Words in a source's kind that make it speak for those who act."""


def moved(lead: PublishedItem, also: Sequence[Coverage], moves: Moves) -> datetime:
    """Return when a story last had coverage that moves it, at least the lead's time.

    `also` stands in order of time. Copies never move a story, but for the first in their language: that is
    a translation.
    """
    when = lead.when
    languages = {lead.language}
    for each in also:
        new_language = bool(each.language) and each.language not in languages
        languages.add(each.language)
        if _counts(each, moves, new_language=new_language):
            when = max(when, each.when)
    return when


def _counts(each: Coverage, moves: Moves, *, new_language: bool) -> bool:
    if moves == "first-of-a-language":
        return new_language
    if moves == "every-source":
        return new_language or each.relation == "same-story"
    return moves == "official-source" and is_official(each.kind)


def is_official(kind: str) -> bool:
    """Say whether a source of this kind speaks for itself: an agency, not one that reports on it."""
    words = kind.casefold().split()
    return any(word in words for word in OFFICIAL)
