"""Sources: what the operator listed, what the checks found, and who is due."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from feeds.model import BasicAuth, Check, FeedHead, Freshness, Source, SourceState, Validators
from feeds.model.value import replace
from store.codec import from_json, micros, micros_or_none, moment, moment_or_none, moments, to_json

if TYPE_CHECKING:
    from feeds.model import SourceLine

Origin = Literal["config", "default", "added", "once"]

FAILING_AFTER: Final = 3
"""Failed checks in a row after which lists call a source failing; one bad night is no news."""

_NONE_SEEN: Final = msgspec.msgpack.encode([])
_DUE: Final = "origin <> 'once' AND disabled = 0 AND retired = 0"
_LISTED: Final = frozenset({"failures", "retired", "feed_title", "feed_link", "head"})
"""What a check may change of `line`, but for what changes at each one."""
_NO_HEADERS: Final = "[]"
_TOLD: Final = ("name", "language", "kind", "disabled", "min_interval_s", "max_interval_s", "headers")


def sync(conn: sqlite3.Connection, sources: Sequence[Source], origin: Origin, now: datetime) -> bool:
    """Make the listed sources of the configuration (file or shipped list) exactly these.

    True when anything changed. Sources of `sources add` stay unless they are named here.
    """
    columns = ", ".join(("url", "id", "origin", *_TOLD))
    known = {row["url"]: row for row in conn.execute(f"SELECT {columns} FROM sources")}  # noqa: S608 # our own column names
    changed = False
    wanted = {source.url: source for source in sources}
    for url, source in wanted.items():
        row = known.get(url)
        if row is None or tuple(row)[2:] != (origin, *_of(source)):
            # headers and password stay in the configuration, which hands them over at each start
            _list(conn, _told(replace(source, headers=(), auth=None)), origin, now)
            changed = True
    gone = [
        row["id"]
        for url, row in known.items()
        if row["origin"] in {"config", "default"} and url not in wanted
    ]
    conn.executemany("UPDATE sources SET origin = 'once' WHERE id = ?", [(each,) for each in gone])
    return changed or bool(gone)


def add(conn: sqlite3.Connection, source: Source, now: datetime) -> bool:
    """List a source by hand; False when it is listed already. A retired one gets a fresh start."""
    row = conn.execute("SELECT origin FROM sources WHERE url = ?", (source.url,)).fetchone()
    if row and row["origin"] != "once":
        return False
    _list(conn, _told(source), "added", now)
    conn.execute(
        "UPDATE sources SET retired = 0, gone_count = 0, failures = 0, next_check = 0 WHERE url = ?",
        (source.url,),
    )
    return True


def remove(conn: sqlite3.Connection, url: str) -> bool:
    """Stop watching a source that was added by hand; its items stay. False when there is none."""
    sql = "UPDATE sources SET origin = 'once' WHERE url = ? AND origin = 'added'"
    return conn.execute(sql, (url,)).rowcount > 0


def make_due(conn: sqlite3.Connection, url: str, at: datetime, why: str) -> bool:
    """Bring the next check of a listed source forward to a time; False when none is asked at that address."""
    sql = f"UPDATE sources SET next_check = min(next_check, ?), next_check_why = ? WHERE url = ? AND {_DUE}"  # noqa: S608 # constant
    return conn.execute(sql, (micros(at), why, url)).rowcount > 0


def _told(source: Source) -> dict[str, Any]:
    return {
        "url": source.url,
        "name": source.name,
        "language": source.language,
        "kind": source.kind,
        "disabled": int(source.disabled),
        "min_interval_s": source.min_interval_s,
        "max_interval_s": source.max_interval_s,
        "headers": to_json(source.headers),
    }


def _of(source: Source) -> tuple[object, ...]:
    """Return the columns `_TOLD` of a configured source: thousands are compared at each start."""
    bounds = (source.min_interval_s, source.max_interval_s)
    return (source.name, source.language, source.kind, int(source.disabled), *bounds, _NO_HEADERS)


def _list(conn: sqlite3.Connection, told: Mapping[str, Any], origin: Origin, now: datetime) -> None:
    row = {**told, "origin": origin, "added": micros(now), "address": told["url"]}
    names, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    changes = ", ".join(f"{name} = :{name}" for name in ("origin", *_TOLD))
    conn.execute(
        f"INSERT INTO sources ({names}) VALUES ({values}) ON CONFLICT (url) DO UPDATE SET {changes}",  # noqa: S608 # our own column names
        row,
    )


def known(conn: sqlite3.Connection, check: Check) -> dict[str, Any]:
    """Return the row of a check's source.

    One that nobody listed (one fetch of an address, to be stored) is kept unlisted.
    """
    source = check.state.source
    sql = "SELECT * FROM sources WHERE url = ?"
    row = conn.execute(sql, (source.url,)).fetchone()
    if row is None:
        _list(conn, _told(source), check.state.origin, check.at)
        row = conn.execute(sql, (source.url,)).fetchone()
    return _named(row)


def keep(
    conn: sqlite3.Connection, row: Mapping[str, Any], state: SourceState, spent: Mapping[str, int]
) -> bool:
    """Store the state a check ended in and what it cost (columns); says whether lists show a difference.

    What the operator says is not touched: it may have changed while the check ran.
    """
    found = _found(state)
    if moments(row["posted"]) != state.posted:
        found["posted"] = to_json([micros(each) for each in state.posted])
    changes = {name: value for name, value in {**found, **spent}.items() if row[name] != value}
    if changes:
        assignments = ", ".join(f"{name} = :{name}" for name in changes)
        conn.execute(f"UPDATE sources SET {assignments} WHERE id = :id", {**changes, "id": row["id"]})  # noqa: S608 # our own column names
    if state.seen is not None:
        _keep_seen(conn, row["id"], state.seen)
    if changes.keys().isdisjoint(_LISTED) or row["origin"] == "once":
        return False
    return _shown(row) != _shown({**row, **changes})


def _shown(row: Mapping[str, Any]) -> "SourceLine":
    return replace(line(row), next_check=None, last_error="")


def _found(state: SourceState) -> dict[str, Any]:
    return {
        "address": state.address or state.source.url,
        "retired": int(state.retired),
        "next_check": micros_or_none(state.next_check) or 0,
        "next_check_why": state.next_check_why,
        "failures": state.failures,
        "gone_count": state.gone_count,
        "last_error": state.last_error,
        "last_check": micros_or_none(state.last_check),
        "last_success": micros_or_none(state.last_success),
        "last_change": micros_or_none(state.last_change),
        "last_full": micros_or_none(state.last_full),
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "body_hash": state.body_hash,
        "moved_to": state.moved_to,
        "moved_since": micros_or_none(state.moved_since),
        "moved_seen": state.moved_seen,
        "slow_ms": round(state.slow_s * 1000),
        "freshness": to_json(state.freshness),
        "feed_title": state.head.title,
        "feed_link": state.head.link,
        "head": to_json(state.head),
    }


def _keep_seen(conn: sqlite3.Connection, source_id: int, seen: frozenset[bytes]) -> None:
    """Keep exactly these hashes: one too many, and an edit that is taken back would not be read."""
    row = conn.execute("SELECT hashes FROM seen WHERE source_id = ?", (source_id,)).fetchone()
    blob = msgspec.msgpack.encode(sorted(seen))
    if blob != (row["hashes"] if row else _NONE_SEEN):
        conn.execute("REPLACE INTO seen VALUES (?, ?)", (source_id, blob))


def recall(conn: sqlite3.Connection, source_id: int) -> frozenset[bytes]:
    """Return the raw hashes that need no second reading; none where they are damaged: all is read anew."""
    row = conn.execute("SELECT hashes FROM seen WHERE source_id = ?", (source_id,)).fetchone()
    with suppress(msgspec.DecodeError):
        return frozenset(msgspec.msgpack.decode(row["hashes"], type=list[bytes]) if row else ())
    return frozenset()


def due(conn: sqlite3.Connection, now: datetime, limit: int | None) -> list[sqlite3.Row]:
    """Rows of the sources whose next check has come, longest overdue first."""
    sql = f"SELECT * FROM sources WHERE {_DUE} AND next_check <= ? ORDER BY next_check LIMIT ?"  # noqa: S608 # constant
    return conn.execute(sql, (micros(now), -1 if limit is None else limit)).fetchall()


def next_due(conn: sqlite3.Connection) -> datetime | None:
    """Return when the next source is due; 1970 when one was never asked, None when there is none."""
    ticks = conn.execute(f"SELECT min(next_check) FROM sources WHERE {_DUE}").fetchone()[0]  # noqa: S608 # constant
    return moment_or_none(ticks)


def counts(conn: sqlite3.Connection) -> tuple[int, int]:
    """Count the sources that are asked from time to time, and those of them that fail."""
    sql = (
        f"SELECT (SELECT count(*) FROM sources WHERE {_DUE}),"  # noqa: S608 # constant
        f" (SELECT count(*) FROM sources WHERE failures > 0 AND failures >= ? AND {_DUE})"
    )
    watched, failing = conn.execute(sql, (FAILING_AFTER,)).fetchone()
    return watched, failing


def listed(conn: sqlite3.Connection) -> list[sqlite3.Row]:
    """Rows of all listed sources in the order they were first named."""
    return conn.execute("SELECT * FROM sources WHERE origin <> 'once' ORDER BY id").fetchall()


def states(
    conn: sqlite3.Connection, rows: Iterable[sqlite3.Row], secrets: Mapping[str, Source], *, seen: bool
) -> list[SourceState]:
    """Make states of rows; `secrets` holds the configured sources, whose headers are not on disk."""
    return [_state(conn, _named(row), secrets.get(row["url"]), seen=seen) for row in rows]


def _named(row: sqlite3.Row) -> dict[str, Any]:
    """Return a row as a dict: SQLite's own looks through all its thirty-five names for each value."""
    return dict(zip(row.keys(), tuple(row), strict=True))


def _state(
    conn: sqlite3.Connection, row: Mapping[str, Any], secret: Source | None, *, seen: bool
) -> SourceState:
    return SourceState(
        source=_source(row, secret),
        origin=row["origin"],
        address=row["address"],
        validators=Validators(etag=row["etag"], last_modified=row["last_modified"]),
        body_hash=row["body_hash"],
        seen=recall(conn, row["id"]) if seen else None,
        failures=row["failures"],
        gone_count=row["gone_count"],
        retired=bool(row["retired"]),
        next_check=moment_or_none(row["next_check"] or None),
        next_check_why=row["next_check_why"],
        last_check=moment_or_none(row["last_check"]),
        last_success=moment_or_none(row["last_success"]),
        last_change=moment_or_none(row["last_change"]),
        last_full=moment_or_none(row["last_full"]),
        freshness=from_json(row["freshness"], Freshness),
        head=from_json(row["head"], FeedHead),
        moved_to=row["moved_to"],
        moved_since=moment_or_none(row["moved_since"]),
        moved_seen=row["moved_seen"],
        last_error=row["last_error"],
        slow_s=row["slow_ms"] / 1000,
        posted=moments(row["posted"]),
    )


def _source(row: Mapping[str, Any], secret: Source | None) -> Source:
    auth: BasicAuth | None = secret.auth if secret else None
    headers = secret.headers if secret else from_json(row["headers"], tuple[tuple[str, str], ...])
    return Source(
        url=row["url"],
        name=row["name"],
        language=row["language"],
        kind=row["kind"],
        disabled=bool(row["disabled"]),
        min_interval_s=row["min_interval_s"],
        max_interval_s=row["max_interval_s"],
        headers=headers,
        auth=auth,
    )


def line(row: sqlite3.Row | Mapping[str, Any]) -> "SourceLine":
    """Make a row of a list: name, language, and whether it works."""
    from feeds.model import SourceLine  # noqa: PLC0415 # lists are shown rarely, sources asked all the time

    state = "active"
    if row["failures"] >= FAILING_AFTER:
        state = "failing"
    if row["retired"]:
        state = "retired"
    if row["disabled"]:
        state = "disabled"
    return SourceLine(
        url=row["url"],
        name=row["name"] or row["feed_title"] or row["url"],
        language=row["language"] or from_json(row["head"], FeedHead).language,
        kind=row["kind"],
        home=row["feed_link"],
        state=state,
        next_check=moment(row["next_check"]) if row["next_check"] else None,
        last_error=row["last_error"],
    )
