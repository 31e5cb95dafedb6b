"""The splitter against the whole parse, on generated documents.

MOONWIRE_MUTANTS sets how many documents are generated (default 150).
"""

import os
import random

import pytest

from feeds.intake.charset import decode
from feeds.intake.document import Document, open_document
from feeds.intake.parse import parse_entries
from feeds.intake.read import read
from feeds.intake.split import split
from feeds.model.entry import Entry, Reading, ReadRequest
from feeds.model.value import replace

URL = "https://wire.example/dir/feed.xml"
COUNT = int(os.environ.get("MOONWIRE_MUTANTS", "150"))
SPACES = ("", " ", "\n", "\t\n  ")
TEXTS = (
    "Lunar base",
    "月球科研站 &amp; more",
    "a &lt;b&gt;bold&lt;/b&gt; word",
    "&#x41;&#66; &lt;item&gt;",
    "Café – Луна",
    "",
    "<![CDATA[ <item> in </item> CDATA ]]>",
    "<![CDATA[<p>x</p>]]> and <![CDATA[]]>",
    "]] &gt; <!-- </item></entry> --> tail",
)
HIDDEN = (
    "<!-- <item><title>no</title></item> -->",
    "<!-- </item> <entry> -->",
    "<?pi <item> ?>",
    "<!---->",
    "<![CDATA[]]>",
    "",
    "\n",
)
HOSTILE_ATTRIBUTES = (
    ' a="&gt;</item>"',
    " a='>'",
    ' a = "x > y"',
    " a='\"&gt;\"' b=\"'/>'\"",
    ' xml:lang="ru"',
    " xml:lang='zh-Hans'",
    ' xml:base="sub/"',
    ' xml:base="http://other.example/x/"',
    "",
    "",
    "\n",
)


def attribute_free_of_closers(value: str) -> str:
    """`<` can not stand in an attribute value."""
    return value.replace("</item>", "&lt;/item&gt;")


class Maker:
    """Writes one document in odd but well-formed ways, all of them drawn from one seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 # no secret depends on it

    def any_of(self, choices: tuple[str, ...]) -> str:
        """Draw one."""
        return self.dice.choice(choices)

    def extra(self) -> str:
        """Attributes for any element."""
        return attribute_free_of_closers(self.any_of(HOSTILE_ATTRIBUTES))

    def tag(self, name: str, content: str, attributes: str = "") -> str:
        """Write an element in one of the ways XML allows."""
        space = self.any_of(SPACES)
        if not content and self.dice.random() < 0.3:
            return f"<{name}{attributes}{space}/>"
        return f"<{name}{attributes}{space}>{content}</{name}{self.any_of(SPACES)}>"

    def texts(self, names: tuple[str, ...]) -> str:
        """Write some of these elements in any order, with something hidden between."""
        chosen = [name for name in names if self.dice.random() < 0.6]
        self.dice.shuffle(chosen)
        return self.any_of(HIDDEN).join(
            self.tag(name, self.any_of(TEXTS), self.extra() if self.dice.random() < 0.3 else "")
            for name in chosen
        )

    def rss_item(self, number: int, prefixes: dict[str, str]) -> str:
        """Write an RSS item."""
        dc, content, media = prefixes["dc"], prefixes["content"], prefixes["media"]
        link = self.any_of((f"https://wire.example/{number}", f"/rel/{number}?a=1&amp;b=2", ""))
        date = self.any_of(("Tue, 22 Oct 2024 10:00:00 GMT", "2024-10-22", "x", ""))
        declared = self.any_of(
            (
                "",
                "",
                '<svg xmlns="http://www.w3.org/2000/svg"><title>v</title></svg>',
                '<dcterms:x xmlns:dcterms="http://purl.org/dc/terms/">1</dcterms:x>',
                '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" href="a"/>',
            )
        )
        body = self.texts(
            ("title", "description", f"{dc}:creator", f"{content}:encoded", "category", "author")
        )
        parts = [
            body,
            self.tag("link", link) if link else "",
            self.tag("guid", f"g{number}", self.any_of(("", ' isPermaLink="false"', " isPermaLink='true'"))),
            self.tag("pubDate", date),
            self.any_of(
                (
                    "",
                    f'<{media}:thumbnail url="t.jpg"/>',
                    f"<{media}:group><{media}:title>m</{media}:title></{media}:group>",
                )
            ),
            self.any_of(("", f"<{dc}:language>fr</{dc}:language>", "<language>de</language>")),
            self.any_of(
                ("", '<source url="http://s.example/">S</source>', '<enclosure url="e.mp3" length="1"/>')
            ),
            self.any_of(("", "", "<image><url>i.png</url><title>pic</title></image>")),
            declared,
            self.any_of(HIDDEN),
        ]
        if self.dice.random() < 0.05:
            parts.append(
                self.any_of(
                    ('<o:x xmlns:o="urn:odd">1</o:x>', f'<{dc}:x xmlns:{dc}="urn:rebound">1</{dc}:x>')
                )
            )
        if self.dice.random() < 0.03:
            parts.append("<item><title>nested</title></item>")
        self.dice.shuffle(parts)
        name = self.any_of(("item", "item", "item", "Item", "ITEM"))
        return self.tag(name, "".join(parts), self.extra())

    def atom_entry(self, number: int, prefix: str) -> str:
        """Write an Atom entry, all names prefixed when asked."""

        def q(name: str) -> str:
            return f"{prefix}:{name}" if prefix else name

        kind = self.any_of(("", ' type="html"', " type='text'"))
        xhtml = (
            '<div xmlns="http://www.w3.org/1999/xhtml"><p>x <b>y</b></p><item>inner</item></div>'
            if self.dice.random() < 0.05
            else '<div xmlns="http://www.w3.org/1999/xhtml"><p>x <b>y</b> <a href="r">z</a></p></div>'
        )
        parts = [
            self.tag(q("title"), self.any_of(TEXTS), kind),
            self.tag(q("id"), f"urn:x:{number}"),
            f'<{q("link")} href="{self.any_of(("a/b", "http://x.example/1", "?q=>", ""))}"{self.extra()}/>',
            self.tag(q("updated"), "2024-10-22T10:00:00Z"),
            self.any_of(("", self.tag(q("summary"), self.any_of(TEXTS), kind))),
            self.any_of(("", self.tag(q("content"), xhtml, f' type="xhtml"{self.extra()}'))),
            self.any_of(("", f"<{q('source')}><{q('title')}>S</{q('title')}></{q('source')}>")),
            self.any_of(("", f"<{q('author')}><{q('name')}>N</{q('name')}></{q('author')}>")),
            self.any_of(HIDDEN),
        ]
        self.dice.shuffle(parts)
        return self.tag(q("entry"), "".join(parts), self.extra())

    def between(self) -> str:
        """Write what may stand between entries."""
        return self.any_of(
            (*HIDDEN, "<ttl>60</ttl>", "<x:y xmlns:x='urn:between'><item2/></x:y>", "stray text")
        )

    def document(self) -> str:
        """Write a whole document of any format."""
        count = self.dice.randint(1, 6)
        head = self.any_of(
            ("", '<?xml version="1.0"?>', "<?xml version='1.0' encoding='utf-8' ?>\n<!-- <rss> -->")
        )
        head += self.any_of(("", "", "<!DOCTYPE rss>", '<!DOCTYPE rss [<!ENTITY moon "Луна">]>'))
        tail = self.any_of(("", "\n", "<!-- </rss></feed> -->", "<?end?>"))
        kind = self.any_of(("rss", "rss", "rdf", "atom", "prefixed"))
        return head + str(getattr(self, f"_{kind}")(count)) + tail

    def _prefixes(self) -> dict[str, str]:
        return {
            "dc": self.any_of(("dc", "d", "content")),
            "content": self.any_of(("c", "cont", "body")),
            "media": self.any_of(("media", "m")),
        }

    def _namespaces(self, prefixes: dict[str, str]) -> str:
        known = {
            "dc": "http://purl.org/dc/elements/1.1/",
            "content": "http://purl.org/rss/1.0/modules/content/",
            "media": "http://search.yahoo.com/mrss/",
        }
        quote = self.any_of(('"', "'"))
        return "".join(f" xmlns:{prefix}={quote}{known[name]}{quote}" for name, prefix in prefixes.items())

    def _rss(self, count: int) -> str:
        prefixes = self._prefixes()
        items = self.between().join(self.rss_item(number, prefixes) for number in range(count))
        head = "<title>T</title>" + self.any_of(
            ("", "<image><url>u</url><title>I</title></image>", "<language>en</language>")
        )
        channel = f"<channel{self.extra()}>{head}{items}{self.between()}</channel>"
        version = self.any_of((' version="2.0"', " version='0.92'", ""))
        return f"<rss{version}{self._namespaces(prefixes)}{self.extra()}>{channel}</rss>"

    def _rdf(self, count: int) -> str:
        prefixes = self._prefixes()
        spaces = ' xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        items = "".join(
            self.rss_item(number, prefixes).replace("<item", f'<item rdf:about="/about/{number}"', 1)
            for number in range(count)
        )
        head = "<channel><title>T</title></channel>"
        return f"<rdf:RDF{spaces}{self._namespaces(prefixes)}>{head}{items}</rdf:RDF>"

    def _atom(self, count: int) -> str:
        entries = self.between().join(self.atom_entry(number, "") for number in range(count))
        return f'<feed xmlns="http://www.w3.org/2005/Atom"{self.extra()}><title>T</title>{entries}</feed>'

    def _prefixed(self, count: int) -> str:
        entries = "".join(self.atom_entry(number, "at") for number in range(count))
        return f'<at:feed xmlns:at="http://www.w3.org/2005/Atom"{self.extra()}><at:title>T</at:title>{entries}</at:feed>'


def bare(entries: tuple[Entry, ...]) -> list[Entry]:
    """Entries without their hashes, which the whole parse does not make."""
    return [replace(entry, raw_hash=b"") for entry in entries]


def check(body: bytes) -> None:
    """Compare the whole parse with each entry as the only new one."""
    document = open_document(decode(body, "application/xml").data)
    assert isinstance(document, Document)
    expected = parse_entries(document.data, url=URL)[1]
    reading = read(ReadRequest(body=body, content_type="application/xml", url=URL))
    assert isinstance(reading, Reading)
    assert bare(reading.entries) == expected
    assert reading.total == len(expected)
    everything = frozenset(reading.hashes)
    for entry in reading.entries:
        alone = read(
            ReadRequest(
                body=body, content_type="application/xml", url=URL, seen=everything - {entry.raw_hash}
            )
        )
        assert isinstance(alone, Reading)
        assert alone.hashes == reading.hashes
        assert alone.entries == tuple(other for other in reading.entries if other.raw_hash == entry.raw_hash)


@pytest.mark.parametrize("block", range(10))
def test_each_entry_alone_reads_as_in_the_whole_document(block: int) -> None:
    """However a document is written, an entry comes out the same with and without the others."""
    for number in range(block * COUNT // 10, (block + 1) * COUNT // 10):
        body = Maker(number).document().encode()
        try:
            check(body)
        except AssertionError as error:
            raise AssertionError(f"mutant {number}: {body.decode()}") from error


def test_most_generated_documents_can_be_split() -> None:
    """The comparison above would be worth little if the splitter refused most of what is generated."""
    documents = [open_document(Maker(number).document().encode()) for number in range(100)]
    parts = [
        split(document, encoding="utf-8", has_base=True, limit=100)
        for document in documents
        if isinstance(document, Document)
    ]
    assert sum(part is not None for part in parts) > 60
