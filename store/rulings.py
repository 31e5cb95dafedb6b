"""The operator's word on stories: joined and parted by hand, whatever the texts say and whatever comes.

A ruling is on two items, for items are what stays: stories come and go with what is related. The latest
word on a pair holds. Two items that were parted never meet in one story, by no detour either.
"""

import sqlite3
from collections.abc import Iterable, Sequence

from store import threads
from store.items import KEPT
from store.record import revise


def join(conn: sqlite3.Connection, one: int, other: int, at: int) -> int | None:
    """Make the stories of two kept items one; returns its id, or None when one of them is in no story.

    What parted any two of their items before is taken back.
    """
    first, second = _story_of(conn, one), _story_of(conn, other)
    if first is None or second is None:
        return None
    for a in _members(conn, first):
        _forget(conn, a, _members(conn, second))
    _rule(conn, one, other, together=True, at=at)
    threads.regroup(conn, [one, other])
    revise(conn)
    return _story_of(conn, one)


def split(conn: sqlite3.Connection, story_id: int, item_ids: Sequence[int], at: int) -> int | None:
    """Part items from the rest of their story; returns the id of the story they are in then.

    None when they are none, or all, of its items, or others.
    """
    members = _members(conn, story_id)
    parted = sorted(set(item_ids))
    rest = sorted(members - set(parted))
    if not parted or not rest or not members >= set(parted):
        return None
    for one in parted:
        for other in rest:
            _rule(conn, one, other, together=False, at=at)
    for other in parted[1:]:
        _rule(conn, parted[0], other, together=True, at=at)
    threads.regroup(conn, members)
    revise(conn)
    return _story_of(conn, parted[0])


def _rule(conn: sqlite3.Connection, one: int, other: int, *, together: bool, at: int) -> None:
    if one != other:
        values = (min(one, other), max(one, other), together, at)
        conn.execute("REPLACE INTO rulings VALUES (?, ?, ?, ?)", values)


def _forget(conn: sqlite3.Connection, one: int, others: Iterable[int]) -> None:
    pairs = [(min(one, other), max(one, other)) for other in others]
    conn.executemany("DELETE FROM rulings WHERE NOT together AND item_id = ? AND other_id = ?", pairs)


def _members(conn: sqlite3.Connection, story_id: int) -> set[int]:
    sql = "SELECT id FROM items WHERE story_id = ? AND status = ?"
    return {row[0] for row in conn.execute(sql, (story_id, KEPT))}


def _story_of(conn: sqlite3.Connection, item_id: int) -> int | None:
    row = conn.execute("SELECT story_id FROM items WHERE id = ?", (item_id,)).fetchone()
    return row["story_id"] if row else None
