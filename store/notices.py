"""What the rules of the operator have told: looked at in order, each story once per rule.

A rule looks at items in the order in which they came and remembers how far it got, what it told of, and
what it asked the outbox to deliver, all in one transaction: a crash neither repeats nor loses a notice.
Told is told by item: a story that is joined or parted later tells nothing again.
"""

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

from feeds.model import Story
from feeds.model.event import SourceEvent
from feeds.model.value import Value
from store import events, outbox, stories
from store.codec import micros, moment, to_json
from store.connection import Database
from store.delivery import DeliveryLine, Parcel, Payload
from store.items import KEPT
from store.moves import Moves

KIND: Final = "notice"
"""Of the deliveries; their target is the rule's name."""
AT_ONCE: Final = 500
"""Kept items that a rule looks at in one transaction."""


class Candidate(Value, frozen=True, kw_only=True):
    """A story with news in it, untold under a rule. Taker: `scheduler.push.deciding`."""

    story: Story
    first_seen: datetime
    """When the first of its reports was seen here."""
    first_reading: bool
    """Its lead came with the first document that was read of its source: it may be of any age."""


class Look(Value, frozen=True, kw_only=True):
    """What a rule has not looked at yet. `since`: when the rule was first met."""

    rule: str
    since: datetime
    candidates: tuple[Candidate, ...]
    told: tuple[int, ...]
    """Stories that were told and have something new."""
    events: tuple[SourceEvent, ...]
    seen_item: int
    seen_event: int
    more: bool = False
    """There is more to look at after these."""


Outgoing = tuple[Parcel, Payload]


class Notices:
    """The part of the store that remembers what was told. Failure is a StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def meet(self, rules: Collection[str], *, now: datetime) -> None:
        """Make the remembered rules exactly these; a new one begins now, with what comes after."""
        with self._db.reading() as conn:
            known = {row["name"] for row in conn.execute("SELECT name FROM notice_rules")}
        if known == set(rules):
            return
        with self._db.writing() as conn:
            for name in known - set(rules):
                conn.execute("DELETE FROM notice_rules WHERE name = ?", (name,))
                outbox.withdraw(conn, KIND, name)
            item, event = _newest(conn, "items"), _newest(conn, "source_events")
            conn.executemany(
                "INSERT OR IGNORE INTO notice_rules VALUES (?, ?, ?, ?)",
                [(name, micros(now), item, event) for name in rules],
            )

    def look(self, rule: str, *, moves: Moves) -> Look | None:
        """Return what a rule has not looked at; None when that is nothing, or when it was never met."""
        with self._db.reading() as conn:
            row = conn.execute("SELECT * FROM notice_rules WHERE name = ?", (rule,)).fetchone()
            item, event = _newest(conn, "items"), _newest(conn, "source_events")
            if row is None or (row["seen_item"], row["seen_event"]) == (item, event):
                return None
            sql = (
                "SELECT id, story_id FROM items WHERE id > ? AND status = ? AND story_id IS NOT NULL"
                " ORDER BY id LIMIT ?"
            )
            rows = conn.execute(sql, (row["seen_item"], KEPT, AT_ONCE)).fetchall()
            found = list(dict.fromkeys(each["story_id"] for each in rows))
            told = [each for each in found if _is_told(conn, rule, each)]
            return Look(
                rule=rule,
                since=moment(row["since"]),
                candidates=tuple(_candidates(conn, [each for each in found if each not in told], moves)),
                told=tuple(told),
                events=events.select(conn, "id > ? ORDER BY id", row["seen_event"]),
                seen_item=rows[-1]["id"] if len(rows) == AT_ONCE else item,
                seen_event=event,
                more=len(rows) == AT_ONCE,
            )

    def tell(self, look: Look, told: Sequence[Story], outgoing: Iterable[Outgoing], *, now: datetime) -> None:
        """Remember that a rule has looked, what it told of, and ask for the deliveries."""
        with self._db.writing() as conn:
            conn.execute(
                "UPDATE notice_rules SET seen_item = max(seen_item, ?), seen_event = max(seen_event, ?)"
                " WHERE name = ?",
                (look.seen_item, look.seen_event, look.rule),
            )
            conn.execute(
                "INSERT OR IGNORE INTO notices_told SELECT ?, id FROM items"
                " WHERE story_id IN (SELECT value FROM json_each(?))",
                (look.rule, to_json([*look.told, *(story.id for story in told)])),
            )
            for parcel, payload in outgoing:
                outbox.put(conn, KIND, (parcel,), payload, now=now, again=False)

    def last(self, rule: str) -> DeliveryLine | None:
        """Return the notice of a rule that was last tried, while it is remembered."""
        sql = (
            "SELECT * FROM deliveries WHERE kind = ? AND target = ? AND settled IS NOT NULL"
            " ORDER BY settled DESC LIMIT 1"
        )
        with self._db.reading() as conn:
            row = conn.execute(sql, (KIND, rule)).fetchone()
        return outbox.line(row) if row else None

    def waiting(self, rule: str) -> int:
        """Count the notices of a rule that are not delivered yet."""
        sql = "SELECT count(*) FROM deliveries WHERE kind = ? AND target = ? AND state = 0"
        with self._db.reading() as conn:
            return int(conn.execute(sql, (KIND, rule)).fetchone()[0])

    def since(self, rule: str) -> datetime | None:
        """Return when a rule was first met; None for one that was not."""
        with self._db.reading() as conn:
            row = conn.execute("SELECT since FROM notice_rules WHERE name = ?", (rule,)).fetchone()
        return moment(row["since"]) if row else None


def _newest(conn: sqlite3.Connection, table: str) -> int:
    """Return the highest id that was ever given out: ids are not used again."""
    row = conn.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return int(row["seq"]) if row else 0


def _is_told(conn: sqlite3.Connection, rule: str, story_id: int) -> bool:
    sql = (
        "SELECT 1 FROM items AS i JOIN notices_told AS t ON t.item_id = i.id AND t.rule = ?"
        " WHERE i.story_id = ? LIMIT 1"
    )
    return conn.execute(sql, (rule, story_id)).fetchone() is not None


def _candidates(conn: sqlite3.Connection, story_ids: Sequence[int], moves: Moves) -> Iterable[Candidate]:
    for story_id in story_ids:
        story = stories.one(conn, story_id, moves)
        if story is None:
            continue
        seen = conn.execute("SELECT min(first_seen) FROM items WHERE story_id = ?", (story_id,)).fetchone()
        yield Candidate(
            story=story,
            first_seen=moment(seen[0]),
            first_reading=_first_reading(conn, story.lead.id),
        )


def _first_reading(conn: sqlite3.Connection, item_id: int) -> bool:
    sql = (
        "SELECT i.first_seen = (SELECT min(o.first_seen) FROM items AS o WHERE o.source_id = i.source_id)"
        " FROM items AS i WHERE i.id = ?"
    )
    return bool(conn.execute(sql, (item_id,)).fetchone()[0])
