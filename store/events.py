"""What happened to sources, and what was last told of each: a change is one event, whoever looks again."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from feeds.model import SourceState
from feeds.model.event import SourceEvent
from feeds.model.value import Value
from store import calm, sources
from store.codec import micros, micros_or_none, moment, moment_or_none
from store.connection import Database

EVENTS_KEPT: Final = 1000
"""Events remembered, over all sources; feeds show fewer."""

Reach = Literal["", "failing", "unheard", "gone"]


class Standing(Value, frozen=True, kw_only=True):
    """What was last told of a source. Maker and taker: `scheduler.rounds.standing`."""

    reach: Reach = ""
    """Whether it could be asked; empty: well."""
    reach_since: datetime | None = None
    """Since when `reach` is not well."""
    quiet_since: datetime | None = None
    """The newest entry before the silence that was told."""
    moved_to: str = ""
    """The address that was last told."""


class Unlooked(Value, frozen=True, kw_only=True):
    """A source that was checked since somebody last looked at how it stands."""

    state: SourceState
    added: datetime
    """When it was listed."""
    name: str
    """As lists show it."""
    standing: Standing | None
    """None at the first look."""


class Looked(Value, frozen=True, kw_only=True):
    """A source as it stands now, and what happened to it."""

    state: SourceState
    standing: Standing
    events: tuple[SourceEvent, ...] = ()


class Events:
    """The part of the store that knows what happened to sources. Failure is a StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def unlooked(self) -> list[Unlooked]:
        """Return the listed sources that were checked since the last look, without headers and passwords."""
        sql = (
            "SELECT s.*, t.source_id AS looked, t.reach, t.reach_since, t.quiet_since,"
            " t.moved_to AS told_to FROM sources AS s LEFT JOIN source_standings AS t ON t.source_id = s.id"
            " WHERE s.origin <> 'once' AND s.disabled = 0 AND s.last_check IS NOT NULL"
            " AND s.last_check IS NOT t.checked ORDER BY s.id"
        )
        with self._db.reading() as conn:
            rows = conn.execute(sql).fetchall()
            states = sources.states(conn, rows, {}, seen=False)
        return [
            Unlooked(
                state=state,
                added=moment(row["added"]),
                name=sources.line(row).name,
                standing=_standing(row) if row["looked"] is not None else None,
            )
            for row, state in zip(rows, states, strict=True)
        ]

    def keep(self, looked: Sequence[Looked]) -> None:
        """Remember how sources stand and what happened to them, in one transaction."""
        if not looked:
            return
        with self._db.writing() as conn:
            for each in looked:
                _keep(conn, each)
            if any(each.events for each in looked):
                conn.execute(
                    "DELETE FROM source_events WHERE id <= (SELECT max(id) FROM source_events) - ?",
                    (EVENTS_KEPT,),
                )
                calm.revise(conn)

    def last(self) -> int:
        """Return the id of the latest event; 0 before there was one."""
        with self._db.reading() as conn:
            return int(conn.execute("SELECT coalesce(max(id), 0) FROM source_events").fetchone()[0])

    def newest(self, *, limit: int) -> tuple[SourceEvent, ...]:
        """Return the latest events, the latest first."""
        with self._db.reading() as conn:
            return select(conn, "1 ORDER BY id DESC LIMIT ?", limit)


def select(conn: sqlite3.Connection, where: str, *values: object) -> tuple[SourceEvent, ...]:
    """Return the events that fit a condition of our own."""
    rows = conn.execute(f"SELECT * FROM source_events WHERE {where}", values)  # noqa: S608 # constants
    return tuple(
        SourceEvent(
            id=row["id"],
            source=row["source"],
            name=row["name"],
            home=row["home"],
            kind=row["kind"],
            at=moment(row["at"]),
            sentence=row["sentence"],
        )
        for row in rows
    )


def _keep(conn: sqlite3.Connection, looked: Looked) -> None:
    standing = looked.standing
    conn.execute(
        "REPLACE INTO source_standings (source_id, checked, reach, reach_since, quiet_since, moved_to)"
        " SELECT id, ?, ?, ?, ?, ? FROM sources WHERE url = ?",
        (
            micros_or_none(looked.state.last_check),
            standing.reach,
            micros_or_none(standing.reach_since),
            micros_or_none(standing.quiet_since),
            standing.moved_to,
            looked.state.source.url,
        ),
    )
    conn.executemany(
        "INSERT INTO source_events (source, name, home, kind, at, sentence) VALUES (?, ?, ?, ?, ?, ?)",
        [(e.source, e.name, e.home, e.kind, micros(e.at), e.sentence) for e in looked.events],
    )


def _standing(row: sqlite3.Row) -> Standing:
    return Standing(
        reach=row["reach"],
        reach_since=moment_or_none(row["reach_since"]),
        quiet_since=moment_or_none(row["quiet_since"]),
        moved_to=row["told_to"],
    )
