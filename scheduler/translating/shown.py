"""Stories with the translation of their first report, where there is one."""

from collections.abc import Sequence

from feeds.model import PublishedItem, Story
from feeds.model.value import replace
from scheduler.config.types import Config
from store import Store
from store.translations import digest_of

SUMMARY = 1000
"""Characters of a summary that are sent and shown."""


def target_of(config: Config) -> str:
    """Return the language into which is translated; empty when nothing is."""
    return config.translate.to if config.translate.url else ""


def words_of(item: PublishedItem) -> tuple[str, str]:
    """Return the title and summary that are translated."""
    return item.title.strip(), item.summary.strip()[:SUMMARY]


def name_of(item: PublishedItem) -> bytes:
    """Return under which name the store keeps an item's translation."""
    return digest_of(*words_of(item))


def with_translations(store: Store, to: str, stories: Sequence[Story]) -> tuple[Story, ...]:
    """Return stories whose first reports have their translation into `to`; an empty `to` changes nothing."""
    if not to or not stories:
        return tuple(stories)
    names = [name_of(story.lead) for story in stories]
    found = store.translations.of(names, to)
    return tuple(
        replace(story, lead=replace(story.lead, translation=found[name])) if name in found else story
        for story, name in zip(stories, names, strict=True)
    )
