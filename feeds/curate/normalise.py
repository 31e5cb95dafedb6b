"""Entries of one document into items: text is text, HTML is safe, keys hold, dates are sane."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b

from feeds.curate import language, text, urls
from feeds.later import late_pattern
from feeds.model import Enclosure, Entry, FeedHead, Item, Source
from feeds.model.value import replace

TITLE_LIMIT = 500
SUMMARY_LIMIT = 2000
DERIVED_TITLE_LIMIT = 80
GUID_LIMIT = 1000
_JUNK_GUID = re.compile(
    r"\W*(?:0|1|-1|id|guid|none|null|nil|undefined|nan|false|true|n/a|todo|post|item)?\W*", re.IGNORECASE
)
_LIST_LIMIT = 50
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Before the web there were no feeds: such a date is a default of the publisher's program."""
_SENTENCE_END = late_pattern(r"(?<=[.!?…])\s|(?<=[。！？])")
_UNTITLED = re.compile(r"\W*(?:untitled|no title|\(no title\)|без названия|无标题|無標題)?\W*", re.IGNORECASE)


def normalise(
    entries: Sequence[Entry], source: Source, head: FeedHead, *, now: datetime
) -> tuple[tuple[Item, bytes], ...]:
    """Items of a document in its order, each with the raw hash of its entry; empty entries are left out.

    Entries that are one and the same (same key, or same guid with same link or title) give one item:
    the one that was published or updated last, else the first.
    """
    made = [
        ((_outlined if entry.dull else _item)(entry, source, head, now=now), entry.raw_hash)
        for entry in entries
    ]
    items = [(item, raw) for item, raw in made if item.url or item.title or item.summary or item.guid]
    return tuple(_merged(_with_own_guids(items)))


def _outlined(entry: Entry, source: Source, head: FeedHead, *, now: datetime) -> Item:
    """Make an item of an entry that no topic wants: what was not read is not asked for."""
    url = urls.clean(entry.original_link) or urls.clean(entry.link)
    summary = text.plain(entry.summary, SUMMARY_LIMIT)
    title = text.line(entry.title, TITLE_LIMIT)
    published = _sane(entry.published, now)
    updated = published if entry.updated == entry.published else _sane(entry.updated, now)
    return Item(
        source=source.url,
        guid=text.clean_text(entry.guid, GUID_LIMIT),
        url=url,
        title=derived_title(summary) if _UNTITLED.fullmatch(title) else title,
        summary=summary,
        language=_declared_language(entry, source, head),
        published=published or updated,
        published_raw=text.clean_text(entry.published_raw, 200),
        updated=updated,
        categories=_lines(entry.categories) if entry.categories else (),
        site=urls.site_of(url) or urls.site_of(source.url),
        source_name=source.label,
        source_kind=source.kind,
    )


def _item(entry: Entry, source: Source, head: FeedHead, *, now: datetime) -> Item:
    url = urls.clean(entry.original_link) or urls.clean(entry.link)
    summary_html = entry.summary or entry.content
    summary = text.plain(summary_html, SUMMARY_LIMIT)
    if not summary and entry.content:
        summary = text.plain(entry.content, SUMMARY_LIMIT)
    title = text.line(entry.title, TITLE_LIMIT)
    if _UNTITLED.fullmatch(title):
        title = derived_title(summary)
    content = _content(entry, url or entry.link or head.link or source.url)
    return Item(
        source=source.url,
        guid=text.clean_text(entry.guid, GUID_LIMIT),
        url=url,
        title=title,
        summary=summary,
        content=content,
        language=_declared_language(entry, source, head) or language.detect(f"{title}. {summary}"),
        published=_sane(entry.published, now) or _sane(entry.updated, now),
        published_raw=text.clean_text(entry.published_raw, 200),
        updated=_sane(entry.updated, now),
        authors=_lines(entry.authors),
        categories=_lines(entry.categories),
        enclosures=_enclosures(entry),
        thumbnail=urls.clean(entry.thumbnail),
        site=urls.site_of(url) or urls.site_of(source.url),
        source_name=source.label,
        source_kind=source.kind,
        via_title=text.line(entry.via_title, TITLE_LIMIT),
        via_url=urls.clean(entry.via_url),
    )


def derived_title(summary: str) -> str:
    """Make a title for an entry that has none: its first sentence, or as much of it as fits."""
    first = _SENTENCE_END.split(summary, maxsplit=1)[0].strip()
    return text.clean_text(first, DERIVED_TITLE_LIMIT)


def _content(entry: Entry, base: str) -> str:
    """Sanitised HTML of the longest text, or empty when it says no more than the summary does."""
    html = max(entry.content, entry.summary, key=len)
    if not html or ("<" not in html and len(html) <= SUMMARY_LIMIT):
        return ""
    return text.safe_html(html, base)


def _declared_language(entry: Entry, source: Source, head: FeedHead) -> str:
    return _primary(entry.language) or _primary(source.language) or _primary(head.language)


@lru_cache(maxsize=1024)
def _primary(tag: str) -> str:
    """Language of a tag in lower case; empty for none."""
    primary = re.match(r"\s*([A-Za-z]{2,3})(?=$|[-_\s,;])", tag)
    return primary[1].lower() if primary and primary[1].lower() != "und" else ""


def _sane(date: datetime | None, now: datetime) -> datetime | None:
    """None for dates before the web, the present for those ahead of it."""
    if date is None or date < _EARLIEST:
        return None
    return min(date, now)


def _lines(values: Sequence[str]) -> tuple[str, ...]:
    lines = (text.line(value, 200) for value in values[:_LIST_LIMIT])
    return tuple(dict.fromkeys(filter(None, lines)))


def _enclosures(entry: Entry) -> tuple[Enclosure, ...]:
    made = (
        Enclosure(url=urls.clean(e.url), type=text.clean_text(e.type, 100), length=max(0, e.length))
        for e in entry.enclosures[:_LIST_LIMIT]
    )
    return tuple({e.url: e for e in made if e.url}.values())


def _with_own_guids(items: Sequence[tuple[Item, bytes]]) -> list[tuple[Item, bytes]]:
    """Give each item a guid that names it alone, as far as the document lets that be known.

    A guid on several entries that differ in link and title names nothing: link and title decide.
    """
    groups: defaultdict[str, list[Item]] = defaultdict(list)
    for item, _ in items:
        groups[item.guid].append(item)
    trusted = {guid for guid, group in groups.items() if not _JUNK_GUID.fullmatch(guid) and _is_one(group)}
    return [(item if item.guid in trusted else _named_by_content(item), raw) for item, raw in items]


def _is_one(group: Sequence[Item]) -> bool:
    """Whether entries under one guid are one entry: they share their link, or their title."""
    if len(group) == 1:
        return True
    links = {urls.canonical(item.url) for item in group}
    return (len(links) == 1 and "" not in links) or len({item.title for item in group}) == 1


def _named_by_content(item: Item) -> Item:
    """Name an item by its link and title, or, where it leads to no page of its own, by title and text."""
    key = urls.canonical(item.url)
    parts = (key, item.title) if urls.has_own_page(key) else (key, item.title, item.summary)
    made = blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16)
    return replace(item, guid=urls.MADE_GUID + made.hexdigest())


def _merged(items: Sequence[tuple[Item, bytes]]) -> list[tuple[Item, bytes]]:
    """Keep one item per guid, at the place of its first entry."""
    best: dict[str, tuple[Item, bytes]] = {}
    for item, raw in items:
        key = urls.guid_key(item.guid)
        known = best.get(key)
        if known is None or _age(item) > _age(known[0]):
            best[key] = (item, raw)
    return list(best.values())


def _age(item: Item) -> datetime:
    return item.updated or item.published or _EARLIEST
