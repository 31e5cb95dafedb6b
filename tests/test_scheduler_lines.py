"""JSON lines: items and pairs as other programs give them, and one sentence for a bad one."""

from datetime import UTC, datetime

import pytest

from feeds.errors import ConfigError
from scheduler import lines


def test_objects_skip_blank_lines_and_count_them() -> None:
    """Line numbers are those of the file, BOM and blank lines notwithstanding."""
    found = list(lines.objects([b'\xef\xbb\xbf{"a": 1}\n', b"\n", b'{"b": 2}'], "f"))
    assert found == [("f: line 1", {"a": 1}), ("f: line 3", {"b": 2})]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "is not JSON"),
        (b"[1]", "found [1], expected a JSON object"),
        (b"\xff", "is not UTF-8"),
        (b'{"a": NaN}', "is not JSON"),
        (b"[" * 100_000, "is not JSON (nested too deeply)"),
        (b'{"a": 1e999}', "is not JSON (1e999 is too large a number)"),
        (b'{"a": ' + b"9" * 5000 + b"}", "is not JSON"),
        (b" " * 10 + b"x" * lines.MAX_LINE, "longer than"),
    ],
)
def test_a_bad_line_is_named(line: bytes, words: str) -> None:
    """One sentence with the line's number and what is wrong with it."""
    with pytest.raises(ConfigError) as caught:
        list(lines.objects([b"{}", line], "f"))
    assert str(caught.value).startswith("f: line 2: ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_to_item_takes_what_is_there() -> None:
    """Missing and null fields are empty; texts are cut as a feed's are; the host stands in for the site."""
    item = lines.to_item(
        {"title": " a \n b ", "summary": None, "url": "https://x.example/1", "lang": "zh-Hans"}, "f"
    )
    assert (item.title, item.summary, item.site, item.language) == ("a b", "", "x.example", "zh")
    assert (item.guid, item.published) == ("https://x.example/1", None)
    long = lines.to_item(
        {"title": "t" * 900, "summary": "s" * 9000, "site": "y.example", "published": "2024"}, "f"
    )
    assert (len(long.title), len(long.summary), long.site) == (500, 2000, "y.example")
    assert long.published == datetime(2024, 7, 1, tzinfo=UTC)
    assert lines.to_item({"url": "http://[::1"}, "f").site == ""
    assert lines.to_item({"title": "\ud800x"}, "f").title == "?x"


def test_to_item_refuses_other_types() -> None:
    """A number where a text belongs is named with its field."""
    with pytest.raises(ConfigError, match='f: line 1: "title" is 5, expected a string or null'):
        lines.to_item({"title": 5}, "f: line 1")


def test_pair_wants_two_objects() -> None:
    """Both sides must be objects; a wrong one is named."""
    a, b = lines.pair({"a": {"title": "x"}, "b": {}}, "f")
    assert (a.title, b.title) == ("x", "")
    with pytest.raises(ConfigError, match='no object under "b"'):
        lines.pair({"a": {}, "b": []}, "f")
    with pytest.raises(ConfigError, match='f, "b": "title" is'):
        lines.pair({"a": {}, "b": {"title": True}}, "f")
