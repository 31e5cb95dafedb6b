"""Titles and summaries in another language, by the hash of the words they were made of."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from feeds.model.translation import Translation
from store.calm import revise
from store.codec import micros
from store.connection import Database

_CHUNK: Final = 400
"""Parameters of one statement; SQLite takes 999 at least."""


def digest_of(title: str, summary: str) -> bytes:
    """Return the name under which the translation of these words is kept."""
    words = f"{len(title)}\0{title}\0{summary}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(words, digest_size=16).digest()


class Translations:
    """The part of the store that holds translations. Made by `Store`; failure is a StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, digests: Iterable[bytes], target: str) -> dict[bytes, Translation]:
        """Return what there is of these words in a language."""
        wanted, rows = sorted(set(digests)), []
        with self._db.reading() as conn:
            for start in range(0, len(wanted), _CHUNK):
                chunk = wanted[start : start + _CHUNK]
                marks = ", ".join("?" * len(chunk))
                sql = f"SELECT * FROM translations WHERE target = ? AND digest IN ({marks})"  # noqa: S608 # marks
                rows += conn.execute(sql, (target, *chunk)).fetchall()
        return {
            bytes(row["digest"]): Translation(
                title=row["title"], summary=row["summary"], language=target, by=row["by"]
            )
            for row in rows
        }

    def keep(self, digest: bytes, made: Translation, *, now: datetime) -> None:
        """Remember a translation; what is published has changed by it."""
        values = (digest, made.language, made.title, made.summary, made.by, micros(now))
        with self._db.writing() as conn:
            conn.execute("REPLACE INTO translations VALUES (?, ?, ?, ?, ?, ?)", values)
            revise(conn)

    def spent(self, now: datetime) -> int:
        """Return how many characters were sent to translators on this day (UTC)."""
        with self._db.reading() as conn:
            row = conn.execute("SELECT characters FROM translated WHERE day = ?", (_day(now),)).fetchone()
        return int(row["characters"]) if row else 0

    def spend(self, characters: int, *, now: datetime) -> None:
        """Count characters before they are sent; days gone by are forgotten."""
        with self._db.writing() as conn:
            conn.execute("DELETE FROM translated WHERE day < ?", (_day(now) - 1,))
            conn.execute(
                "INSERT INTO translated VALUES (?, ?)"
                " ON CONFLICT (day) DO UPDATE SET characters = characters + excluded.characters",
                (_day(now), characters),
            )


def _day(now: datetime) -> int:
    return now.astimezone(UTC).date().toordinal()
