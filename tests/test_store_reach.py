"""What is grouped again around a change: as much as is needed, and no more than the bounds say."""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from zlib import crc32

import pytest

from feeds.model import Judged, Related, Relation
from feeds.model.value import replace
from store import Store, reach, threads
from store.reach import BEYOND
from tests.builders import a_check, a_judged, an_identity, an_item, at
from tests.fake_compare import always


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open an empty store."""
    with Store.open(tmp_path / "wire.db") as opened:
        yield opened


def by_lot(a: bytes, b: bytes) -> Related:
    """Relate two items by what their fingerprints happen to give: a few copies, reports, near misses."""
    lot = crc32(b"|".join(sorted((a, b)))) % 1000
    if lot < 4:
        return Related(relation=Relation.SAME_ARTICLE, score=0.9, reasons=(f"lot {lot}",))
    if lot < 60:
        return Related(relation=Relation.SAME_STORY, score=0.7 + lot / 200, reasons=(f"lot {lot}",))
    return Related(relation=Relation.DIFFERENT, score=0.6 if lot < 120 else 0.9, reasons=())


def entry(n: int, version: int = 0, *, keep: bool = True) -> Judged:
    """Make the n-th item, of a source of its own; all of them are candidates of each other."""
    text = f"{n} {version}"
    identity = an_identity(text, bands=(1,), content_hash=text.encode())
    item = an_item(n, source=f"https://s{n % 7}.example/", guid=str(n), published=at(hours=n % 50))
    return replace(a_judged(n, item=item, keep=keep), identity=replace(identity, keys=(f"key {n}",)))


def bring(store: Store, entries: Sequence[Judged], rng: random.Random) -> None:
    """Record entries in documents of one to four, source by source where they meet."""
    queue = list(entries)
    while queue:
        first, *rest = queue[: rng.randrange(1, 5)]
        part = [first, *(each for each in rest if each.item.source == first.item.source)]
        queue = [each for each in queue if not any(each is one for one in part)]
        store.record(a_check(*part), compare=by_lot)


def shape(store: Store) -> dict[str, list[tuple[str, str, str | None]]]:
    """Describe all stories by guids: lead -> the others, how each is related, and of what it is a copy."""
    guids = {each.id: each.guid for each in store.items(which="all", limit=0)}
    return {
        story.lead.guid: sorted(
            (guids[each.item_id], each.relation, guids.get(each.copy_of or 0)) for each in story.also
        )
        for story in store.stories(limit=999)
    }


def levels(conn: sqlite3.Connection) -> dict[int, int]:
    """Return at which level each kept item was grouped."""
    sql = "SELECT item_id, level FROM item_levels WHERE item_id IN (SELECT id FROM items WHERE status = 2)"
    return {row[0]: row[1] for row in conn.execute(sql)}


@pytest.mark.parametrize("seed", range(4))
def test_new_edited_and_withdrawn_items_end_where_all_at_once_would(
    seed: int, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever came before: the stories are those of the final items, and so is every level."""
    monkeypatch.setattr(reach, "MOST", 4)
    rng = random.Random(seed)  # noqa: S311 # repeatable, no secret
    last = [entry(n, rng.randrange(3), keep=rng.random() < 0.9) for n in range(60)]
    early = [entry(n, 9, keep=rng.random() < 0.8) for n in rng.sample(range(60), 30)]
    rng.shuffle(last)
    bring(store, early, rng)
    with store._db.writing() as conn:
        if seed % 2:
            conn.execute("DELETE FROM item_levels")  # a store from before they were written down
    bring(store, last, rng)
    with Store.open(tmp_path / "other.db") as other:
        bring(other, sorted(last, key=lambda each: each.item.guid), rng)
        assert shape(store) == shape(other)
    with store._db.writing() as conn:
        before = levels(conn)
        assert not threads.regroup(conn, [each.id for each in store.items(limit=0)])
        assert len(set(before.values())) > 2
        assert {item: level for item, level in levels(conn).items() if before.get(item) != level} == {}


@pytest.mark.parametrize("together", [1, 4, 13])
def test_beyond_the_last_bound_an_item_follows_its_surest_relative(
    together: int, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hundreds of copies of one text: one story, under the name of its first, and the rest stays as it is."""
    monkeypatch.setattr(reach, "MOST", 3)
    monkeypatch.setattr(reach, "UTMOST", 6)
    copies = [entry(n) for n in (5, 3, 8, 1, 9, 2, 7, 11, 10, 4, 6, 12, 13)]
    copies = [replace(each, item=replace(each.item, source="https://s.example/")) for each in copies]
    far = replace(entry(20, keep=False), identity=copies[-1].identity)  # a relative of the first
    store.record(a_check(far), compare=always(Relation.SAME_ARTICLE))
    for start in range(0, len(copies), together):
        check = a_check(*copies[start : start + together])
        store.record(check, compare=always(Relation.SAME_ARTICLE))
    (story,) = store.stories(limit=9)
    edited = replace(copies[4], identity=replace(copies[4].identity, content_hash=b"edited"))
    store.record(a_check(edited, at=at(hours=1)), compare=always(Relation.SAME_ARTICLE))
    assert [each.key for each in store.stories(limit=9)] == [story.key]
    (story,) = store.stories(limit=9)
    assert len(story.also) == len(copies) - 1
    assert {each.relation for each in story.also} == {"same-article"}
    assert all(each.copy_of for each in story.also)
    with store._db.reading() as conn:
        assert set(levels(conn).values()) == {BEYOND}


def test_beyond_the_last_bound_little_is_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A further copy follows none of the others' links."""
    monkeypatch.setattr(reach, "MOST", 3)
    monkeypatch.setattr(reach, "UTMOST", 6)
    for n in range(12):
        store.record(a_check(entry(n)), compare=always(Relation.SAME_ARTICLE))
    read: list[set[int]] = []
    monkeypatch.setattr(reach.Graph, "read", _watched(read))
    store.record(a_check(entry(12)), compare=always(Relation.SAME_ARTICLE))
    assert {each for ids in read for each in ids} == {13}


def _watched(read: list[set[int]]) -> object:
    original = reach.Graph.read

    def watched(graph: reach.Graph, ids: set[int]) -> None:
        read.append(set(ids))
        original(graph, ids)

    return watched


def test_a_neighbour_too_large_is_not_followed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """An item that joins a crowd reads its own links and those of its small group, not the crowd's."""
    monkeypatch.setattr(reach, "MOST", 4)
    for n in range(40):
        store.record(a_check(entry(n)), compare=_weak)
    read: list[set[int]] = []
    monkeypatch.setattr(reach.Graph, "read", _watched(read))
    store.record(a_check(entry(40)), compare=_weak)
    assert {each for ids in read for each in ids} == {41}


def _weak(_one: bytes, _other: bytes) -> Related:
    return Related(relation=Relation.SAME_STORY, score=0.75, reasons=())


@pytest.mark.parametrize("crowd", [3, 8])
def test_items_from_before_levels_were_written_down(
    crowd: int, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new item finds out by itself whether what it is linked with was too much already."""
    monkeypatch.setattr(reach, "MOST", 4)
    for n in range(crowd):
        store.record(a_check(entry(n)), compare=_weak)
    with store._db.writing() as conn:
        conn.execute("DELETE FROM item_levels")
    store.record(a_check(entry(crowd)), compare=_weak)
    with store._db.writing() as conn:
        noted = levels(conn)
        assert noted == (dict.fromkeys(range(1, 5), 0) if crowd == 3 else {crowd + 1: 1})
        assert not threads.regroup(conn, [each.id for each in store.items(limit=0)])
        assert levels(conn).items() >= noted.items()
