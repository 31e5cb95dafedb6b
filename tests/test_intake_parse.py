"""The library behind its door: what it raises, warns of or opens stays there."""

import io
from typing import NoReturn

import feedparser
import pytest

from feeds.intake import full
from feeds.intake.document import Document, open_document
from feeds.intake.head import read_head
from feeds.intake.mapping import entry_from
from feeds.intake.parse import UnparsedError, parse_entries
from feeds.intake.read import read
from feeds.intake.repair import repair
from feeds.model.entry import Entry, ReadFailed, Reading, ReadRequest
from feeds.model.head import FeedHead

URL = "https://wire.example/feed"
ITEM = "<item><title>{0}</title><link>https://wire.example/{0}</link></item>"
NESTED = "<item><title>x</title><item><title>y</title></item></item>"


def rss(*entries: str) -> bytes:
    """Write an RSS document."""
    return f"<rss version='2.0'><channel><title>T</title>{''.join(entries)}</channel></rss>".encode()


def burst(*_: object, **__: object) -> NoReturn:
    """Stand for a bug of the library."""
    raise KeyError("boom")


def test_only_streams_reach_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """A string could name a file or an address; the type and the place of the document are always given."""
    seen: dict[str, object] = {}
    real = feedparser.parse

    def spy(stream: object, **options: object) -> object:
        seen.update(options, stream=stream)
        return real(stream, **options)

    monkeypatch.setattr(feedparser, "parse", spy)
    parse_entries(b"<rss/>", url=URL)
    assert isinstance(seen["stream"], io.BytesIO)
    assert seen["sanitize_html"] is seen["resolve_relative_uris"] is False
    assert seen["response_headers"] == {
        "content-location": URL,
        "content-type": "application/xml; charset=utf-8",
    }


def test_an_exception_of_the_library_loses_no_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The entries are then read in outline, whether the document could be split or not."""
    monkeypatch.setattr(feedparser, "parse", burst)
    with pytest.raises(UnparsedError, match="KeyError: 'boom'"):
        parse_entries(b"<rss/>", url=URL)
    for body in (rss(ITEM.format(1), ITEM.format(2)), rss(ITEM.format(1), NESTED)):
        found = read(ReadRequest(body=body, url=URL))
        assert isinstance(found, Reading)
        assert [entry.light for entry in found.entries][:2] == [True, True]
        assert found.entries[0].link == "https://wire.example/1"
        assert any("parser gave up" in problem for problem in found.problems)


def test_a_wrong_number_of_entries_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries are matched by position; when the parser finds more or fewer, each is read alone."""
    real = feedparser.parse

    def first_only(stream: object, **options: object) -> object:
        parsed = real(stream, **options)
        del parsed.entries[1:]
        return parsed

    monkeypatch.setattr(feedparser, "parse", first_only)
    found = read(ReadRequest(body=rss(ITEM.format(1), ITEM.format(2)), url=URL))
    assert isinstance(found, Reading)
    assert [entry.title for entry in found.entries] == ["1", "2"]


def test_an_entry_that_nobody_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes out empty rather than not at all: the count of entries holds."""
    monkeypatch.setattr("feeds.intake.full.read_light", lambda *_, **__: ())
    body = rss(ITEM.format(1), "<item>" + "<category>c</category>" * 300 + "</item>")
    found = read(ReadRequest(body=body, url=URL))
    assert isinstance(found, Reading)
    assert found.entries[1].guid == ""
    assert found.total == 2


@pytest.mark.parametrize(("error", "kind"), [(MemoryError, "too-large"), (RecursionError, "broken")])
def test_running_out_is_a_value(
    monkeypatch: pytest.MonkeyPatch, error: type[BaseException], kind: str
) -> None:
    """Out of memory or of stack, the reader says so."""

    def run_out(*_: object, **__: object) -> NoReturn:
        raise error

    monkeypatch.setattr(full, "read_new", run_out)
    found = read(ReadRequest(body=rss(ITEM.format(1)), url=URL))
    assert isinstance(found, ReadFailed)
    assert found.kind == kind


def test_memory_runs_out_inside_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is no quirk of a document to work around."""

    def run_out(*_: object, **__: object) -> NoReturn:
        raise MemoryError

    monkeypatch.setattr(feedparser, "parse", run_out)
    with pytest.raises(MemoryError):
        parse_entries(b"<rss/>", url=URL)


def test_odd_values_of_the_library() -> None:
    """Values of unexpected kinds are passed over."""
    entry = entry_from({"title": 1, "links": "x", "authors": None}, version="", url=URL, now=None)
    assert entry == Entry()


def test_head_of_nothing() -> None:
    """A head that can not be parsed still has its format."""
    document = open_document(b"<rss></rss>")
    assert isinstance(document, Document)
    assert read_head(b"", url=URL, document=document) == FeedHead(format="rss")


@pytest.mark.parametrize(
    ("period", "frequency", "expected"),
    [
        ("daily", "4", 21_600),
        ("weekly", None, 604_800),
        (None, "2", 43_200),
        ("never", "1", None),
        ("hourly", "0", 3_600),
        ("hourly", "x", 3_600),
    ],
)
def test_update_period(period: str | None, frequency: str | None, expected: int | None) -> None:
    """sy:updatePeriod over sy:updateFrequency, with the module's defaults."""
    parts = [f"<sy:updatePeriod>{period}</sy:updatePeriod>"] if period else []
    parts += [f"<sy:updateFrequency>{frequency}</sy:updateFrequency>"] if frequency else []
    body = (
        "<rss xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel>"
        f"<skipDays><x/></skipDays>{''.join(parts)}</channel></rss>"
    ).encode()
    found = read(ReadRequest(body=body, url=URL))
    assert isinstance(found, Reading)
    assert found.head.update_period_s == expected


def test_repair_without_an_element() -> None:
    """Prefixes are declared on an element, or nowhere."""
    assert repair(b"x <a:b") == b"x <a:b"
    assert repair(b"<a><![CDATA[ & ]]>&<!-- & --><b:c/></a>") == (
        b'<a xmlns:b="urn:undeclared:b"><![CDATA[ & ]]>&amp;<!-- & --><b:c/></a>'
    )
