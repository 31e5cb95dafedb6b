"""What becomes of the entries of a check."""
# ruff: noqa: ANN401 # values that are passed through to builders

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds.model import Enclosure, Judged, PublishedItem, Recorded, Relation
from feeds.model.value import replace
from store import Share, Store, items
from store.candidates import KEYS_PER_ITEM, PER_LOOK_UP
from store.record import record
from tests.builders import (
    FEED,
    NOW,
    a_check,
    a_judged,
    a_reason,
    a_state,
    a_verdict,
    an_identity,
    an_item,
    at,
)
from tests.fake_compare import Asked, always, strangers, twins

PAPER = "https://paper.example/feed"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open an empty store."""
    with Store.open(tmp_path / "wire.db") as opened:
        yield opened


class _UndoError(Exception):
    """Ends a transaction that a test only looks at."""


def _from_paper(n: int = 1, **changes: Any) -> Judged:
    """Let another source carry the n-th item: same key and fingerprint, own guid."""
    item = an_item(n, source=PAPER, guid=f"paper-{n}", url=f"https://paper.example/{n}", **changes)
    return a_judged(item=item, identity=a_judged(n).identity)


def _edited(n: int = 1, *, keep: bool = True, **changes: Any) -> Judged:
    """Change the text of the n-th item."""
    before = a_judged(n)
    identity = replace(before.identity, content_hash=b"edited")
    return a_judged(item=an_item(n, title="Edited title", **changes), identity=identity, keep=keep)


def test_new_items_are_stored_whole(store: Store) -> None:
    """All that pages show of an item comes back, ids and counts in document order."""
    rich = an_item(
        1,
        title="月球科研站",
        authors=("A", "B"),
        enclosures=(Enclosure(url="https://agency.example/a.mp3", type="audio/mpeg", length=7),),
        thumbnail="https://agency.example/t.png",
        updated=at(minutes=-5),
    )
    first, second = a_judged(item=rich), a_judged(2, keep=False)
    recorded = store.record(a_check(first, second), compare=strangers)
    assert recorded == Recorded(new=2, kept=1, item_ids=(2, 1))
    stored = store.find_item("2")
    assert stored is not None
    shown = {name for name in rich.__struct_fields__ if hasattr(stored, name)} - {"source_name"}
    assert {name: getattr(stored, name) for name in shown} == {name: getattr(rich, name) for name in shown}
    verdict = first.verdict
    assert (stored.keep, stored.near, stored.score, stored.reasons) == (True, False, 0.9, verdict.reasons)
    assert (stored.tags, stored.topic, stored.first_seen) == (verdict.tags, verdict.topic, NOW)


def test_the_same_check_twice_stores_nothing_twice(store: Store) -> None:
    """Recording is idempotent: after a crash nobody has to know how far it came."""
    check = a_check(a_judged(1), a_judged(2), a_judged(3, keep=False))
    store.record(check, compare=twins)

    def all_there_is() -> object:
        return store.items(which="all"), store.stories(limit=9), store.revision(), store.health.checks(FEED)

    before = all_there_is()
    assert store.record(check, compare=twins) == Recorded()
    assert all_there_is() == before


def test_undated_items_keep_the_order_of_their_document(store: Store) -> None:
    """Feeds list the newest first; entries without a date are shown like that."""
    check = a_check(*(a_judged(item=an_item(n, published=None)) for n in (1, 2, 3)))
    store.record(check, compare=strangers)
    assert [each.guid for each in store.items()] == ["guid-1", "guid-2", "guid-3"]
    assert {each.when for each in store.items()} == {NOW}


def test_rejected_items_are_shorter(store: Store) -> None:
    """A short content stays whole, a long one goes whole: half of an HTML text is broken."""
    reasons = tuple(a_reason(f"reason {n}") for n in range(99))
    verdict = a_verdict(keep=False, reasons=reasons)
    short = a_judged(item=an_item(1, summary="s" * 2000, content="<p>" + "c" * 4000), verdict=verdict)
    long = a_judged(item=an_item(2, content="<p>" + "c" * 5000 + "</p>"), verdict=verdict)
    store.record(a_check(short, long), compare=strangers)
    one, two = store.items(which="rejected")
    assert (len(one.summary), one.content, two.content) == (500, short.item.content, "")
    assert one.reasons == reasons[:16]


def test_edits_update_in_place(store: Store) -> None:
    """A changed text on a known guid is an update: id, guid, date and first_seen stay."""
    store.record(a_check(a_judged(1)), compare=strangers)
    before = store.items()[0]
    later = a_check(_edited(published=at(days=3), guid="guid-1"), at=at(hours=5))
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
    store.record(a_check(_edited(updated=stated), at=at(hours=5)), compare=strangers)
    assert store.items()[0].updated == kept


def test_a_date_that_comes_later_is_taken(store: Store) -> None:
    """An entry without a date that gets one is shown at it."""
    store.record(a_check(a_judged(item=an_item(1, published=None))), compare=strangers)
    store.record(a_check(_edited(published=at(days=-2)), at=at(hours=1)), compare=strangers)
    assert [each.when for each in store.items()] == [at(days=-2)]
    assert [each.lead.when for each in store.stories(limit=1)] == [at(days=-2)]


def test_new_guids_for_old_entries_are_no_new_items(store: Store) -> None:
    """A feed that makes up guids at each fetch: the address tells that it is the same item."""
    store.record(a_check(a_judged(1)), compare=twins)
    for n in range(30):
        identity = replace(
            a_judged(1).identity, keys=("guid:agency 1", f"guid:{n}", *a_judged(1).identity.keys)
        )
        again = a_judged(item=an_item(1, guid=f"made-up-{n}"), identity=identity)
        assert store.record(a_check(again, at=at(hours=n)), compare=twins) == Recorded()
    assert [each.guid for each in store.items()] == ["guid-1"]
    with store._db.reading() as conn:
        assert conn.execute("SELECT count(*) FROM item_keys").fetchone()[0] <= KEYS_PER_ITEM + 3


def test_two_guids_in_one_document_are_two_items(store: Store) -> None:
    """Entries of one document that share an address are not merged, in any round."""
    check = a_check(a_judged(1), a_judged(item=an_item(2), identity=a_judged(1).identity))
    assert store.record(check, compare=twins).new == 2
    assert store.record(replace(check, at=at(hours=1)), compare=twins) == Recorded()
    assert len(store.items()) == 2


def test_the_same_guid_twice_in_a_document_is_one_item(store: Store) -> None:
    """The entry nearer to the end is stored, the other one does not flip it."""
    other = replace(_edited(), item=an_item(1, title="Other text"))
    check = a_check(a_judged(1), other)
    assert store.record(check, compare=twins) == Recorded(new=1, kept=1, item_ids=(1,))
    assert [each.title for each in store.items()] == ["Other text"]


@pytest.mark.parametrize("relation", [Relation.SAME_ITEM, Relation.SAME_ARTICLE])
def test_copies_elsewhere_point_to_the_first(relation: Relation, store: Store) -> None:
    """A copy elsewhere is a row of its own in the same story; copies of copies point to the root."""
    store.record(a_check(a_judged(1)), compare=strangers)
    store.record(a_check(_from_paper()), compare=always(relation))
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
    store.record(a_check(_from_paper()), compare=always(Relation.SAME_STORY))
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
    store.record(a_check(_from_paper()), compare=always(Relation.DIFFERENT))
    assert len(store.stories(limit=5)) == 2


def test_rejected_copies_name_what_they_copy(store: Store) -> None:
    """A kept copy of a rejected item leads its own story; a rejected one names the kept copy."""
    store.record(a_check(a_judged(1, keep=False)), compare=strangers)
    third = an_item(1, source="https://third.example/")
    copy = a_judged(item=third, identity=a_judged(1).identity, keep=False)
    store.record(a_check(copy), compare=always(Relation.SAME_ITEM))
    first, second = sorted(store.items(which="rejected"), key=lambda each: each.id)
    assert (first.duplicate_of, second.duplicate_of, second.story_id) == (None, first.id, None)
    store.record(a_check(_from_paper()), compare=always(Relation.SAME_ITEM))
    (kept,) = store.items()
    assert (kept.duplicate_of, kept.story_id) == (None, 1)
    assert [each.duplicate_of for each in store.items(which="rejected")] == [kept.id, kept.id]
    other = a_judged(item=replace(third, guid="4"), identity=a_judged(1).identity, keep=False)
    store.record(a_check(other), compare=always(Relation.SAME_STORY))
    assert [each.duplicate_of for each in store.items(which="rejected")].count(None) == 1


def test_candidates_by_key_band_and_features(store: Store) -> None:
    """Keys of any age and verdict, bands of kept and near items, two shared features within 14 days."""
    near = a_verdict(keep=False, near=True)
    stored = [
        a_judged(1, identity=an_identity("k"), keep=False),
        a_judged(2, identity=an_identity("2", bands=(7, -9)), item=an_item(2, published=at(days=-900))),
        a_judged(3, identity=an_identity("3", bands=(7,)), verdict=near),
        a_judged(4, identity=an_identity("4", bands=(7,)), keep=False),
        a_judged(5, identity=an_identity("5", features=("a", "b"))),
        a_judged(6, identity=an_identity("6", features=("a", "c"))),
        a_judged(7, identity=an_identity("7", features=("a", "b")), item=an_item(7, published=at(days=-20))),
        a_judged(8, identity=an_identity("8", features=("a", "b")), verdict=near),
    ]
    store.record(a_check(*stored), compare=strangers)
    number = {each.identity.fingerprint: n for n, each in enumerate(stored, start=1)}

    def asked(*, keep: bool, near: bool) -> set[int]:
        probe = Asked()
        identity = an_identity("k", bands=(7, -9, 5), features=("a", "b"))
        item = an_item(50, source=PAPER)
        judged = a_judged(item=item, identity=identity, verdict=a_verdict(keep=keep, near=near))
        with suppress(_UndoError), store._db.writing() as conn:
            record(conn, a_check(judged), probe.compare)
            raise _UndoError
        return {number[each] for each in probe.others}

    assert asked(keep=True, near=False) == {1, 2, 3, 5}
    assert asked(keep=False, near=True) == {1, 2, 3}
    assert asked(keep=False, near=False) == {1}


def test_candidates_are_bounded(store: Store) -> None:
    """A band that everything shares gives the newest items only."""
    many = [a_judged(n, identity=an_identity(str(n), bands=(1,))) for n in range(PER_LOOK_UP + 20)]
    store.record(a_check(*many), compare=strangers)
    probe = Asked()
    judged = a_judged(item=an_item(999, source=PAPER), identity=an_identity("x", bands=(1,)))
    store.record(a_check(judged), compare=probe.compare)
    newest = many[: PER_LOOK_UP - 1]  # the item itself was the first
    assert probe.others == {each.identity.fingerprint for each in newest}


def test_edits_change_the_verdict(store: Store) -> None:
    """Kept, then not, then kept again: the story goes and returns under the same key."""
    store.record(a_check(a_judged(1)), compare=strangers)
    key = store.stories(limit=1)[0].key
    store.record(a_check(_edited(keep=False), at=at(hours=1)), compare=strangers)
    assert store.stories(limit=1) == []
    assert store.story(1) is None
    assert store.search("edited", limit=5) == []
    third = replace(_edited(), identity=replace(_edited().identity, content_hash=b"third"))
    before = store.revision()
    store.record(a_check(third, at=at(hours=2)), compare=strangers)
    assert [each.key for each in store.stories(limit=1)] == [key]
    assert store.revision() > before


def test_a_rejected_item_that_becomes_kept_joins_its_relatives(store: Store) -> None:
    """The edit is looked at like a new item."""
    store.record(a_check(_from_paper()), compare=strangers)
    store.record(a_check(a_judged(1, keep=False)), compare=strangers)
    store.record(a_check(_edited(), at=at(hours=1)), compare=always(Relation.SAME_ARTICLE))
    item = store.find_item("guid-1")
    assert item is not None
    assert (item.duplicate_of, item.story_id) == (None, 1)
    assert [each.duplicate_of for each in store.items(source=PAPER)] == [item.id]


def test_edits_of_rejected_items_publish_nothing(store: Store) -> None:
    """The revision grows with kept items only."""
    store.record(a_check(a_judged(1, keep=False)), compare=strangers)
    before = store.revision()
    store.record(a_check(_edited(keep=False), at=at(hours=1)), compare=strangers)
    store.record(a_check(a_judged(2, keep=False), at=at(hours=2)), compare=strangers)
    assert store.revision() == before
    assert store.items(which="rejected")[0].title == "Edited title"


def test_lone_surrogates_do_not_stop_a_check(store: Store) -> None:
    """UTF-8 has no form for them; they become question marks."""
    broken = an_item(1, title="a\ud800b", authors=("\udfff",), guid="g\ud800")
    assert store.record(a_check(a_judged(item=broken)), compare=strangers).new == 1
    stored = store.items()[0]
    assert (stored.title, stored.authors, stored.guid) == ("a?b", ("?",), "g?")
    assert store.record(a_check(a_judged(item=broken), at=at(hours=1)), compare=strangers) == Recorded()


def test_lone_surrogates_do_not_stop_a_check_without_entries(store: Store) -> None:
    """A server may send them in what it says of its failure."""
    checks = [
        a_check(state=a_state(last_error="down\ud800")),
        a_check(state=a_state(PAPER), outcome="failed", error="down\udfff"),
    ]
    store.record_all(checks, compare=strangers)
    state = store.source(FEED)
    assert state is not None
    assert state.last_error == "down?"
    assert [line.error for line in store.health.checks(PAPER)] == ["down?"]


def test_new_items_are_counted_by_check(store: Store) -> None:
    """Kept and rejected ones, by source; known ones, and checks that fail as a whole, count nothing."""
    first = [a_judged(n, keep=n == 1) for n in (1, 2, 3)]
    store.record(a_check(*first), compare=strangers)
    store.record_all(
        [a_check(*first, a_judged(4), at=at(hours=1)), a_check(_from_paper(5), state=a_state(PAPER))],
        compare=strangers,
    )
    with suppress(_UndoError), store._db.writing() as conn:
        record(conn, a_check(a_judged(6), at=at(hours=2)), strangers)
        raise _UndoError
    assert store.curation.shares() == {FEED: Share(judged=4, kept=2), PAPER: Share(judged=1, kept=1)}


def test_lists_by_kind_source_and_time(store: Store) -> None:
    """Kept ones unless told otherwise, newest first, bounded only when asked."""
    near = a_judged(3, verdict=a_verdict(keep=False, near=True))
    store.record(a_check(a_judged(1), a_judged(2, keep=False), near), compare=strangers)
    store.record(a_check(_from_paper(9)), compare=strangers)

    def guids(**wanted: Any) -> list[str]:
        return [each.guid for each in store.items(**wanted)]

    assert guids() == ["guid-1", "paper-9"]
    assert guids(which="all") == ["guid-1", "guid-2", "guid-3", "paper-9"]
    assert guids(which="rejected") == ["guid-2"]
    assert guids(which="near") == ["guid-3"]
    assert guids(which="all", since=at(hours=-2)) == ["guid-1", "guid-2"]
    assert guids(which="all", source=PAPER) == ["paper-9"]
    assert guids(source="https://nobody.example/") == []
    assert guids(which="all", limit=1) == ["guid-1"]
    assert len(guids(which="all", limit=0)) == len(guids(which="all", limit=None)) == 4


def test_items_are_found_by_id_address_and_guid(store: Store) -> None:
    """A number that is no id may still be a guid."""
    store.record(a_check(a_judged(item=an_item(1, guid="4711"))), compare=strangers)

    def found(text: str) -> int | None:
        item: PublishedItem | None = store.find_item(text)
        return item.id if item else None

    assert [found(each) for each in ("1", "4711", "https://agency.example/news/1")] == [1, 1, 1]
    assert [found(each) for each in ("", "2", "https://agency.example/", "9" * 40)] == [None] * 4


def test_addresses_are_found_whatever_the_guid_is(store: Store) -> None:
    """That of an item whose guid it is, one that several share, one that came with an edit; but not none."""
    page = "https://agency.example/page"
    same = a_judged(item=an_item(1, guid=page, url=page), keep=False)
    shared = [a_judged(item=an_item(n, url="https://agency.example/live"), keep=n == 3) for n in (2, 3, 4)]
    nowhere = a_judged(item=an_item(5, url=""), keep=False)
    store.record(a_check(same, *shared, nowhere), compare=strangers)
    store.record(
        a_check(_from_paper(6, summary="Other words"), _from_paper(7), state=a_state(PAPER)),
        compare=strangers,
    )
    moved = replace(_edited(7), item=replace(_from_paper(7).item, url="https://paper.example/moved"))
    store.record(a_check(moved, state=a_state(PAPER), at=at(hours=1)), compare=strangers)

    def found(text: str) -> str:
        item = store.find_item(text)
        return item.guid if item else ""

    assert found(page) == page
    assert found("https://agency.example/live") == "guid-3"  # the kept one
    assert found("guid-5") == "guid-5"
    assert found("") == ""
    assert (found("paper-6"), found("https://paper.example/6")) == ("paper-6", "paper-6")
    assert (found("https://paper.example/moved"), found("https://paper.example/7")) == ("paper-7", "")


def test_look_ups_use_their_indexes(store: Store) -> None:
    """No list may scan and sort the whole store."""
    questions = {
        "SELECT * FROM items WHERE status = 2 ORDER BY sort_at DESC, id DESC LIMIT 5": "items_status",
        "SELECT id FROM items WHERE url = 'x' AND url <> guid": "items_url",
        "SELECT * FROM items WHERE story_id = 5": "items_story",
        "SELECT * FROM items WHERE duplicate_of = 5": "items_duplicates",
    }
    pages = "SELECT * FROM stories WHERE lead_id IS NOT NULL ORDER BY sort_at DESC, id DESC LIMIT 5"
    questions[pages] = "stories_order"
    with store._db.reading() as conn:
        for sql, index in questions.items():
            plan = " ".join(row["detail"] for row in conn.execute("EXPLAIN QUERY PLAN " + sql))
            assert index in plan, (sql, plan)
            assert "TEMP B-TREE" not in plan, (sql, plan)


@pytest.mark.parametrize("since", [None, NOW])
@pytest.mark.parametrize("which", get_args(items.Which))
def test_lists_are_read_in_their_order(since: datetime | None, which: items.Which, store: Store) -> None:
    """No list of items is sorted: those of all kinds are merged."""
    asked: list[str] = []
    with store._db.reading() as conn:
        conn.set_trace_callback(asked.append)
        items.select(conn, items.Wanted(which=which, since=since))
        conn.set_trace_callback(None)
        plan = " ".join(row["detail"] for row in conn.execute(f"EXPLAIN QUERY PLAN {asked[0]}"))
    assert "items_status" in plan
    assert "TEMP B-TREE" not in plan
    assert "SCAN" not in plan


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rounds=st.lists(
        st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 2)), max_size=6), max_size=5
    )
)
def test_whatever_comes_the_store_is_whole(rounds: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Any sequence of documents: guids stay unique, kept items and stories belong to each other."""
    with Store.open(tmp_path_factory.mktemp("any") / "wire.db") as store:
        for hour, entries in enumerate(rounds):
            judged = [
                replace(
                    a_judged(n, keep=keep),
                    identity=an_identity(str(n), content_hash=bytes([text]), bands=(n % 3,)),
                )
                for n, keep, text in entries
            ]
            store.record(
                a_check(*judged, at=NOW + timedelta(hours=hour)), compare=always(Relation.SAME_ARTICLE)
            )
        everything = store.items(which="all", limit=0)
        assert len({each.guid for each in everything}) == len(everything)
        for each in everything:
            assert each.keep == (each.story_id is not None)
        stories = store.stories(limit=100)
        assert {each.lead.story_id for each in stories} == {each.id for each in stories}
        assert sum(1 + len(each.also) for each in stories) == len(store.items(limit=0))
        assert store.integrity() == ()


def test_columns_name_what_the_table_has(store: Store) -> None:
    """The layout of a row and the schema agree."""
    with store._db.reading() as conn:
        names = {row["name"] for row in conn.execute("PRAGMA table_info(items)")}
    assert set(items.columns(a_judged())) <= names
