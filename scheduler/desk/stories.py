"""What the operator says of stories: joined, and split. ConfigError says what can not be done."""

from collections.abc import Sequence
from datetime import datetime

from feeds.errors import ConfigError
from feeds.model import Story
from store import Store
from store.moves import Moves

_DIGITS = 18
"""SQLite's numbers have no more."""


def story_of(store: Store, wanted: str, moves: Moves) -> Story:
    """Return a story by its id, or by the address of one of its items."""
    number = wanted.isascii() and wanted.isdigit()
    found = store.story(int(wanted), moves=moves) if number and len(wanted) <= _DIGITS else None
    if not number and (item := store.find_item(wanted)) and item.story_id is not None:
        found = store.story(item.story_id, moves=moves)
    if found is None:
        raise ConfigError(
            f'There is no story "{wanted}"; `moonwire why ITEM` tells in which story an item is.'
        )
    return found


def join(store: Store, story: str, other: str, *, moves: Moves, at: datetime) -> Story:
    """Make two stories one, now and whatever comes; returns it."""
    one, two = story_of(store, story, moves), story_of(store, other, moves)
    if one.id == two.id:
        raise ConfigError(f"{story} and {other} are one story already: number {one.id}.")
    store.join(one.lead.id, two.lead.id, now=at)
    return story_of(store, str(one.id), moves)


def split(
    store: Store, story: str, items: Sequence[str], *, moves: Moves, at: datetime
) -> tuple[Story, Story]:
    """Part items, by id or address, from their story, whatever comes; returns what is left, and theirs."""
    whole = story_of(store, story, moves)
    members = {whole.lead.id, *(each.item_id for each in whole.also)}
    parted = [_member(store, item, whole, members) for item in items]
    made = store.split(whole.id, parted, now=at)
    if made is None:
        raise ConfigError(
            f"These are all items of story {whole.id}; name only those that do not belong to it."
            if parted
            else f"No item was named; name those that do not belong to story {whole.id}."
        )
    left = store.find_item(str(next(iter(members - set(parted)))))
    assert left is not None
    return story_of(store, str(left.story_id), moves), story_of(store, str(made), moves)


def _member(store: Store, item: str, whole: Story, members: set[int]) -> int:
    found = store.find_item(item)
    if found is None or found.id not in members:
        raise ConfigError(
            f'The item "{item}" is not in story {whole.id}; `moonwire story show {whole.id}` lists its items.'
        )
    return found.id
