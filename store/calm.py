"""What a round without news asks of the store: to keep checks that brought no entries, with their cost.

Most rounds are of this kind, so nothing is loaded here that knows of items.
"""

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from feeds.model import Check, Recorded
from store import health, sources
from store.codec import micros, moment


def record(conn: sqlite3.Connection, check: Check) -> Recorded:
    """Keep the source's new state, validators included, and the cost of the check."""
    source, recorded = sources.known(conn, check), Recorded()
    if conclude(conn, source, check, recorded):
        revise(conn)
    return recorded


def conclude(conn: sqlite3.Connection, source: Mapping[str, Any], check: Check, recorded: Recorded) -> bool:
    """Keep how a check of a source (its row) ended; says whether lists of sources show a difference."""
    spent = health.log(conn, source, check, recorded)
    return sources.keep(conn, source, check.state, spent)


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


def patience(conn: sqlite3.Connection) -> tuple[datetime | None, timedelta | None]:
    """Return from when on a round waits for all, and how far apart such rounds are; None where not known."""
    names = ("patient_at", "patient_every")
    rows = dict(conn.execute("SELECT name, value FROM meta WHERE name IN (?, ?)", names).fetchall())
    at, every = rows.get("patient_at"), rows.get("patient_every")
    return moment(at) if at else None, None if every is None else timedelta(seconds=every)


def keep_patience(conn: sqlite3.Connection, at: datetime | None, every: timedelta) -> None:
    """Remember it."""
    rows = [("patient_at", micros(at) if at else 0), ("patient_every", round(every.total_seconds()))]
    conn.executemany("REPLACE INTO meta VALUES (?, ?)", rows)
