"""What is around entries, read by expat: where that says anything, libxml2 says the same."""

import random
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from feeds.intake.charset import decode
from feeds.intake.document import Document, open_document
from feeds.intake.frame import read_frame
from feeds.intake.nodes import Node, children
from feeds.intake.split import split
from feeds.intake.tree import read_tree

CORPUS = Path(__file__).with_name("corpus")
RSS = (
    b"<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:a=\"urn:a-b:1\">"
    b"<channel a:x='1\t2'>"
    b"<!-- c --><title>A &amp; <![CDATA[<B>]]>&#233;<!-- -->\r\n</title><dc:date/>"
    b'<link a:y="&quot;"/></channel></rss>'
)
ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="e n" xml:base="::"><title>T<b>u</b>v</title></feed>'
)
ODD = [
    b"<rss>" + b"x" * 32_768 + b"</rss>",
    b"<rss>" + b"<a>" * 251 + b"</a>" * 251 + b"</rss>",
    b"<rss><?a:b c?></rss>",
    b"<rss xml:space='x'/>",
    b"<rss xml:id='1'/>",
    b"<rss xmlns:a='b'/>",
    b"<rss xmlns:a='http://b:x/'/>",
    b"<rss xmlns:a='http://b/%x'/>",
    b"<rss xmlns:a='http://b/]\"'/>",
    b"<rss xmlns=''/>",
    b"<rss><!ELEMENT a b></rss>",
]
BROKEN = [
    b"<rss><title>A&nbsp;B</title></rss>",
    b"<rss><a:b/></rss>",
    b"<rss xmlns:a='urn:a'><a:b:c/></rss>",
    b"<rss><title>A</rss>",
    b"<rss>\x0c</rss>",
    b"<rss>\xed\xa0\x80</rss>",
    b"<rss>&#xFFFE;</rss>",
    b"<rss>]]></rss>",
    b"<rss/>x",
]
SCRAPS = (
    *(b"<", b">", b"/", b'"', b"'", b"&", b";", b":", b"=", b" ", b"\t", b"\r\n", b"\x0c", b"\x7f", b"a:"),
    *(b"xml:", b"xmlns", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&amp;", b"&#x41;", b"&#9;", b"&#xD800;"),
    *(b"\xc3\xa9", b"\xef\xbf\xbd", b"\xef\xbf\xbe", b"\xe2\x80\xa8", b"<?a?>", b"<a:b>", b"</a:b>"),
    *(b'xmlns:a="http://b.c/"', b'xmlns=""', b'xmlns:xml="http://x.y/"', b'id="1"', b'e="\te"'),
    *(b'xml:lang="??"', b'xml:base="::"'),
)


def heads() -> Iterator[bytes]:
    """Cut the entries out of documents."""
    yield from (RSS, ATOM)
    for path in sorted(CORPUS.rglob("*.*")):
        decoded = decode(path.read_bytes(), "")
        document = open_document(decoded.data)
        if not isinstance(document, Document):
            continue
        parts = split(document, encoding=decoded.encoding, has_base=True, limit=5000)
        yield parts.only([]) if parts else document.data


def told(node: Node) -> object:
    """All that is asked of an element."""
    attributes = [(name, node.get(name)) for name in sorted(getattr(node, "attrib", {}))]
    text = "".join(map(str, node.itertext()))
    below = [(space, local, told(child)) for space, local, child in children(node)]
    return node.tag, node.text or "", len(node), attributes, text, below


def agreed(data: bytes) -> bool:
    """Compare what is read with the tree of libxml2; whether it was read without that."""
    root, sound = read_frame(data)
    if not isinstance(root, ET.Element):
        return False
    tree, wellformed = read_tree(data)
    assert sound
    assert wellformed
    assert tree is not None
    assert told(root) == told(tree)
    return True


def test_usual_heads_need_no_tree_of_libxml2() -> None:
    """What feeds say about themselves is mostly well-formed."""
    quick = [agreed(data) for data in heads()]
    assert quick[:2] == [True, True]
    assert sum(quick) > len(quick) / 2


@pytest.mark.parametrize("data", ODD + BROKEN)
def test_the_odd_is_left_to_libxml2(data: bytes) -> None:
    """What it warns of, gives up at or makes the best of is read by it alone."""
    root, sound = read_frame(data)
    tree, wellformed = read_tree(data)
    assert not isinstance(root, ET.Element)
    assert sound == wellformed
    assert (root is None) == (tree is None)
    assert root is None or tree is None or told(root) == told(tree)


def test_broken_heads() -> None:
    """Whatever is done to a head, expat is asked only where both parsers agree."""
    chance = random.Random(7)  # noqa: S311 # a fixed sequence
    seeds = [data for data in heads() if len(data) < 4000]
    quick = 0
    for _ in range(4000):
        data = chance.choice(seeds)
        for _ in range(chance.choice((1, 1, 2))):
            start = chance.randrange(len(data))
            data = data[:start] + chance.choice(SCRAPS) + data[start + chance.choice((0, 0, 1, 4)) :]
        quick += agreed(data)
    assert quick > 400


@pytest.mark.parametrize(
    "form",
    [
        "<a>x{}y</a>",
        "<a b='x{}y'/>",
        "<{}a/>",
        "<a{}b/>",
        "<a xmlns:p='urn:p'><p:{}b/></a>",
        "<a><!-- {} --></a>",
    ],
)
def test_every_block_of_characters(form: str) -> None:
    """What may stand in texts and names is the same to both, as far as expat goes."""
    chance = random.Random(form)  # noqa: S311 # as above
    codes = [
        *range(256),
        *(start + chance.randrange(64) for start in range(256, 0x20000, 64)),
        0xFFFE,
        0xFFFF,
    ]
    quick = [agreed(form.format(chr(code)).encode("utf-8", "surrogatepass")) for code in codes]
    assert any(quick)
    assert not all(quick)
