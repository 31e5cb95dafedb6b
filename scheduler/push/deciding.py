"""Which news a rule tells: pure, from a rule, what it has not looked at yet, and what is news at all.

News is what came out after the rule was made and not long before it came in: neither the first reading of
a source, nor the archive of one that was added, nor a store that is filled anew sends a hundred notices.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from feeds.model import Story
from feeds.model.event import SourceEvent
from feeds.model.notice import Condition, Occasion
from store.moves import is_official
from store.notices import Candidate, Look

FRESH: Final = timedelta(days=2)
"""A report that came in later than this after it came out is no news."""
STALE: Final = timedelta(days=7)
"""Nor is one that nobody looked at for so long, as when the wire was switched off."""


def stories_to_tell(condition: Condition, look: Look, *, now: datetime) -> tuple[Story, ...]:
    """Return the stories that a rule tells, in the order in which their news came."""
    if condition.when == "quiet source":
        return ()
    return tuple(
        each.story for each in look.candidates if _is_news(each, look, now) and _fits(condition, each.story)
    )


def silences_to_tell(condition: Condition, look: Look) -> tuple[SourceEvent, ...]:
    """Return the silences that a rule tells, oldest first; each is an event of its own, told once."""
    if condition.when != "quiet source":
        return ()
    return tuple(
        each for each in look.events if each.kind == "quiet" and _named(condition, (each.name, each.source))
    )


def _is_news(candidate: Candidate, look: Look, now: datetime) -> bool:
    story, lead = candidate.story, candidate.story.lead
    if candidate.first_seen < look.since or lead.when < look.since:
        return False
    if lead.published is None:
        return not candidate.first_reading
    newest = max([lead.when, *(each.when for each in story.also)])
    return newest >= max(candidate.first_seen - FRESH, now - STALE)


def _fits(condition: Condition, story: Story) -> bool:
    lead = story.lead
    tags = {tag.casefold() for tag in lead.tags}
    languages = {language.casefold().partition("-")[0] for language in story.languages}
    names = [lead.source_name, lead.source]
    names += [part for each in story.also for part in (each.source_name, each.source)]
    return (
        (not condition.tags or not tags.isdisjoint(condition.tags))
        and (not condition.languages or not languages.isdisjoint(condition.languages))
        and _named(condition, names)
        and lead.score >= condition.min_score
        and _OCCASIONS[condition.when](condition, story)
    )


def _named(condition: Condition, names: "list[str] | tuple[str, ...]") -> bool:
    folded = [name.casefold() for name in names]
    return not condition.sources or any(part in name for part in condition.sources for name in folded)


_OCCASIONS: Mapping[Occasion, Callable[[Condition, Story], bool]] = {
    "every story": lambda _, __: True,
    "official source": lambda _, story: any(
        is_official(kind) for kind in (story.lead.source_kind, *(each.kind for each in story.also))
    ),
    "independent origins": lambda condition, story: story.origins >= condition.at_least,
}
