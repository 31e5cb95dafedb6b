"""Bring a file to the schema this program knows, or refuse it with one sentence.

`migrations/NNNN_*.sql` are replayed in order, each in one transaction with a foreign-key check.
`PRAGMA user_version` counts them; `PRAGMA application_id` marks the file as ours.
`schema.sql` is what they add up to.
"""

import sqlite3
import time
from pathlib import Path
from typing import Final

from feeds.errors import StoreError
from store.connection import Database

APPLICATION_ID: Final = 0x4D6F6F6E
"""The letters "Moon"."""

MIGRATIONS: Final = Path(__file__).with_name("migrations")
SCHEMA: Final = Path(__file__).with_name("schema.sql")
_PAUSE_S: Final = 0.01


def migrate(db: Database, folder: Path = MIGRATIONS) -> None:
    """Create or upgrade the store; raises StoreError when the file is foreign, newer or not writable."""
    steps = sorted(folder.glob("[0-9]*.sql"))
    with db.bare() as conn:
        version = _own_version(conn, db.path)
        if version > len(steps):
            raise StoreError(
                f"the store {db.path} was written by a newer moonwire (schema {version}, this one knows"
                f" {len(steps)}); upgrade moonwire"
            )
        if version < len(steps):
            _use_wal(conn, db.busy_s)
            conn.execute("PRAGMA foreign_keys = OFF")
            for number, step in enumerate(steps, start=1):
                _apply(conn, number, step.read_text(encoding="utf-8"), db.path)
            conn.execute("PRAGMA foreign_keys = ON")


def _own_version(conn: sqlite3.Connection, path: Path) -> int:
    if conn.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID:
        return int(conn.execute("PRAGMA user_version").fetchone()[0])
    conn.execute("BEGIN")  # another process may be making the store: one state of it counts
    try:
        application = conn.execute("PRAGMA application_id").fetchone()[0]
        version = int(conn.execute("PRAGMA user_version").fetchone()[0])
        tables = conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    finally:
        conn.execute("COMMIT")
    if application == APPLICATION_ID:
        return version
    if application or version or tables:
        raise StoreError(
            f"{path} is an SQLite file of another program; name another path in [store] path of moonwire.toml"
        )
    return 0


def _use_wal(conn: sqlite3.Connection, patience_s: float) -> None:
    """Switch to WAL mode. SQLite itself does not wait there for another process that makes the store too."""
    ends = time.monotonic() + patience_s
    while conn.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            conn.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= ends:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def _apply(conn: sqlite3.Connection, number: int, sql: str, path: Path) -> None:
    conn.execute("BEGIN IMMEDIATE")
    try:
        if conn.execute("PRAGMA user_version").fetchone()[0] < number:  # another process may have been faster
            for statement in _statements(sql):
                conn.execute(statement)
            _check_references(conn, number, path)
            conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            conn.execute(f"PRAGMA user_version = {number}")
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:  # SQLite takes it back by itself where the disk is full
            conn.execute("ROLLBACK")
        raise


def _check_references(conn: sqlite3.Connection, number: int, path: Path) -> None:
    if conn.execute("PRAGMA foreign_key_check").fetchone():
        raise StoreError(f"the store {path} could not be upgraded to schema {number}; it was left as it is")


def _statements(sql: str) -> list[str]:
    """Split a script; `executescript` would commit before it starts."""
    statements, current = [], ""
    for line in sql.splitlines(keepends=True):
        current += line
        if line.rstrip().endswith(";") and sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    if current.strip():
        statements.append(current)
    return statements
