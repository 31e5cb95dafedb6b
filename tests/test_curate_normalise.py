"""Entries of a document become items that can be trusted."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.curate.identity import identify, relate
from feeds.curate.normalise import normalise
from feeds.model import Enclosure, Entry, FeedHead, Item, Relation
from feeds.model.value import replace
from tests.builders import NOW, a_source, at

HEAD = FeedHead(title="Agency", language="en-GB")


def items_of(*entries: Entry, head: FeedHead = HEAD, **source: str) -> list[Item]:
    """Read a document with these entries."""
    return [item for item, _ in normalise(entries, a_source(**source), head, now=NOW)]


def an_entry(number: object = 1, **changes: object) -> Entry:
    """Make an entry with guid, link, title and text of its own."""
    values: dict[str, object] = {
        "guid": f"urn:news:{number}",
        "link": f"https://news.example/{number}",
        "title": f"Report {number}",
        "summary": f"<p>Text of report {number}.</p>",
        "published": at(days=-int(str(number))),
        "raw_hash": bytes([int(str(number))]),
    }
    return Entry(**values | changes)  # type: ignore[arg-type]


def test_an_entry_becomes_an_item() -> None:
    """Each field lands cleaned in its place."""
    entry = an_entry(
        title="Moon <b>base</b>",
        content="<p onclick=x>Long <a href='/a'>text</a></p><p>and more of it</p>",
        link="https://www.news.example/1?utm_source=rss",
        authors=("Ann <b>A</b>", "Ann A", ""),
        categories=("Space",),
        enclosures=(
            Enclosure(url="https://news.example/a.mp3", type="audio/mpeg", length=-4),
            Enclosure(url="javascript:x"),
        ),
        thumbnail="https://news.example/t.png",
        via_title="Wire &amp; Co",
        via_url="https://wire.example/",
        published_raw="yesterday",
        updated=at(hours=-1),
    )
    ((item, raw),) = normalise([entry], a_source(kind="press"), HEAD, now=NOW)
    assert raw == b"\x01"
    assert item.guid == "urn:news:1"
    assert item.url == "https://www.news.example/1"
    assert item.title == "Moon base"
    assert item.summary == "Text of report 1."
    assert item.content.startswith('<p>Long <a href="https://www.news.example/a"')
    assert item.language == "en"
    assert item.published == at(days=-1)
    assert item.updated == at(hours=-1)
    assert item.published_raw == "yesterday"
    assert item.authors == ("Ann A",)
    assert item.categories == ("Space",)
    assert item.enclosures == (Enclosure(url="https://news.example/a.mp3", type="audio/mpeg", length=0),)
    assert item.thumbnail == "https://news.example/t.png"
    assert (item.via_title, item.via_url) == ("Wire & Co", "https://wire.example/")
    assert (item.site, item.source_kind) == ("news.example", "press")


def test_a_wrapper_gives_way_to_the_original_link() -> None:
    """What the publisher names as the article's own address wins over the link."""
    (item,) = items_of(an_entry(link="https://feeds.example/~r/1", original_link="https://news.example/real"))
    assert item.url == "https://news.example/real"


def test_links_that_are_not_of_the_web_are_dropped() -> None:
    """javascript: and its like never become an item's address."""
    (item,) = items_of(an_entry(link="javascript:alert(1)"))
    assert item.url == ""
    assert item.site == "agency.example"


@pytest.mark.parametrize(
    ("summary", "title"),
    [
        ("<p>First sentence. Second one.</p>", "First sentence."),
        ("月球科研站开工。第二句。", "月球科研站开工。"),
        ("word " * 40, "word " * 15 + "word…"),
        ("", ""),
    ],
)
def test_a_missing_title_is_taken_from_the_text(summary: str, title: str) -> None:
    """Readers show a title; the first sentence is the best there is."""
    (item,) = items_of(an_entry(title="(no title)", summary=summary))
    assert item.title == title


def test_plain_short_text_needs_no_content() -> None:
    """Content is kept only where it says more than the summary."""
    (item,) = items_of(an_entry(summary="Just words", content=""))
    assert (item.summary, item.content) == ("Just words", "")
    (item,) = items_of(an_entry(summary="", content="Only content"))
    assert item.summary == "Only content"
    (item,) = items_of(an_entry(summary="<img src='https://i.example/x.png'>", content="<p>Words</p>"))
    assert item.summary == "Words"


@pytest.mark.parametrize(
    ("published", "kept"),
    [
        (at(days=-3), at(days=-3)),
        (at(days=5 * 365), NOW),
        (datetime(1970, 1, 1, tzinfo=UTC), None),
        (None, None),
    ],
)
def test_dates_are_sane(published: datetime | None, kept: datetime | None) -> None:
    """The future is clamped to the present, the time before the web is no date."""
    (item,) = items_of(an_entry(published=published))
    assert item.published == kept


def test_an_update_stands_in_for_a_missing_date() -> None:
    """Atom entries may have only <updated>."""
    (item,) = items_of(an_entry(published=None, updated=at(days=-2)))
    assert item.published == at(days=-2)


@pytest.mark.parametrize(
    ("entry", "source", "head", "language"),
    [
        ("zh-Hans", "ru", "en", "zh"),
        ("", "ru", "en", "ru"),
        ("", "", "EN_us", "en"),
        ("und", "", "english language", "zh"),
        ("", "", "", "zh"),
    ],
)
def test_language_is_declared_or_detected(entry: str, source: str, head: str, language: str) -> None:
    """The nearest declaration counts, else the text itself."""
    (item,) = items_of(
        an_entry(language=entry, title="国际月球科研站", summary="中国与俄罗斯合作建设国际月球科研站。"),
        head=FeedHead(language=head),
        language=source,
    )
    assert item.language == language


def test_empty_entries_are_left_out() -> None:
    """An entry with nothing in it is nothing to a reader."""
    assert items_of(Entry(), Entry(title=" <p> </p>"), Entry(link="javascript:x")) == []


def test_a_doubled_entry_is_one_item() -> None:
    """Same guid with the same link or title: the later version, at the place of the first."""
    old, new = an_entry(1), an_entry(1, summary="Corrected text", updated=at(hours=-1))
    made = items_of(old, an_entry(2), new)
    assert [item.summary for item in made] == ["Corrected text", "Text of report 2."]


def test_one_guid_for_all_entries_names_none() -> None:
    """Where a generator writes one guid everywhere, links decide."""
    made = items_of(*(an_entry(n, guid="same") for n in (1, 2, 3)))
    assert len({item.guid for item in made}) == 3


@pytest.mark.parametrize("guid", ["", "null", " 0 ", "undefined"])
def test_guids_that_name_nothing_are_replaced(guid: str) -> None:
    """A default of the publisher's program is no name."""
    (item,) = items_of(an_entry(guid=guid))
    assert item.guid.startswith("urn:moonwire:")
    assert items_of(an_entry(guid=guid))[0].guid == item.guid


def test_entries_on_one_page_without_guid_stay_apart() -> None:
    """A log on a single page: title and text tell its entries apart."""
    made = items_of(*(an_entry(n, guid="", link="https://news.example/") for n in (1, 2)))
    assert len({item.guid for item in made}) == 2
    assert relate(*made).relation is not Relation.SAME_ITEM


def test_items_without_link_are_named_by_their_text() -> None:
    """No guid, no link: title and text are all there is."""
    made = items_of(*(an_entry(n, guid="", link="") for n in (1, 2, 2)))
    assert len(made) == 2


def keys(items: Sequence[Item]) -> list[set[str]]:
    """Return the exact keys of each item."""
    return [set(identify(item).keys) for item in items]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"guid": "a-1"}, {"guid": "b-1"}),
        (
            {"guid": "https://news.example/1?utm_source=a", "link": "https://news.example/1?utm_source=a"},
            {"guid": "https://news.example/1?fbclid=2", "link": "https://news.example/1?fbclid=2"},
        ),
        ({"guid": ""}, {"guid": "", "link": "http://www.news.example/1/#top"}),
        ({"guid": "", "link": ""}, {"guid": "", "link": ""}),
        ({"guid": "a", "link": ""}, {"guid": "b", "link": ""}),
        ({}, {"title": "Report 1, corrected", "summary": "Other text"}),
        ({}, {"link": "https://moved.example/elsewhere"}),
    ],
    ids=[
        "guid churn",
        "tracking churn",
        "link variants",
        "no link",
        "guid churn without link",
        "edited",
        "moved",
    ],
)
def test_the_same_entry_again_is_the_same_item(first: dict[str, object], second: dict[str, object]) -> None:
    """Whatever a publisher changes from fetch to fetch, nothing is doubled."""
    (one,), (other,) = items_of(an_entry(**first)), items_of(an_entry(**second))
    assert keys([one])[0] & keys([other])[0]
    assert relate(one, other).relation is Relation.SAME_ITEM


@given(
    st.lists(
        st.builds(
            Entry,
            guid=st.sampled_from(["", "a", "b", "https://news.example/1"]),
            link=st.sampled_from(["", "https://news.example/1", "https://news.example/", "javascript:x"]),
            title=st.one_of(st.sampled_from(["", "T"]), st.text(max_size=10)),
            summary=st.text(max_size=10),
            published=st.none() | st.datetimes(timezones=st.just(UTC)),
        ),
        max_size=6,
    )
)
def test_items_of_any_document_are_sound(entries: list[Entry]) -> None:
    """Whatever comes in: every item has a guid that is its own, and can be identified."""
    made = items_of(*entries)
    assert all(made_item.guid for made_item in made)
    assert len({item.guid for item in made}) == len(made)
    assert all(item.published is None or item.published <= NOW for item in made)
    assert all(identify(item).keys for item in made)
    assert len(made) <= len(entries)


@given(
    guid=st.text(max_size=20),
    link=st.sampled_from(
        ("", "https://www.news.example/a?utm_source=x", "HTTP://News.example:80/b/", "no link")
    ),
    title=st.text(max_size=40),
    summary=st.text(max_size=80),
    published=st.sampled_from((None, at(days=-3), at(days=3), datetime(1970, 1, 1, tzinfo=UTC))),
    updated=st.sampled_from((None, at(days=-1), at(days=-3))),
)
def test_a_dull_entry_says_what_it_would_say_otherwise(
    guid: str, link: str, title: str, summary: str, published: datetime | None, updated: datetime | None
) -> None:
    """Only its language is not looked for, and no HTML is kept."""
    entry = Entry(
        guid=guid, link=link, title=title, summary=summary, published=published, updated=updated, light=True
    )
    usual = normalise([entry], a_source(), FeedHead(), now=NOW)
    dull = normalise([replace(entry, dull=True)], a_source(), FeedHead(), now=NOW)
    assert [replace(item, content="") for item, _ in usual] == [item for item, _ in dull]
