"""Stories: one entry of the published feed each."""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from feeds.model import Relation, Stamp
from store import Store, threads
from store.stories import found, key_of
from tests.builders import FEED, NOW, a_check, a_judged, an_identity, an_item, at
from tests.fake_compare import always, strangers


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open an empty store."""
    with Store.open(tmp_path / "wire.db") as opened:
        yield opened


def test_pages_newest_first_without_gaps(store: Store) -> None:
    """Keyset pages give every story once, also with equal times, and while new ones arrive."""
    judged = [a_judged(item=an_item(n, published=at(hours=-(n // 3)))) for n in range(10)]
    store.record(a_check(*judged), compare=strangers)
    whole = store.stories(limit=99)
    order = [(each.lead.when, each.id) for each in whole]
    assert order == sorted(order, reverse=True)
    paged, before = [], None
    while page := store.stories(limit=3, before=before):
        paged += page
        before = (page[-1].lead.when, page[-1].id)
        store.record(
            a_check(a_judged(item=an_item(100 + len(paged), published=at(hours=9)))), compare=strangers
        )
    assert paged == whole


def test_key_is_a_tag_uri_that_a_new_store_gives_again(store: Store, tmp_path: Path) -> None:
    """A re-crawl into a new store publishes the same ids; another first item gives another one."""
    store.record(a_check(a_judged(1), a_judged(2)), compare=strangers)
    with Store.open(tmp_path / "second.db") as second:
        second.record(a_check(a_judged(2), at=at(days=5)), compare=strangers)
        second.record(a_check(a_judged(3), a_judged(1), at=at(days=6)), compare=strangers)
        keys = {each.lead.guid: each.key for each in second.stories(limit=9)}
    first = {each.lead.guid: each.key for each in store.stories(limit=9)}
    assert first.items() <= keys.items()
    assert len(set(keys.values())) == 3
    assert all(key.startswith("tag:moonwire,2026:story/") and len(key) == 50 for key in keys.values())


def test_a_story_is_named_after_source_and_guid_of_its_first_item(store: Store) -> None:
    """Not after when or in what company it came, nor after keys that strangers may share."""
    shared = an_identity("shared")
    store.record(a_check(a_judged(2, identity=shared), a_judged(1, identity=shared)), compare=strangers)
    keys = [each.key for each in store.stories(limit=9)]
    assert sorted(keys) == sorted([key_of(f"{FEED} guid-1"), key_of(f"{FEED} guid-2")])


def test_a_name_has_an_end_of_stories(store: Store) -> None:
    """A hundred live stories of one name are a bug of the caller, said loudly."""
    item_id = store.record(a_check(a_judged(1)), compare=strangers).item_ids[0]
    with store._db.writing() as conn:
        for _ in range(100):
            found(conn, "name", item_id, 5)
        with pytest.raises(AssertionError):
            found(conn, "name", item_id, 5)


def test_updated_is_the_leads_time_and_moves_with_its_text(store: Store) -> None:
    """Never now: a story is as old as its lead until that is edited; coverage does not move it."""
    store.record(a_check(a_judged(1), at=at(days=1)), compare=strangers)
    assert store.stories(limit=1)[0].updated == at(hours=-1)
    copy = a_judged(item=an_item(1, source="https://b.example/"), identity=an_identity(f"{FEED} guid-1"))
    store.record(a_check(copy, at=at(days=2)), compare=always(Relation.SAME_ARTICLE))
    story = store.stories(limit=1)[0]
    assert (story.updated, len(story.also)) == (at(hours=-1), 1)
    edited = a_judged(item=an_item(1, title="New"), identity=an_identity(f"{FEED} guid-1", content_hash=b"2"))
    store.record(a_check(edited, at=at(days=3)), compare=strangers)
    after = store.story(story.id)
    assert after is not None
    assert (after.updated, after.key, after.lead.title) == (at(days=3), story.key, "New")


def test_the_oldest_other_one_leads_when_the_lead_leaves(store: Store) -> None:
    """An edit makes the lead off topic: the story lives on under its key with another lead."""
    store.record(a_check(a_judged(1)), compare=strangers)
    key = store.stories(limit=1)[0].key
    for n, source in enumerate(("https://b.example/", "https://c.example/"), start=1):
        item = an_item(1, source=source, published=at(hours=n))
        judged = a_judged(item=item, identity=an_identity(f"{FEED} guid-1"))
        store.record(a_check(judged), compare=always(Relation.SAME_STORY))
    off = a_judged(1, keep=False, identity=an_identity(f"{FEED} guid-1", content_hash=b"2"))
    store.record(a_check(off, at=at(days=1)), compare=strangers)
    (story,) = store.stories(limit=9)
    assert (story.key, story.lead.source, story.lead.when) == (key, "https://b.example/", at(hours=1))
    assert [each.source_name for each in story.also] == ["Name of https://c.example/"]


def test_unknown_story_is_none(store: Store) -> None:
    """No story has an id that was never given."""
    assert store.story(5) is None


def test_stamps_are_kept_as_a_whole(store: Store) -> None:
    """What is not published any more is forgotten."""
    first = {path: Stamp(digest=path * 2, changed_at=NOW) for path in ("a", "b")}
    store.save_stamps(first)
    assert store.stamps() == first
    store.save_stamps({"a": Stamp(digest="x", changed_at=at(hours=1))})
    assert store.stamps() == {"a": Stamp(digest="x", changed_at=at(hours=1))}


def test_alike_entries_of_one_document_are_grouped_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Grouping at each entry would take a long document of alike ones minutes; the first has no kin."""
    calls: list[set[int]] = []
    arrive = threads.arrive

    def counted(conn: sqlite3.Connection, new: Iterable[int]) -> None:
        calls.append(set(new))
        arrive(conn, calls[-1])

    monkeypatch.setattr(threads, "arrive", counted)
    alike = [a_judged(n, identity=an_identity(f"alike {n}", bands=(1,))) for n in range(30)]
    recorded = store.record(a_check(*alike), compare=always(Relation.SAME_STORY))
    assert recorded.new == 30
    assert [len(seeds) for seeds in calls] == [29]
