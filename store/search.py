"""Full-text search over kept and near items."""

import sqlite3
from collections.abc import Mapping
from typing import Any, Final

from feeds.model import PublishedItem
from store.codec import micros
from store.items import KEPT, NEAR, SELECT, published
from store.query import Filter, Query
from store.segment import bare

BODY_LIMIT: Final = 20_000
"""Characters of a text that are indexed."""


def index(conn: sqlite3.Connection, item_id: int, row: Mapping[str, Any]) -> None:
    """Put the texts of an item into the index; rejected ones stay out."""
    if row["status"] >= NEAR:
        body = f"{row['summary']} {bare(row['content'])}"[:BODY_LIMIT]
        conn.execute(
            "INSERT INTO item_texts (rowid, title, body) VALUES (?, segment(?), segment(?))",
            (item_id, row["title"], body),
        )


def forget(conn: sqlite3.Connection, item_id: int) -> None:
    """Take an item out of the index."""
    conn.execute("DELETE FROM item_texts WHERE rowid = ?", (item_id,))


def search(conn: sqlite3.Connection, query: Query, limit: int) -> list[PublishedItem]:
    """Kept items that fit all conditions, newest first."""
    where = ["i.status = ?"]
    values: list[int | str] = [KEPT]
    if query.match:
        where.append("i.id IN (SELECT rowid FROM item_texts WHERE item_texts MATCH ?)")
        values.append(query.match)
    if query.since:
        where.append("i.sort_at >= ?")
        values.append(micros(query.since))
    if query.until:
        where.append("i.sort_at < ?")
        values.append(micros(query.until))
    for each in query.filters:
        condition, value = _condition(each)
        where.append(f"NOT ({condition})" if each.negated else condition)
        values.append(value)
    sql = f"{SELECT} WHERE {' AND '.join(where)} ORDER BY i.sort_at DESC, i.id DESC LIMIT ?"
    return [published(row) for row in conn.execute(sql, [*values, limit])]


def _condition(each: Filter) -> tuple[str, str]:
    if each.key == "tag":
        return "EXISTS (SELECT 1 FROM json_each(i.tags) WHERE lower(value) = ?)", each.value
    if each.key == "lang":
        return "i.language = ?", each.value
    return "instr(casefold(s.name || ' ' || s.feed_title || ' ' || s.url), ?) > 0", each.value
