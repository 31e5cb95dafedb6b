"""Many rejected items at once: those that share no key with anything stored need no look at others."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from feeds.model import Judged
from store import candidates, items
from store.codec import to_json

_KEYS: Final = (
    "SELECT key FROM item_keys WHERE key IN (SELECT value FROM json_each(?1))"
    " UNION SELECT key FROM tombstones WHERE key IN (SELECT value FROM json_each(?1))"
)
_GUIDS: Final = "SELECT guid FROM items WHERE source_id = ? AND guid IN (SELECT value FROM json_each(?))"
_PUBLISHED: Final = items.COLUMNS.index("published")
_INSERT: Final = (
    f"INSERT INTO items (id, source_id, guid, first_seen, sort_at, {', '.join(items.COLUMNS)})"  # noqa: S608 # our own column names
    f" VALUES ({', '.join('?' * (len(items.COLUMNS) + 5))})"
)


@dataclass(slots=True)
class Met:
    """Guids and keys that are stored already, or were met earlier in the document. Maker: `met`."""

    guids: set[str]
    keys: set[int]

    def strange(self, judged: Judged) -> bool:
        """Whether an item is rejected and shares nothing with what was met; from now on it counts as met."""
        keys = candidates.keys_of(judged.identity)
        guid = judged.item.guid
        new = guid not in self.guids and self.keys.isdisjoint(keys)
        self.guids.add(guid)
        self.keys.update(keys)
        return new and items.status_of(judged.verdict) == items.REJECTED


def met(conn: sqlite3.Connection, source_id: int, judged: Sequence[Judged]) -> Met:
    """Look up at once which guids and keys of a document are known, pruned ones included."""
    if not judged:
        return Met(set(), set())
    keys = to_json([key for each in judged for key in candidates.keys_of(each.identity)])
    guids = to_json([each.item.guid for each in judged])
    return Met(
        {row[0] for row in conn.execute(_GUIDS, (source_id, guids))},
        {row[0] for row in conn.execute(_KEYS, (keys,))},
    )


def insert(conn: sqlite3.Connection, source_id: int, at: int, far: Sequence[Judged]) -> list[int]:
    """Store new rejected items, first seen at `at` (microseconds), in this order; returns their ids."""
    if not far:
        return []
    last = conn.execute("SELECT seq FROM sqlite_sequence WHERE name = 'items'").fetchone()
    ids = list(range((last[0] if last else 0) + 1, (last[0] if last else 0) + 1 + len(far)))
    rows = []
    keys: list[tuple[int, int]] = []
    for item_id, judged in zip(ids, far, strict=True):
        row, item = items.values(judged), judged.item
        sort_at = at if row[_PUBLISHED] is None else row[_PUBLISHED]
        rows.append((item_id, source_id, item.guid, at, sort_at, *row))
        names = candidates.names_of(judged.identity, (item.url, item.guid))
        keys += [(key, item_id) for key in names]
    conn.executemany(_INSERT, rows)
    conn.executemany("INSERT OR IGNORE INTO item_keys VALUES (?, ?)", sorted(keys))
    return ids
