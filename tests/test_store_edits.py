"""Entries whose text or date changes: the item stays, and what is published of it follows."""
# ruff: noqa: ANN401 # values that are passed through to builders

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from feeds.model import Recorded, Relation
from feeds.model.value import replace
from store import Store
from tests.builders import NOW, a_check, a_judged, an_item, at
from tests.fake_compare import always, strangers
from tests.test_store_record import PAPER, edited, from_paper


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open an empty store."""
    with Store.open(tmp_path / "wire.db") as opened:
        yield opened


def test_edits_update_in_place(store: Store) -> None:
    """A changed text on a known guid is an update: id, guid, date and first_seen stay."""
    store.record(a_check(a_judged(1)), compare=strangers)
    before = store.items()[0]
    later = a_check(edited(published=at(days=3), guid="guid-1"), at=at(hours=5))
    assert store.record(later, compare=strangers) == Recorded(updated=1)
    after = store.items()[0]
    assert (after.id, after.published, after.first_seen) == (before.id, before.published, NOW)
    assert (after.title, after.updated) == ("Edited title", at(hours=5))
    assert store.record(later, compare=strangers) == Recorded()


@pytest.mark.parametrize(
    ("stated", "kept"), [(at(hours=2), at(hours=2)), (at(days=-9), at(hours=5)), (at(days=9), at(hours=5))]
)
def test_time_of_an_edit_is_the_stated_one_if_it_can_be_true(stated: Any, kept: Any, store: Store) -> None:
    """A stated time before the last known one or after the check is replaced by that of the check."""
    store.record(a_check(a_judged(1)), compare=strangers)
    store.record(a_check(edited(updated=stated), at=at(hours=5)), compare=strangers)
    assert store.items()[0].updated == kept


def test_a_date_that_comes_later_is_taken(store: Store) -> None:
    """An entry without a date that gets one is shown at it."""
    store.record(a_check(a_judged(item=an_item(1, published=None))), compare=strangers)
    store.record(a_check(edited(published=at(days=-2)), at=at(hours=1)), compare=strangers)
    assert [each.when for each in store.items()] == [at(days=-2)]
    assert [each.lead.when for each in store.stories(limit=1)] == [at(days=-2)]


def test_edits_change_the_verdict(store: Store) -> None:
    """Kept, then not, then kept again: the story goes and returns under the same key."""
    store.record(a_check(a_judged(1)), compare=strangers)
    key = store.stories(limit=1)[0].key
    store.record(a_check(edited(keep=False), at=at(hours=1)), compare=strangers)
    assert store.stories(limit=1) == []
    assert store.story(1) is None
    assert store.search("edited", limit=5) == []
    third = replace(edited(), identity=replace(edited().identity, content_hash=b"third"))
    before = store.revision()
    store.record(a_check(third, at=at(hours=2)), compare=strangers)
    assert [each.key for each in store.stories(limit=1)] == [key]
    assert store.revision() > before


def test_a_rejected_item_that_becomes_kept_joins_its_relatives(store: Store) -> None:
    """The edit is looked at like a new item."""
    store.record(a_check(from_paper()), compare=strangers)
    store.record(a_check(a_judged(1, keep=False)), compare=strangers)
    store.record(a_check(edited(), at=at(hours=1)), compare=always(Relation.SAME_ARTICLE))
    item = store.find_item("guid-1")
    assert item is not None
    assert (item.duplicate_of, item.story_id) == (None, 1)
    assert [each.duplicate_of for each in store.items(source=PAPER)] == [item.id]


def test_edits_of_rejected_items_publish_nothing(store: Store) -> None:
    """The revision grows with kept items only."""
    store.record(a_check(a_judged(1, keep=False)), compare=strangers)
    before = store.revision()
    store.record(a_check(edited(keep=False), at=at(hours=1)), compare=strangers)
    store.record(a_check(a_judged(2, keep=False), at=at(hours=2)), compare=strangers)
    assert store.revision() == before
    assert store.items(which="rejected")[0].title == "Edited title"
