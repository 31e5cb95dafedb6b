"""Entries outlined from their bytes: where anything is said, it is what a tree says."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.intake.charset import decode
from feeds.intake.document import Document, open_document
from feeds.intake.light import outlines
from feeds.intake.outline import Outline, entry_of
from feeds.intake.plain import is_atom, plain_reader
from feeds.intake.split import split
from feeds.model.entry import Entry
from tests.test_intake_light import COMMON, UNUSUAL, atom, rss

URL = "https://wire.example/dir/feed.xml"
CORPUS = Path(__file__).with_name("corpus")
SEEDS = [
    *COMMON,
    *UNUSUAL,
    *(path.read_bytes() for path in sorted(CORPUS.rglob("*.*")) if path.suffix in {".rss", ".atom", ".xml"}),
]
PLAIN = [
    rss(
        "<item><title> A &lt;b&gt; </title><link>/a?b=1&amp;c=2</link>"
        "<guid isPermaLink='false'>g</guid></item>"
    ),
    rss(
        "<item>\r\n<title>\r\n<![CDATA[ <i>]] x</i>\r\ny ]]>\r\n</title>\r\n"
        "<dc:date>2024-03-08</dc:date></item>"
    ),
    rss("<item><title>&#65;&#x42;&quot;&apos;</title><media:content url='a&amp;b'/><link/></item>"),
    rss("<item><title>A</title><media:group><media:title type='plain'>B</media:title></media:group></item>"),
    rss("<item rdf:about='/about'><title>A</title><category domain='a\tb\nc'>c</category></item>"),
    rss("<item><description></description><title>B</title></item>", " lang='de'"),
    rss("<item><guid>https://wire.example/a</guid><dc:language>fr</dc:language></item>"),
    atom(
        '<title type="html">&amp;lt;x&amp;gt;</title><id>urn:1</id><link rel="alternate" href="a&#x26;b"/>'
        "<author><name>N</name><uri>https://n.example/</uri></author><summary>s</summary>"
        '<category term="t" scheme="s"/><content type="html">&lt;p&gt;c&lt;/p&gt;</content>',
        ' xml:lang="en_GB"',
    ),
]
ODD = [
    rss("<item><title>A<b>B</b></title></item>"),
    rss("<item>text<title>A</title></item>"),
    rss("<item><!-- c --><title>A</title></item>"),
    rss("<item><title>A</title><title lang='fr'>B</title></item>"),
    rss("<item><title>A</title><link base='/b/'>c</link></item>"),
    rss("<item lastmod='x'><title>A</title></item>"),
    rss("<item about='x'><title>A</title></item>"),
    rss("<item rdf:about=''><title>A</title><guid>g</guid></item>"),
    rss("<item rdf:about='/about' xml:lang='de'><title>A</title></item>"),
    rss("<item><title xmlns='urn:x'>A</title></item>"),
    rss("<item><title><![CDATA[a]]><![CDATA[b]]></title></item>"),
    rss("<item><title>A</title><content><p>x</p></content></item>"),
    rss("<item><title>A</title><x><link>y</link></x></item>"),
    rss("<item><title>A</title><x><y lang='fr'>y</y></x></item>"),
    rss("<item><title>A</title></item>", " xmlns='http://purl.org/rss/1.0/'"),
    rss("<title xml:lang='de'>T</title><item><title>A</title></item>"),
    rss("<title>&bad;</title><item><title>A</title></item>"),
    rss("<item/>"),
    rss("<item><title>A</title></item>", " éx='1' x='2' lang='de'"),
]
ILL = [
    rss("<item><title>A</title><y xml:id='1'>z</y></item>"),
    rss("<item><title>A</title><y xml:space='b'>z</y></item>"),
    rss("<item><title>A</title><x:y>z</x:y></item>"),
    rss("<item><title>A</title><y x:a='b'>z</y></item>"),
    rss("<item><title>A</title><y a='b' a='c'>z</y></item>"),
    rss("<item><title>A &nbsp; B</title></item>"),
    rss("<item><title>A & B</title></item>"),
    rss("<item><title>A &#0; B</title></item>"),
    rss("<item><title>A &#xD800; B</title></item>"),
    rss("<item><title>A ]]> B</title></item>"),
    rss("<item><title>A</title><y a='&b'>z</y></item>"),
    rss("<item><title>A</title><x><y>&b;</y></x></item>"),
    rss("<item><title>A</title><x><z:y>b</z:y></x></item>"),
    rss("<item><title>A</title><x></y></item>"),
    rss("<item><title>A</title></item x='y'>"),
]


def both(body: bytes) -> list[tuple[Outline | None, Outline | None]]:
    """Outline each entry of a document from its bytes, and from a tree; nothing where it can not be split."""
    document = open_document(decode(body, "").data)
    parts = (
        split(document, encoding="utf-8", has_base=True, limit=50) if isinstance(document, Document) else None
    )
    if parts is None:
        return []
    reader = plain_reader(parts)
    plain = [reader.outline(parts.entry(index)) if reader else None for index in range(len(parts.spans))]
    trees = [(outlines(parts.only([index])) or (None,))[0] for index in range(len(parts.spans))]
    return list(zip(plain, trees, strict=True))


def made(outline: Outline, *, whole: bool) -> Entry | None:
    """Make an entry as the reader does."""
    return entry_of(outline, url=URL, now=None, atom=True, whole=whole)


def agree(body: bytes) -> int:
    """Hold all that is said of the entries of a document against their trees; returns how many were plain."""
    said = 0
    for plain, tree in both(body):
        if plain is not None:
            said += 1
            assert tree is not None
            for whole in (False, True):
                assert made(plain, whole=whole) == made(tree, whole=whole)
    return said


@pytest.mark.parametrize("body", PLAIN)
def test_plain_entries(body: bytes) -> None:
    """What most feeds write needs no tree, and comes out as from one."""
    assert agree(body) == 1


@pytest.mark.parametrize("body", [*ODD, *ILL])
def test_other_entries(body: bytes) -> None:
    """Of anything odd or ill-formed nothing is said."""
    assert agree(body) == 0


def test_hostile_names_are_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document may make up names without end; what they mean is worked out again then."""
    monkeypatch.setattr("feeds.intake.plain._MANY_TAGS", 1)
    assert agree(rss("<item><title>A</title><x1/><x2/><x2/><link>b</link></item>")) == 1


@pytest.mark.parametrize("body", ILL)
def test_ill_formed_is_ill_formed(body: bytes) -> None:
    """The tree says so too."""
    assert [tree for _, tree in both(body)] in ([None], [])


@settings(max_examples=300)
@given(st.integers(), st.sampled_from(range(len(SEEDS) + len(PLAIN))))
def test_mutated_documents(seed: int, which: int) -> None:
    """Whatever becomes of a document, what is said of its entries holds."""
    dice = random.Random(seed)  # noqa: S311 # no secret depends on it
    every = [*SEEDS, *PLAIN]
    body = bytearray(every[which])
    pieces = [
        b"",
        b"<",
        b">",
        b"&",
        b"&lt;",
        b"]]>",
        b"<![CDATA[",
        b"<!--",
        b"'",
        b'"',
        b"/",
        b" x='y'",
        b"\r\n",
        b"\xc2\xad",
    ]
    for _ in range(dice.randint(0, 4)):
        at = dice.randrange(len(body) + 1)
        body[at : at + dice.choice((0, 0, 1, 5))] = dice.choice(pieces)
    agree(bytes(body))


def test_atom_is_told_by_its_namespace() -> None:
    """Only there plain text is text."""
    for start, expected in (
        (b'<feed xmlns="http://www.w3.org/2005/Atom">', True),
        (b'<a:feed xmlns:a="http://www.w3.org/2005/Atom">', True),
        (b"<feed>", False),
        (b'<rss version="2.0">', False),
    ):
        name = start[1:].split()[0].rstrip(b">")
        document = open_document(start + b"</" + name + b">")
        assert isinstance(document, Document)
        parts = split(document, encoding="utf-8", has_base=True, limit=50)
        assert parts is not None
        assert is_atom(parts) is expected
