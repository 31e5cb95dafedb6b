"""Relatives of an item without a scan: by key, by band, by shared features. All look-ups are bounded."""

import heapq
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from feeds.model import Identity
from feeds.model.value import Value
from store.codec import hash64
from store.items import KEPT, NEAR, REJECTED

PER_LOOK_UP: Final = 128
"""Newest items taken per key or band, and in total per kind of look-up."""

PER_FEATURE: Final = 512
"""Items before and after that are taken per feature, those nearest in time."""

ROWS: Final = 6000
"""Items looked at for all features together: the rarest features come first."""

_DAY: Final = int(timedelta(days=1) / timedelta(microseconds=1))
WINDOW: Final = 14 * _DAY
"""Stories are looked for within 14 days, in microseconds, before and after an item."""

CLOSE: Final = 3 * _DAY
SHARED_CLOSE, SHARED_FAR = 2, 3
"""Features that two items share at least, within three days of each other and beyond."""

KEYS_PER_ITEM: Final = 16
"""A feed that makes up a new id at each fetch must not grow an item's keys for ever."""

_NEAREST: Final = (
    "SELECT * FROM (SELECT item_id, sort_at FROM item_features"
    " WHERE feature = ? AND sort_at > ? AND sort_at <= ? ORDER BY sort_at LIMIT ?)"
    " UNION ALL SELECT * FROM (SELECT item_id, sort_at FROM item_features"
    " WHERE feature = ? AND sort_at >= ? AND sort_at <= ? ORDER BY sort_at DESC LIMIT ?)"
)


class Relative(Value, frozen=True, kw_only=True):
    """A stored item that shares something with a new one, and what filing needs to know of it."""

    UNSHOWN = frozenset(("fingerprint",))

    item_id: int
    source_id: int
    status: int
    fingerprint: bytes


def keys_of(identity: Identity) -> list[int]:
    """Integers for the keys of an identity, strongest first, none twice."""
    return list(dict.fromkeys(map(hash64, identity.keys)))


def store_keys(conn: sqlite3.Connection, keys: Iterable[tuple[int, int]]) -> None:
    """Remember keys, each with the id of its item."""
    conn.executemany("INSERT OR IGNORE INTO item_keys VALUES (?, ?)", keys)


def add_keys(conn: sqlite3.Connection, item_id: int, identity: Identity) -> None:
    """Remember further keys of a known item, up to KEYS_PER_ITEM."""
    held = conn.execute("SELECT count(*) FROM item_keys WHERE item_id = ?", (item_id,)).fetchone()[0]
    if held < KEYS_PER_ITEM:
        store_keys(conn, [(key, item_id) for key in keys_of(identity)])


def store_traits(
    conn: sqlite3.Connection, item_id: int, identity: Identity, status: int, sort_at: int
) -> None:
    """Remember bands (kept and near items) and features (kept items)."""
    if status >= NEAR:
        conn.executemany(
            "INSERT OR IGNORE INTO item_bands VALUES (?, ?)", [(b, item_id) for b in identity.bands]
        )
    if status == KEPT:
        rows = [(hash64(each), sort_at, item_id) for each in identity.features]
        conn.executemany("INSERT OR IGNORE INTO item_features VALUES (?, ?, ?)", rows)


def forget_traits(conn: sqlite3.Connection, item_id: int) -> None:
    """Forget bands and features of an item whose text has changed."""
    conn.execute("DELETE FROM item_bands WHERE item_id = ?", (item_id,))
    conn.execute("DELETE FROM item_features WHERE item_id = ?", (item_id,))


def by_key(conn: sqlite3.Connection, identity: Identity) -> list[Relative]:
    """Items of any age that share a key."""
    sql = "SELECT item_id FROM item_keys WHERE key = ? ORDER BY item_id DESC LIMIT ?"
    return _relatives(conn, _collect(conn, sql, keys_of(identity)))


def by_likeness(conn: sqlite3.Connection, identity: Identity, status: int, sort_at: int) -> list[Relative]:
    """Items that share a band (any age) or, for kept ones, a few features (within the window).

    Whether two items are found depends on the two alone, so either finds the other, as long as no
    look-up meets its bound.
    """
    if status == REJECTED:
        return []
    sql = "SELECT item_id FROM item_bands WHERE band = ? ORDER BY item_id DESC LIMIT ?"
    ids = _collect(conn, sql, identity.bands)
    if status == KEPT:
        ids += [each for each in _by_features(conn, identity.features, sort_at) if each not in ids]
    return _relatives(conn, ids)


def _collect(conn: sqlite3.Connection, sql: str, values: Iterable[int]) -> list[int]:
    ids: dict[int, None] = {}
    for value in values:
        ids.update(dict.fromkeys(row[0] for row in conn.execute(sql, (value, PER_LOOK_UP))))
    return sorted(ids, reverse=True)[:PER_LOOK_UP]


def _by_features(conn: sqlite3.Connection, features: Sequence[str], sort_at: int) -> list[int]:
    shared: Counter[int] = Counter()
    when: dict[int, int] = {}
    left = ROWS
    cursor = conn.cursor()
    cursor.row_factory = None  # plain tuples: there are many
    for feature in dict.fromkeys(features):
        most, key = min(PER_FEATURE, left // 2), hash64(feature)
        values = (key, sort_at, sort_at + WINDOW, most, key, sort_at - WINDOW, sort_at, most)
        found = dict(cursor.execute(_NEAREST, values).fetchall())
        left -= len(found)
        when |= found
        shared.update(found.keys())
    enough = [
        (-count, abs(when[item_id] - sort_at), item_id)
        for item_id, count in shared.items()
        if count >= (SHARED_CLOSE if abs(when[item_id] - sort_at) <= CLOSE else SHARED_FAR)
    ]
    return [item_id for *_, item_id in heapq.nsmallest(PER_LOOK_UP, enough)]


def _relatives(conn: sqlite3.Connection, ids: Sequence[int]) -> list[Relative]:
    if not ids:
        return []
    marks = ", ".join("?" * len(ids))
    sql = f"SELECT id, source_id, status, fingerprint FROM items WHERE id IN ({marks})"  # noqa: S608 # question marks
    rows = {row["id"]: row for row in conn.execute(sql, ids)}
    return [
        Relative(
            item_id=each, source_id=row["source_id"], status=row["status"], fingerprint=row["fingerprint"]
        )
        for each in ids
        if (row := rows.get(each))
    ]
