"""A body to a reading: the one door of the reading half.

Two steps, so that the second can run in another process. `prepare` is linear in the body and touches
no parser that hostile input could stall: it decodes, finds the feed, cuts it at its entries
and is done when all of them were seen before. `finish` parses what is left.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from feeds.intake.charset import decode
from feeds.intake.document import Document, NoFeed, open_document
from feeds.intake.entries import read_dull
from feeds.intake.head import read_head
from feeds.intake.jsonfeed import looks_like_json, read_json
from feeds.intake.split import Split, split
from feeds.model.entry import Entry, ReadFailed, Reading, ReadRequest
from feeds.model.value import Value, field, replace

MAX_BODY = 16 * 1_048_576
"""Bytes of a document that are looked at at all."""
MAX_ENTRIES = 5_000
"""Entries of one document that are read; the largest real feed we know has 3,000."""
_MAX_QUICK_HEAD = 131_072
"""Bytes of a feed without its entries that are read on the spot."""
_MAX_QUICK = 1_048_576
"""Bytes of new entries that are looked through on the spot, and read there when they are not of the topic."""
_SAID = re.compile(rb"[^ \t\r\n\0]")

_OTHER_ROOTS = {
    "opml": "This is an OPML list of feeds, not a feed: import it instead.",
    "urlset": "This is a sitemap, not a feed.",
    "sitemapindex": "This is a sitemap, not a feed.",
    "opensearchdescription": "This describes a search engine, not a feed.",
}


class Work(Value, frozen=True, kw_only=True):
    """A document whose new entries are still to be parsed. Maker: `prepare`. Taker: `finish`."""

    UNSHOWN = frozenset(("document", "parts", "light", "hashes", "seen"))

    document: Document
    """Whole, when it could not be split."""
    parts: Split | None = None
    """Without the entries that were seen; None when the document could not be split."""
    url: str
    encoding: str
    now: datetime | None
    light: Mapping[int, Entry] = field(default_factory=dict)
    """Entries that are read already, by their place among those not seen: `alone` leaves them here."""
    hashes: tuple[bytes, ...] = ()
    """Hashes of all entries when the document could be split."""
    seen: frozenset[bytes] = frozenset()
    """Only for documents that could not be split."""
    problems: tuple[str, ...] = ()

    def alone(self) -> "Work":
        """Leave out what `finish` does not need, for the way to another process."""
        return replace(self, light={}) if self.light else self

    def joined(self, reading: Reading | ReadFailed) -> Reading | ReadFailed:
        """Put the entries that were read already in their places among those of `finish(alone)`."""
        if not self.light or isinstance(reading, ReadFailed):
            return reading
        rest = iter(reading.entries)
        places = range(len(self.light) + len(reading.entries))
        return replace(
            reading, entries=tuple(self.light[at] if at in self.light else next(rest) for at in places)
        )


def read(request: ReadRequest) -> Reading | ReadFailed:
    """Read a body of any kind. Never raises for anything in it; may be slow on hostile input.

    Links of entries and, in their summaries and contents, `href`, `src` and `poster` come out
    absolute, or empty where nothing could be made of them.
    """
    prepared = prepare(request)
    return prepared.joined(finish(prepared)) if isinstance(prepared, Work) else prepared


def prepare(request: ReadRequest) -> Reading | ReadFailed | Work:
    """Do all that is linear and safe; what remains, if anything, is a Work for `finish`."""
    if not _SAID.search(request.body):
        return ReadFailed(kind="empty", sentence="The answer was empty: there is no document in it.")
    if len(request.body) > MAX_BODY:
        size = len(request.body) // 1_048_576
        return ReadFailed(
            kind="too-large", sentence=f"The document has {size} MiB; more than 16 are not read."
        )
    decoded = decode(request.body, request.content_type)
    if looks_like_json(decoded.data):
        return read_json(decoded.data, request, encoding=decoded.encoding, limit=MAX_ENTRIES)
    document = open_document(decoded.data)
    if isinstance(document, NoFeed):
        return _no_feed(document, decoded.data, request.url)
    problems = (*decoded.problems, *document.problems)
    parts = split(document, encoding=decoded.encoding, has_base=bool(request.url), limit=MAX_ENTRIES)
    if parts is None:
        return Work(
            document=document,
            url=request.url,
            encoding=decoded.encoding,
            now=request.now,
            seen=request.seen,
            problems=problems,
        )
    if parts.cut:
        problems = (*problems, f"The document has more than {MAX_ENTRIES} entries; the rest was left out.")
    return _unseen(parts, document, request, encoding=decoded.encoding, problems=problems)


def finish(work: Work) -> Reading | ReadFailed:
    """Parse what `prepare` left. Never raises for anything in the document."""
    try:
        return _finish_whole(work) if work.parts is None else _finish_split(work, work.parts)
    except MemoryError:
        return ReadFailed(kind="too-large", sentence="Reading the document would take too much memory.")
    except RecursionError:
        return ReadFailed(kind="broken", sentence="The document is nested too deeply to be read.")


def _unseen(
    parts: Split, document: Document, request: ReadRequest, *, encoding: str, problems: tuple[str, ...]
) -> Reading | Work:
    fresh = [index for index, raw_hash in enumerate(parts.hashes) if raw_hash not in request.seen]
    rest = parts.reduced(fresh)
    light = read_dull(rest, request) if fresh and len(rest.data) <= _MAX_QUICK else {}
    rest = rest.reduced([place for place in range(len(fresh)) if place not in light])
    if len(light) == len(fresh) and len(rest.data) <= _MAX_QUICK_HEAD:
        return Reading(
            head=read_head(rest.data, url=request.url, document=document),
            entries=tuple(light[place] for place in range(len(fresh))),
            hashes=parts.hashes,
            total=len(parts.hashes),
            problems=problems,
            encoding=encoding,
        )
    return Work(
        document=replace(document, data=b""),
        parts=rest,
        url=request.url,
        encoding=encoding,
        now=request.now,
        light=light,
        hashes=parts.hashes,
        problems=problems,
    )


def _finish_split(work: Work, parts: Split) -> Reading:
    from feeds.intake.full import read_new  # noqa: PLC0415 # loads slowly, and is used in other processes

    entries, problems = read_new(parts, url=work.url, now=work.now)
    return Reading(
        head=read_head(parts.only([]), url=work.url, document=work.document),
        entries=entries,
        hashes=work.hashes,
        total=len(work.hashes),
        problems=(*work.problems, *problems),
        encoding=work.encoding,
    )


def _finish_whole(work: Work) -> Reading | ReadFailed:
    from feeds.intake.full import read_whole  # noqa: PLC0415 # as above

    found = read_whole(work.document.data, url=work.url, now=work.now, limit=MAX_ENTRIES)
    if isinstance(found, ReadFailed):
        return found
    entries, problems = found
    return Reading(
        head=read_head(work.document.data, url=work.url, document=work.document),
        entries=tuple(entry for entry in entries if entry.raw_hash not in work.seen),
        hashes=tuple(entry.raw_hash for entry in entries),
        total=len(entries),
        problems=(*work.problems, *problems),
        encoding=work.encoding,
    )


def _no_feed(found: NoFeed, data: bytes, url: str) -> ReadFailed:
    if sentence := _OTHER_ROOTS.get(found.root.rpartition(":")[2].lower()):
        return ReadFailed(kind="not-a-feed", sentence=sentence)
    if found.kind == "page":
        from feeds.intake.page import read_page  # noqa: PLC0415 # most documents are feeds

        return read_page(data, url)
    named = f"its first element is <{found.root}>" if found.root else "it holds no markup"
    return ReadFailed(kind="not-a-feed", sentence=f"This is neither a feed nor a page: {named}.")
