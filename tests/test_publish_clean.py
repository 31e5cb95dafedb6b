"""Texts and addresses that no reader stumbles over, and how things are put for a person."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model import Reason
from feeds.publish import clean, words
from feeds.publish.words import ReasonLine
from tests.builders import a_reason

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=80)


@settings(max_examples=100)
@given(ANYTHING)
def test_cleaned_text_fits_xml_and_json(value: str) -> None:
    """Whatever comes in, no character is left that XML 1.0 or UTF-8 can not carry."""
    for cleaned in (clean.text(value), clean.line(value), clean.title(value), clean.markup(value)):
        cleaned.encode()
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\r]", cleaned)


@settings(max_examples=100)
@given(ANYTHING)
def test_a_cleaned_title_holds_no_brackets_and_one_line(value: str) -> None:
    """Titles never hold angle brackets, line ends or direction controls, whatever they held."""
    assert not set(clean.title(value)) & set("<>\n\r\u2028\u202a\u202b\u202c\u202d\u202e\u2066\u2069")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a <x> b", "a ‹x› b"),
        ("AT&amp;T &lt;b&gt;", "AT&T ‹b›"),
        ("&amp;amp;lt;i&amp;amp;gt;", "‹i›"),
        ("月球 \n 科研站", "月球 科研站"),
        ("abc\u202edef\u2067", "abcdef"),
    ],
)
def test_titles_are_shown_alike_everywhere(raw: str, shown: str) -> None:
    """Brackets become look-alikes, entities are decoded to the bottom, white space is one space."""
    assert clean.title(raw) == shown


def test_markup_loses_references_to_forbidden_characters() -> None:
    """A numeric reference is as bad as the character; a good one stays as written."""
    assert clean.markup("a&#0;b&#x1F;c&#xFFFE;d&#x110000;e&#x6708;f&#26376;") == "abcde&#x6708;f&#26376;"


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ("https://example.org/a?b=1#c", "https://example.org/a?b=1#c"),
        ("https://user:secret@example.org:8443/", "https://example.org:8443/"),
        ("http://пример.example/луна b", "http://xn--e1afmkfd.example/%D0%BB%D1%83%D0%BD%D0%B0%20b"),
        (
            'https://example.org/"<>|^`{}[]%zz%20',
            "https://example.org/%22%3C%3E%7C%5E%60%7B%7D%5B%5D%25zz%20",
        ),
        ("https://example.org/?a=1&amp;b=&#38;c;d=2", "https://example.org/?a=1&amp%3Bb=&#38;c;d=2"),
        ("http://[2001:db8::1]:80/x", "http://[2001:db8::1]:80/x"),
        ("javascript:alert(1)", ""),
        ("mailto:a@example.org", ""),
        ("/relative", ""),
        ("https://", ""),
        ("http://[::1", ""),
        ("http://a..b/", ""),
        ("http://example.org:99999/", ""),
        ("http://exa<mple.org/", ""),
        ("https://example.org/" + "a" * 5000, ""),
        ("", ""),
    ],
)
def test_addresses_are_http_and_ascii_or_nothing(raw: str, address: str) -> None:
    """Credentials and foreign schemes never leave the house; odd characters are quoted."""
    assert clean.address(raw) == address


@settings(max_examples=100)
@given(ANYTHING.map("https://example.org/".__add__))
def test_a_clean_address_stays_as_it_is(value: str) -> None:
    """Cleaning twice changes nothing, and the characters are those of RFC 3986."""
    once = clean.address(value)
    assert clean.address(once) == once
    assert re.fullmatch(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*", once)


def test_language_tags_are_checked() -> None:
    """An underscore is forgiven; what is no tag is dropped."""
    assert [clean.language(tag) for tag in ("zh_Hans", " ru ", "en-GB", "english!", "")] == [
        "zh-Hans",
        "ru",
        "en-GB",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("stated", "url", "kind"),
    [
        ("Audio/MPEG; x=1", "https://example.org/a", "audio/mpeg"),
        ("nonsense", "https://example.org/a.MP3?x=.png", "audio/mpeg"),
        ("", "https://example.org/a", "application/octet-stream"),
    ],
)
def test_enclosures_have_a_media_type(stated: str, url: str, kind: str) -> None:
    """The stated type when it is one, else by the ending of the path, else the general one."""
    assert clean.media_type(stated, url) == kind


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        (
            a_reason("ILRS", words="月球科研站", place="title", weight=0.8, note="by name"),
            ReasonLine(words="月球科研站", place="in the title", because="by name", weight="+0.80"),
        ),
        (
            a_reason("game", words="Moonbase", place="summary", weight=-0.25, note=""),
            ReasonLine(words="Moonbase", place="in the summary", because="game", weight="−0.25"),
        ),
        (
            a_reason("", words="", place="item", weight=0.0, note="no date"),
            ReasonLine(words="", place="", because="no date", weight=""),
        ),
    ],
)
def test_reasons_quote_their_words(reason: Reason, line: ReasonLine) -> None:
    """A reason says the words, where they stand, why they count and how much."""
    assert words.reason_line(reason) == line


def test_times_are_put_in_utc_and_english() -> None:
    """Dates depend on no locale and no local time zone."""
    when = datetime(2026, 3, 8, 23, 30, 1, 5, tzinfo=timezone(timedelta(hours=-3)))
    assert (words.day(when), words.clock(when)) == ("9 March 2026", "02:30 UTC")
    assert words.rfc3339(when) == "2026-03-09T02:30:01Z"
    assert words.next_minute(when) == datetime(2026, 3, 9, 2, 31, tzinfo=UTC)
    assert words.next_minute(words.next_minute(when)) == words.next_minute(when)


def test_unknown_languages_and_relations_have_words_too() -> None:
    """A tag without a name stands for itself; a relation without a phrase is the widest one."""
    assert [words.language_name(tag) for tag in ("zh-Hans", "tlh")] == ["Chinese", "tlh"]
    assert [words.relation(name) for name in ("same-article", "else")] == ["the same text", "the same story"]


@pytest.mark.parametrize(
    ("text", "short"),
    [("short", "short"), ("one two, three", "one two…"), ("月" * 20, "月" * 9 + "…")],
)
def test_texts_are_cut_at_a_space_where_one_is_near(text: str, short: str) -> None:
    """Scripts without spaces are cut at the limit, others between words."""
    assert words.shorten(text, 10) == short
