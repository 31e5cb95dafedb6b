"""Copies of the store, and whether it is whole."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from feeds.errors import StoreError


def backup(conn: sqlite3.Connection, path: Path) -> None:
    """Write a copy of the store as of now to a new file; an existing one is not overwritten.

    The copy appears under its name only when it is complete.
    """
    if path.exists():
        raise StoreError(f"{path} exists already; name a new file for the backup")
    unfinished = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        copy = sqlite3.connect(unfinished)
        try:
            conn.backup(copy)
        finally:
            copy.close()
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        why = getattr(error, "strerror", None) or error
        raise StoreError(f"the backup {path} can not be written: {why}") from error


def integrity(conn: sqlite3.Connection) -> tuple[str, ...]:
    """Sentences on what is damaged; empty when the store is whole. Reads the whole file."""
    found = [row[0] for row in conn.execute("PRAGMA integrity_check") if row[0] != "ok"]
    found += [
        f"table {row['table']}, row {row['rowid']}: what it refers to in {row['parent']} is missing"
        for row in conn.execute("PRAGMA foreign_key_check")
    ]
    return tuple(found)
