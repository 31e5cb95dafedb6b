"""What becomes of the entries of a check."""
# ruff: noqa: ANN401 # values that are passed through to builders

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds.model import Enclosure, Judged, Recorded, Relation
from feeds.model.value import replace
from store import Share, Store
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


def from_paper(n: int = 1, **changes: Any) -> Judged:
    """Let another source carry the n-th item: same key and fingerprint, own guid."""
    item = an_item(n, source=PAPER, guid=f"paper-{n}", url=f"https://paper.example/{n}", **changes)
    return a_judged(item=item, identity=a_judged(n).identity)


def edited(n: int = 1, *, keep: bool = True, **changes: Any) -> Judged:
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
    other = replace(edited(), item=an_item(1, title="Other text"))
    check = a_check(a_judged(1), other)
    assert store.record(check, compare=twins) == Recorded(new=1, kept=1, item_ids=(1,))
    assert [each.title for each in store.items()] == ["Other text"]


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
        [a_check(*first, a_judged(4), at=at(hours=1)), a_check(from_paper(5), state=a_state(PAPER))],
        compare=strangers,
    )
    with suppress(_UndoError), store._db.writing() as conn:
        record(conn, a_check(a_judged(6), at=at(hours=2)), strangers)
        raise _UndoError
    assert store.curation.shares() == {FEED: Share(judged=4, kept=2), PAPER: Share(judged=1, kept=1)}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
