"""Entries written in odd ways: reading lightly passes over nothing that a full reading would keep."""

import base64
from html import escape
from urllib.parse import quote

import pytest

from feeds.intake.document import Document, open_document
from feeds.intake.plain import base_of
from feeds.intake.split import split
from tests.test_reading_lightly import compare, judged

ZH = "中国将在月球南极建立国际月球科研站基地"
RU = "Россия построит научную станцию на Луне"
SPACES = (
    "xmlns:media='http://search.yahoo.com/mrss/' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'"
    " xmlns:xhtml='http://www.w3.org/1999/xhtml'"
)


def rss(inside: str) -> bytes:
    """Write a feed with one entry."""
    return (
        f"<rss version='2.0' {SPACES}><channel><title>T</title><item>{inside}</item></channel></rss>".encode()
    )


def atom(inside: str, base: str = "") -> bytes:
    """Write a feed with one entry, whose addresses are relative to `base`."""
    own = f"xmlns='http://www.w3.org/2005/Atom' {SPACES}" + (f" xml:base='{base}'" if base else "")
    return f"<feed {own}><title>T</title><entry><id>urn:1</id>{inside}</entry></feed>".encode()


def twice(text: str) -> str:
    """Take UTF-8 for Latin-1, as some programs do before they encode it again."""
    return text.encode().decode("latin-1")


def references(text: str) -> str:
    """Write each character as its number."""
    return "".join(f"&#{ord(char)};" for char in text)


def assert_kept(body: bytes) -> None:
    """Hold both ways of reading against each other, for an entry that is kept."""
    assert [one.verdict.keep for one in judged(body, lightly=False)] == [True]
    compare(body)


@pytest.mark.parametrize(
    "title",
    [
        twice(ZH),
        twice(RU),
        twice("Kina do të ndërtojë një bazë në Hënë"),
        references(twice(ZH)),
        "Znanstvenici grade bazu na Mjesecu \x9a",
    ],
)
@pytest.mark.parametrize("besides", ["", "<description>&amp;zwnj;y&amp;#1080;</description>"])
def test_text_that_was_encoded_twice(title: str, besides: str) -> None:
    """Who reads in full puts it right, so it is looked through as it reads then."""
    assert_kept(rss(f"<title>{title}</title><link>https://a.example/1</link>{besides}"))
    assert_kept(rss(f"<title>x</title><link>https://a.example/1</link><description>{title}</description>"))


@pytest.mark.parametrize(
    "tag",
    [
        "<a title=it's>",
        "<ins cite=a'b>",
        '<a href=x"y>',
        '<a title="a<b">',
        '<a title="a < b">',
        "<span title='<'>",
        '<b title="it\'s>" >',
        '<b">',
        "<tt\u00a0>",
        "<b <i>",
        "<i><!-- c -->",
        "<nobr>",
        "<acronym>",
        "<font-x>",
        "<o:p>",
    ],
)
def test_odd_tags_within_words(tag: str) -> None:
    """They do not part words for a reader, or not everywhere."""
    text = f"The Mo{tag}on ba{tag}se of NASA"
    link = "<link>https://a.example/1</link>"
    assert_kept(rss(f"<title>x</title>{link}<description><![CDATA[{text}]]></description>"))
    compare(rss(f"<title>{escape(text)}</title>{link}"))


def test_comments_between_pieces_of_a_word() -> None:
    """A word may begin in one CDATA section and go on in another, behind a comment."""
    title = "<![CDATA[Китай обрав місце для б]]><!-- x --><![CDATA[ази на Місяці]]>"
    assert_kept(rss(f"<title>{title}</title><link>https://a.example/1</link>"))


def test_tags_of_xhtml_under_a_prefix() -> None:
    """They are read as those without one."""
    text = "The Mo<xhtml:b>on</xhtml:b> ba<xhtml:i>se</xhtml:i> of NASA"
    summary = f"<summary type='xhtml'><xhtml:div>{text}</xhtml:div></summary>"
    assert_kept(atom(f"<title>x</title>{summary}<link href='https://a.example/1'/>"))


@pytest.mark.parametrize("parameter", ["url", "rct=j&amp;q"])
def test_addresses_within_addresses(parameter: str) -> None:
    """Words count in the address that a wrapper leads to, where they are escaped twice."""
    inner = quote(f"https://a.example/{quote(ZH)}", safe="")
    assert_kept(rss(f"<title>x</title><link>https://www.google.com/url?{parameter}={inner}</link>"))


@pytest.mark.parametrize("base", ["https://a.example/{}/", "/{}/", "{}/"])
def test_addresses_are_relative_to_what_encloses_the_entry(base: str) -> None:
    """A link leads to the same place either way, and words count in what it is relative to."""
    slug = "China-to-build-international-lunar-research-station-base-at-the-Moon-south-pole"
    assert_kept(atom("<title>x</title><link href='1'/>", base.format(slug)))
    compare(atom("<title>x</title><link href='1?a=b&amp;c=d'/>", base.format("cats")))
    compare(atom("<title>x</title><link href='1'/>", "mailto:cats"))


@pytest.mark.parametrize(
    "name",
    [
        "media:description",
        "itunes:summary",
        "itunes:keywords",
        "media:keywords",
        "abstract",
        "body",
        "fullitem",
    ],
)
@pytest.mark.parametrize("shape", ["{}", "<media:group>{}<media:content url='a'/></media:group>"])
def test_texts_under_other_names(name: str, shape: str) -> None:
    """Texts that only a full reading finds count too, at the side of others or deeper down."""
    element = shape.format(f"<{name}>{ZH}</{name}>")
    assert_kept(rss(f"<title>x</title><link>https://a.example/1</link>{element}"))


@pytest.mark.parametrize("attribute", ["mode='base64'", "type='application/x'"])
def test_texts_in_base64(attribute: str) -> None:
    """What is coded is left to who can read it."""
    coded = base64.b64encode(ZH.encode()).decode()
    summary = f"<summary {attribute}>{coded}</summary>"
    assert_kept(atom(f"<title>x</title><link href='https://a.example/1'/>{summary}"))


def test_what_has_an_empty_title_is_left_to_the_full_reading() -> None:
    """A parser may find another."""
    assert compare(rss("<title></title><guid>1</guid><description>Bread is dearer</description>")) == 0


@pytest.mark.parametrize("base", ["http://[broken/", "/a' lang='en' xml:base='/b"])
def test_a_base_that_is_unsure_leaves_all_to_the_full_reading(base: str) -> None:
    """An address that is none, and a tag that is ill-formed."""
    document = open_document(atom("<title>x</title><link href='1'/>", base))
    assert isinstance(document, Document)
    parts = split(document, encoding="utf-8", has_base=True, limit=9)
    assert parts is not None
    assert base_of(parts, "https://a.example/feed") is None
    assert compare(atom("<title>x</title><link href='1'/>", "http://[broken/")) == 0
