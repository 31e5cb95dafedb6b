"""Marks, models and other verdicts on stored items."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.model import Judged, Relation
from feeds.model.value import replace
from store import LearnedModel, Share, Store
from store.connection import Database
from store.migrate import MIGRATIONS, migrate
from tests.builders import FEED, NOW, a_check, a_judged, a_reason, a_verdict, an_item, at
from tests.fake_compare import always, strangers, twins

OLD, NEW = "tea@1", "tea@2"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open a store."""
    with Store.open(tmp_path / "wire.db") as opened:
        yield opened


def judged(n: int = 1, *, keep: bool = True, topic: str = OLD, near: bool = False) -> Judged:
    """Judge the n-th item."""
    verdict = replace(a_verdict(keep=keep, topic=topic), near=near)
    return a_judged(n, item=an_item(n, published=at(days=-30 * n)), verdict=verdict)


def fill(store: Store, *entries: Judged) -> None:
    """Record entries; the n-th has id n."""
    store.record(a_check(*reversed(entries)), compare=strangers)


def again(store: Store, n: int, one: Judged) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Judge one item again."""
    done = store.curation.rejudge([(n, one)], compare=strangers)
    return done.entered, done.left


def test_an_item_that_enters_is_dated_by_its_publication(store: Store) -> None:
    """It becomes a story, but no news: its time is its own, and so is the story's."""
    fill(store, judged(1), judged(2, keep=False))
    before = store.revision()
    assert again(store, 2, judged(2, topic=NEW)) == ((2,), ())
    assert store.revision() > before
    entered = store.find_item("2")
    assert entered is not None
    assert (entered.keep, entered.topic, entered.first_seen) == (True, NEW, NOW)
    first, second = store.stories(limit=9)
    assert (first.lead.id, second.lead.id) == (1, 2)
    assert second.updated == second.lead.published == at(days=-60)
    assert [one.id for one in store.search("review number 2", limit=9)] == [2]


def test_an_item_that_leaves_is_withdrawn_and_may_return(store: Store) -> None:
    """The story goes, the text stays whole; when it returns, the story has its old key."""
    fill(store, judged(1))
    (story,) = store.stories(limit=9)
    assert again(store, 1, judged(1, keep=False, topic=NEW)) == ((), (1,))
    assert store.stories(limit=9) == []
    assert [one.id for one in store.items(which="rejected")] == [1]
    assert again(store, 1, judged(1)) == ((1,), ())
    (back,) = store.stories(limit=9)
    assert (back.key, back.lead.content) == (story.key, story.lead.content)


def test_an_item_that_enters_is_found_by_its_copies(store: Store) -> None:
    """Of a rejected item hardly a trace is kept to compare by; it is taken when it enters."""
    faint = judged(1, keep=False)
    fill(store, replace(faint, identity=replace(faint.identity, fingerprint=b"faint")))
    whole = replace(judged(1), identity=replace(faint.identity, fingerprint=b"whole", bands=(7,)))
    assert again(store, 1, whole) == ((1,), ())
    copy = judged(2)
    copy = replace(copy, identity=replace(copy.identity, fingerprint=b"whole", bands=(7,)))
    store.record(a_check(copy), compare=twins)
    (story,) = store.stories(limit=9)
    assert len(story.also) == 1


def test_an_equal_verdict_moves_nothing(store: Store) -> None:
    """Score, reasons and topic are brought up to date, what is published stays."""
    fill(store, judged(1))
    before = store.revision()
    other = replace(judged(1, topic=NEW), verdict=a_verdict(score=0.7, reasons=(a_reason("tea"),), topic=NEW))
    assert again(store, 1, other) == ((), ())
    kept = store.find_item("1")
    assert kept is not None
    assert (kept.score, kept.topic, kept.reasons[0].concept) == (0.7, NEW, "tea")
    assert store.revision() == before


def test_near_items_come_and_go_in_the_list(store: Store) -> None:
    """What is near is published on its page: the revision grows when it changes."""
    fill(store, judged(1, keep=False, near=True))
    before = store.revision()
    again(store, 1, judged(1, keep=False))
    assert store.items(which="near") == []
    assert store.revision() > before


def test_stale_items_are_those_of_another_topic(store: Store) -> None:
    """Older or newer in any order; each batch takes some off, so work can be broken off and goes on."""
    fill(store, judged(1), judged(2, topic="a"), judged(3, topic="z"), judged(4, keep=False))
    assert store.curation.stale(OLD) == 2
    assert store.curation.stale(NEW) == 4
    assert [one.id for one in store.curation.stale_items(NEW, limit=3)] == [1, 2, 3]
    again(store, 2, judged(2, topic=NEW))
    assert [one.id for one in store.curation.stale_items(NEW, limit=9)] == [1, 3, 4]
    assert [one.id for one in store.curation.items_after(2, limit=9)] == [3, 4]


def test_a_stored_item_can_be_judged_as_it_came(store: Store) -> None:
    """All that a judge looks at comes back out of the store."""
    item = an_item(
        1, categories=("Space",), via_title="Wire", authors=("A",), thumbnail="https://a.example/t"
    )
    fill(store, a_judged(1, item=item))
    stored = store.curation.item(1)
    assert stored is not None
    assert stored.item == item
    assert (stored.keep, stored.near, stored.mark) == (True, False, None)
    assert store.curation.item(2) is None


def test_a_mark_is_followed_at_once_and_for_ever(store: Store) -> None:
    """Also when another topic says otherwise, and when the publisher edits the text; until it is undone."""
    fill(store, judged(1, keep=False))
    done = store.curation.mark(1, judged(1, keep=False), keep=True, at=NOW, compare=strangers)
    assert (done.entered, done.left) == ((1,), ())
    assert again(store, 1, judged(1, keep=False, topic=NEW)) == ((), ())
    kept = store.find_item("1")
    assert kept is not None
    assert (kept.keep, kept.score, kept.topic) == (True, 1.0, NEW)
    assert kept.reasons[0].note == "marked by the operator to keep"
    assert kept.reasons[1].concept == "off topic"
    edited = judged(1, keep=False)
    edited = replace(edited, item=replace(edited.item, title="Edited"))
    fill(store, replace(edited, identity=replace(edited.identity, content_hash=b"edited")))
    edited_item = store.find_item("1")
    assert edited_item is not None
    assert (edited_item.keep, edited_item.title) == (True, "Edited")
    assert [one.mark for one in store.curation.marked()] == [True]
    gone = store.curation.mark(1, judged(1, keep=False), keep=None, at=NOW, compare=strangers)
    assert gone.left == (1,)
    assert store.curation.marked() == []


def test_a_mark_may_be_changed(store: Store) -> None:
    """The last one counts."""
    fill(store, judged(1))
    for keep in (True, False):
        store.curation.mark(1, judged(1), keep=keep, at=NOW, compare=strangers)
    assert [one.mark for one in store.curation.marked()] == [False]
    rejected = store.find_item("1")
    assert rejected is not None
    assert (rejected.keep, rejected.score, rejected.reasons[0].kind) == (False, 0.0, "against")


def test_marked_items_are_not_pruned(store: Store) -> None:
    """What was taught stays."""
    fill(store, judged(1, keep=False), judged(2, keep=False))
    store.curation.mark(1, judged(1, keep=False), keep=False, at=NOW, compare=strangers)
    assert store.prune(at(days=1), now=at(days=1)) == 1
    assert [one.id for one in store.items(which="all")] == [1]


def test_shares_count_what_was_ever_judged(store: Store) -> None:
    """By source; edits and marks move them, pruning does not."""
    assert store.curation.shares() == {}
    fill(store, judged(1), judged(2, keep=False), judged(3, keep=False))
    assert store.curation.shares() == {FEED: Share(judged=3, kept=1)}
    again(store, 2, judged(2))
    assert store.curation.shares() == {FEED: Share(judged=3, kept=2)}
    store.prune(at(days=1), now=at(days=1), kept=True)
    assert store.curation.shares() == {FEED: Share(judged=3, kept=2)}


def test_a_model_is_kept_per_topic(store: Store) -> None:
    """The last one of a topic, as it was given."""
    model = LearnedModel(topic="tea", trained=NOW, active=True, body=b"\x00weights", report="{}")
    assert store.curation.model("tea") is None
    store.curation.save_model(replace(model, active=False))
    store.curation.save_model(model)
    assert store.curation.model("tea") == model
    assert store.curation.model("coffee") is None
    assert store.curation.forget_model("tea") is True
    assert store.curation.forget_model("tea") is False


def test_an_unknown_item_is_left_alone(store: Store) -> None:
    """It may have been pruned in between."""
    assert again(store, 99, judged(1)) == ((), ())


def test_older_stores_are_counted_when_they_are_upgraded(tmp_path: Path) -> None:
    """The counts of each source begin with what is there."""
    first = tmp_path / "migrations"
    first.mkdir()
    step = MIGRATIONS / "0001_start.sql"
    (first / step.name).write_text(step.read_text("utf-8"), "utf-8")
    path = tmp_path / "old.db"
    db = Database(path)
    migrate(db, first)
    db.close()
    conn = sqlite3.connect(path)
    conn.execute("INSERT INTO sources (id, url, origin, added) VALUES (1, 'https://a.example/', 'added', 0)")
    names = (
        "id, source_id, status, first_seen, sort_at, score, content_hash, fingerprint, guid, url, language"
    )
    names += ", topic, title, tags, reasons, details, summary, content"
    for n, status in enumerate((0, 2, 2)):
        values = (n + 1, 1, status, 0, 0, 0.5, b"", b"", str(n), "", "en", "t", "", "[]", "[]", "{}", "", "")
        conn.execute(f"INSERT INTO items ({names}) VALUES ({', '.join('?' * len(values))})", values)  # noqa: S608 # question marks
    conn.commit()
    conn.close()
    with Store.open(path) as store:
        assert store.curation.shares() == {"https://a.example/": Share(judged=3, kept=2)}
        assert store.curation.stale("t") == 0
        assert len(store.curation.items_after(0, limit=9)) == 3


def test_an_old_item_that_joins_a_story_does_not_make_it_news(store: Store) -> None:
    """Its story's date and guid stay as readers know them."""

    def alike(n: int, *, keep: bool) -> Judged:
        one = judged(n, keep=keep)
        one = replace(one, item=replace(one.item, language="ru" if n == 2 else "en"))
        return replace(one, identity=replace(one.identity, bands=(7,), features=("a", "b", "c")))

    same_story = always(Relation.SAME_STORY)
    for n, keep in ((1, True), (2, False)):
        store.record(a_check(alike(n, keep=keep), at=at(hours=n)), compare=same_story)
    (before,) = store.stories(limit=9)
    done = store.curation.rejudge([(2, alike(2, keep=True))], compare=same_story)
    assert done.entered == (2,)
    after = {story.key: story.updated for story in store.stories(limit=9)}
    assert after[before.key] <= before.updated
    assert all(updated <= NOW for updated in after.values())
