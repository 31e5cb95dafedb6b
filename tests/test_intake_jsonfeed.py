"""JSON Feed."""

import json
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.intake.jsonfeed import looks_like_json, read_json
from feeds.intake.read import read
from feeds.model.entry import Enclosure, ReadFailed, Reading, ReadRequest

URL = "https://wire.example/feed.json"
V11 = "https://jsonfeed.org/version/1.1"


def reading(document: object, **more: object) -> Reading:
    """Read what must be a JSON Feed."""
    found = read(ReadRequest(body=json.dumps(document).encode(), url=URL, **more))  # type: ignore[arg-type] # by name
    assert isinstance(found, Reading), found
    return found


def test_version_1_1() -> None:
    """All fields we know of."""
    found = reading(
        {
            "version": V11,
            "title": "Moon & more",
            "home_page_url": "/",
            "feed_url": URL,
            "description": "d",
            "language": "en",
            "authors": [{"name": "House"}],
            "hubs": [{"type": "WebSub", "url": "https://hub.example/"}, {"url": "x:"}, "?"],
            "items": [
                {
                    "id": 42,
                    "url": "/one",
                    "external_url": "https://other.example/",
                    "title": "1 < 2",
                    "content_html": '<img src="i.png">',
                    "summary": "a & b",
                    "image": "t.jpg",
                    "date_published": "2024-03-08T12:00:00+08:00",
                    "date_modified": "2024-03-09T12:00:00Z",
                    "authors": [{"name": "Ann"}, {"url": "https://ann.example/"}, 1],
                    "tags": ["moon", 7, None, "moon"],
                    "attachments": [
                        {"url": "a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 12.0},
                        {"url": "javascript:1"},
                    ],
                    "language": "de",
                },
                {"id": "https://wire.example/two", "content_text": "1 < 2"},
                "no item",
            ],
        }
    )
    assert (found.head.title, found.head.link, found.head.format) == (
        "Moon & more",
        "https://wire.example/",
        "json11",
    )
    assert (found.head.hubs, found.head.self_url, found.head.language) == (
        ("https://hub.example/",),
        URL,
        "en",
    )
    one, two = found.entries
    assert (one.guid, one.link, one.title, one.summary) == (
        "42",
        "https://wire.example/one",
        "1 &lt; 2",
        "a &amp; b",
    )
    assert one.content == '<img src="https://wire.example/i.png">'
    assert one.published == datetime(2024, 3, 8, 4, tzinfo=UTC)
    assert one.updated == datetime(2024, 3, 9, 12, tzinfo=UTC)
    assert (one.authors, one.categories) == (("Ann", "https://ann.example/"), ("moon", "7"))
    assert one.enclosures == (Enclosure(url="https://wire.example/a.mp3", type="audio/mpeg", length=12),)
    assert (one.thumbnail, one.original_link, one.language) == (
        "https://wire.example/t.jpg",
        "https://other.example/",
        "de",
    )
    assert (two.link, two.content, two.authors, two.language) == (
        "https://wire.example/two",
        "1 &lt; 2",
        ("House",),
        "en",
    )


def test_version_1_0_and_seen() -> None:
    """One author per feed; items that were seen stay out whatever the order of their keys."""
    document = {
        "version": "https://jsonfeed.org/version/1",
        "author": {"name": "Ann"},
        "items": [{"id": "1", "title": "a"}, {"id": "2", "title": "b"}],
    }
    first = reading(document)
    assert (first.head.format, first.entries[0].authors) == ("json10", ("Ann",))
    document["items"] = [{"title": "b", "id": "2"}, {"id": "3"}]
    second = reading(document, seen=frozenset(first.hashes))
    assert [entry.guid for entry in second.entries] == ["3"]
    assert second.total == 2


def test_items_that_are_no_list() -> None:
    """`null` is an empty feed with a note; without a version it is no feed."""
    assert reading({"version": V11, "items": None}).problems == ("The feed's items are no list.",)
    assert isinstance(read(ReadRequest(body=b'{"items": null}')), ReadFailed)
    assert isinstance(read(ReadRequest(body=b"[]")), ReadFailed)


def test_hostile_json() -> None:
    """Depth, huge numbers, lone surrogates and endless lists are all values in the end."""
    assert isinstance(read(ReadRequest(body=b"[" * 200_000)), ReadFailed)
    assert isinstance(read(ReadRequest(body=b'{"items": [' + b"9" * 10_000 + b"]}")), ReadFailed)
    body = b'{"version": "jsonfeed.org/1.1", "items": [{"id": "\\ud800", "title": "\\u0000", "x": NaN}]}'
    found = read(ReadRequest(body=body))
    assert isinstance(found, Reading)
    assert found.entries[0].guid == "?"
    many = read_json(
        json.dumps({"items": [{"id": 1}] * 9}).encode(), ReadRequest(body=b""), encoding="utf-8", limit=3
    )
    assert isinstance(many, Reading)
    assert (many.total, "first 3" in many.problems[0]) == (3, True)


def test_looks_like_json() -> None:
    """Only the first character tells."""
    assert looks_like_json(b" \n{")
    assert not looks_like_json(b"<")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "id",
        "url",
        "title",
        "tags",
        "authors",
        "author",
        "attachments",
        "date_published",
        "content_html",
        "language",
        "image",
    ]
)


@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=6), max_size=3))
@settings(max_examples=80)
def test_any_values_under_any_key(items: list[dict[str, object]]) -> None:
    """Values of the wrong kind are passed over, never fatal."""
    assert reading({"version": V11, "items": items}).total == len(items)
