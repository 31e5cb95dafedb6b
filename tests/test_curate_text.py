"""HTML to text and to safe HTML, on friendly and on hostile input."""

import json
import re
import time
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.curate import text

MATERIAL = Path(__file__).resolve().parents[2] / "shared" / "faults" / "xss_corpus.jsonl"
BASE = "https://news.example/moon/"
REL = 'rel="noopener noreferrer nofollow"'


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One</p><p>two<br>three</p>", "One two three"),
        ("in<b>fla</b>tion", "inflation"),
        ("Moon &amp; Mars &lt; Sun&nbsp;&#x6708;", "Moon & Mars < Sun 月"),
        ("<script>evil()</script>good<style>p{}</style>", "good"),
        ("before<script>never closed", "before"),
        ("<svg>never closed but text", "never closed but text"),
        ("a <!-- hidden --> b", "a b"),
        ("a <!-- never closed", "a never closed"),
        ("<![CDATA[kept]]>", "kept]]>"),
        ("<?xml version='1'?>x<!DOCTYPE html>y", "xy"),
        ("<?never closed", ""),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("cut here <a href='x", "cut here"),
        ('<img alt="a > b" src=x>after', "after"),
        ('<a title="never closed>text', "text"),
        ("x &lt;script&gt; y", "x ‹script> y"),
        ("<ul><li>国际</li><li>月球</li></ul>", "国际 月球"),
        ("مرحبا\u202e&#x202e;\u200b", "مرحبا"),
        ("क्‍ष نمی\u200cخواهم", "क्‍ष نمی\u200cخواهم"),
        ("a\x00b\x1fc\ud800d\u00ade", "abcde"),
        ("Lunar\r\nBcc: x\u2028y", "Lunar Bcc: x y"),
        ("</script>stray", "stray"),
        ("<SCRIPT>x</SCRIPT >y", "y"),
        ("<script>x</script", ""),
        ("", ""),
    ],
)
def test_plain_text(html: str, expected: str) -> None:
    """Markup, scripts and invisible characters go, words of every script stay."""
    assert text.plain(html, 1000) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Lunar <b>station</b> &amp; <i>ILRS</i> &lt;x&gt;", "Lunar station & ILRS"),
        ("a &amp;lt;b&amp;gt;bold&amp;lt;/b&amp;gt;", "a bold"),
        ("Thrust < weight", "Thrust < weight"),
        ("R&amp;D", "R&D"),
        ("Lunar \u202eSRLI\u202c station \u2066x\u2069", "Lunar SRLI station x"),
        ("Lu\u200bnar sta\ufefftion", "Lunar station"),
    ],
)
def test_titles_hold_no_markup(title: str, expected: str) -> None:
    """Titles escaped once or twice come out as text."""
    assert text.line(title, 500) == expected


@pytest.mark.parametrize(
    ("words", "limit", "expected"),
    [
        ("short", 5, "short"),
        ("some longer words here", 14, "some longer…"),
        ("x" * 20, 10, "x" * 9 + "…"),
        ("月" * 20, 10, "月" * 9 + "…"),
        ("aaaa e\u0301\u0301\u0301\u0301\u0301", 8, "aaaa…"),
        ("aaaa🧑\u200d🚀🧑\u200d🚀", 7, "aaaa…"),
        ("aaaa👍🏽👍🏽", 6, "aaaa…"),
        ("🇨🇳🇷🇺🇨🇳🇷🇺", 4, "…"),
        ("anything", 0, ""),
        ("anything", 1, "…"),
    ],
)
def test_cuts_fall_between_characters(words: str, limit: int, expected: str) -> None:
    """A cut keeps letters with their marks, joined emoji whole, and says that it cut."""
    assert text.plain(words, limit) == expected


@given(st.text() | st.text("ab <\t\n\x7f\x85\xa0\xad\u034f\u180b\u200b\ud800\U000e0100é…月😀"))
def test_what_needs_nothing_is_known_without_a_search(found: str) -> None:
    """The quick look at a text sees all that the searches for white space and invisible characters see."""
    searched = text._SPACE.sub(" ", text._JUNK.sub("", found)).strip()
    assert text._one_line(found) == text._OPENS.sub("‹", searched)


@given(st.text(), st.integers(min_value=0, max_value=50))
def test_plain_text_is_one_harmless_short_line(html: str, limit: int) -> None:
    """Whatever comes in: no tag opens, no line breaks, the limit holds."""
    for made in (text.plain(html, limit), text.line(html, limit), text.clean_text(html, limit)):
        assert len(made) <= limit
        assert made == made.strip()
        assert len(made.splitlines()) <= 1
        assert re.search(r"<[A-Za-z/!?]", made) is None
        made.encode()


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p class=x style='a' id=b onclick=c>t</p>", "<p>t</p>"),
        (
            "<a href='/rel?a=1&b=2'>t</a>",
            '<a href="https://news.example/rel?a=1&amp;b=2" {REL}>t</a>',
        ),
        (
            "<a href='mailto:a@b.example'>t</a>",
            '<a href="mailto:a@b.example" {REL}>t</a>',
        ),
        ("<a href='javascript:x'>t</a>", "<a {REL}>t</a>"),
        ("<a href='ftp://x/'>t</a>", "<a {REL}>t</a>"),
        ("<a href='http://[broken'>t</a>", "<a {REL}>t</a>"),
        ("<img src=pic.png alt=Moon>", '<img src="https://news.example/moon/pic.png" alt="Moon">'),
        ("<img src='data:image/png;base64,AA'>", "<img>"),
        ("<img src='mailto:a@b'>", "<img>"),
        ("a<script>b</script><iframe src=x>c</iframe><form><input></form>d", "ad"),
        (
            "<table><tr><td colspan=2>a</td></tr></table>",
            '<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>',
        ),
        (
            "<figure><img src='https://i.example/f.jpg'><figcaption>c</figcaption></figure>",
            '<figure><img src="https://i.example/f.jpg"><figcaption>c</figcaption></figure>',
        ),
        ("never <b>closed", "never <b>closed</b>"),
        ("<!-- gone -->5 < 6", "5 &lt; 6"),
        ("a\x00\x0b\u202eb", "ab"),
    ],
)
def test_safe_html(html: str, expected: str) -> None:
    """Ordinary content stays, everything that acts or looks different goes."""
    assert text.safe_html(html, BASE) == expected.replace("{REL}", REL)


def test_relative_addresses_without_a_base_are_dropped() -> None:
    """A relative link on somebody else's page would lead elsewhere."""
    assert "href" not in text.safe_html("<a href='/rel'>t</a>", "")
    assert text._absolute("http://[broken", BASE, mail=False) is None


def test_deep_nesting_becomes_text() -> None:
    """Readers' parsers give up, or crash, on what is nested without end; wide markup is no such thing."""
    deep = "<div>" * 3000 + "deep &lt;b&gt; &amp; <b>far</b>"
    assert text.safe_html(deep, BASE) == "<p>deep ‹b&gt; &amp; far</p>"
    bearable = "<div>" * text.DEPTH_LIMIT + "deep" + "</div>" * text.DEPTH_LIMIT
    assert text.safe_html(bearable, BASE) == bearable
    assert text.safe_html(f"<i>{bearable}</i>", BASE) == "<p>deep</p>"
    wide = "<p>a<br></p>" * 1000
    assert text.safe_html(wide, BASE) == wide


def test_the_cut_leaves_no_half_tag() -> None:
    """What is cut at the limit ends before the tag it split."""
    html = "x" * (text.HTML_LIMIT - 4) + "<a href='https://news.example/'>t</a>"
    assert text.safe_html(html, BASE) == "x" * (text.HTML_LIMIT - 4)
    assert len(text.safe_html("y" * (text.HTML_LIMIT + 10), BASE)) == text.HTML_LIMIT


class _Strict(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note elements and attributes outside the list of harmless ones."""
        if tag not in text.SHOWN:
            self.found.append(tag)
        for name, value in attrs:
            ok = name in {"lang", "dir", "rel"} or name in text._ATTRIBUTES.get(tag, set())
            address = name in {"href", "src"} and not re.match(r"https?://|mailto:", value or "")
            if not ok or address:
                self.found.append(f"{tag} {name}={value}")


def _acts(html: str) -> list[str]:
    parser = _Strict()
    parser.feed(html)
    parser.close()
    return parser.found


_HOSTILE = st.lists(
    st.sampled_from(
        [
            "<",
            ">",
            "/",
            "script",
            "<svg",
            "<math>",
            "<style>",
            "</style>",
            "<!--",
            "-->",
            "<img src=x onerror=",
            "'",
            '"',
            "javascript:",
            "<a href=",
            "&#106;",
            "\x00",
            "&lt;",
            "alert(1)",
            "<table>",
            "<p>",
            "<title>",
            "<mglyph>",
            "]]>",
            "<![CDATA[",
            " ",
            "=",
            "onload",
            "<noscript>",
            "<template>",
            "x",
            "<iframe srcdoc=",
        ]
    ),
    max_size=25,
).map("".join)


@given(_HOSTILE)
def test_nothing_active_survives(html: str) -> None:
    """Neither safe HTML nor text taken for HTML holds anything but harmless elements; cleaning is stable."""
    safe = text.safe_html(html, BASE)
    assert _acts(safe) == []
    assert _acts(text.plain(html, 5000)) == []
    assert _acts(text.line(html, 5000)) == []
    assert _acts(text.safe_html(safe, BASE)) == []


@given(st.one_of(st.text(), _HOSTILE))
def test_safe_html_can_be_embedded_in_xml(html: str) -> None:
    """Escaped into a feed it is well-formed: no character is left that XML forbids."""
    safe = text.safe_html(html, BASE)
    element = ET.Element("description")
    element.text = safe
    assert ET.fromstring(ET.tostring(element)).text in {safe, None}  # noqa: S314 # our own document


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000,
        "<" * 200_000,
        "<!--" * 60_000,
        "<script>" * 40_000,
        "<a title='" * 30_000,
        "&" * 200_000,
        "<svg><math>" * 30_000,
        "&lt;" * 100_000,
        "<b/" * 60_000,
        "='" * 60_000,
        '<a ="' * 20_000,
        "<x>\u0301" * 30_000,
    ],
    ids=lambda html: html[:10],
)
def test_hostile_input_costs_little(html: str) -> None:
    """Deep nesting and unclosed markup stay within a second of CPU (they are cut, and read linearly)."""
    started = time.process_time()
    text.plain(html, 2000)
    text.line(html, 500)
    text.safe_html(html, BASE)
    assert time.process_time() - started < 2


@pytest.mark.material
@pytest.mark.skipif(not MATERIAL.exists(), reason="the shared test material is not beside the checkout")
def test_known_payloads_are_harmless_and_benign_markup_survives() -> None:
    """A collection of cross-site scripting payloads: none acts, all ordinary markup is kept."""
    rows = [json.loads(row) for row in MATERIAL.read_text("utf-8").splitlines()]
    for row in rows:
        safe = text.safe_html(row["payload"], BASE)
        if row["ctx"] == "benign":
            assert all(kept in safe for kept in row["keep"]), row["id"]
        assert _acts(safe) == [], row["id"]
        assert _acts(text.line(row["payload"], 500)) == [], row["id"]
