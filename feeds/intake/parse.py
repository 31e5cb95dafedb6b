"""Well-formed or hopeless bytes to entries, through feedparser: the only home of that library.

feedparser is the dialect of record for what entries mean. It gets nothing but a stream (a string
could be taken for a file or an address), the address and type of the document, and no DTD. It neither
sanitises nor touches markup: both are slow there, and what is republished is cleaned later. Dates are
left to `feeds.intake.dates`: feedparser misreads several kinds. What it would ask hosts with is not loaded.
"""

import io
import time
from datetime import datetime

from feeds import lean
from feeds.intake.mapping import entry_from
from feeds.model.entry import Entry

lean.load(
    "feedparser",
    later={
        "feedparser.datetimes.iso8601": "_parse_date_iso8601",
        "feedparser.datetimes.perforce": "_parse_date_perforce",
        "feedparser.http": "",
        "urllib.error": "",
        "urllib.request": "",
    },
)

import feedparser  # noqa: E402 # as it was loaded just above

_TYPE = "application/xml; charset=utf-8"
_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'
"""On a line of its own: feedparser looks for its encoding up to the line's end, in quadratic time."""
_UNREAD = time.struct_time((1970, 1, 1, 0, 0, 0, 3, 1, 0))


def _leave_unread(_text: str) -> time.struct_time:
    """Date handler that ends feedparser's own attempts at once; its value is never looked at."""
    return _UNREAD


feedparser.registerDateHandler(_leave_unread)
feedparser.api.PREFERRED_XML_PARSERS.clear()  # it looks for a module of libxml2 by name, at each parse anew


class UnparsedError(Exception):
    """feedparser raised something: the sentence says what."""


def parse_entries(data: bytes, *, url: str, now: datetime | None = None) -> tuple[str, list[Entry]]:
    """Version (`rss20`, `atom10` ... or empty) and entries of a document in UTF-8 without DTD.

    `url` is the base of relative addresses; `now` helps dates without a year. Raises UnparsedError
    and nothing else for anything the library does. Hashes are left empty.
    """
    try:
        parsed = feedparser.parse(
            io.BytesIO(_DECLARATION + data),
            response_headers={"content-location": url, "content-type": _TYPE},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
        version = str(parsed.get("version") or "")
        return version, [entry_from(entry, version=version, url=url, now=now) for entry in parsed.entries]
    except MemoryError:
        raise
    except Exception as error:  # a library's exception must never lose a feed
        raise UnparsedError(f"{type(error).__name__}: {error}"[:300]) from error
