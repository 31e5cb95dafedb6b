"""Documents with too much of something: read in outline, cut, or refused, and never expensive."""

import pytest

from feeds.intake.read import MAX_BODY, MAX_ENTRIES
from tests.readings import failure, item, reading, rss, titles


def test_too_large() -> None:
    """There is an end to what is looked at."""
    assert failure(b"<rss>" + b" " * MAX_BODY).kind == "too-large"


def test_entity_bomb() -> None:
    """What its entities would blow up is left out."""
    dtd = b'<!DOCTYPE rss [<!ENTITY a "' + b"x" * 900 + b'">]>'
    found = reading(dtd + rss(item(1, "<description>" + "&a;" * 10_000 + "</description>")))
    assert "blow it up" in found.problems[0]
    assert len(found.entries[0].summary) <= 65_536


@pytest.mark.parametrize(
    "more",
    [
        "".join(f"<category>c{number}</category>" for number in range(2_000)),
        "<author>" + "a" * 50_000 + "</author>",
        "<x " + " ".join(f'a{number}="1"' for number in range(5_000)) + "/>",
        "<x><y/></x>" * 5_000,
        "<description>" + "moon " * 300_000 + "</description>",
    ],
)
def test_overloaded_entries_are_read_in_outline(more: str) -> None:
    """An entry that would stall the parser does so neither to itself nor to its neighbours."""
    found = reading(rss(item(1), item(2, more), item(3, "<author>A</author>")))
    assert titles(found) == ["Item 1", "Item 2", "Item 3"]
    assert [entry.light for entry in found.entries] == [False, True, False]
    assert found.entries[2].authors == ("A",)


@pytest.mark.parametrize(
    "head", ["<category>x</category>" * 400, "<managingEditor>" + "a" * 9000 + "</managingEditor>"]
)
def test_overloaded_heads(head: str) -> None:
    """The same goes for what stands before the entries."""
    assert titles(reading(rss(item(1), head=head))) == ["Item 1"]


def test_floods_of_markup_in_broken_documents() -> None:
    """What would take much memory to repair is not repaired; entities are then not looked at either."""
    body = rss(item(1, "<description>" + "&x;<" * 600_000 + "</description>"))
    dtd = b"<!DOCTYPE rss [<!ENTITY x 'y'>]>"
    found = reading(dtd + body.removeprefix(b'<?xml version="1.0"?>'))
    assert titles(found) == ["Item 1"]
    assert "blow it up" in found.problems[0]


def test_overloaded_documents_that_can_not_be_split() -> None:
    """They are read in outline, or not at all."""
    nested = "<item><title>a</title><item><title>b</title></item></item>"
    many = "<category>x</category>" * 200
    assert "outlines" in reading(rss(nested, item(2, many))).problems[0]
    deep = failure(rss(nested, item(2, "<a>" * 300 + "</a>" * 300)))
    assert (deep.kind, "nested" in deep.sentence) == ("broken", True)


def test_many_entries() -> None:
    """Of endless documents the first entries are read."""
    found = reading(rss(*(item(number) for number in range(MAX_ENTRIES + 2))), seen=frozenset())
    assert (found.total, len(found.entries)) == (MAX_ENTRIES, MAX_ENTRIES)
    assert "more than 5000 entries" in found.problems[0]
    nested = "<item><item></item></item>"
    whole = reading(rss(nested, *("<item/>" for _ in range(MAX_ENTRIES))))
    assert whole.total == MAX_ENTRIES


def test_long_fields_are_cut() -> None:
    """Titles to 4 kB, texts to 64 kB, lists to 30."""
    many = "".join(f"<category>c{number}</category>" for number in range(100))
    found = reading(
        rss(item(1, f"<description>{'月' * 50_000}</description>{many}").replace("Item 1", "月" * 5_000))
    )
    (entry,) = found.entries
    assert len(entry.title.encode()) <= 4_096
    assert len(entry.summary.encode()) <= 65_536
    assert len(entry.categories) == 30
