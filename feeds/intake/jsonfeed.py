"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1) to entries; feedparser knows none of it."""

import json
from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from html import escape
from typing import Any

from feeds.intake.dates import parse_date
from feeds.intake.links import absolute, cut, resolve_markup
from feeds.model.entry import Enclosure, Entry, ReadFailed, Reading, ReadRequest
from feeds.model.head import FeedHead

_SALT = b"jsonfeed/1"
_MAX_TITLE = 4_096
_MAX_TEXT = 65_536
_MAX_LINE = 512
_MAX_LIST = 30
_VERSIONS = {"1": "json10", "1.0": "json10", "1.1": "json11"}


def looks_like_json(data: bytes) -> bool:
    """Whether the document opens as a JSON object or array does."""
    return data[:64].lstrip()[:1] in {b"{", b"["}


def read_json(data: bytes, request: ReadRequest, *, encoding: str, limit: int) -> Reading | ReadFailed:
    """Read a JSON Feed in UTF-8. Entries whose hash is in `request.seen` are left out. Never raises."""
    try:
        document = json.loads(data, parse_constant=lambda _name: None)
    except (ValueError, RecursionError):
        return ReadFailed(kind="broken", sentence="This looks like JSON but is no valid JSON (RFC 8259).")
    if not isinstance(document, dict) or not _is_feed(document):
        return ReadFailed(kind="not-a-feed", sentence="This is JSON but not a JSON Feed: it has no items.")
    listed = document.get("items") if isinstance(document.get("items"), list) else []
    problems = [] if isinstance(document.get("items"), list) else ["The feed's items are no list."]
    items = [item for item in listed or [] if isinstance(item, dict)]
    if len(items) > limit:
        problems.append(f"The document has {len(items)} entries; the first {limit} were read.")
        items = items[:limit]
    hashes = tuple(_hash(item) for item in items)
    home = _string(document, "home_page_url")
    base = request.url or _string(document, "feed_url") or home
    language = _string(document, "language")
    authors = _authors(document)
    entries = tuple(
        _entry(item, raw_hash=raw_hash, base=base, language=language, authors=authors, now=request.now)
        for item, raw_hash in zip(items, hashes, strict=True)
        if raw_hash not in request.seen
    )
    head = _head(document, base)
    return Reading(
        head=head,
        entries=entries,
        hashes=hashes,
        total=len(items),
        problems=tuple(problems),
        encoding=encoding,
    )


def _is_feed(document: dict[str, Any]) -> bool:
    return "jsonfeed.org" in _string(document, "version") or isinstance(document.get("items"), list)


def _hash(item: dict[str, Any]) -> bytes:
    form = json.dumps(item, sort_keys=True, ensure_ascii=True).encode()
    return blake2b(form, digest_size=16, salt=_SALT).digest()


def _head(document: dict[str, Any], base: str) -> FeedHead:
    version = _string(document, "version").rstrip("/").rpartition("/")[2]
    hubs = [absolute(base, _string(hub, "url")) for hub in _dicts(document, "hubs")]
    return FeedHead(
        title=cut(_string(document, "title"), 2_000),
        link=absolute(base, _string(document, "home_page_url")),
        description=cut(_string(document, "description"), 2_000),
        language=_string(document, "language")[:35],
        format=_VERSIONS.get(version, "json11"),
        self_url=absolute(base, _string(document, "feed_url")),
        hubs=tuple(dict.fromkeys(hub for hub in hubs if hub))[:10],
    )


def _entry(  # all but the item are facts of the whole feed
    item: dict[str, Any],
    *,
    raw_hash: bytes,
    base: str,
    language: str,
    authors: tuple[str, ...],
    now: datetime | None,
) -> Entry:
    own = _string(item, "language") or language
    html = _string(item, "content_html")
    text = _string(item, "content_text")
    published = _string(item, "date_published")
    updated = _string(item, "date_modified")
    content = (
        resolve_markup(cut(html, _MAX_TEXT), base) if html else escape(cut(text, _MAX_TEXT), quote=False)
    )
    link = absolute(base, _string(item, "url"))
    return Entry(
        guid=cut(_string(item, "id") or link, 4_096),
        link=link or absolute(base, _string(item, "external_url")) or absolute("", _string(item, "id")),
        title=escape(cut(_string(item, "title"), _MAX_TITLE), quote=False),
        summary=escape(cut(_string(item, "summary"), _MAX_TEXT), quote=False),
        content=cut(content, _MAX_TEXT),
        authors=_authors(item) or authors,
        categories=_lines(str(tag) for tag in _list(item, "tags") if isinstance(tag, str | int)),
        published=parse_date(published or updated, language=own, now=now),
        updated=parse_date(updated, language=own, now=now),
        published_raw=(published or updated)[:_MAX_LINE],
        language=own[:35],
        enclosures=_enclosures(item, base),
        thumbnail=absolute(base, _string(item, "image") or _string(item, "banner_image")),
        original_link=absolute(base, _string(item, "external_url")),
        raw_hash=raw_hash,
    )


def _string(part: dict[str, Any], key: str) -> str:
    """Text under a key; numbers, which careless writers use for ids, count as text."""
    value = part.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).encode("utf-8", "replace").decode().strip()


def _list(part: dict[str, Any], key: str) -> list[Any]:
    value = part.get(key)
    return value[:1000] if isinstance(value, list) else []


def _dicts(part: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return [value for value in _list(part, key) if isinstance(value, dict)]


def _authors(part: dict[str, Any]) -> tuple[str, ...]:
    """1.1 has `authors`, 1.0 had `author`."""
    people = _dicts(part, "authors") or [
        author for author in [part.get("author")] if isinstance(author, dict)
    ]
    return _lines(_string(person, "name") or _string(person, "url") for person in people)


def _enclosures(item: dict[str, Any], base: str) -> tuple[Enclosure, ...]:
    found: dict[str, Enclosure] = {}
    for part in _dicts(item, "attachments")[:_MAX_LIST]:
        if address := absolute(base, _string(part, "url")):
            size = part.get("size_in_bytes")
            length = int(size) if isinstance(size, int | float) and 0 <= size < 1e15 else 0  # noqa: PLR2004 # a petabyte
            found.setdefault(
                address, Enclosure(url=address, type=_string(part, "mime_type")[:100], length=length)
            )
    return tuple(found.values())


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for text in texts if (line := cut(" ".join(text.split()), _MAX_LINE))))[
        :_MAX_LIST
    ]
