"""A check that brought no entries into the store: the source's new state, and what the check cost.

Most checks are of this kind, so nothing is loaded for them that knows of items.
"""

import sqlite3

from feeds.model import Check, Recorded
from store import health, sources
from store.codec import storable


def record(conn: sqlite3.Connection, check: Check) -> Recorded:
    """Keep the source's new state, validators included, and the cost of the check."""
    check = storable(check)
    source_id, visible = sources.keep(conn, check)
    recorded = Recorded()
    health.log(conn, source_id, check, recorded)
    if visible:
        revise(conn)
    return recorded


def revise(conn: sqlite3.Connection) -> None:
    """Say that what would be published may have changed."""
    conn.execute("UPDATE meta SET value = value + 1 WHERE name = 'revision'")
