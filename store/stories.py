"""Stories: what the published feed has an entry for."""

import base64
import hashlib
import sqlite3
from datetime import datetime
from typing import Any

from feeds.model import Story
from store.codec import micros, moment
from store.items import KEPT, SELECT, coverage, published


def found(conn: sqlite3.Connection, name: str, lead_id: int, sort_at: int) -> int:
    """Open the story that `lead_id` leads; returns its id.

    The key is a tag: URI (RFC 4151) made of `name`, who the lead item is, once and for ever: the same
    first item gives the same key in a new store too. A story that had been withdrawn opens again.
    """
    for attempt in range(100):
        key = key_of(name, attempt)
        row = conn.execute("SELECT id, lead_id FROM stories WHERE key = ?", (key,)).fetchone()
        if row is None:
            sql = "INSERT INTO stories (key, lead_id, sort_at, updated) VALUES (?, ?, ?, ?)"
            story_id = conn.execute(sql, (key, lead_id, sort_at, sort_at)).lastrowid
            assert story_id is not None
            return story_id
        if row["lead_id"] is None:
            conn.execute(
                "UPDATE stories SET lead_id = ?, sort_at = ? WHERE id = ?", (lead_id, sort_at, row["id"])
            )
            return int(row["id"])
    raise AssertionError(f"a hundred stories are named {name}")


def key_of(name: str, attempt: int = 0) -> str:
    """Make the guid of a story; `attempt` tells apart stories whose first items share their name."""
    data = (
        f"{name}\0{attempt}".encode("utf-8", "surrogatepass")
        if attempt
        else name.encode("utf-8", "surrogatepass")
    )
    digest = hashlib.blake2b(data, digest_size=16).digest()
    return "tag:moonwire,2026:story/" + base64.b32encode(digest).decode().rstrip("=").lower()


def lead_changed(conn: sqlite3.Connection, item_id: int, at: int, sort_at: int) -> None:
    """Move `updated` of the story that this item leads, for its text was edited at this time."""
    sql = "UPDATE stories SET updated = max(updated, ?), sort_at = ? WHERE lead_id = ?"
    conn.execute(sql, (at, sort_at, item_id))


def covered(conn: sqlite3.Connection, story_id: int, at: int) -> None:
    """Decide what further coverage does to `updated`: nothing; readers would see the entry as new again."""


def leave(conn: sqlite3.Connection, item_id: int, story_id: int) -> None:
    """Take an item out of its story; the oldest other one leads then, and without any it is withdrawn."""
    conn.execute("UPDATE items SET story_id = NULL WHERE id = ?", (item_id,))
    lead(conn, story_id)


def lead(conn: sqlite3.Connection, story_id: int) -> None:
    """Give a story a lead when it has none of its own any more."""
    sql = (
        "SELECT 1 FROM stories AS s JOIN items AS i ON i.id = s.lead_id WHERE s.id = ?"
        " AND i.story_id = s.id AND i.status = ?"
    )
    if conn.execute(sql, (story_id, KEPT)).fetchone():
        return
    heirs = "SELECT id, sort_at FROM items WHERE story_id = ? AND status = ? ORDER BY sort_at, id LIMIT 1"
    heir = conn.execute(heirs, (story_id, KEPT)).fetchone()
    if heir:
        conn.execute("UPDATE stories SET lead_id = ?, sort_at = ? WHERE id = ?", (*heir, story_id))
    else:
        conn.execute("UPDATE stories SET lead_id = NULL WHERE id = ?", (story_id,))


def page(conn: sqlite3.Connection, limit: int, before: tuple[datetime, int] | None) -> list[Story]:
    """Stories newest first by (time of the lead, id), those after `before` in that order."""
    where, values = "lead_id IS NOT NULL", []
    if before is not None:
        where += " AND (sort_at, id) < (?, ?)"
        values = [micros(before[0]), before[1]]
    sql = f"SELECT * FROM stories WHERE {where} ORDER BY sort_at DESC, id DESC LIMIT ?"  # noqa: S608 # constants
    return [_story(conn, row) for row in conn.execute(sql, [*values, limit]).fetchall()]


def one(conn: sqlite3.Connection, story_id: int) -> Story | None:
    """Return the story of this id, unless it was withdrawn."""
    row = conn.execute("SELECT * FROM stories WHERE id = ? AND lead_id IS NOT NULL", (story_id,)).fetchone()
    return _story(conn, row) if row else None


def _story(conn: sqlite3.Connection, row: Any) -> Story:  # noqa: ANN401 # sqlite3.Row
    members = conn.execute(f"{SELECT} WHERE i.story_id = ? ORDER BY i.sort_at, i.id", (row["id"],)).fetchall()
    leads = [each for each in members if each["id"] == row["lead_id"]]
    return Story(
        id=row["id"],
        key=row["key"],
        lead=published(leads[0]),
        also=tuple(coverage(each) for each in members if each["id"] != row["lead_id"]),
        updated=moment(row["updated"]),
    )
