"""Bodies of every kind to readings."""

import os
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.intake.read import MAX_BODY, MAX_ENTRIES, Work, prepare, read
from feeds.model.entry import Enclosure, Entry, ReadFailed, Reading, ReadRequest

URL = "https://wire.example/news/feed.xml"
CORPUS = Path(__file__).parent / "corpus"


def item(number: int, more: str = "") -> str:
    """Write one RSS item."""
    return (
        f"<item><title>Item {number}</title><link>https://wire.example/{number}</link>"
        f"<guid>g{number}</guid>{more}</item>"
    )


def rss(*items: str, head: str = "") -> bytes:
    """Write an RSS 2.0 document."""
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>Wire</title>{head}{''.join(items)}</channel></rss>"
    ).encode()


def reading(body: bytes, **more: object) -> Reading:
    """Read what must be readable."""
    found = read(ReadRequest(body=body, url=URL, **more))  # type: ignore[arg-type] # fields by name
    assert isinstance(found, Reading), found
    return found


def failure(body: bytes, url: str = URL) -> ReadFailed:
    """Read what must not be readable."""
    found = read(ReadRequest(body=body, url=url))
    assert isinstance(found, ReadFailed)
    return found


def titles(found: Reading) -> list[str]:
    """Titles of a reading's entries."""
    return [entry.title for entry in found.entries]


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


def test_too_large() -> None:
    """There is an end to what is looked at."""
    assert failure(b"<rss>" + b" " * MAX_BODY).kind == "too-large"


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


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            rss(item(1)).replace(b"Item 1", b"R&D &nbsp;caf&eacute; &bogus; &#0;&#xD800;&#99999999;"),
            ["R&D \xa0café &bogus; \ufffd\ufffd\ufffd"],
        ),
        (rss(item(1)).replace(b"Item 1", b"a \x0b\x08\x00b"), ["a b"]),
        (rss(item(1)).replace(b"Item 1", b"1 < 2 &#65;"), ["1 < 2 A"]),
        (b"\n\n  " + rss(item(1)), ["Item 1"]),
        (b"<br />\n<b>Warning</b>: x.php\n" + rss(item(1)), ["Item 1"]),
        (rss(item(1)) + b"\n<!-- cached --><div>x</div>", ["Item 1"]),
        (rss(item(1)) + b"<!-- </rss> -->", ["Item 1"]),
        (rss(item(1, "<foo:bar>x</foo:bar>"), item(2)), ["Item 1", "Item 2"]),
        (rss(item(1, '<a foo:x="1"/>')), ["Item 1"]),
        (
            rss(item(1), item(2, "<description><p>a <b>b <i>c</b></i></description>"), item(3)),
            ["Item 1", "Item 2", "Item 3"],
        ),
        (
            rss(item(1), item(2, "<description>" + "<a>" * 300 + "</a>" * 300 + "</description>")),
            ["Item 1", "Item 2"],
        ),
        (rss(item(1), head="<description><p>unclosed</description>"), ["Item 1"]),
        (rss(item(1), item(2))[:-60], ["Item 1", "Item 2"]),
        (rss(item(1)).replace(b"Item 1", "Item \uffff".encode()), ["Item \ufffd"]),
        (rss(), []),
        (b"<rss/>", []),
    ],
)
def test_malformed(body: bytes, expected: list[str]) -> None:
    """Feeds in the wild are broken in a few ways, and are read all the same."""
    assert titles(reading(body)) == expected


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


def test_vocabulary_decides_who_is_read_in_full() -> None:
    """Entries without a word of the topic keep guid, link, title, date and a short text."""
    about = item(1, "<description>on the &lt;b&gt;Lunar&amp;nbsp;base</description><author>A</author>")
    other = item(2, "<description>&lt;p&gt;on &amp;amp; on &lt;/p&gt; cats</description><author>B</author>")
    found = reading(rss(about, other), vocabulary=lambda entry: b"lunar" in entry.lower())
    first, second = found.entries
    assert (first.light, first.authors) == (False, ("A",))
    assert (second.light, second.authors, second.summary) == (True, (), "on &amp; on cats")
    assert second.guid == "https://wire.example/news/g2"
    assert second.raw_hash == found.hashes[1]


def test_odd_entries_without_a_word_are_read_from_a_tree() -> None:
    """What is not plain costs a tree, what is ill-formed the long way; the others of a document do not."""
    plain, odd = item(1), item(2, "<!-- c --><description>d</description>")
    found = reading(rss(plain, odd), vocabulary=lambda _entry: False)
    assert [(entry.dull, entry.summary) for entry in found.entries] == [(True, ""), (True, "d")]
    found = reading(rss(plain, item(3, "<description>a & b</description>")), vocabulary=lambda _entry: False)
    assert [(entry.dull, entry.summary) for entry in found.entries] == [(True, ""), (False, "a & b")]


def test_whoever_is_asked_about_is_read_with_all_text() -> None:
    """An entry with words of the topic is read in full only if its texts are wanted."""
    about = item(1, "<description>the &lt;b&gt;Lunar&lt;/b&gt; base</description><category>c</category>")
    other = item(
        2, "<description>lunar new year</description><content><![CDATA[<p>Lunar feast</p>]]></content>"
    )
    asked: list[Entry] = []

    def wanted(entry: Entry) -> bool:
        asked.append(entry)
        return "base" in entry.summary

    found = reading(rss(about, other), vocabulary=lambda _entry: True, wanted=wanted)
    assert [(entry.summary, entry.content, entry.categories) for entry in asked] == [
        ("the <b>Lunar</b> base", "", ("c",)),
        ("lunar new year", "<p>Lunar feast</p>", ()),
    ]
    first, second = found.entries
    assert (first.light, first.dull, first.categories) == (False, False, ("c",))
    assert (second.light, second.dull, second.weighed) == (True, True, True)
    assert second == asked[1]


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


SEEDS = [path.read_bytes() for path in sorted(CORPUS.glob("*.*")) if path.suffix in {".rss", ".atom", ".cdf"}]


@given(st.binary(max_size=400), st.text(max_size=20), st.sampled_from(["", URL, "::", "http://["]))
@settings(max_examples=100, deadline=None)
def test_any_bytes(body: bytes, content_type: str, url: str) -> None:
    """Whatever comes, a value comes back."""
    assert isinstance(read(ReadRequest(body=body, content_type=content_type, url=url)), Reading | ReadFailed)


@given(
    st.integers(),
    st.sampled_from(range(max(len(SEEDS), 1))),
    st.sampled_from(["", URL]),
    st.sampled_from([None, lambda entry: b"moon" in entry]),
)
@settings(max_examples=int(os.environ.get("MOONWIRE_FUZZ", "60")), deadline=None)
def test_mutated_documents(
    seed: int, which: int, url: str, vocabulary: Callable[[bytes], bool] | None
) -> None:
    """Bytes changed, doubled, cut and spliced in real shapes of documents never raise."""
    dice = random.Random(seed)  # noqa: S311 # no secret depends on it
    body = bytearray(SEEDS[which])
    for _ in range(dice.randint(1, 12)):
        at, size = dice.randrange(len(body)), dice.randint(0, 40)
        piece = SEEDS[dice.randrange(len(SEEDS))]
        start = dice.randrange(len(piece))
        new = dice.choice(
            [
                b"",
                bytes([dice.randrange(256)]),
                piece[start : start + size],
                b"<![CDATA[",
                b"-->",
                b"&",
                b"<item>",
            ]
        )
        body[at : at + dice.choice([0, size])] = new
        body = body or bytearray(b"<")
    found = read(ReadRequest(body=bytes(body), url=url, vocabulary=vocabulary))
    assert isinstance(found, Reading | ReadFailed)
    if isinstance(found, Reading):
        assert len(found.hashes) == found.total
        assert all(entry.raw_hash in found.hashes for entry in found.entries)
