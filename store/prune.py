"""Retention: old items go, their keys stay behind as tombstones, so that nothing pruned comes back."""

import sqlite3
from datetime import datetime
from typing import Final

from store import relate, search
from store.codec import micros
from store.items import KEPT, NEAR, REJECTED

BATCH: Final = 2000
"""Items per transaction: the daemon is not held up for long."""


def prune(conn: sqlite3.Connection, before: datetime, now: datetime, *, kept: bool) -> int:
    """Remove a batch of items published and first seen before a time; returns how many went.

    Near and rejected items only, unless `kept`; never those that the operator marked.
    """
    sql = (
        "SELECT id, status FROM items WHERE status IN (?, ?, ?) AND sort_at < ? AND first_seen < ?"
        " AND NOT EXISTS (SELECT 1 FROM marks WHERE item_id = items.id) LIMIT ?"
    )
    kinds = (REJECTED, NEAR, KEPT if kept else NEAR)
    rows = conn.execute(sql, (*kinds, micros(before), micros(before), BATCH)).fetchall()
    touched = {each for row in rows for each in relate.remove(conn, row["id"])}
    for row in rows:
        _bury(conn, row["id"], micros(now))
    relate.settle(conn, touched)
    if any(row["status"] == KEPT for row in rows):
        conn.execute("UPDATE meta SET value = value + 1 WHERE name = 'revision'")
    return len(rows)


def _bury(conn: sqlite3.Connection, item_id: int, now: int) -> None:
    conn.execute(
        "INSERT OR IGNORE INTO tombstones SELECT key, ? FROM item_keys WHERE item_id = ?", (now, item_id)
    )
    search.forget(conn, item_id)
    conn.execute("DELETE FROM items WHERE id = ?", (item_id,))
