"""The published history: documents written once, and which stories stand in them.

A story is in no archive or in one for ever. Archives are numbered from 1, the oldest; what they hold is
the order of archiving, so no later date, edit, merger or withdrawal moves a story from one to another.
"""

import gzip
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from feeds.model.value import Value
from store.codec import micros, moment
from store.connection import Database


class ArchiveMark(Value, frozen=True, kw_only=True):
    """One archive document without its bytes."""

    path: str
    number: int
    digest: str
    changed_at: datetime


class ArchiveDocument(Value, frozen=True, kw_only=True):
    """One archive document as it was written."""

    UNSHOWN = frozenset(("packed",))

    mark: ArchiveMark
    packed: bytes
    """The bytes, gzip."""

    @property
    def body(self) -> bytes:
        """The bytes themselves."""
        return gzip.decompress(self.packed)


class Written(Value, frozen=True, kw_only=True):
    """One rendered document to keep. Maker: `scheduler.publishing.history`."""

    UNSHOWN = frozenset(("body",))

    path: str
    body: bytes
    digest: str


class Archives:
    """The archives of one store. Thread-safe as the store is; failure is a StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def tail(self) -> tuple[int, ...]:
        """Ids of the living stories that no archive holds, in the order they were opened."""
        with self._db.reading() as conn:
            return _ids(conn, "SELECT story_id FROM unarchived ORDER BY story_id")

    def newest(self) -> int:
        """Return the number of the newest archive; 0 when there is none."""
        with self._db.reading() as conn:
            return int(conn.execute("SELECT coalesce(max(number), 0) FROM archived").fetchone()[0])

    def members(self, number: int) -> tuple[int, ...]:
        """Ids of the stories of an archive, in the order they were opened."""
        with self._db.reading() as conn:
            sql = "SELECT story_id FROM archived WHERE number = ? ORDER BY story_id"
            return _ids(conn, sql, number)

    def unwritten(self, base: str) -> tuple[int, ...]:
        """Numbers of archives that have no documents for this address of the site, oldest first.

        Write them in this order: then the newest has them only when all before it have some, and two look-ups
        tell that none are left from another address and none are missing.
        """
        with self._db.reading() as conn:
            newest = _ids(conn, "SELECT coalesce(max(number), 0) FROM archived")[0]
            other = "SELECT 1 FROM archives WHERE base < ?1 OR base > ?1 LIMIT 1"
            last = "SELECT 1 FROM archives WHERE number = ? AND base = ? LIMIT 1"
            if not newest or (_ids(conn, last, newest, base) and not _ids(conn, other, base)):
                return ()
            sql = (
                "WITH RECURSIVE all_of (number) AS"
                " (SELECT 1 UNION ALL SELECT number + 1 FROM all_of WHERE number < ?1)"
                " SELECT number FROM all_of AS a WHERE NOT EXISTS"
                " (SELECT 1 FROM archives AS d WHERE d.number = a.number AND d.base = ?2) ORDER BY number"
            )
            return _ids(conn, sql, newest, base)

    def close(self, story_ids: Sequence[int]) -> int:
        """Put stories of the tail into a new archive, for ever; returns its number."""
        with self._db.writing() as conn:
            number = int(conn.execute("SELECT coalesce(max(number), 0) + 1 FROM archived").fetchone()[0])
            conn.executemany("INSERT INTO archived VALUES (?, ?)", [(each, number) for each in story_ids])
            conn.executemany("DELETE FROM unarchived WHERE story_id = ?", [(each,) for each in story_ids])
            return number

    def write(self, number: int, base: str, documents: Sequence[Written], *, now: datetime) -> None:
        """Keep the documents of an archive; those of another address of the site give way."""
        rows = [
            (
                each.path,
                number,
                base,
                each.digest,
                micros(now),
                gzip.compress(each.body, compresslevel=9, mtime=0),
            )
            for each in documents
        ]
        with self._db.writing() as conn:
            conn.execute("DELETE FROM archives WHERE number = ?", (number,))
            conn.executemany("INSERT INTO archives VALUES (?, ?, ?, ?, ?, ?)", rows)

    def document(self, path: str) -> ArchiveDocument | None:
        """Return the document of this path."""
        with self._db.reading() as conn:
            row = conn.execute("SELECT * FROM archives WHERE path = ?", (path,)).fetchone()
        return ArchiveDocument(mark=_mark(row), packed=row["body"]) if row else None

    def marks(self) -> Mapping[str, ArchiveMark]:
        """All documents by path, without their bytes."""
        with self._db.reading() as conn:
            rows = conn.execute("SELECT path, number, digest, changed FROM archives ORDER BY path").fetchall()
        return {row["path"]: _mark(row) for row in rows}


def _mark(row: sqlite3.Row) -> ArchiveMark:
    return ArchiveMark(
        path=row["path"], number=row["number"], digest=row["digest"], changed_at=moment(row["changed"])
    )


def _ids(conn: sqlite3.Connection, sql: str, *values: int | str) -> tuple[int, ...]:
    return tuple(int(row[0]) for row in conn.execute(sql, values))
