"""The store as the rest of the program sees it: one method per question, SQL lives behind."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from feeds.errors import StoreError
from feeds.later import Later
from feeds.model import Check, Recorded, Source, SourceState
from store import calm, clock, sources
from store.codec import micros, moment, storable
from store.connection import BUSY_S, Database
from store.migrate import migrate
from store.moves import DEFAULT, Moves
from store.parts import Parts
from store.sources import Origin

if TYPE_CHECKING:
    from feeds import model
    from feeds.model import Coverage, PublishedItem, SourceLine, Stamp, Story
    from store import backup as care
    from store import items, links, prune, query, rulings, search, stories
    from store import record as recording
    from store.items import Which
    from store.links import Compare
else:
    care, items, links, prune = map(Later, ("store.backup", "store.items", "store.links", "store.prune"))
    query, rulings, search = map(Later, ("store.query", "store.rulings", "store.search"))
    stories, recording, model = map(Later, ("store.stories", "store.record", "feeds.model"))


class Store(Parts):
    """One SQLite file. Thread-safe: many may read while one writes. Failure is a StoreError."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self._configured: dict[str, Source] = {}

    @classmethod
    def open(cls, path: Path, *, busy_s: float = BUSY_S, fold: Callable[[str], str] | None = None) -> Self:
        """Open the store at `path`, creating file and folder when absent, upgrading an older one.

        `busy_s`: how long to wait while another process writes, in seconds. `fold` brings forms of a
        letter together before words are indexed and looked up; open a store with the same one always.
        """
        if path.is_dir():
            raise StoreError(f"the store {path} is a folder; name a file in [store] path")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"the folder of the store {path} can not be made: {error.strerror}") from error
        db = Database(path, busy_s=busy_s, fold=fold)
        try:
            migrate(db)
        except BaseException:
            db.close()
            raise
        return cls(db)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; further calls raise StoreError, a further close does nothing."""
        self._db.close()

    # sources

    def sync_sources(self, wanted: Sequence[Source], *, origin: Origin, now: datetime) -> None:
        """Make the listed sources of the configuration (its file or the shipped list) exactly these.

        Others of these two origins are not asked any more; their items stay. Their headers and
        passwords are held in memory only, so call this at each start.
        """
        self._configured = {each.url: each for each in wanted}
        with self._db.writing() as conn:
            if sources.sync(conn, wanted, origin, now) | clock.put_right(conn, now):
                calm.revise(conn)

    def add_source(self, source: Source, *, now: datetime) -> bool:
        """List a source by hand; False when it is listed already. It is due at once."""
        with self._db.writing() as conn:
            added = sources.add(conn, source, now)
            if added:
                calm.revise(conn)
            return added

    def remove_source(self, url: str) -> bool:
        """Stop asking a source that was added by hand; False when there is none of that address."""
        with self._db.writing() as conn:
            removed = sources.remove(conn, url)
            if removed:
                calm.revise(conn)
            return removed

    def make_due(self, url: str, *, at: datetime, why: str) -> bool:
        """Let a source be asked from a time on, if that is sooner; False when there is none to ask."""
        with self._db.writing() as conn:
            return sources.make_due(conn, url, at, why)

    def sources(self, *, seen: bool = True) -> list[SourceState]:
        """All listed sources, disabled and retired ones too; without `seen` their hashes are not read."""
        with self._db.reading() as conn:
            return sources.states(conn, sources.listed(conn), self._configured, seen=seen)

    def source(self, url: str) -> SourceState | None:
        """Return the source of this address, listed or not."""
        with self._db.reading() as conn:
            rows = conn.execute("SELECT * FROM sources WHERE url = ?", (url,)).fetchall()
            return next(iter(sources.states(conn, rows, self._configured, seen=True)), None)

    def source_lines(self) -> list[SourceLine]:
        """All listed sources as lists and OPML show them, by name."""
        with self._db.reading() as conn:
            lines = [sources.line(row) for row in sources.listed(conn)]
        return sorted(lines, key=lambda each: (each.name.casefold(), each.url))

    def source_counts(self) -> tuple[int, int]:
        """Count the sources that are asked from time to time, and those of them that fail."""
        with self._db.reading() as conn:
            return sources.counts(conn)

    def due(self, now: datetime, *, limit: int | None = None, seen: bool = True) -> list[SourceState]:
        """Return the sources whose next check has come, longest overdue first; `seen` as for `sources`."""
        with self._db.reading() as conn:
            return sources.states(conn, sources.due(conn, now, limit), self._configured, seen=seen)

    def seen(self, url: str) -> frozenset[bytes]:
        """Return the hashes of a source whose state was read without them; empty for an unknown one."""
        with self._db.reading() as conn:
            row = conn.execute("SELECT id FROM sources WHERE url = ?", (url,)).fetchone()
            return sources.recall(conn, row["id"]) if row else frozenset()

    def next_due(self) -> datetime | None:
        """When the next source is due; 1970 when one was never asked, None when there is none."""
        with self._db.reading() as conn:
            return sources.next_due(conn)

    # checks and items

    def record(self, check: Check, *, compare: Compare) -> Recorded:
        """Store a check whole or not at all: entries, verdicts, stories, validators and next check."""
        return self.record_all([check], compare=compare)[0]

    def record_all(self, checks: Sequence[Check], *, compare: Compare) -> list[Recorded]:
        """Store several checks in one transaction, in order, all or none."""
        try:
            with self._db.writing() as conn:
                return [_recorded(conn, check, compare) for check in checks]
        except UnicodeEncodeError:  # rare, and to look for it beforehand costs more than most of the rest
            mended = [storable(check) for check in checks]
        with self._db.writing() as conn:
            return [_recorded(conn, check, compare) for check in mended]

    def items(
        self,
        *,
        which: Which = "kept",
        since: datetime | None = None,
        source: str | None = None,
        limit: int | None = 50,
    ) -> list[PublishedItem]:
        """Items newest first; `limit` None or 0 means all."""
        with self._db.reading() as conn:
            return items.select(conn, items.Wanted(which=which, since=since, source=source, limit=limit))

    def find_item(self, id_or_url: str) -> PublishedItem | None:
        """Return the item of this id, address or guid."""
        with self._db.reading() as conn:
            return items.find(conn, id_or_url)

    def search(self, text: str, *, limit: int) -> list[PublishedItem]:
        """Kept items that fit a search (syntax: `store.query`), newest first."""
        with self._db.reading() as conn:
            return search.search(conn, query.parse(text, self._db.fold), limit)

    # what is published

    def stories(
        self, *, limit: int, before: tuple[datetime, int] | None = None, moves: Moves = DEFAULT
    ) -> list[Story]:
        """Stories newest first; the next page starts after (`lead.when`, `id`) of this one's last.

        `moves` says which coverage moves `updated`.
        """
        with self._db.reading() as conn:
            return stories.page(conn, limit, before, moves)

    def story(self, story_id: int, *, moves: Moves = DEFAULT) -> Story | None:
        """Return the story of this id, or the one that took it in, unless it was withdrawn."""
        with self._db.reading() as conn:
            return stories.one(conn, story_id, moves)

    def relations(self, item_id: int) -> list[Coverage]:
        """Every item that was found to be related to one, closest first, with the reasons."""
        with self._db.reading() as conn:
            return links.relations(conn, item_id)

    def join(self, one: int, other: int, *, now: datetime) -> int | None:
        """Make the stories of two kept items one, now and whatever comes; returns the story's id.

        None when one of them is in no story.
        """
        with self._db.writing() as conn:
            return rulings.join(conn, one, other, micros(now))

    def split(self, story_id: int, item_ids: Sequence[int], *, now: datetime) -> int | None:
        """Part items of a story from the rest of it, now and whatever comes; returns their story's id.

        None when they are none, or all, of its items, or others.
        """
        with self._db.writing() as conn:
            return rulings.split(conn, story_id, item_ids, micros(now))

    def revision(self) -> int:
        """Return a number that grows whenever what would be published may have changed."""
        with self._db.reading() as conn:
            return int(conn.execute("SELECT value FROM meta WHERE name = 'revision'").fetchone()[0])

    def judged_by(self) -> str | None:
        """Return the topic that all verdicts are of; None when of several, or when a model adds to it."""
        with self._db.reading() as conn:
            return calm.judged_by(conn)

    def patience(self) -> tuple[datetime | None, timedelta | None]:
        """Return from when on a round waits for all, and how far apart such rounds are; None: not known."""
        with self._db.reading() as conn:
            return calm.patience(conn)

    def keep_patience(self, at: datetime | None, every: timedelta) -> None:
        """Remember both."""
        with self._db.writing() as conn:
            calm.keep_patience(conn, at, every)

    def stock_at(self) -> datetime | None:
        """Return when it is time again to look at how sources stand; None when nobody has looked yet."""
        with self._db.reading() as conn:
            row = conn.execute("SELECT value FROM meta WHERE name = 'stock_at'").fetchone()
        return moment(row[0]) if row else None

    def take_stock_at(self, when: datetime) -> None:
        """Remember when it is time again."""
        with self._db.writing() as conn:
            conn.execute("REPLACE INTO meta VALUES ('stock_at', ?)", (micros(when),))

    def stamps(self) -> dict[str, Stamp]:
        """Return what was last published, by path."""
        with self._db.reading() as conn:
            rows = conn.execute("SELECT * FROM stamps").fetchall()
        return {
            row["path"]: model.Stamp(digest=row["digest"], changed_at=moment(row["changed"])) for row in rows
        }

    def save_stamps(self, stamps: Mapping[str, Stamp]) -> None:
        """Remember what is published now in place of what was."""
        with self._db.writing() as conn:
            conn.execute("DELETE FROM stamps")
            rows = [(path, each.digest, micros(each.changed_at)) for path, each in stamps.items()]
            conn.executemany("INSERT INTO stamps VALUES (?, ?, ?)", rows)

    # care

    def prune(self, before: datetime, *, now: datetime, kept: bool = False, most: int | None = None) -> int:
        """Remove near and rejected items (`kept`: all) from before a time; none of them comes back.

        Some at a time, and no further ones once `most` are gone; returns how many went.
        """
        total, gone = 0, prune.BATCH
        while gone == prune.BATCH and (most is None or total < most):
            with self._db.writing() as conn:
                gone = prune.prune(conn, before, now, kept=kept)
            total += gone
        return total

    def backup(self, path: Path) -> None:
        """Write a copy to a new file; may run while the daemon writes."""
        with self._db.reading() as conn:
            care.backup(conn, path)

    def integrity(self) -> tuple[str, ...]:
        """Sentences on what is damaged; empty when the store is whole."""
        with self._db.reading() as conn:
            return care.integrity(conn)


def _recorded(conn: sqlite3.Connection, check: Check, compare: Compare) -> Recorded:
    return recording.record(conn, check, compare) if check.judged else calm.record(conn, check)
