"""A guid that names one entry, and one that a program writes into all of them."""
# ruff: noqa: ANN401 # values that are passed through to builders

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from feeds.curate.identity import compare, identify, outline
from feeds.model import Judged
from feeds.model.value import replace
from store import Store
from tests.builders import NOW, a_check, a_verdict, an_item, at

GUID = "https://agency.example/"
TEXTS = {
    "Reactor for the lunar base passes its first test": "Engineers in Obninsk ran the small plant at a tenth"
    " of its power for nine hours and measured what its radiator gave off into the vacuum chamber.",
    "Senegal joins the research station": "In Dakar the minister signed a paper of twelve pages; students"
    " from the country are to build an instrument for the third expedition.",
    "Rover finds ice under the rim of a crater": "A drill reached ninety centimetres before its motor grew"
    " hot, and the camera saw bright grains that were gone an hour later.",
    "三国学生设计月面温室": "来自三所大学的小组在沙漠里种出了第一批小麦，他们说灌溉用水的九成可以回收再用。",
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open an empty store."""
    with Store.open(tmp_path / "wire.db") as opened:
        yield opened


def entry(n: int, *, keep: bool = True, **changes: Any) -> Judged:
    """Make the n-th entry of a feed that writes one guid into all entries, as the wire identifies it."""
    title, text = list(TEXTS.items())[n]
    url = f"https://agency.example/news/2026/item-{n}.html"
    item = an_item(n, guid=GUID, url=url, title=title, summary=text, published=at(days=n - 9))
    item = replace(item, **changes)
    identity = identify(item) if keep else outline(item)
    return Judged(item=item, verdict=a_verdict(keep=keep), identity=identity, raw_hash=bytes([n]))


def titles(store: Store) -> list[str]:
    """Titles of all items, newest first."""
    return [each.title for each in store.items(which="all", limit=0)]


def bring(store: Store, *entries: Judged, when: datetime = NOW) -> None:
    """Let one check bring some entries."""
    store.record(a_check(*entries, at=when), compare=compare)


@pytest.mark.parametrize("keep", [True, False])
def test_one_guid_for_all_entries_loses_none(*, keep: bool, store: Store) -> None:
    """One new entry at a time under one guid: each is an item of its own, and no two are related."""
    for n in range(4):
        bring(store, entry(n, keep=keep), when=at(hours=n))
    assert titles(store) == list(TEXTS)[::-1]
    assert len({each.guid for each in store.items(which="all")}) == 4
    assert all(each.duplicate_of is None for each in store.items(which="all"))
    assert len(store.stories(limit=9)) == (4 if keep else 0)


def test_one_guid_for_all_entries_doubles_none(store: Store) -> None:
    """Read again, singly or together, with a tracking parameter or an edit: all are known."""
    for n in range(4):
        bring(store, entry(n))
    for n in range(4):
        bring(store, entry(n))
        bring(store, entry(n, url=f"{entry(n).item.url}?utm_source=feed"))
    bring(store, *(entry(n, guid=f"made:{n}") for n in range(4)))
    assert titles(store) == list(TEXTS)[::-1]
    edited = entry(1, summary=TEXTS["Senegal joins the research station"] + " The paper is public.")
    bring(store, edited, when=at(hours=5))
    assert titles(store) == list(TEXTS)[::-1]
    assert store.items(limit=0)[2].summary.endswith("The paper is public.")


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "https://agency.example/news/new-address.html"},
        {"title": "Another headline", "published": at(days=1)},
        {"summary": "Nothing of the text is as it was.", "title": "Another headline"},
        {
            "url": "https://agency.example/news/new-address.html",
            "title": "Lunar base reactor passes first test",
            "summary": "Updated: engineers in Obninsk ran the plant at a tenth of its power for ten hours and"
            " measured what the radiator gave off into the vacuum chamber.",
            "published": at(days=1),
        },
    ],
)
def test_an_edited_entry_stays_what_it_is(changes: dict[str, Any], store: Store) -> None:
    """Whatever of an entry is edited, all of it lightly too, its guid tells that it is the same."""
    bring(store, entry(0))
    bring(store, entry(0, **changes), when=at(hours=1))
    (item,) = store.items(which="all")
    assert (item.id, item.guid, item.published) == (1, GUID, at(days=-9))
    assert item.updated == at(hours=1)


def test_a_pruned_guid_does_not_stop_later_entries(store: Store) -> None:
    """What was pruned stays away; what was published since then under its guid is new."""
    bring(store, entry(0), when=at(days=-9))
    store.prune(before=at(days=-5), now=NOW, kept=True)
    assert titles(store) == []
    bring(store, entry(0), when=at(hours=1))
    bring(store, entry(0, url="https://agency.example/moved", published=at(days=-8)), when=at(hours=1))
    bring(store, entry(2, published=None), when=at(hours=1))
    assert titles(store) == []
    bring(store, entry(1, published=at(hours=1)), when=at(hours=2))
    assert titles(store) == [entry(1).item.title]
