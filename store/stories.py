"""Stories: what the published feed has an entry for."""

import base64
import hashlib
import sqlite3
from datetime import datetime
from typing import Any

from feeds.model import Story
from store.codec import micros, moment
from store.items import KEPT, SELECT, coverage, published
from store.moves import Moves, moved


def found(conn: sqlite3.Connection, name: str, lead_id: int, sort_at: int) -> int:
    """Open the story that `lead_id` founds and leads; returns its id.

    The key is a tag: URI (RFC 4151) made of `name`, who the lead item is, once and for ever: the same
    first item gives the same key in a new store too. A story that had been withdrawn opens again.
    """
    for attempt in range(100):
        key = key_of(name, attempt)
        row = conn.execute("SELECT id, lead_id, founder_id FROM stories WHERE key = ?", (key,)).fetchone()
        if row is None:
            sql = "INSERT INTO stories (key, lead_id, founder_id, sort_at, edited) VALUES (?, ?, ?, ?, 0)"
            story_id = conn.execute(sql, (key, lead_id, lead_id, sort_at)).lastrowid
            assert story_id is not None
            return story_id
        if row["lead_id"] is None and row["founder_id"] in {None, lead_id}:
            conn.execute("UPDATE stories SET founder_id = ? WHERE id = ?", (lead_id, row["id"]))
            lead_with(conn, row["id"], lead_id, sort_at)
            return int(row["id"])
    raise AssertionError(f"a hundred stories are named {name}")


def lead_with(conn: sqlite3.Connection, story_id: int, lead_id: int, sort_at: int) -> None:
    """Let an item lead a story, one that was closed or merged before as well."""
    sql = "UPDATE stories SET lead_id = ?, sort_at = ?, merged_into = NULL WHERE id = ?"
    conn.execute(sql, (lead_id, sort_at, story_id))


def merge(conn: sqlite3.Connection, story_id: int, into: int) -> None:
    """Make a story an alias of an older one."""
    conn.execute("UPDATE stories SET lead_id = NULL, merged_into = ? WHERE id = ?", (into, story_id))


def close_if_empty(conn: sqlite3.Connection, story_id: int) -> None:
    """Withdraw a story when no kept item is in it any more."""
    sql = (
        "UPDATE stories SET lead_id = NULL WHERE id = ?1 AND lead_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM items WHERE story_id = ?1 AND status = ?2)"
    )
    conn.execute(sql, (story_id, KEPT))


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
    """Move the published date of the story that this item leads, for its text was edited at this time."""
    sql = "UPDATE stories SET edited = max(edited, ?), sort_at = ? WHERE lead_id = ?"
    conn.execute(sql, (at, sort_at, item_id))


def leave(conn: sqlite3.Connection, item_id: int) -> None:
    """Take an item out of its story. The first of the others inherits stories that it founded."""
    row = conn.execute("SELECT story_id FROM items WHERE id = ?", (item_id,)).fetchone()
    if row["story_id"] is None:
        return
    conn.execute("UPDATE items SET story_id = NULL WHERE id = ?", (item_id,))
    sql = (
        "SELECT i.id, i.sort_at FROM items AS i JOIN sources AS s ON s.id = i.source_id"
        " WHERE i.story_id = ? AND i.status = ? ORDER BY i.sort_at, s.url, i.guid LIMIT 1"
    )
    heir = conn.execute(sql, (row["story_id"], KEPT)).fetchone()
    conn.execute(
        "UPDATE stories SET founder_id = ? WHERE founder_id = ?", (heir["id"] if heir else None, item_id)
    )
    if heir:
        sql = "UPDATE stories SET lead_id = ?, sort_at = ? WHERE lead_id = ?"
        conn.execute(sql, (heir["id"], heir["sort_at"], item_id))
    else:
        conn.execute("UPDATE stories SET lead_id = NULL WHERE id = ?", (row["story_id"],))


def page(
    conn: sqlite3.Connection, limit: int, before: tuple[datetime, int] | None, moves: Moves
) -> list[Story]:
    """Stories newest first by (time of the lead, id), those after `before` in that order."""
    where, values = "lead_id IS NOT NULL", []
    if before is not None:
        where += " AND (sort_at, id) < (?, ?)"
        values = [micros(before[0]), before[1]]
    sql = f"SELECT * FROM stories WHERE {where} ORDER BY sort_at DESC, id DESC LIMIT ?"  # noqa: S608 # constants
    return [_story(conn, row, moves) for row in conn.execute(sql, [*values, limit]).fetchall()]


def one(conn: sqlite3.Connection, story_id: int, moves: Moves) -> Story | None:
    """Return the story of this id, or the one it was merged into, unless it was withdrawn."""
    sql = "SELECT * FROM stories WHERE id = (SELECT coalesce(merged_into, id) FROM stories WHERE id = ?)"
    row = conn.execute(sql + " AND lead_id IS NOT NULL", (story_id,)).fetchone()
    return _story(conn, row, moves) if row else None


def _story(conn: sqlite3.Connection, row: Any, moves: Moves) -> Story:  # noqa: ANN401 # sqlite3.Row
    members = conn.execute(
        f"{SELECT} WHERE i.story_id = ? ORDER BY i.sort_at, s.url, i.guid", (row["id"],)
    ).fetchall()
    lead = published(next(each for each in members if each["id"] == row["lead_id"]))
    also = tuple(coverage(each) for each in members if each["id"] != row["lead_id"])
    aliases = conn.execute("SELECT id FROM stories WHERE merged_into = ? ORDER BY id", (row["id"],))
    return Story(
        id=row["id"],
        key=row["key"],
        lead=lead,
        also=also,
        aliases=tuple(each["id"] for each in aliases),
        languages=tuple(dict.fromkeys(each["language"] for each in members if each["language"])),
        origins=len({each["source_id"] for each in members if each["duplicate_of"] is None}),
        updated=max(moment(row["edited"]), moved(lead, also, moves)),
    )
