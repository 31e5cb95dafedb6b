"""Connections to the one SQLite file: a single writer, a pool of readers, and errors as sentences.

The file is in WAL mode: readers see the last commit and neither wait for the writer nor stop it.
A killed process (kill -9) loses at most the transaction it was in. `synchronous=NORMAL`: a power cut may
take back the last transactions, whole ones in order; as validators share a transaction with the entries
they vouch for, the next round simply asks for the same documents again. FULL cost 0.2 to 6 ms per check,
depending on what else used the disk, NORMAL 0.1.
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from feeds.errors import StoreError
from store.codec import Unreadable

BUSY_S: Final = 10.0
"""How long a command waits, in seconds, while another process writes."""

_SENTENCES: Final = {
    sqlite3.SQLITE_BUSY: "the store {path} is locked by another process; try again when it has finished",
    sqlite3.SQLITE_LOCKED: "the store {path} is locked; try again in a moment",
    sqlite3.SQLITE_READONLY: "the store {path} can not be written; check who owns the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "the store {path} can not be opened; check the path and its permissions",
    sqlite3.SQLITE_PERM: "the store {path} can not be opened; check the path and its permissions",
    sqlite3.SQLITE_NOTADB: "{path} is no SQLite file; name another path in [store] path of moonwire.toml",
    sqlite3.SQLITE_CORRUPT: "the store {path} is damaged; put a backup in its place or name a new path",
    sqlite3.SQLITE_FULL: "no space is left on the disk of the store {path}; make room and try again",
    sqlite3.SQLITE_IOERR: "the disk of the store {path} does not read or write; check the disk",
}


def sentence(path: Path, error: sqlite3.Error) -> str:
    """One sentence on what went wrong with the store at `path` and how to mend it."""
    code = getattr(error, "sqlite_errorcode", None)
    known = _SENTENCES.get(code & 0xFF) if isinstance(code, int) else None  # the low byte is the primary code
    return known.format(path=path) if known else f"the store {path} failed: {error}"


class Database:
    """The file at `path`, opened. Thread-safe; every sqlite error leaves as a StoreError."""

    def __init__(
        self, path: Path, *, busy_s: float = BUSY_S, fold: Callable[[str], str] | None = None
    ) -> None:
        self.path = path
        self.fold = fold or str
        self.busy_s = busy_s
        self._lock = threading.RLock()
        self._idle: deque[sqlite3.Connection] = (
            deque()
        )  # thread-safe by itself: readers never wait for the writer
        self._closed = False
        with self._sentences():
            self._writer = self._connect()

    def _connect(self) -> sqlite3.Connection:
        conn = sqlite3.connect(self.path, timeout=self.busy_s, isolation_level=None, check_same_thread=False)
        try:
            conn.row_factory = sqlite3.Row
            conn.create_function(
                "casefold", 1, str.casefold, deterministic=True
            )  # SQLite's lower() is ASCII's
            conn.create_function("segment", 1, lambda text: _segment(self.fold(text)), deterministic=True)
            conn.create_function("bare", 1, _bare, deterministic=True)
            conn.execute("PRAGMA foreign_keys = ON")
            conn.execute(
                "PRAGMA page_size = 8192"
            )  # of a new file: one usual item would leave 4096 half empty
            conn.execute("PRAGMA synchronous = NORMAL")
            conn.execute("PRAGMA wal_autocheckpoint = 4000")
            conn.execute("PRAGMA cache_size = -4096")  # with four times as much, new items took 10 % longer
            conn.execute("PRAGMA temp_store = MEMORY")
        except BaseException:
            conn.close()
            raise
        return conn

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(sentence(self.path, error)) from error
        except Unreadable as error:  # a column is whole to SQLite, and not to us
            raise StoreError(_SENTENCES[sqlite3.SQLITE_CORRUPT].format(path=self.path)) from error

    def _must_be_open(self) -> None:
        if self._closed:
            raise StoreError(f"the store {self.path} is closed")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Hold the one write transaction: committed at the end, undone whole on any exception."""
        with self._lock, self._sentences():
            self._must_be_open()
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read one consistent state; may run in any number of threads beside the writer."""
        with self._sentences():
            conn = self._take()
            try:
                conn.execute("BEGIN")
                yield conn
                conn.execute("COMMIT")
            except BaseException:
                conn.close()
                raise
            self._give_back(conn)

    def _take(self) -> sqlite3.Connection:
        self._must_be_open()
        with suppress(IndexError):
            return self._idle.pop()
        conn = self._connect()
        conn.execute("PRAGMA query_only = ON")
        return conn

    def _give_back(self, conn: sqlite3.Connection) -> None:
        if self._closed:
            conn.close()
        else:
            self._idle.append(conn)

    @contextmanager
    def bare(self) -> Iterator[sqlite3.Connection]:
        """Lend the writer outside a transaction: for pragmas, migrations and backups."""
        with self._lock, self._sentences():
            self._must_be_open()
            yield self._writer

    def close(self) -> None:
        """Close all connections; SQLite then folds the WAL file into the store."""
        with self._lock, self._sentences():
            self._closed = True
            while self._idle:
                self._idle.pop().close()
            self._writer.close()


def _segment(text: str) -> str:
    from store.segment import segment  # noqa: PLC0415 # slow to load, and mostly nothing is indexed

    return segment(text)


def _bare(text: str) -> str:
    from store.segment import bare  # noqa: PLC0415 # as above

    return bare(text)
