"""Find the relatives of an item, remember them, and group what they touch: at its entry, edit and exit."""

import sqlite3
from collections.abc import Iterable, Sequence

from feeds.model import Identity, Related
from store import candidates, items, links, stories, threads
from store.candidates import Relative
from store.cluster import SAME_STORY
from store.items import KEPT
from store.links import NAMES, Compare
from store.reach import select

Found = list[tuple[Relative, Related]]


def enter(
    conn: sqlite3.Connection,
    item_id: int,
    status: int,
    identity: Identity,
    by_key: Sequence[Relative],
    compare: Compare,
) -> set[int]:
    """Relate a new item; a kept one without relatives opens a story.

    Returns what is to be settled once all entries of its document are in: each by itself, a long
    document of alike entries would group the same neighbourhood hundreds of times. That is the item, and
    of its relatives those in no story: what it changes among the others lies around it (`store.reach`).
    """
    linked = _link(conn, item_id, status, identity, by_key, compare)
    if linked:
        return {item_id, *(one.item_id for one in linked if one.status != KEPT)}
    if status == KEPT:
        threads.alone(conn, item_id)
    return set()


def change(conn: sqlite3.Connection, item_id: int, identity: Identity, compare: Compare) -> None:
    """Relate an item whose text or standing has changed; its traits must be stored already."""
    status = conn.execute("SELECT status FROM items WHERE id = ?", (item_id,)).fetchone()[0]
    touched = {item_id, *links.neighbours(conn, item_id)}
    links.forget(conn, item_id)
    if status != KEPT:
        stories.leave(conn, item_id)
    by_key = [each for each in candidates.by_key(conn, identity) if each.item_id != item_id]
    touched |= {one.item_id for one in _link(conn, item_id, status, identity, by_key, compare)}
    _settle(conn, touched)


def remove(conn: sqlite3.Connection, item_id: int) -> list[int]:
    """Take an item that is about to be deleted out of its story; returns what to `settle` afterwards."""
    touched = links.neighbours(conn, item_id)
    stories.leave(conn, item_id)
    return touched


def arrive(conn: sqlite3.Connection, pending: Iterable[int]) -> None:
    """Group what `enter` returned of a document's entries."""
    status = _status(conn, pending)
    threads.arrive(conn, [item_id for item_id, kept in status.items() if kept == KEPT])
    for item_id in sorted(item_id for item_id, kept in status.items() if kept != KEPT):
        _copy_of(conn, item_id)


def settle(conn: sqlite3.Connection, touched: Iterable[int]) -> None:
    """Group again what was around items that were deleted."""
    _settle(conn, set(touched))


def _link(
    conn: sqlite3.Connection,
    item_id: int,
    status: int,
    identity: Identity,
    by_key: Sequence[Relative],
    compare: Compare,
) -> list[Relative]:
    sort_at = conn.execute("SELECT sort_at FROM items WHERE id = ?", (item_id,)).fetchone()[0]
    every = {each.item_id: each for each in by_key}
    for each in candidates.by_likeness(conn, identity, status, sort_at):
        every.setdefault(each.item_id, each)
    every.pop(item_id, None)
    if not every:
        return []
    found = links.compare_all(identity.fingerprint, list(every.values()), compare)
    return links.link(conn, item_id, status, found)


def _settle(conn: sqlite3.Connection, touched: set[int]) -> None:
    status = _status(conn, touched)
    threads.regroup(conn, [item_id for item_id, kept in status.items() if kept == KEPT])
    for item_id in sorted(item_id for item_id, kept in status.items() if kept != KEPT):
        _copy_of(conn, item_id)


def _status(conn: sqlite3.Connection, ids: Iterable[int]) -> dict[int, int]:
    return dict(select(conn, "SELECT id, status FROM items WHERE id IN ({})", ids))


def _copy_of(conn: sqlite3.Connection, item_id: int) -> None:
    """Say of an item in no story what it copies: a kept item if there is one, else an earlier one."""
    sql = (
        "SELECT i.id, i.status, i.sort_at, i.guid, s.url AS source_url, l.relation, l.score, l.reasons"
        " FROM item_links AS l JOIN items AS i ON i.id = l.item_id + l.other_id - ?1"
        " JOIN sources AS s ON s.id = i.source_id"
        " WHERE (l.item_id = ?1 OR l.other_id = ?1) AND l.relation < ?2"
    )
    rows = conn.execute(sql, (item_id, SAME_STORY)).fetchall()
    me = conn.execute(f"{threads.ROWS} WHERE i.id = ?", (item_id,)).fetchone()
    fit = [row for row in rows if row["status"] == KEPT or threads.order_of(row) < threads.order_of(me)]
    first = min(fit, key=lambda row: (row["status"] != KEPT, threads.order_of(row)), default=None)
    items.update(
        conn,
        item_id,
        {
            "duplicate_of": first["id"] if first else None,
            "relation": NAMES[first["relation"]] if first else "",
            "relation_score": first["score"] if first else 0.0,
            "relation_reasons": first["reasons"] if first else "[]",
        },
    )
