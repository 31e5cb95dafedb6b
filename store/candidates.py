"""Relatives of an item without a scan: by key, by band, by shared features. All look-ups are bounded."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from feeds.model import Candidate, Identity
from store.codec import hash64, moment, moment_or_none
from store.items import KEPT, NEAR, REJECTED, look_up_key

PER_LOOK_UP: Final = 64
"""Newest items taken per key or band, and in total per kind of look-up."""

PER_FEATURE: Final = 256
SHARED_FEATURES: Final = 2
WINDOW: Final = int(timedelta(days=14) / timedelta(microseconds=1))
"""Stories are looked for within 14 days, in microseconds, before and after an item."""

KEYS_PER_ITEM: Final = 16
"""A feed that makes up a new id at each fetch must not grow an item's keys for ever."""

_COLUMNS: Final = "id, source_id, status, story_id, duplicate_of, published, first_seen, fingerprint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """A stored item that shares something with a new one, and what filing needs to know of it."""

    source_id: int
    status: int
    root: int
    candidate: Candidate


def keys_of(identity: Identity) -> list[int]:
    """Integers for the keys of an identity, strongest first, none twice."""
    return list(dict.fromkeys(hash64(key) for key in identity.keys))


def store_keys(conn: sqlite3.Connection, item_id: int, identity: Identity, names: Iterable[str] = ()) -> None:
    """Remember the keys of an item, and the address and guid under which a person may look for it."""
    keys = {*keys_of(identity), *(look_up_key(name) for name in names if name)}
    conn.executemany(
        "INSERT OR IGNORE INTO item_keys VALUES (?, ?)", [(key, item_id) for key in sorted(keys)]
    )


def add_keys(conn: sqlite3.Connection, item_id: int, identity: Identity) -> None:
    """Remember further keys of a known item, up to KEYS_PER_ITEM."""
    held = conn.execute("SELECT count(*) FROM item_keys WHERE item_id = ?", (item_id,)).fetchone()[0]
    if held < KEYS_PER_ITEM:
        store_keys(conn, item_id, identity)


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
    """Items that share a band (any age) or, for kept ones, two features (within the window)."""
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
    sql = (
        "SELECT item_id FROM item_features WHERE feature = ? AND sort_at BETWEEN ? AND ?"
        " ORDER BY sort_at DESC, item_id DESC LIMIT ?"
    )
    shared: Counter[int] = Counter()
    for feature in dict.fromkeys(features):
        values = (hash64(feature), sort_at - WINDOW, sort_at + WINDOW, PER_FEATURE)
        shared.update(row[0] for row in conn.execute(sql, values))
    enough = [(count, item_id) for item_id, count in shared.items() if count >= SHARED_FEATURES]
    return [item_id for _, item_id in sorted(enough, reverse=True)[:PER_LOOK_UP]]


def _relatives(conn: sqlite3.Connection, ids: Sequence[int]) -> list[Relative]:
    if not ids:
        return []
    sql = f"SELECT {_COLUMNS} FROM items WHERE id IN ({', '.join('?' * len(ids))})"  # noqa: S608 # question marks
    rows = {row["id"]: row for row in conn.execute(sql, ids)}
    return [_relative(rows[each]) for each in ids]


def _relative(row: sqlite3.Row) -> Relative:
    return Relative(
        source_id=row["source_id"],
        status=row["status"],
        root=row["duplicate_of"] or row["id"],
        candidate=Candidate(
            item_id=row["id"],
            fingerprint=row["fingerprint"],
            published=moment_or_none(row["published"]),
            first_seen=moment(row["first_seen"]),
            story_id=row["story_id"],
        ),
    )
