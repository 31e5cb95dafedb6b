"""What the checks cost and met: the log of each source, and the hosts that are left alone."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from feeds.model import Check, Recorded
from feeds.model.hold import HostHold
from feeds.model.value import Value
from store.codec import from_json, micros, micros_or_none, moment, moment_or_none, to_json
from store.connection import Database

CHECKS_KEPT: Final = 100
"""Checks remembered of each source: a day of them at the shortest usual interval."""
IN_RING: Final = f"slot IN ({', '.join(map(str, range(CHECKS_KEPT)))})"
"""SQL that is true of every check, and lets those of one source be found in the order in which they lie."""
_NOT_MODIFIED: Final = 304
_MAX_HOPS: Final = 10


class CheckLine(Value, frozen=True, kw_only=True):
    """One check as the log has it. Durations are seconds."""

    source: str = ""
    """Address of the source."""
    at: datetime
    """When its first request began."""
    outcome: str
    status: int | None
    wire_bytes: int
    elapsed_s: float
    entries: int
    new: int
    kept: int
    error: str | None
    asked: str = ""
    """Address of the first request; empty in lines of older versions."""
    requests: int = 1
    cause: str = ""
    """Kind of the failure, or empty."""
    retry_after_s: int | None = None
    hops: tuple[tuple[int, str], ...] = ()
    """Redirects followed: status and target."""


class Totals(Value, frozen=True, kw_only=True):
    """What a source has cost since it was first asked."""

    checks: int = 0
    requests: int = 0
    wire_bytes: int = 0
    not_modified: int = 0


class Health:
    """The part of the store that knows how asking went. Made by `Store`; failure is a StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def checks(self, url: str) -> list[CheckLine]:
        """Return the last checks of a source, newest first."""
        return self._lines(f"s.url = ? AND c.{IN_RING}", url)

    def checks_since(self, since: datetime) -> list[CheckLine]:
        """Return the checks of all sources from `since` on, newest first, as far as they are remembered."""
        return self._lines("c.at >= ?", micros(since))

    def _lines(self, condition: str, value: str | int) -> list[CheckLine]:
        sql = (
            "SELECT s.url, c.* FROM checks AS c JOIN sources AS s ON s.id = c.source_id"  # noqa: S608 # constants
            f" WHERE {condition} ORDER BY c.at DESC, s.url"
        )
        with self._db.reading() as conn:
            return [_line(row) for row in conn.execute(sql, (value,))]

    def totals(self, url: str) -> Totals:
        """Return what a source has cost so far; zeros for an unknown one."""
        sql = "SELECT checks, requests, wire_bytes, not_modified FROM sources WHERE url = ?"
        with self._db.reading() as conn:
            row = conn.execute(sql, (url,)).fetchone()
        return Totals(**dict(row)) if row else Totals()

    def holds(self) -> tuple[HostHold, ...]:
        """Return the hosts that refused and have not answered well since."""
        with self._db.reading() as conn:
            rows = conn.execute("SELECT * FROM holds ORDER BY host").fetchall()
        return tuple(
            HostHold(
                host=row["host"],
                until=moment_or_none(row["until"]),
                asked_until=moment_or_none(row["asked_until"]),
                storms=row["storms"],
                refused=from_json(row["refused"], tuple[str, ...]),
            )
            for row in rows
        )

    def keep_hold(self, hold: HostHold) -> None:
        """Remember a host, or forget it when there is nothing left to remember."""
        with self._db.writing() as conn:
            conn.execute("DELETE FROM holds WHERE host = ?", (hold.host,))
            if not hold.empty:
                conn.execute(
                    "INSERT INTO holds VALUES (?, ?, ?, ?, ?)",
                    (
                        hold.host,
                        micros_or_none(hold.until),
                        micros_or_none(hold.asked_until),
                        hold.storms,
                        to_json(hold.refused),
                    ),
                )


def log(
    conn: sqlite3.Connection, source: Mapping[str, Any], check: Check, recorded: Recorded
) -> dict[str, int]:
    """Remember a check in the ring of its source; the same check again counts once.

    Returns the columns of the source's row that count what it has cost, for the caller to keep.
    """
    at = micros(check.at)
    if source["recorded_at"] == at:
        return {}
    conn.execute(
        "REPLACE INTO checks (source_id, slot, at, outcome, status, wire_bytes, elapsed_us, entries, new,"
        " kept, error, asked, requests, cause, retry_after_s, hops)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            source["id"],
            source["checks"] % CHECKS_KEPT,
            at,
            check.outcome,
            check.status,
            check.wire_bytes,
            round(check.elapsed_s * 1_000_000),
            check.entries,
            recorded.new,
            recorded.kept,
            check.error,
            check.asked,
            check.requests,
            check.cause,
            check.state.freshness.retry_after_s if check.requests else None,
            to_json([(hop.status, hop.target) for hop in check.hops[:_MAX_HOPS]]),
        ),
    )
    return {
        "recorded_at": at,
        "checks": source["checks"] + 1,
        "requests": source["requests"] + check.requests,
        "wire_bytes": source["wire_bytes"] + check.wire_bytes,
        "not_modified": source["not_modified"] + (check.status == _NOT_MODIFIED),
    }


def _line(row: sqlite3.Row) -> CheckLine:
    return CheckLine(
        source=row["url"],
        at=moment(row["at"]),
        outcome=row["outcome"],
        status=row["status"],
        wire_bytes=row["wire_bytes"],
        elapsed_s=row["elapsed_us"] / 1_000_000,
        entries=row["entries"],
        new=row["new"],
        kept=row["kept"],
        error=row["error"],
        asked=row["asked"],
        requests=row["requests"],
        cause=row["cause"],
        retry_after_s=row["retry_after_s"],
        hops=from_json(row["hops"], tuple[tuple[int, str], ...]),
    )
