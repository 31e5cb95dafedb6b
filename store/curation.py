"""What the operator and learning add to curation: marks, models, other verdicts; and the compiled topic.

Rules of a new verdict on a stored item: id, guid, first_seen and date stay. One that enters becomes a story
dated by its publication, so readers see it where it belongs and not as news; one that leaves is withdrawn
from its story, and its text stays as it is. A marked item follows its mark whatever is judged.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from feeds.model import Item, Judged
from feeds.model.value import Value
from store import items, record
from store.codec import from_json, micros, moment, moment_or_none
from store.connection import Database
from store.items import Details
from store.links import Compare
from store.marks import followed

_SELECT: Final = (
    "SELECT i.*, s.url AS source_url, s.name AS source_given, s.kind AS source_kind, m.keep AS mark"
    " FROM items AS i JOIN sources AS s ON s.id = i.source_id LEFT JOIN marks AS m ON m.item_id = i.id"
)


class StoredItem(Value, frozen=True, kw_only=True):
    """An item as it can be judged again, with the verdict it has. Taker: `scheduler.judging.rejudge`."""

    id: int
    item: Item
    keep: bool
    near: bool
    score: float
    topic: str
    mark: bool | None = None
    """What the operator said, if anything."""
    story_id: int | None = None


class Share(Value, frozen=True, kw_only=True):
    """How many items of a source were judged so far, and how many of them kept."""

    judged: int = 0
    kept: int = 0


class LearnedModel(Value, frozen=True, kw_only=True):
    """A model as it is kept: `body` is opaque to the store."""

    topic: str
    trained: datetime
    active: bool
    body: bytes
    report: str
    """JSON of how it fared on held-out items."""


class Rejudged(Value, frozen=True, kw_only=True):
    """What new verdicts changed: ids of items that entered and that left."""

    judged: int = 0
    entered: tuple[int, ...] = ()
    left: tuple[int, ...] = ()


class Curation:
    """Marks, models and verdicts of one store. Thread-safe as the store is; failure is a StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def stale(self, topic: str) -> int:
        """Count the items whose verdict is of another topic (name, revision, content or model)."""
        sql = (
            "SELECT (SELECT count(*) FROM items WHERE topic < ?)"
            " + (SELECT count(*) FROM items WHERE topic > ?)"
        )
        with self._db.reading() as conn:
            return int(conn.execute(sql, (topic, topic)).fetchone()[0])

    def stale_items(self, topic: str, *, limit: int) -> list[StoredItem]:
        """Return some items whose verdict is of another topic; none are left when all are judged again."""
        where = (
            "i.id IN (SELECT id FROM items WHERE topic < :topic"
            " UNION ALL SELECT id FROM items WHERE topic > :topic)"
        )
        return self._select(f"{where} ORDER BY i.id LIMIT :limit", {"topic": topic, "limit": limit})

    def items_after(self, item_id: int, *, limit: int) -> list[StoredItem]:
        """Return items in order of their ids, those after `item_id`."""
        return self._select("i.id > :after ORDER BY i.id LIMIT :limit", {"after": item_id, "limit": limit})

    def item(self, item_id: int) -> StoredItem | None:
        """Return one item as it can be judged again."""
        return next(iter(self._select("i.id = :id", {"id": item_id})), None)

    def marked(self) -> list[StoredItem]:
        """Return all items that the operator marked, in order of their ids."""
        return self._select("m.item_id IS NOT NULL ORDER BY i.id", {})

    def rejudge(self, verdicts: Sequence[tuple[int, Judged]], *, compare: Compare) -> Rejudged:
        """Give stored items other verdicts, in one transaction."""
        entered: list[int] = []
        left: list[int] = []
        with self._db.writing() as conn:
            for item_id, judged in verdicts:
                moved = record.rejudge(conn, item_id, followed(conn, item_id, judged), compare=compare)
                if moved:
                    (entered if moved > 0 else left).append(item_id)
        return Rejudged(judged=len(verdicts), entered=tuple(entered), left=tuple(left))

    def mark(
        self, item_id: int, judged: Judged, *, keep: bool | None, at: datetime, compare: Compare
    ) -> Rejudged:
        """Set what the operator says of an item, or take it back with None, and let its verdict follow.

        `judged` is what the topic says of it now.
        """
        with self._db.writing() as conn:
            conn.execute("DELETE FROM marks WHERE item_id = ?", (item_id,))
            if keep is not None:
                conn.execute("INSERT INTO marks VALUES (?, ?, ?)", (item_id, keep, micros(at)))
            moved = record.rejudge(conn, item_id, followed(conn, item_id, judged), compare=compare)
        return Rejudged(
            judged=1, entered=(item_id,) if moved > 0 else (), left=(item_id,) if moved < 0 else ()
        )

    def shares(self) -> dict[str, Share]:
        """Return for the address of each source how much of it was kept so far."""
        sql = "SELECT s.url, c.judged, c.kept FROM source_counts AS c JOIN sources AS s ON s.id = c.source_id"
        with self._db.reading() as conn:
            rows = conn.execute(sql).fetchall()
        return {row["url"]: Share(judged=row["judged"], kept=row["kept"]) for row in rows}

    def model(self, topic: str) -> LearnedModel | None:
        """Return what was learned for the topic of this name, switched on or not."""
        with self._db.reading() as conn:
            row = conn.execute("SELECT * FROM models WHERE topic = ?", (topic,)).fetchone()
        if row is None:
            return None
        return LearnedModel(
            topic=row["topic"],
            trained=moment(row["trained"]),
            active=bool(row["active"]),
            body=row["body"],
            report=row["report"],
        )

    def save_model(self, model: LearnedModel) -> None:
        """Keep a model in place of the one before."""
        values = (model.topic, micros(model.trained), model.active, model.body, model.report)
        with self._db.writing() as conn:
            conn.execute("REPLACE INTO models VALUES (?, ?, ?, ?, ?)", values)

    def forget_model(self, topic: str) -> bool:
        """Remove what was learned for a topic; False when there was nothing."""
        with self._db.writing() as conn:
            return conn.execute("DELETE FROM models WHERE topic = ?", (topic,)).rowcount > 0

    def compiled(self, edition: bytes) -> bytes | None:
        """Return the topic as it was compiled last, if it is of this edition."""
        sql = "SELECT body FROM compiled WHERE what = 'topic' AND edition = ?"
        with self._db.reading() as conn:
            row = conn.execute(sql, (edition,)).fetchone()
        return row["body"] if row else None

    def keep_compiled(self, edition: bytes, body: bytes) -> None:
        """Keep the compiled topic in place of the one before; `body` is opaque to the store."""
        with self._db.writing() as conn:
            conn.execute("REPLACE INTO compiled VALUES ('topic', ?, ?)", (edition, body))

    def _select(self, where: str, values: dict[str, Any]) -> list[StoredItem]:
        sql = f"{_SELECT} WHERE {where}"  # our own conditions
        with self._db.reading() as conn:
            return [_stored(row) for row in conn.execute(sql, values)]


def _stored(row: sqlite3.Row) -> StoredItem:
    details = from_json(row["details"], Details)
    item = Item(
        source=row["source_url"],
        guid=row["guid"],
        url=row["url"],
        title=row["title"],
        summary=row["summary"],
        content=row["content"],
        language=row["language"],
        published=moment_or_none(row["published"]),
        published_raw=details.published_raw,
        updated=moment_or_none(row["updated"]),
        authors=details.authors,
        categories=details.categories,
        enclosures=details.enclosures,
        thumbnail=details.thumbnail,
        site=details.site,
        source_name=row["source_given"],
        source_kind=row["source_kind"],
        via_title=details.via_title,
        via_url=details.via_url,
    )
    return StoredItem(
        id=row["id"],
        item=item,
        keep=row["status"] == items.KEPT,
        near=row["status"] == items.NEAR,
        score=row["score"],
        topic=row["topic"],
        mark=None if row["mark"] is None else bool(row["mark"]),
        story_id=row["story_id"],
    )
