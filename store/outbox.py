"""What has to reach somebody outside: kept until it did, or until trying ends.

A delivery is named by `kind`, `target` and `key`; there is one of each name. `put` asks for it, `claim`
takes what is due for a while, `settle` says what became of it. A claim is compare-and-set in one
transaction, so two processes never hold the same delivery; whoever dies leaves a claim that lapses,
so nothing is lost. What is sent may therefore arrive twice after a crash, never not at all.

When to try again is the caller's decision (`scheduler.push.backoff`), sending is too (`feeds.intake.post`).
"""

import secrets
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

from store.codec import from_json, micros, moment, moment_or_none, to_json
from store.connection import Database
from store.delivery import STATES, Delivery, DeliveryLine, Parcel, Payload, Settled, State

_SEEN: Final = 2_000
"""Due deliveries that one claim looks at."""
_CLAIM: Final = """
WITH due AS (
  SELECT id, lane, next_at FROM deliveries INDEXED BY deliveries_due
  WHERE state = 0 AND next_at <= ?1 AND kind IN (SELECT value FROM json_each(?2))
    AND lane NOT IN (SELECT value FROM json_each(?3))
  ORDER BY next_at, id LIMIT ?4
), placed AS (
  SELECT id, next_at, row_number() OVER (PARTITION BY lane ORDER BY next_at, id) AS place FROM due
)
UPDATE deliveries SET claim = ?7, next_at = ?8, attempts = attempts + 1
WHERE id IN (SELECT id FROM placed WHERE place <= ?5 ORDER BY next_at, id LIMIT ?6)
RETURNING id, kind, target, key, lane, payload_id, attempts, version
"""


class Outbox:
    """The part of the store that holds what is to be sent. Made by `Store`; failure is a StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(
        self, kind: str, parcels: Iterable[Parcel], payload: Payload, *, now: datetime, again: bool = True
    ) -> int:
        """Ask for deliveries of one content, due at `now`; returns how many there are to be sent.

        `again`: content that differs takes the place of what waits (which keeps its time when it was
        tried already), and what was settled starts anew. Otherwise a name that is remembered in any
        state stays as it is: the same is sent once.
        """
        with self._db.writing() as conn:
            return put(conn, kind, parcels, payload, now=now, again=again)

    def next_at(self, kinds: Collection[str], *, without: Collection[str] = ()) -> datetime | None:
        """When the next delivery of these kinds is due, or its claim lapses; None when none waits.

        Lanes in `without` are left out.
        """
        sql = (
            "SELECT next_at FROM deliveries INDEXED BY deliveries_due WHERE state = 0"
            " AND kind IN (SELECT value FROM json_each(?)) AND lane NOT IN (SELECT value FROM json_each(?))"
            " ORDER BY next_at LIMIT 1"
        )
        with self._db.reading() as conn:
            row = conn.execute(sql, (to_json(sorted(kinds)), to_json(sorted(without)))).fetchone()
        return moment_or_none(row[0]) if row else None

    def claim(
        self,
        kinds: Collection[str],
        *,
        now: datetime,
        until: datetime,
        limit: int,
        per_lane: int = 1_000_000,
        without: Collection[str] = (),
    ) -> list[Delivery]:
        """Take at most `limit` due deliveries until a time, oldest first.

        At most `per_lane` of each lane, and none of the lanes in `without`. Each must be settled or given
        back before `until`; then others may take it.
        """
        token = secrets.token_hex(8)
        wanted = (micros(now), to_json(sorted(kinds)), to_json(sorted(without)), _SEEN, per_lane, limit)
        with self._db.writing() as conn:
            rows = conn.execute(_CLAIM, (*wanted, token, micros(until))).fetchall()
            payloads = _payloads(conn, {row["payload_id"] for row in rows})
        return [
            Delivery(
                id=row["id"],
                kind=row["kind"],
                target=row["target"],
                key=row["key"],
                lane=row["lane"],
                payload=payloads[row["payload_id"]],
                attempt=row["attempts"],
                claim=token,
                version=row["version"],
                until=until,
            )
            for row in sorted(rows, key=lambda row: int(row["id"]))
        ]

    def settle(self, settled: Sequence[Settled], *, now: datetime) -> None:
        """Note what became of claimed deliveries; a claim that lapsed or was withdrawn changes nothing.

        Where other content came meanwhile, it is due at once, or when the old one would be tried again.
        """
        sql = (
            "UPDATE deliveries SET claim = '', settled = ?1, status = ?2, error = ?3,"
            " next_at = coalesce(?4, ?1),"
            " attempts = CASE WHEN version <> ?6 AND ?5 <> 0 THEN 0 ELSE attempts END,"
            " state = CASE WHEN version = ?6 THEN ?5 ELSE 0 END,"
            " payload_id = CASE WHEN version = ?6 AND ?5 <> 0 THEN NULL ELSE payload_id END"
            " WHERE id = ?7 AND claim = ?8"
        )
        rows = [
            (
                micros(now),
                each.status,
                each.error,
                micros(each.at) if each.at else None,
                STATES.index(each.state),
                each.delivery.version,
                each.delivery.id,
                each.delivery.claim,
            )
            for each in settled
        ]
        with self._db.writing() as conn:
            conn.executemany(sql, rows)

    def give_back(self, deliveries: Sequence[Delivery], *, now: datetime) -> None:
        """Return claimed deliveries that were not tried: they are due at once."""
        rows = [(micros(now), each.id, each.claim) for each in deliveries]
        sql = "UPDATE deliveries SET claim = '', next_at = ?, attempts = attempts - 1"
        sql += " WHERE id = ? AND claim = ?"
        with self._db.writing() as conn:
            conn.executemany(sql, rows)

    def withdraw(self, kind: str, target: str, key: str | None = None) -> int:
        """Forget what is to be sent to a target, all of it or about one key; returns how many waited.

        One that is being sent at this moment may still arrive.
        """
        with self._db.writing() as conn:
            return withdraw(conn, kind, target, key)

    def lines(self, kinds: Collection[str], *, limit: int = 50) -> list[DeliveryLine]:
        """Return deliveries of these kinds: those that wait, soonest first, then the latest settled."""
        sql = (
            "SELECT * FROM deliveries WHERE kind IN (SELECT value FROM json_each(?))"
            " ORDER BY state <> 0, CASE WHEN state = 0 THEN next_at ELSE -settled END, id LIMIT ?"
        )
        with self._db.reading() as conn:
            rows = conn.execute(sql, (to_json(sorted(kinds)), limit)).fetchall()
        return [line(row) for row in rows]

    def counts(self, kind: str) -> dict[State, int]:
        """Return how many deliveries of a kind are in each state, as far as they are remembered."""
        sql = "SELECT state, count(*) FROM deliveries WHERE kind = ? GROUP BY state"
        with self._db.reading() as conn:
            found = {int(row[0]): int(row[1]) for row in conn.execute(sql, (kind,))}
        return {state: found.get(number, 0) for number, state in enumerate(STATES)}

    def waiting(self, kind: str, *, lane: str | None = None) -> int:
        """Return how many deliveries of a kind wait, of one lane or all."""
        sql = "SELECT count(*) FROM deliveries WHERE state = 0 AND kind = ?1 AND (?2 IS NULL OR lane = ?2)"
        with self._db.reading() as conn:
            return int(conn.execute(sql, (kind, lane)).fetchone()[0])

    def prune(self, before: datetime) -> int:
        """Forget what was settled before a time, and contents that nobody waits for; returns how many."""
        with self._db.writing() as conn:
            gone = conn.execute(
                "DELETE FROM deliveries WHERE state <> 0 AND settled < ?", (micros(before),)
            ).rowcount
            conn.execute(
                "DELETE FROM payloads WHERE NOT EXISTS"
                " (SELECT 1 FROM deliveries WHERE payload_id = payloads.id)"
            )
        return gone


def put(
    conn: sqlite3.Connection,
    kind: str,
    parcels: Iterable[Parcel],
    payload: Payload,
    *,
    now: datetime,
    again: bool = True,
) -> int:
    """As `Outbox.put`, within a transaction of the store's own."""
    rows = [(kind, each.target, each.key, each.lane, micros(now)) for each in parcels]
    if not rows:
        return 0
    number = _stored(conn, payload)
    conflict = (
        "UPDATE SET payload_id = excluded.payload_id, version = version + 1, lane = excluded.lane,"
        " created = excluded.created, next_at = CASE WHEN state = 0 AND (attempts > 0 OR claim <> '')"
        " THEN next_at ELSE excluded.next_at END,"
        " attempts = CASE WHEN state = 0 THEN attempts ELSE 0 END, state = 0"
        " WHERE state <> 0 OR claim <> '' OR payload_id IS NOT excluded.payload_id"
        if again
        else "NOTHING"
    )
    sql = (
        "INSERT INTO deliveries (kind, target, key, lane, payload_id, created, next_at)"  # noqa: S608 # constants
        f" VALUES (?1, ?2, ?3, ?4, {number:d}, ?5, ?5) ON CONFLICT (kind, target, key) DO {conflict}"
    )
    return conn.executemany(sql, rows).rowcount


def withdraw(conn: sqlite3.Connection, kind: str, target: str, key: str | None = None) -> int:
    """As `Outbox.withdraw`, within a transaction of the store's own."""
    sql = "DELETE FROM deliveries WHERE kind = ?1 AND target = ?2 AND state = 0 AND (?3 IS NULL OR key = ?3)"
    return conn.execute(sql, (kind, target, key)).rowcount


def _stored(conn: sqlite3.Connection, payload: Payload) -> int:
    digest = payload.digest
    row = conn.execute("SELECT id FROM payloads WHERE digest = ?", (digest,)).fetchone()
    if row is None:
        sql = "INSERT INTO payloads (digest, content_type, headers, body) VALUES (?, ?, ?, ?) RETURNING id"
        values = (digest, payload.content_type, to_json(payload.headers), payload.body)
        row = conn.execute(sql, values).fetchone()
    return int(row[0])


def _payloads(conn: sqlite3.Connection, numbers: set[int]) -> dict[int, Payload]:
    sql = "SELECT * FROM payloads WHERE id IN (SELECT value FROM json_each(?))"
    return {
        row["id"]: Payload(
            body=row["body"],
            content_type=row["content_type"],
            headers=from_json(row["headers"], tuple[tuple[str, str], ...]),
        )
        for row in conn.execute(sql, (to_json(sorted(numbers)),))
    }


def line(row: sqlite3.Row) -> DeliveryLine:
    """Make a line of a list of a row of deliveries."""
    waits = row["state"] == 0
    return DeliveryLine(
        kind=row["kind"],
        target=row["target"],
        key=row["key"],
        state=STATES[row["state"]],
        created=moment(row["created"]),
        attempts=row["attempts"],
        next_at=moment(row["next_at"]) if waits else None,
        settled=moment_or_none(row["settled"]),
        status=row["status"],
        error=row["error"],
    )
