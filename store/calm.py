"""What a round without news asks of the store: to keep checks that brought no entries, with their cost.

Most rounds are of this kind, so nothing is loaded here that knows of items.
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


def judged_by(conn: sqlite3.Connection) -> str | None:
    """Return the topic that all verdicts are of; None when of several, or when a model adds to it."""
    sql = (
        "SELECT (SELECT min(topic) FROM items) AS least, (SELECT max(topic) FROM items) AS most,"
        " (SELECT count(*) FROM models WHERE active) AS models"
    )
    row = conn.execute(sql).fetchone()
    label: str | None = row["least"]
    if label is None or label != row["most"]:
        return None
    name = label.partition("@")[0]
    learned = (
        row["models"] and conn.execute("SELECT 1 FROM models WHERE topic = ? AND active", (name,)).fetchone()
    )
    return None if learned else label
