"""Stories and items as the library answers for them one by one."""

import json
from pathlib import Path

import pytest

from feeds.curate import topic
from feeds.model.value import replace
from feeds.publish.pages import live as live_pages
from feeds.publish.serving.live import answer
from scheduler.publishing.library import StoreLibrary
from store import Store
from tests.builders import FEED, NOW, a_channel, a_check, a_judged, a_source, an_item, at
from tests.fake_compare import strangers


@pytest.fixture
def library(tmp_path: Path) -> StoreLibrary:
    """Return a library over a store that holds one story."""
    store = Store.open(tmp_path / "wire.db")
    store.sync_sources([a_source(FEED)], origin="config", now=NOW)
    store.record(a_check(a_judged(1, item=an_item(1, title="Станция на Луне"))), compare=strangers)
    return StoreLibrary(store, a_channel(), topic.load("lunar-station"), lambda: at(hours=1))


def test_a_story_has_a_page_and_json(library: StoreLibrary) -> None:
    """Its number answers as a page for people and as JSON for programs."""
    page = answer(library, "/story/1.html", b"")
    told = answer(library, "/story/1.json", b"")
    assert page.status == told.status == 200
    assert "Станция на Луне" in page.body.decode()
    assert json.loads(told.body)


@pytest.mark.parametrize("name", ["2.html", "1.exe", "²", "", "9" * 30])
def test_no_other_story_is_there(library: StoreLibrary, name: str) -> None:
    """A number that names no story, and what is no number, is not found; nothing raises."""
    assert answer(library, f"/story/{name}", b"").status == 404


def test_why_of_an_unknown_item_is_not_found(library: StoreLibrary) -> None:
    """The JSON interface says so with its status."""
    assert answer(library, "/api/v1/why", b"item=77").status == 404


def test_an_item_whose_source_was_never_checked_shows_no_check(library: StoreLibrary) -> None:
    """Evidence tells what is known: an item that was stored by hand has no check of its source."""
    found = library.evidence("1")
    assert found
    assert found.checked
    known = live_pages._facts(found)
    unknown = live_pages._facts(replace(found, checked=None))
    changed = [
        (key, value) for (key, value), (_, other) in zip(known, unknown, strict=True) if value != other
    ]
    assert len(changed) == 1
    assert dict(unknown)[changed[0][0]] == ""
