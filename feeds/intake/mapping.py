"""A parsed entry, as feedparser's dictionary, to our Entry. All fields are cut to size here."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from html import escape
from typing import Any

from feeds.intake.dates import parse_date
from feeds.intake.links import absolute, cut, resolve_markup
from feeds.later import late_pattern
from feeds.model.entry import Enclosure, Entry

MAX_TITLE = 4_096
MAX_TEXT = 65_536
MAX_GUID = 4_096
MAX_LINE = 512
MAX_LIST = 30

_MARKUP = late_pattern(r"</[A-Za-z]|<(?:br|p|img|div|a)\b|&(?:#\d|[a-z]{2,8};)", re.IGNORECASE)
_MEDIA = ("audio/", "video/", "image/")

Parsed = Mapping[str, Any]


def entry_from(parsed: Parsed, *, version: str, url: str, now: datetime | None) -> Entry:
    """Map one entry of feedparser; `url` is the document's address."""
    raw = {key: _text(parsed, key) for key in ("published", "created", "updated")}
    language = _language(parsed)
    published_raw = raw["published"] or raw["created"] or raw["updated"]
    content, content_base = _content(parsed, version)
    summary = _markup(parsed, "summary", version)
    if content and summary == content:
        summary = ""
    base = _base(parsed, url)
    source = _part(parsed, "source")
    return Entry(
        guid=cut(_text(parsed, "id").strip(), MAX_GUID),
        link=_link(parsed, url),
        title=cut(_markup(parsed, "title", version), MAX_TITLE),
        summary=cut(resolve_markup(cut(summary, MAX_TEXT), base), MAX_TEXT),
        content=cut(resolve_markup(cut(content, MAX_TEXT), content_base or base), MAX_TEXT),
        authors=_authors(parsed),
        categories=_unique(_text(tag, "term") or _text(tag, "label") for tag in _list(parsed, "tags")),
        published=parse_date(published_raw, language=language, now=now),
        updated=parse_date(raw["updated"], language=language, now=now),
        published_raw=published_raw.strip()[:MAX_LINE],
        language=language,
        enclosures=_enclosures(parsed, url),
        thumbnail=_thumbnail(parsed, url),
        original_link=_original(parsed, url),
        via_title=cut(_text(source, "title"), MAX_LINE),
        via_url=absolute(url, _text(source, "href") or _text(source, "link")),
    )


def text_as_markup(text: str, *, plain: bool) -> str:
    """Text that is declared plain, written as HTML; text that plainly is HTML all the same stays."""
    return escape(text, quote=False) if plain and is_marked(text) and not _MARKUP.search(text) else text


def is_marked(text: str) -> bool:
    """Whether a text is another when it is escaped. Most is not, and to search is cheaper than to replace."""
    return "&" in text or "<" in text or ">" in text


def _get(parsed: Parsed, key: str) -> Any:  # noqa: ANN401 # feedparser's values have no type
    """Value under exactly this key; feedparser's own look-up would warn, or answer with another key's."""
    return dict.get(parsed, key) if isinstance(parsed, dict) else None


def _text(parsed: Parsed, key: str) -> str:
    value = _get(parsed, key)
    return value if isinstance(value, str) else ""


def _part(parsed: Parsed, key: str) -> Parsed:
    value = _get(parsed, key)
    return value if isinstance(value, dict) else {}


def _list(parsed: Parsed, key: str) -> list[Parsed]:
    value = _get(parsed, key)
    return [part for part in value[:1000] if isinstance(part, dict)] if isinstance(value, list) else []


def _markup(parsed: Parsed, key: str, version: str) -> str:
    plain = version == "atom10" and _text(_part(parsed, f"{key}_detail"), "type") == "text/plain"
    return text_as_markup(_text(parsed, key), plain=plain)


def _content(parsed: Parsed, version: str) -> tuple[str, str]:
    """Find the fullest content and the address its links are relative to."""
    best, base = "", ""
    for part in _list(parsed, "content"):
        kind = _text(part, "type")
        value = _text(part, "value")
        if (kind.startswith("text/") or kind.endswith("xml") or not kind) and len(value) > len(best):
            best = text_as_markup(value, plain=version == "atom10" and kind == "text/plain")
            base = _text(part, "base")
    return best, base


def _base(parsed: Parsed, url: str) -> str:
    for key in ("summary_detail", "title_detail"):
        if base := _text(_part(parsed, key), "base"):
            return base
    return url


def _link(parsed: Parsed, url: str) -> str:
    if link := absolute(url, _text(parsed, "link")):
        return link
    for wanted in ("alternate", "related", "via"):
        for candidate in _list(parsed, "links"):
            if _text(candidate, "rel") == wanted and (link := absolute(url, _text(candidate, "href"))):
                return link
    return absolute("", _text(parsed, "id"))


def _original(parsed: Parsed, url: str) -> str:
    if original := absolute(url, _text(parsed, "feedburner_origlink")):
        return original
    canonical = (_text(link, "href") for link in _list(parsed, "links") if _text(link, "rel") == "canonical")
    return absolute(url, next(canonical, ""))


def _language(parsed: Parsed) -> str:
    for key in ("title_detail", "summary_detail"):
        if language := _text(_part(parsed, key), "language"):
            return language[:35]
    content = _list(parsed, "content")
    return (_text(parsed, "language") or (_text(content[0], "language") if content else "")).strip()[:35]


def _authors(parsed: Parsed) -> tuple[str, ...]:
    people = _list(parsed, "authors")
    names = _unique(_text(person, "name") or _text(person, "email") for person in people)
    return names or _unique([_text(parsed, "author")])


def _enclosures(parsed: Parsed, url: str) -> tuple[Enclosure, ...]:
    found: dict[str, Enclosure] = {}
    links = [link for link in _list(parsed, "links") if _text(link, "rel") == "enclosure"]
    for part in (*links, *_media(parsed)):
        address = absolute(url, _text(part, "href") or _text(part, "url"))
        if address and address not in found and len(found) < MAX_LIST:
            size = _text(part, "length") or _text(part, "filesize")
            found[address] = Enclosure(
                url=address, type=_text(part, "type").strip()[:100], length=_size(size)
            )
    return tuple(found.values())


def _media(parsed: Parsed) -> Iterator[Parsed]:
    """media:content that is a file; text/html ones are players."""
    for part in _list(parsed, "media_content"):
        if _text(part, "medium") in {"audio", "video", "image"} or _text(part, "type").startswith(_MEDIA):
            yield part


def _size(text: str) -> int:
    digits = text.strip()
    return int(digits) if digits.isdecimal() and len(digits) <= 15 else 0  # noqa: PLR2004 # a petabyte


def _thumbnail(parsed: Parsed, url: str) -> str:
    candidates = [_text(part, "url") for part in _list(parsed, "media_thumbnail")]
    candidates += [
        _text(part, "url")
        for part in _list(parsed, "media_content")
        if _text(part, "medium") == "image" or _text(part, "type").startswith("image/")
    ]
    candidates.append(_text(_part(parsed, "image"), "href"))
    candidates += [
        _text(link, "href")
        for link in _list(parsed, "links")
        if _text(link, "rel") == "enclosure" and _text(link, "type").startswith("image/")
    ]
    return next((address for candidate in candidates if (address := absolute(url, candidate))), "")


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    """Each non-empty text once, in order, cut and counted."""
    seen: dict[str, None] = {}
    for text in texts:
        if line := cut(" ".join(text.split()), MAX_LINE):
            seen.setdefault(line)
        if len(seen) == MAX_LIST:
            break
    return tuple(seen)
