"""What is known of a single item, and figures over all of them, for people who want to look behind a list."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from statistics import median
from typing import Final

from feeds.model.value import Value
from store.codec import from_json, micros, moment
from store.connection import Database
from store.health import IN_RING
from store.items import Details

STORIES: Final = 5000
"""Newest stories that lag and first-to-report are taken from."""


class Provenance(Value, frozen=True, kw_only=True):
    """Where an item's words come from. Taker: the item's page."""

    first_seen: datetime
    """When a check first found it."""
    published_raw: str
    """The date as its publisher wrote it."""
    content_hash: str
    """Hexadecimal hash of title, text and address as stored last."""
    categories: tuple[str, ...]
    via_title: str
    via_url: str
    checked: tuple[datetime, str, int | None] | None
    """Time, outcome and status of the check that found it, while that is remembered."""


class Speed(Value, frozen=True, kw_only=True):
    """How early a source is among those that carried a story."""

    source: str
    shared: int
    """Stories that at least one other source carried too."""
    first: int
    lag_s: float
    """Median time after the first report of the story, in seconds."""


class Figures(Value, frozen=True, kw_only=True):
    """Counts of kept items. Months are as in 2026-03."""

    by_language: tuple[tuple[str, str, int], ...]
    """Month, language, reports."""
    by_tag: tuple[tuple[str, str, int], ...]
    copies: tuple[tuple[str, int, int], ...]
    """Month, reports, and how many of them repeat another's text."""
    speeds: tuple[Speed, ...]


class Sums(Value, frozen=True, kw_only=True):
    """How much is stored."""

    judged: int
    kept: int
    stories: int
    sources: int


class Records:
    """Questions on the items of one store. Thread-safe as the store is; failure is a StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def provenance(self, item_id: int) -> Provenance | None:
        """Return where an item's words come from; None for an unknown one."""
        with self._db.reading() as conn:
            sql = "SELECT source_id, first_seen, content_hash, details FROM items WHERE id = ?"
            row = conn.execute(sql, (item_id,)).fetchone()
            if row is None:
                return None
            check = conn.execute(
                f"SELECT at, outcome, status FROM checks WHERE source_id = ? AND at = ? AND {IN_RING}",  # noqa: S608 # constant
                (row["source_id"], row["first_seen"]),
            ).fetchone()
        details = from_json(row["details"], Details)
        return Provenance(
            first_seen=moment(row["first_seen"]),
            published_raw=details.published_raw,
            content_hash=row["content_hash"].hex(),
            categories=details.categories,
            via_title=details.via_title,
            via_url=details.via_url,
            checked=(moment(check["at"]), check["outcome"], check["status"]) if check else None,
        )

    def sums(self) -> Sums:
        """Return how much is stored; counted by source, so that it costs the same for ever."""
        with self._db.reading() as conn:
            row = conn.execute(
                "SELECT coalesce(sum(judged), 0), coalesce(sum(kept), 0), count(*) FROM source_counts"
            ).fetchone()
            stories = conn.execute(
                "SELECT (SELECT count(*) FROM unarchived) + (SELECT count(*) FROM archived)"
            ).fetchone()
        return Sums(judged=row[0], kept=row[1], sources=row[2], stories=stories[0])

    def figures(self, since: datetime) -> Figures:
        """Count what was published from `since` on."""
        month = "strftime('%Y-%m', sort_at / 1000000, 'unixepoch')"
        tick = micros(since)
        with self._db.reading() as conn:
            languages = conn.execute(
                f"SELECT {month}, language, count(*) FROM items INDEXED BY items_language"  # noqa: S608 # constants
                " WHERE status = 2 AND sort_at >= ? GROUP BY 1, 2 ORDER BY 1, 2",
                (tick,),
            ).fetchall()
            tags = conn.execute(
                f"SELECT {month}, tag, count(*) FROM item_tags"  # noqa: S608 # constants
                " WHERE sort_at >= ? GROUP BY 1, 2 ORDER BY 1, 2",
                (tick,),
            ).fetchall()
            copies = conn.execute(
                f"SELECT {month}, count(*) FROM items INDEXED BY items_duplicates"  # noqa: S608 # constants
                " WHERE duplicate_of IS NOT NULL AND status = 2 AND sort_at >= ? GROUP BY 1",
                (tick,),
            ).fetchall()
            speeds = _speeds(conn, tick)
        every: Counter[str] = Counter()
        for row in languages:
            every[row[0]] += row[2]
        repeated = {row[0]: row[1] for row in copies}
        return Figures(
            by_language=_rows(languages),
            by_tag=_rows(tags),
            copies=tuple((each, every[each], repeated.get(each, 0)) for each in sorted(every)),
            speeds=speeds,
        )


def _rows(rows: Iterable[sqlite3.Row]) -> tuple[tuple[str, str, int], ...]:
    return tuple((row[0], row[1], row[2]) for row in rows)


def _speeds(conn: sqlite3.Connection, tick: int) -> tuple[Speed, ...]:
    """Compare the sources of each of the newest stories that have more than one."""
    sql = (
        "SELECT i.story_id, coalesce(nullif(s.name, ''), nullif(s.feed_title, ''), s.url) AS name,"
        " min(i.sort_at) AS at FROM items AS i JOIN sources AS s ON s.id = i.source_id WHERE i.story_id IN"
        " (SELECT id FROM stories WHERE lead_id IS NOT NULL AND sort_at >= ?"
        " ORDER BY sort_at DESC, id DESC LIMIT ?)"
        " AND i.status = 2 GROUP BY i.story_id, i.source_id"
    )
    told: dict[int, list[tuple[int, str]]] = {}
    for row in conn.execute(sql, (tick, STORIES)):
        told.setdefault(row["story_id"], []).append((row["at"], row["name"]))
    lags: dict[str, list[float]] = {}
    first: Counter[str] = Counter()
    for reports in told.values():
        if len(reports) > 1:
            start, leader = min(reports)
            first[leader] += 1
            for at, name in reports:
                lags.setdefault(name, []).append((at - start) / 1_000_000)
    speeds = [
        Speed(source=name, shared=len(each), first=first[name], lag_s=median(each))
        for name, each in lags.items()
    ]
    return tuple(sorted(speeds, key=lambda each: (-each.first, each.lag_s, each.source)))
