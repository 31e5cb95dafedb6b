"""Stored items listed by kind, source and time, and found by id, address and guid: by indexes."""
# ruff: noqa: ANN401 # values that are passed through to builders

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from feeds.model import PublishedItem
from feeds.model.value import replace
from store import Store, items
from tests.builders import NOW, a_check, a_judged, a_state, a_verdict, an_item, at
from tests.fake_compare import strangers
from tests.test_store_record import PAPER, edited, from_paper


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open an empty store."""
    with Store.open(tmp_path / "wire.db") as opened:
        yield opened


def test_lists_by_kind_source_and_time(store: Store) -> None:
    """Kept ones unless told otherwise, newest first, bounded only when asked."""
    near = a_judged(3, verdict=a_verdict(keep=False, near=True))
    store.record(a_check(a_judged(1), a_judged(2, keep=False), near), compare=strangers)
    store.record(a_check(from_paper(9)), compare=strangers)

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
        a_check(from_paper(6, summary="Other words"), from_paper(7), state=a_state(PAPER)),
        compare=strangers,
    )
    moved = replace(edited(7), item=replace(from_paper(7).item, url="https://paper.example/moved"))
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


def test_columns_name_what_the_table_has(store: Store) -> None:
    """The layout of a row and the schema agree."""
    with store._db.reading() as conn:
        names = {row["name"] for row in conn.execute("PRAGMA table_info(items)")}
    assert set(items.columns(a_judged())) <= names
