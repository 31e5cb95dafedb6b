"""Cheap reading against feedparser."""

import pytest

from feeds.intake.light import read_light
from feeds.intake.mapping import text_as_markup
from feeds.intake.outline import _spaced
from feeds.intake.parse import parse_entries

URL = "https://wire.example/dir/feed.xml"
KEYS = ("guid", "link", "original_link", "title", "published", "updated", "published_raw", "language")


def rss(entry: str, channel: str = "") -> bytes:
    """Write an RSS document of one item."""
    spaces = (
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
        ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:atom="http://www.w3.org/2005/Atom"'
        ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns:fb="http://rssnamespace.org/feedburner/ext/1.0"'
    )
    return f'<rss version="2.0"{spaces}><channel{channel}>{entry}</channel></rss>'.encode()


def atom(entry: str, more: str = "") -> bytes:
    """Write an Atom document of one entry."""
    return f'<feed xmlns="http://www.w3.org/2005/Atom"{more}><entry>{entry}</entry></feed>'.encode()


COMMON = [
    rss("<item><title> A &amp;amp; B </title><link>one?a=1&amp;b=2</link><guid>g</guid></item>"),
    rss(
        '<item><title>A</title><link>/x</link><guid isPermaLink="false">g</guid>'
        "<pubDate>22 Oct 24 10:00 CST</pubDate></item>"
    ),
    rss(
        "<item><title>A</title><guid>https://wire.example/a/../b#</guid><dc:date>2024-03-08</dc:date></item>"
    ),
    rss("<item><title>A</title><link/><guid>x</guid></item>"),
    rss(
        "<item><title>A</title><link>https://wrap.example/1</link>"
        "<fb:origLink>https://own.example/a</fb:origLink></item>"
    ),
    atom(
        '<title>A</title><id>urn:1</id><link href="https://wrap.example/1"/>'
        '<link rel="canonical" href="https://own.example/a"/>'
    ),
    rss("<item><description>only this</description></item>"),
    rss("<item/>"),
    rss("<item><title>Caf\u00c3\u00a9 \u0093x\u0094</title><link>http://x.example/\u00e9</link></item>"),
    rss("<item><title>A</title><link>http:////x.example//y</link><guid>http://[</guid></item>"),
    rss(
        '<item><title>A</title><atom:link href="https://a.example/"/><media:group><media:title>B</media:title></media:group></item>'
    ),
    rss(
        '<item xml:lang="zh_CN"><title>A</title><link>/a</link>'
        "<pubDate>22 Oct 2024 10:00 CST</pubDate></item>"
    ),
    rss(
        "<item><title>A</title><link>/a</link><dc:language>zh</dc:language>"
        "<pubDate>1 Oct 2024 10:00 CST</pubDate></item>"
    ),
    rss('<item rdf:about="/about"><title>A</title><link>/a</link></item>'),
    rss(
        "<item><title>A</title><link>/a</link><dcterms:issued>2024-03-08</dcterms:issued><dcterms:modified>2024-03-09</dcterms:modified></item>"
    ),
    atom(
        '<title>1 &lt; 2</title><id>/rel</id><link href="a"/><link rel="self" href="s"/>'
        "<updated>2024-03-08T00:00:00Z</updated>"
    ),
    atom(
        '<title type="html">&lt;b&gt;x&lt;/b&gt;</title><id>urn:x</id>'
        '<link rel="ALTERNATE" type="text/html" href="a"/>'
    ),
    atom(
        '<title>x</title><id>urn:x</id><link href="a"/>'
        '<content type="html" xml:base="/b/" xml:lang="fr">y</content>'
    ),
    atom(
        '<title>x</title><id>urn:x</id><link href="a"/><issued>2024-03-08</issued>'
        "<created>2024-03-07</created>",
        ' xml:lang="en"',
    ),
    atom(
        '<title>x</title><id>urn:x</id><link rel="canonical" href="/c"/><link href="https://a.example/1"/>'
        '<link rel="self" href="https://a.example/s"/>'
    ),
    atom(
        '<title>x</title><id>urn:x</id><link href="https://a.example/1"/><link href="/two"/>'
        '<link type="audio/mpeg" href="https://a.example/3"/>'
    ),
    rss("<item><title>A</title><link>a&amp;amp;b&amp;copy;</link></item>"),
    rss('<item><title>A</title><guid x="true">https://wire.example/a</guid></item>'),
    rss('<item><title>A</title><guid IsPermalink="false" isPermaLink="true">/a</guid></item>'),
    rss('<item><title>A</title><guid isPermaLink="true" IsPermalink="false">/a</guid></item>'),
]
UNUSUAL = [
    rss("<item><title></title><link>/a</link></item>"),
    rss("<item><title>A<b>B</b></title><link>/a</link></item>"),
    rss("<item><link>/a</link><media:group><media:title>B</media:title></media:group></item>"),
    rss("<item><title>A</title><link>/a</link><guid>1</guid><guid>2</guid></item>"),
    rss("<item><title>A</title><link>/a</link><source url='/s'>S</source></item>"),
    rss('<item xml:base="/b/"><title>A</title><link>a</link></item>'),
    rss('<item><title>A</title><link xml:base="/b/">a</link></item>'),
    rss("<item><title>A</title><link>javascript:x</link></item>"),
    rss('<item rdf:about="/x"><title>A</title><link>/a</link><guid>g</guid></item>'),
    rss("<item><title>A</title><link>/a</link><pubDate>2024<b/></pubDate></item>"),
    rss("<item><title>A</title><link>/a</link><x><pubDate>2024-01-01</pubDate></x></item>"),
    atom('<title type="xhtml"><div>x</div></title><id>urn:x</id><link href="a"/>'),
    atom('<title mode="base64">eA==</title><id>urn:x</id><link href="a"/>'),
]


@pytest.mark.parametrize("body", COMMON)
def test_agrees_with_feedparser(body: bytes) -> None:
    """What both read, both read the same."""
    (light,) = read_light(body, url=URL)
    (full,) = parse_entries(body, url=URL)[1]
    assert light is not None
    assert light.light
    assert {key: getattr(light, key) for key in KEYS} == {key: getattr(full, key) for key in KEYS}


@pytest.mark.parametrize("body", UNUSUAL)
def test_leaves_the_unusual_to_feedparser(body: bytes) -> None:
    """When not sure, None; when asked for the best, the best."""
    assert read_light(body, url=URL) == (None,)
    (best,) = read_light(body, url=URL, strict=False)
    assert best is not None


def test_what_is_not_well_formed() -> None:
    """Strictly it is nothing; else what could be saved."""
    body = rss("<item><title>A &bogus; <b>x</title><link>/a</link></item>")
    assert read_light(body, url=URL) == ()
    (saved,) = read_light(body, url=URL, strict=False)
    assert saved is not None
    assert saved.title.startswith("A")
    assert read_light(b"", url=URL, strict=False) == ()


def test_short_text_keeps_words_whole() -> None:
    """Links and emphasis part no words, and put no blank before a full stop; paragraphs do."""
    text = "<![CDATA[<p>See <a href='x'>th</a>is <B>here</B>.</p><p>And there.]]>"
    (entry,) = read_light(rss(f"<item><description>{text}</description></item>"), url=URL)
    assert entry is not None
    assert entry.summary == "See this here. And there."


def test_short_text() -> None:
    """The first words of the first text there is, as HTML without tags, never half a tag."""
    text = "&lt;p class='x'&gt;a &amp;amp;amp; b&lt;/p&gt; " + "moon " * 1000
    (entry,) = read_light(rss(f"<item><summary/><description>{text}</description></item>"), url=URL)
    assert entry is not None
    assert entry.summary.startswith("a &amp;amp; b moon")
    assert len(entry.summary) <= 520
    (entry,) = read_light(
        rss("<item><description>x &lt;img src='" + "y" * 2000 + "'&gt;</description></item>"), url=URL
    )
    assert entry is not None
    assert entry.summary == "x"


def test_one_space_stands_for_blanks_of_every_kind() -> None:
    """Python's own idea of a blank holds, for each of them, alone and in a row."""
    blanks = [char for char in map(chr, range(0x110000)) if char.isspace()]
    assert len(blanks) > 20
    for blank in blanks:
        assert _spaced(f"{blank}a{blank}b c ") == "a b c"
        assert _spaced(f"a b{blank} c") == "a b c"


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("A & B", "A &amp; B"),
        ("1 < 2", "1 &lt; 2"),
        ("2 > 1", "2 &gt; 1"),
        ("'A'", "'A'"),
        ("<b>A</b>", "<b>A</b>"),
    ],
)
def test_text_as_markup(text: str, markup: str) -> None:
    """Each character that means something in HTML is escaped, even alone; what plainly is HTML is left."""
    assert text_as_markup(text, plain=True) == markup
