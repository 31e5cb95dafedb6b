"""Printed records: the fields that scripts rely on."""

import json

import pytest

from feeds.model import (
    Check,
    Coverage,
    PublishedItem,
    Reason,
    Recorded,
    Related,
    Relation,
    Source,
    SourceState,
    Verdict,
)
from scheduler import records
from tests.test_scheduler_times import NOW

REASON = Reason(concept="ilrs", words="月球科研站", place="title", weight=1.23456, note="the station")
ITEM = PublishedItem(
    id=3,
    source="https://a.example/feed",
    source_name="A",
    source_home="",
    guid="g",
    url="https://a.example/1",
    title="T",
    summary="S",
    content="<p>C</p>",
    language="zh",
    published=NOW,
    first_seen=NOW,
    updated=None,
    keep=True,
    near=False,
    score=0.123456,
    reasons=(REASON,),
    tags=(),
)


def test_item_record_has_the_documented_fields_in_order() -> None:
    """Scripts rely on these names."""
    record = records.item(ITEM)
    expected = "id source guid url title summary content language published first_seen keep score reasons"
    assert list(record) == [*expected.split(), "duplicate_of"]
    assert record["published"] == "2026-05-04T12:00:00Z"
    assert record["reasons"][0] == {
        "concept": "ilrs",
        "words": "月球科研站",
        "place": "title",
        "weight": 1.2346,
        "kind": "for",
        "note": "the station",
    }
    other = Coverage(source_name="B", url="u", title="t", language="en", when=NOW, relation="same-item")
    assert records.why(ITEM, [other])["covered_by"][0]["relation"] == "same-item"


def test_fetch_record_has_the_documented_fields_in_order() -> None:
    """One object per source asked, `source` being the configured address."""
    state = SourceState(
        source=Source(url="https://a.example/feed"), address="https://b.example", next_check=NOW
    )
    check = Check(at=NOW, outcome="failed", state=state, status=404, entries=0, error="No.")
    assert records.fetched(check, Recorded()) == {
        "source": "https://a.example/feed",
        "outcome": "failed",
        "status": 404,
        "entries": 0,
        "new": 0,
        "kept": 0,
        "error": "No.",
        "next_check": "2026-05-04T12:00:00Z",
    }


def test_verdict_and_relation_records() -> None:
    """What judge and relate add."""
    assert records.verdict(Verdict(keep=True, near=False, score=0.5, reasons=())) == {
        "keep": True,
        "score": 0.5,
        "reasons": [],
    }
    related = Related(relation=Relation.SAME_STORY, score=0.5, reasons=("because",))
    assert records.related(related) == {"relation": "same-story", "score": 0.5, "reasons": ["because"]}


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (SourceState(source=Source(url="u")), "new"),
        (SourceState(source=Source(url="u"), last_check=NOW), "active"),
        (SourceState(source=Source(url="u"), failures=1), "failing"),
        (SourceState(source=Source(url="u"), failures=1, retired=True), "retired"),
        (SourceState(source=Source(url="u", disabled=True), retired=True), "disabled"),
    ],
)
def test_standing(state: SourceState, word: str) -> None:
    """One word says how a source stands."""
    assert records.standing(state) == word
    assert records.source(state)["state"] == word


def test_a_line_is_one_line_of_valid_unicode() -> None:
    """Line breaks are escaped, lone surrogates replaced, scripts left readable."""
    line = records.line({"a": "x\ny\u2028", "b": "\ud800", "c": "月"})
    assert "\n" not in line
    assert "月" in line
    assert json.loads(line)["b"] == "?"
