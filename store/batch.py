"""Many rejected items at once: those that share no key with anything stored need no look at others."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from feeds.model import Judged
from feeds.model.value import Struct
from store import candidates, items
from store.codec import to_json

Keyed = tuple[Judged, Sequence[int]]
"""An item and its keys."""

_KEYS: Final = (
    "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM item_keys WHERE key = value)"
    " OR EXISTS (SELECT 1 FROM tombstones WHERE key = value)"
)
_GUIDS: Final = "SELECT guid FROM items WHERE source_id = ? AND guid IN (SELECT value FROM json_each(?))"
_PUBLISHED: Final = items.COLUMNS.index("published")
_INSERT: Final = (
    f"INSERT INTO items (id, source_id, guid, first_seen, sort_at, {', '.join(items.COLUMNS)})"  # noqa: S608 # our own column names
    f" VALUES ({', '.join('?' * (len(items.COLUMNS) + 5))})"
)


class Met(Struct):
    """Guids and keys that are stored already, or were met earlier in the document. Maker: `met`."""

    guids: set[str]
    keys: set[int]

    def strange(self, judged: Judged, keys: Sequence[int]) -> bool:
        """Whether an item is rejected and shares nothing with what was met; from now on it counts as met."""
        guid = judged.item.guid
        new = guid not in self.guids and self.keys.isdisjoint(keys)
        self.guids.add(guid)
        self.keys.update(keys)
        return new and items.status_of(judged.verdict) == items.REJECTED


def met(conn: sqlite3.Connection, source_id: int, found: Sequence[Keyed]) -> Met:
    """Look up at once which guids and keys of a document are known, pruned ones included."""
    keys = to_json([key for _, own in found for key in own])
    guids = to_json([judged.item.guid for judged, _ in found])
    return Met(
        {row[0] for row in conn.execute(_GUIDS, (source_id, guids))},
        {row[0] for row in conn.execute(_KEYS, (keys,))},
    )


def insert(conn: sqlite3.Connection, source_id: int, at: int, far: Sequence[Keyed]) -> list[int]:
    """Store new rejected items, first seen at `at` (microseconds), in this order; returns their ids."""
    if not far:
        return []
    last = conn.execute("SELECT seq FROM sqlite_sequence WHERE name = 'items'").fetchone()
    ids = list(range((last[0] if last else 0) + 1, (last[0] if last else 0) + 1 + len(far)))
    rows = []
    keys: list[tuple[int, int]] = []
    for item_id, (judged, own) in zip(ids, far, strict=True):
        row = items.values(judged)
        sort_at = at if row[_PUBLISHED] is None else row[_PUBLISHED]
        rows.append((item_id, source_id, judged.item.guid, at, sort_at, *row))
        keys += [(key, item_id) for key in own]
    conn.executemany(_INSERT, rows)
    candidates.store_keys(conn, sorted(keys))
    return ids
