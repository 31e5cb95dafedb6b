"""Bodies of every kind to readings."""

from datetime import UTC, datetime

import pytest

from feeds.intake.read import Work, prepare
from feeds.model.entry import Enclosure, ReadRequest
from tests.corpora import CORPUS
from tests.readings import URL, failure, item, reading, rss, titles


def test_rss_with_all_its_modules() -> None:
    """Each field of an entry and of the head comes from where RSS 2.0 and its modules put it."""
    found = reading((CORPUS / "modules.rss").read_bytes())
    assert found.head.format == "rss20"
    assert found.head.title == "Регулярные новости Луны"
    assert found.head.link == "https://wire.example/"
    assert found.head.language == "ru"
    assert found.head.self_url == "https://wire.example/feed.xml"
    assert found.head.hubs == ("https://hub.example/",)
    assert found.head.ttl_s == 5400
    assert found.head.update_period_s == 21_600
    assert found.head.skip_hours == (0, 3)
    assert found.head.skip_days == (0, 6)
    first, second = found.entries
    assert first.guid == "moon-1"
    assert first.link == "https://wire.example/news/one"
    assert first.original_link == "https://origin.example/one"
    assert first.title == "Станция &amp; база"
    assert first.summary == '<p>Коротко <a href="https://wire.example/more">ещё</a></p>'
    assert first.content == '<p>Полностью <img src="https://wire.example/news/i.png"></p>'
    assert first.authors == ("Анна Петрова",)
    assert first.categories == ("Луна", "ILRS")
    assert first.published == datetime(2024, 10, 22, 7, 0, tzinfo=UTC)
    assert first.published_raw == "22 окт 2024 10:00 MSK"
    assert first.enclosures == (
        Enclosure(url="https://wire.example/a.mp3", type="audio/mpeg", length=1234),
        Enclosure(url="https://wire.example/v.mp4", type="video/mp4", length=0),
    )
    assert first.thumbnail == "https://wire.example/news/t.jpg"
    assert first.via_title == "Another wire"
    assert first.via_url == "https://other.example/feed"
    assert second.link == "https://wire.example/two"
    assert second.thumbnail == "https://wire.example/cover.jpg"
    assert second.published is None
    assert second.published_raw == "soon"


def test_atom() -> None:
    """xml:base, languages, text that is text, xhtml, sources and several links."""
    found = reading((CORPUS / "base.atom").read_bytes())
    assert found.head.format == "atom10"
    assert found.head.link == "https://base.example/dir/home"
    first, second, third = found.entries
    assert first.link == "https://base.example/dir/one"
    assert first.title == "Fewer than 3 &lt; 5 &amp; more"
    assert first.language == "zh-Hans"
    assert first.content == '<p>月 <a href="https://base.example/dir/sub/x">x</a></p>'
    assert first.original_link == "https://canonical.example/one"
    assert first.published == datetime(2024, 3, 8, tzinfo=UTC)
    assert first.updated == datetime(2024, 3, 9, tzinfo=UTC)
    assert (first.via_title, first.via_url) == ("Origin", "https://origin.example/")
    assert second.link == "https://base.example/dir/paper.pdf"
    assert second.published == second.updated == datetime(2024, 3, 7, tzinfo=UTC)
    assert third.link == ""
    assert third.title == "<b>declared text, plainly HTML</b>"


@pytest.mark.parametrize(
    ("name", "form", "total"),
    [
        ("rdf.rss", "rss10", 2),
        ("netscape.rss", "rss091", 2),
        ("old.atom", "atom03", 1),
        ("channel.cdf", "cdf", 2),
    ],
)
def test_older_formats(name: str, form: str, total: int) -> None:
    """RSS 1.0, RSS 0.91 with its DTD, Atom 0.3 and CDF."""
    found = reading((CORPUS / name).read_bytes())
    assert (found.head.format, found.total) == (form, total)
    assert found.head.title == "Wire"
    assert all(entry.link.startswith("https://wire.example/") and entry.title for entry in found.entries)


def test_only_unseen_entries_are_read() -> None:
    """What was seen is not parsed again; hashes and total tell of all."""
    first = reading(rss(item(1), item(2)))
    second = reading(rss(item(3), item(1), item(2)), seen=frozenset(first.hashes))
    assert titles(second) == ["Item 3"]
    assert second.hashes[1:] == first.hashes
    assert second.total == 3
    third = reading(rss(item(3), item(1), item(2)), seen=frozenset(second.hashes))
    assert (third.entries, third.total, third.head.title) == ((), 3, "Wire")


def test_an_edited_entry_is_unseen() -> None:
    """The hash is of the entry's bytes, its enclosing start tags and the charset."""
    first = reading(rss(item(1), item(2)))
    edited = reading(rss(item(1), item(2).replace("Item", "Edited")), seen=frozenset(first.hashes))
    assert titles(edited) == ["Edited 2"]
    rebased = reading(
        rss(item(1), item(2)).replace(b"<channel", b'<channel xml:base="/x/"'), seen=frozenset(first.hashes)
    )
    assert len(rebased.entries) == 2


def test_documents_that_can_not_be_split_know_what_was_seen() -> None:
    """Hashes are then made from what was read."""
    nested = rss(item(1), "<item><title>outer</title><item><title>inner</title></item></item>")
    work = prepare(ReadRequest(body=nested, url=URL))
    assert isinstance(work, Work)
    assert work.parts is None
    first = reading(nested)
    again = reading(nested, seen=frozenset(first.hashes[:1]))
    assert (len(first.entries), len(again.entries), again.total) == (3, 2, 3)


@pytest.mark.parametrize("body", [b"", b"  \r\n", b"\0\0"])
def test_empty(body: bytes) -> None:
    """Nothing is nothing."""
    assert failure(body).kind == "empty"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'<?xml version="1.0"?><opml version="2.0"><body/></opml>', "OPML"),
        (b"<urlset><url/></urlset>", "sitemap"),
        (b"<note>hello</note>", "<note>"),
        (b"just text", "no markup"),
        (b"\x89PNG\r\n\x1a\n\0\0", "no markup"),
        (b'{"error": "maintenance"}', "JSON"),
        (b"<!-- never ends <rss>", "no markup"),
    ],
)
def test_not_a_feed(body: bytes, words: str) -> None:
    """The sentence says what it is instead."""
    found = failure(body)
    assert found.kind == "not-a-feed"
    assert words in found.sentence


def test_broken_json() -> None:
    """JSON that is none is broken."""
    assert failure(b'{"version": ').kind == "broken"


def test_page() -> None:
    """A page names its feeds."""
    found = failure(
        b"<!doctype html><html><head><link rel=alternate type=application/rss+xml href=/f></head>"
    )
    assert found.kind == "page"
    assert found.sentence == "This is a page; its feeds are https://wire.example/f."


def test_own_entities() -> None:
    """Short text entities of an internal DTD are put in; nested and external ones are not."""
    dtd = (
        b"<!DOCTYPE rss [<!ENTITY moon 'Luna &#38; base'>"
        b"<!ENTITY x SYSTEM 'file:///etc/passwd'><!ENTITY l '&moon;&moon;'>] >"
    )
    found = reading(
        dtd + rss(item(1)).replace(b"Item 1", b"&moon; &x; &l;").removeprefix(b'<?xml version="1.0"?>')
    )
    assert titles(found) == ["Luna & base &x; &l;"]


def test_links_are_absolute_or_empty() -> None:
    """Addresses that are no http(s) never come out."""
    bodies = {
        "javascript:alert(1)": "",
        "/a b": "https://wire.example/a%20b",
        "//cdn.example/x": "https://cdn.example/x",
        "http://[": "",
        "ftp://x.example/": "",
        "x" * 5000: "",
    }
    for link, expected in bodies.items():
        found = reading(rss(f"<item><title>t</title><link>{link}</link></item>"))
        assert found.entries[0].link == expected


@pytest.mark.parametrize("first", ["<link/>", "<link> </link>"])
def test_the_home_of_a_feed_is_the_first_address_that_is_one(first: str) -> None:
    """An empty link before it says nothing."""
    found = reading(rss(item(1), head=f"{first}<link>https://wire.example/home</link>"))
    assert found.head.link == "https://wire.example/home"


def test_a_guid_that_is_a_permalink_is_the_link() -> None:
    """RSS 2.0: isPermaLink defaults to true."""
    found = reading(rss("<item><title>t</title><guid>https://wire.example/p</guid></item>"))
    assert found.entries[0].link == "https://wire.example/p"


def test_no_address_no_leak() -> None:
    """Without the feed's address xml:base of one entry must not reach the next."""
    body = rss(item(1, "").replace("<item", '<item xml:base="https://b.example/"'), item(2))
    work = prepare(ReadRequest(body=body))
    assert isinstance(work, Work)
    assert work.parts is None
