"""What the fuzzer calls: each target takes any bytes and raises when a promise of intake is broken.

The first byte chooses among options (language, content type ...); 0xff there and a multiple of 8
behind it also stretch the rest to `STRETCHED` bytes by repeating its middle, so that what is worse
than linear shows.
"""

import codecs
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial
from urllib.parse import urlsplit

from feeds.curate.assess import assess
from feeds.curate.topic import load
from feeds.curate.tune import Tuning, may_matter, tuning
from feeds.errors import MoonwireError
from feeds.intake import charset, dates
from feeds.intake.decode import Undecodable
from feeds.intake.decode import decode as undo
from feeds.intake.document import NoFeed, open_document
from feeds.intake.jsonfeed import looks_like_json
from feeds.intake.light import outlines
from feeds.intake.nodes import is_element, name_of
from feeds.intake.opml import parse_opml
from feeds.intake.outline import entry_of
from feeds.intake.page import find_feeds
from feeds.intake.parse import parse_entries
from feeds.intake.plain import plain_reader
from feeds.intake.read import prepare, read
from feeds.intake.split import split
from feeds.intake.tree import read_tree
from feeds.intake.wellformed import examine
from feeds.model import ReadFailed, Reading, ReadRequest, Source

STRETCHED = 32_768
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
URL = "https://wire.example/dir/feed.xml"
_LANGUAGES = ("", "en", "zh", "ru", "de", "ja", "ar", "hi")
_TYPES = (
    "",
    "application/rss+xml",
    "text/xml; charset=utf-8",
    "text/xml; charset=gb2312",
    "text/xml; charset=Shift_JIS",
    "text/xml; charset=utf-16",
    "text/xml; charset=iso-2022-jp",
    "text/html; charset=windows-1251",
)
_CODINGS = ("gzip", "deflate", "br", "zstd", "gzip, br", "x-unknown", "", "zstd, gzip")


def fuzz_dates(option: int, data: bytes) -> None:
    """Read a date: an aware UTC moment or none."""
    text = data.decode("utf-8", "replace")
    found = dates.parse_date(text, language=_LANGUAGES[option % 8], now=NOW if option & 8 else None)
    assert found is None or found.tzinfo is UTC


def fuzz_charset(option: int, data: bytes) -> None:
    """Whatever the bytes, what comes out is UTF-8, and by a codec that is one."""
    found = charset.decode(data, _TYPES[option % 8])
    found.data.decode("utf-8")
    codecs.lookup(found.encoding)


def fuzz_codings(option: int, data: bytes) -> None:
    """Undo codings: a body never grows beyond the limit."""
    found = undo(data, _CODINGS[option % 8], 1_000_000)
    assert isinstance(found, Undecodable) or len(found) <= 1_000_000


def fuzz_jsonfeed(option: int, data: bytes) -> None:
    """JSON is read as any other feed is."""
    fuzz_read(option, data if looks_like_json(data) else b'{"version":"1.1","items":[' + data + b"]}")


def fuzz_opml(_option: int, data: bytes) -> None:
    """Read a list of feeds: addresses that can be asked, or one sentence."""
    try:
        found = parse_opml(data)
    except MoonwireError as error:
        _assert_sentence(str(error))
        return
    assert found
    for source in found:
        _assert_address(source.url)


def fuzz_page(_option: int, data: bytes) -> None:
    """Look for feeds in a page: their addresses can be asked."""
    for feed in find_feeds(data.decode("utf-8", "replace"), URL):
        _assert_address(feed.url)


def fuzz_read(option: int, data: bytes) -> None:
    """Read a body twice: with all of its hashes known nothing is new."""
    request = ReadRequest(body=data, content_type=_TYPES[option % 8], url=URL, now=NOW)
    found = read(request)
    if isinstance(found, ReadFailed):
        assert found.sentence.endswith((".", "/")) or found.feeds
        return
    _assert_consistent(found)
    again = read(
        ReadRequest(
            body=data, content_type=request.content_type, url=URL, seen=frozenset(found.hashes), now=NOW
        )
    )
    assert isinstance(again, Reading)
    assert (again.entries, again.hashes, again.head) == ((), found.hashes, found.head)


def fuzz_prepare(option: int, data: bytes) -> None:
    """Do what is done in the program itself: it ends soon."""
    prepare(ReadRequest(body=data, content_type=_TYPES[option % 8], url=URL, now=NOW))


def fuzz_split(option: int, data: bytes) -> None:
    """Of a well-formed feed each entry, read as the only new one, is what it is in the whole."""
    document = open_document(data)
    if isinstance(document, NoFeed):
        return
    parts = split(document, encoding="utf-8", has_base=True, limit=50)
    if parts is None or not parts.spans or parts.cut or len(set(parts.hashes)) < len(parts.hashes):
        return
    form = examine(document.data)
    if form.error or form.excess or form.heavy or _nested(document.data):
        return
    whole = parse_entries(document.data, url=URL)[1]
    assert len(whole) == len(parts.spans), (len(whole), len(parts.spans))
    index = option % len(whole)
    alone = parse_entries(parts.only([index]), url=URL)[1]
    assert alone == [whole[index]]


def fuzz_plain(option: int, data: bytes) -> None:
    """Hold what the bytes of an entry say without a tree against what a tree says."""
    document = open_document(charset.decode(data, "").data)
    if isinstance(document, NoFeed):
        return
    parts = split(document, encoding="utf-8", has_base=True, limit=50)
    reader = plain_reader(parts) if parts else None
    if parts is None or reader is None:
        return
    for index in range(len(parts.spans)):
        plain = reader.outline(parts.entry(index))
        if plain is not None:
            (tree,) = outlines(parts.only([index])) or (None,)
            assert tree is not None
            made = partial(entry_of, url=URL, now=NOW, atom=bool(option & 1), whole=bool(option & 2))
            assert made(plain) == made(tree)


def fuzz_words(option: int, data: bytes) -> None:
    """Read in full, an entry in whose bytes the vocabulary found nothing is neither kept nor near."""
    request = ReadRequest(body=data, content_type=_TYPES[option % 8], url=URL, now=NOW)
    decoded = charset.decode(data, request.content_type)
    document = open_document(decoded.data)
    if isinstance(document, NoFeed):
        return
    parts = split(document, encoding=decoded.encoding, has_base=True, limit=50)
    form = examine(document.data)
    if parts is None or parts.cut or form.error or form.excess or form.heavy:
        return
    dull = {parts.hashes[at] for at in range(len(parts.spans)) if not may_matter(parts.entry(at), _tuning())}
    found = read(request) if dull else None
    if isinstance(found, Reading):
        for judged in assess(found.entries, Source(url=URL), found.head, _tuning(), now=NOW):
            assert judged.raw_hash not in dull or not (judged.verdict.keep or judged.verdict.near), judged


@cache
def _tuning() -> Tuning:
    return tuning(load("lunar-station"))


def _nested(data: bytes) -> bool:
    """Whether an element stands inside one of its own name: the parser then forgets the feed's language."""
    root, _ = read_tree(data)
    if root is None:
        return True
    names = ((node, name_of(node)) for node in root.iter() if is_element(node))
    return any(name_of(above) == name for node, name in names for above in node.iterancestors())


TARGETS: dict[str, Callable[[int, bytes], None]] = {
    "dates": fuzz_dates,
    "charset": fuzz_charset,
    "codings": fuzz_codings,
    "jsonfeed": fuzz_jsonfeed,
    "opml": fuzz_opml,
    "page": fuzz_page,
    "prepare": fuzz_prepare,
    "read": fuzz_read,
    "split": fuzz_split,
    "plain": fuzz_plain,
    "words": fuzz_words,
}


def run(target: str, data: bytes) -> None:
    """Call a target on an input as the fuzzer makes it. Raises whatever breaks a promise."""
    option, rest = (data[0], data[1:]) if data else (0, b"")
    if option == 0xFF and len(rest) > 2 and rest[0] % 8 == 0:  # two bytes say where the middle is
        rest = _stretched(rest)
    TARGETS[target](option, rest)


def _stretched(data: bytes) -> bytes:
    first, second, rest = data[0], data[1], data[2:]
    start, end = sorted((len(rest) * first // 256, len(rest) * second // 256))
    middle = rest[start:end] or b" "
    return rest[:start] + middle * ((STRETCHED - len(rest)) // len(middle) + 1) + rest[end:]


def _assert_sentence(text: str) -> None:
    assert text.endswith("."), text


def _assert_address(url: str) -> None:
    parts = urlsplit(url)
    assert parts.scheme in {"http", "https"}, url
    assert parts.hostname, url


def _assert_consistent(found: Reading) -> None:
    assert len(found.hashes) == found.total
    assert {entry.raw_hash for entry in found.entries} <= set(found.hashes)
    for entry in found.entries:
        repr(entry).encode("utf-8")
        for moment in (entry.published, entry.updated):
            assert moment is None or moment.tzinfo is UTC
        for url in (entry.link, *(enclosure.url for enclosure in entry.enclosures)):
            assert not url or urlsplit(url).scheme in {"http", "https"}, url
