"""Copies and relatives of a stored item: which point to which, and whose story they join."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.model import Relation
from feeds.model.value import replace
from store import Store
from tests.builders import FEED, a_check, a_judged, an_item
from tests.fake_compare import always, strangers
from tests.test_store_record import from_paper


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open an empty store."""
    with Store.open(tmp_path / "wire.db") as opened:
        yield opened


@pytest.mark.parametrize("relation", [Relation.SAME_ITEM, Relation.SAME_ARTICLE])
def test_copies_elsewhere_point_to_the_first(relation: Relation, store: Store) -> None:
    """A copy elsewhere is a row of its own in the same story; copies of copies point to the root."""
    store.record(a_check(a_judged(1)), compare=strangers)
    store.record(a_check(from_paper()), compare=always(relation))
    third = a_judged(item=an_item(1, source="https://third.example/"), identity=a_judged(1).identity)
    store.record(a_check(third), compare=always(relation))
    rows = {each.id: each for each in store.items()}
    assert [rows[n].duplicate_of for n in (1, 2, 3)] == [None, 1, 1]
    assert {each.story_id for each in rows.values()} == {1}
    assert [each.relation for each in store.relations(1)] == [str(relation)] * 2
    assert {each.source_name for each in store.relations(2)} == {
        f"Name of {FEED}",
        "Name of https://third.example/",
    }


def test_the_same_story_is_no_duplicate(store: Store) -> None:
    """Another text on the same event joins the story and is nobody's copy."""
    store.record(a_check(a_judged(1)), compare=strangers)
    store.record(a_check(from_paper()), compare=always(Relation.SAME_STORY))
    assert [each.duplicate_of for each in store.items()] == [None, None]
    story = store.stories(limit=5)
    assert len(story) == 1
    assert [(each.url, each.relation) for each in story[0].also] == [
        ("https://paper.example/1", "same-story")
    ]
    assert [each.relation for each in store.relations(1)] == ["same-story"]


def test_a_different_answer_is_no_relation(store: Store) -> None:
    """Different counts as a stranger."""
    store.record(a_check(a_judged(1)), compare=strangers)
    store.record(a_check(from_paper()), compare=always(Relation.DIFFERENT))
    assert len(store.stories(limit=5)) == 2


def test_rejected_copies_name_what_they_copy(store: Store) -> None:
    """A kept copy of a rejected item leads its own story; a rejected one names the kept copy."""
    store.record(a_check(a_judged(1, keep=False)), compare=strangers)
    third = an_item(1, source="https://third.example/")
    copy = a_judged(item=third, identity=a_judged(1).identity, keep=False)
    store.record(a_check(copy), compare=always(Relation.SAME_ITEM))
    first, second = sorted(store.items(which="rejected"), key=lambda each: each.id)
    assert (first.duplicate_of, second.duplicate_of, second.story_id) == (None, first.id, None)
    store.record(a_check(from_paper()), compare=always(Relation.SAME_ITEM))
    (kept,) = store.items()
    assert (kept.duplicate_of, kept.story_id) == (None, 1)
    assert [each.duplicate_of for each in store.items(which="rejected")] == [kept.id, kept.id]
    other = a_judged(item=replace(third, guid="4"), identity=a_judged(1).identity, keep=False)
    store.record(a_check(other), compare=always(Relation.SAME_STORY))
    assert [each.duplicate_of for each in store.items(which="rejected")].count(None) == 1
