"""Cutting documents at their entries."""

import pytest

from feeds.intake.document import Document, NoFeed, drop_prolog, open_document
from feeds.intake.split import Split, split

ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom">'


def pieces(data: bytes, *, has_base: bool = True, limit: int = 100) -> Split | None:
    """Open and split a document."""
    document = open_document(data)
    assert isinstance(document, Document)
    return split(document, encoding="utf-8", has_base=has_base, limit=limit)


def entries(data: bytes) -> list[bytes]:
    """Bytes of each entry of a document that must be splittable."""
    parts = pieces(data)
    assert parts is not None
    return [parts.entry(index) for index in range(len(parts.spans))]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<rss><channel><item>a</item>\n<item/></channel></rss>", [b"<item>a</item>", b"<item/>"]),
        (b"<rss><item x='>'  >a</item  ></rss>", [b"<item x='>'  >a</item  >"]),
        (b'<rss><item x="</items>">a</item></rss>', [b'<item x="</items>">a</item>']),
        (b"<rss><item><![CDATA[</item><item>]]></item></rss>", [b"<item><![CDATA[</item><item>]]></item>"]),
        (b"<rss><!-- <item> --><?x <item> ?><item>a</item></rss>", [b"<item>a</item>"]),
        (b"<rss><items><item>a</item></items><itemx/></rss>", [b"<item>a</item>"]),
        (b"<rss xmlns:x='urn:x'><x:item><item>a</item></x:item></rss>", [b"<item>a</item>"]),
        (b"<rss><item><![CDATA[]]] </item>]]]></item></rss>", [b"<item><![CDATA[]]] </item>]]]></item>"]),
        (b"<rss><item><!----></item><!--></item>--><item/></rss>", [b"<item><!----></item>", b"<item/>"]),
        (b"<rss><item><!-- -- </item>---></item></rss>", [b"<item><!-- -- </item>---></item>"]),
        (
            b"<rss><item><?x? </item>??></item><??><item/></rss>",
            [b"<item><?x? </item>??></item>", b"<item/>"],
        ),
        (b"<CHANNEL><ITEM HREF='x'/></CHANNEL>", [b"<ITEM HREF='x'/>"]),
        (ATOM + b"<entry>a</entry></feed>", [b"<entry>a</entry>"]),
        (
            ATOM.replace(b"<", b"<a:").replace(b"s=", b"s:a=") + b"<a:entry>a</a:entry><x/></a:feed>",
            [b"<a:entry>a</a:entry>"],
        ),
        (
            ATOM
            + b'<entry><svg xmlns="http://www.w3.org/2000/svg" xmlns:dc="http://purl.org/dc/elements/1.1/"/></entry></feed>',
            [
                b'<entry><svg xmlns="http://www.w3.org/2000/svg" xmlns:dc="http://purl.org/dc/elements/1.1/"/></entry>'
            ],
        ),
    ],
)
def test_finds_entries(data: bytes, expected: list[bytes]) -> None:
    """Entries are found whatever hides or resembles them."""
    assert entries(data) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"<rss><item><item/></item></rss>",
        b"<rss><item>a<entry>b</entry></item></rss>",
        b"<rss></item></rss>",
        b"<rss><item>a</Item></rss>",
        b"<rss><item>a</rss>",
        b"<rss><item>a</item>",
        b"<rss><item><![CDATA[</item></rss>",
        b"<rss><item><!--</item></rss>",
        b"<rss><item><!--></item></rss>",
        b"<rss><item><?</item></rss>",
        b"<rss><item x='>a</item></rss>",
        b"<rss><x:item xmlns:x='urn:x'>a</x:item></rss>",
        b"<rss xmlns='urn:other'><item>a</item></rss>",
        b"<rss><item xmlns='urn:x'>a</item></rss>",
        b"<rss><item><x:y xmlns:x='urn:x'/></item></rss>",
        b"<rss><item><dc:y xmlns:dc='urn:x'/></item></rss>",
        b"<rdf:RDF><item><x xmlns='http://www.w3.org/2005/Atom'/></item></rdf:RDF>",
    ],
)
def test_refuses(data: bytes) -> None:
    """Whatever could make two readings of an entry differ is not split."""
    assert pieces(data) is None


def test_refuses_bases_without_an_address() -> None:
    """Without the feed's address the parser lets one entry's base leak into the next."""
    data = b"<rss><item xml:base='x'>a</item></rss>"
    assert pieces(data, has_base=False) is None
    assert pieces(data) is not None


def test_hashes() -> None:
    """Equal bytes under equal start tags and charset have equal hashes, and only they."""
    one = pieces(b"<rss><channel><title>t</title><item>a</item><item>b</item></channel></rss>")
    other = pieces(b"<rss><channel><title>T</title><item>b</item></channel></rss>")
    moved = pieces(b"<rss><channel x='1'><item>b</item></channel></rss>")
    assert one
    assert other
    assert moved
    assert one.hashes[1] == other.hashes[0] != one.hashes[0]
    assert moved.hashes != other.hashes
    document = open_document(other.data)
    assert isinstance(document, Document)
    recoded = split(document, encoding="cp1251", has_base=True, limit=9)
    assert recoded
    assert recoded.hashes != other.hashes


def test_taking_out() -> None:
    """What is left out leaves all the rest as it was; splitting that again gives the same."""
    parts = pieces(b"<rss><channel>h<item>a</item>x<item>b</item>y<item>c</item>z</channel></rss>")
    assert parts is not None
    assert parts.only([1]) == b"<rss><channel>hx<item>b</item>yz</channel></rss>"
    reduced = parts.reduced([0, 2])
    again = pieces(reduced.data)
    assert again == reduced
    assert reduced.entry(1) == b"<item>c</item>"
    assert reduced.only([]) == parts.only([]) == b"<rss><channel>hxyz</channel></rss>"
    assert parts.reduced([0, 1, 2]) == parts
    assert parts.framed([0]) == b"<rss><channel><item>a</item></channel></rss>"


def test_limit() -> None:
    """Entries beyond the limit are left out, the end of the document is not."""
    parts = pieces(b"<rss><channel><item>a</item><item>b</item><item>c</item>z</channel></rss>", limit=2)
    assert parts is not None
    assert parts.cut
    assert parts.only([0, 1]) == b"<rss><channel><item>a</item><item>b</item>z</channel></rss>"
    kept = parts.reduced([0, 1])
    assert (kept.data, kept.cut) == (parts.only([0, 1]), False)
    assert parts.reduced([1]).only([0]) == b"<rss><channel><item>b</item>z</channel></rss>"


def test_prolog() -> None:
    """Comments, instructions, DTDs and junk before a feed are passed over, bounded."""
    data = b"<!-- <rss> --><?x <rss>?><!DOCTYPE rss [<!ENTITY a '<rss>'>]><br/><rss><a/></rss>"
    document = open_document(data)
    assert isinstance(document, Document)
    assert (document.data, document.problems) == (
        b"<rss><a/></rss>",
        ("Something that is no part of the feed stands before it.",),
    )
    assert open_document(b"<html><rss>") == NoFeed(kind="page", root="html")
    assert isinstance(open_document(b"<a>" * 40_000 + b"<rss></rss>"), NoFeed)
    assert isinstance(open_document(b"<!DOCTYPE rss"), NoFeed)
    assert isinstance(open_document(b"<!DOCTYPE rss [<rss></rss>"), NoFeed)
    unclosed = open_document(b"<rss a='")
    assert isinstance(unclosed, Document)
    assert not unclosed.complete
    assert drop_prolog(b"<!DOCTYPE x><?y?><a><opml>", b"opml") == b"<opml>"
