"""Items: rows in and out."""

import re
import sqlite3
from datetime import datetime
from typing import Any, Final, Literal

from feeds.model import Coverage, Enclosure, Judged, PublishedItem, Reason, Verdict
from feeds.model.value import Value
from store.codec import from_json, micros_or_none, moment, moment_or_none, to_json

Which = Literal["kept", "all", "rejected", "near"]

REJECTED, NEAR, KEPT = 0, 1, 2
_STATUSES: Final = {"rejected": (REJECTED,), "near": (NEAR,), "kept": (KEPT,), "all": (REJECTED, NEAR, KEPT)}

REJECTED_SUMMARY: Final = 500
REJECTED_CONTENT: Final = 4096
"""Characters kept of a rejected item: longer content is dropped whole, for half of an HTML text is broken."""

REJECTED_REASONS: Final = 16

SELECT: Final = (
    "SELECT i.*, s.url AS source_url, s.name AS source_given, s.kind AS source_kind,"
    " s.feed_title, s.feed_link"
    " FROM items AS i JOIN sources AS s ON s.id = i.source_id"
)
"""Rows that `published` and `coverage` read."""


class Details(Value, frozen=True, kw_only=True, omit_defaults=True):
    """Parts of an item that no query asks for, kept as one JSON text: of most items most are empty."""

    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    thumbnail: str = ""
    published_raw: str = ""
    site: str = ""
    via_title: str = ""
    via_url: str = ""


def status_of(verdict: Verdict) -> int:
    """Kept, near or rejected, as stored."""
    if verdict.keep:
        return KEPT
    return NEAR if verdict.near else REJECTED


COLUMNS: Final = (
    "status",
    "published",
    "updated",
    "score",
    "content_hash",
    "fingerprint",
    "url",
    "language",
    "topic",
    "title",
    "tags",
    "reasons",
    "details",
    "summary",
    "content",
)
"""What an entry says and how it was judged, in the order of `values`."""


def columns(judged: Judged) -> dict[str, Any]:
    """Lay out what an entry says and how it was judged; rejected ones are shorter."""
    return dict(zip(COLUMNS, values(judged), strict=True))


def values(judged: Judged) -> tuple[Any, ...]:
    """Give the values of COLUMNS."""
    item, verdict = judged.item, judged.verdict
    status = status_of(verdict)
    summary, content, reasons = item.summary, item.content, verdict.reasons
    if status == REJECTED:
        summary = summary[:REJECTED_SUMMARY]
        content = content if len(content) <= REJECTED_CONTENT else ""
        reasons = reasons[:REJECTED_REASONS]
    details = Details(
        authors=item.authors,
        categories=item.categories,
        enclosures=item.enclosures,
        thumbnail=item.thumbnail,
        published_raw=item.published_raw,
        site=item.site,
        via_title=item.via_title,
        via_url=item.via_url,
    )
    return (
        status,
        micros_or_none(item.published),
        micros_or_none(item.updated),
        verdict.score,
        judged.identity.content_hash,
        judged.identity.fingerprint,
        item.url,
        item.language,
        verdict.topic,
        item.title,
        to_json(verdict.tags) if verdict.tags else "[]",
        to_json(reasons),
        to_json(details),
        summary,
        content,
    )


_TAG: Final = "INSERT OR IGNORE INTO item_tags SELECT casefold(value), :sort_at, :id FROM json_each(:tags)"
"""Of new items; what changes later is kept by triggers."""


def insert(conn: sqlite3.Connection, row: dict[str, Any]) -> int:
    """Store a new item; returns its id, which is never used again."""
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    done = conn.execute(f"INSERT INTO items ({names}) VALUES ({values})", row)  # noqa: S608 # our own column names
    assert done.lastrowid is not None
    if row["status"] == KEPT:
        conn.execute(_TAG, {**row, "id": done.lastrowid})
    return done.lastrowid


def update(conn: sqlite3.Connection, item_id: int, row: dict[str, Any]) -> None:
    """Change some columns of a stored item."""
    assignments = ", ".join(f"{name} = :{name}" for name in row)
    conn.execute(f"UPDATE items SET {assignments} WHERE id = :id", {**row, "id": item_id})  # noqa: S608 # our own column names


def published(row: sqlite3.Row) -> PublishedItem:
    """Make the value that pages, feeds and the command line show of a row of SELECT."""
    details = from_json(row["details"], Details)
    return PublishedItem(
        id=row["id"],
        source=row["source_url"],
        source_name=row["source_given"] or row["feed_title"] or row["source_url"],
        source_home=row["feed_link"],
        guid=row["guid"],
        url=row["url"],
        title=row["title"],
        summary=row["summary"],
        content=row["content"],
        language=row["language"],
        published=moment_or_none(row["published"]),
        first_seen=moment(row["first_seen"]),
        updated=moment_or_none(row["updated"]),
        keep=row["status"] == KEPT,
        near=row["status"] == NEAR,
        score=row["score"],
        reasons=from_json(row["reasons"], tuple[Reason, ...]),
        tags=from_json(row["tags"], tuple[str, ...]),
        authors=details.authors,
        enclosures=details.enclosures,
        thumbnail=details.thumbnail,
        duplicate_of=row["duplicate_of"],
        story_id=row["story_id"],
        topic=row["topic"],
        source_kind=row["source_kind"],
    )


def coverage(row: sqlite3.Row) -> Coverage:
    """Make a line of "also covered by" of a row of SELECT."""
    return Coverage(
        source_name=row["source_given"] or row["feed_title"] or row["source_url"],
        url=row["url"],
        title=row["title"],
        language=row["language"],
        when=moment(row["sort_at"]),
        relation=row["relation"],
        item_id=row["id"],
        source=row["source_url"],
        kind=row["source_kind"],
        copy_of=row["duplicate_of"],
        score=row["relation_score"],
        reasons=from_json(row["relation_reasons"], tuple[str, ...]),
    )


class Wanted(Value, frozen=True, kw_only=True):
    """Which items a list holds."""

    which: Which = "kept"
    since: datetime | None = None
    source: str | None = None
    limit: int | None = 50


def select(conn: sqlite3.Connection, wanted: Wanted) -> list[PublishedItem]:
    """Items newest first (publication time, else first seen; then id).

    Those of several kinds are merged from the index of each; those of a source are few enough to be sorted.
    """
    kinds = [f"i.status = {status}" for status in _STATUSES[wanted.which]]
    if wanted.source is not None:
        kinds = [f"s.url = :source AND ({' OR '.join(kinds)})"]
    since = "" if wanted.since is None else " AND i.sort_at >= :since"
    selects = " UNION ALL ".join(f"{SELECT} WHERE {kind}{since}" for kind in kinds)
    sql = f"{selects} ORDER BY sort_at DESC, id DESC LIMIT :limit"
    values = {
        "since": micros_or_none(wanted.since),
        "source": wanted.source,
        "limit": wanted.limit or -1,
    }
    return [published(row) for row in conn.execute(sql, values)]


def find(conn: sqlite3.Connection, text: str) -> PublishedItem | None:
    """Find the item of this id, address or guid; a kept one first, then the newest.

    An address that is its item's guid is not in the index of addresses. A guid is looked for source by
    source: people do so rarely, and an index of guids alone would cost each new item something.
    """
    if not text:
        return None
    if re.fullmatch(r"[0-9]{1,18}", text):
        row = conn.execute(f"{SELECT} WHERE i.id = ?", (int(text),)).fetchone()
        if row:
            return published(row)
    sql = SELECT + (  # noqa: S608 # constants
        " WHERE i.id IN (SELECT id FROM items WHERE url = :text AND url <> guid UNION ALL"
        " SELECT g.id FROM sources AS o CROSS JOIN items AS g ON g.source_id = o.id AND g.guid = :text)"
        " ORDER BY i.status DESC, i.id DESC LIMIT 1"
    )
    row = conn.execute(sql, {"text": text}).fetchone()
    return published(row) if row else None
