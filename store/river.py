"""Stories under a filter or search, newest first and page by page; the cost does not grow with the store.

A story stands in a filtered list once: told by the first of its reports that fits the filter, at that
report's time, under the story's own key. Searches look at the `NEWEST` newest reports that hold the words.
"""

import sqlite3
from datetime import datetime
from typing import Final, Literal

from feeds.model import PublishedItem, Story
from feeds.model.value import Value, replace
from store import items, stories
from store.codec import micros, moment
from store.connection import Database
from store.items import KEPT, SELECT
from store.moves import DEFAULT, Moves
from store.query import Filter, Query

NEWEST: Final = 5000
"""Reports with the words of a search that are looked at."""

MANY_SOURCES: Final = 200
"""Sources that a source: filter may fit at most."""

Facet = Literal["tag", "lang", "source"]
Cursor = tuple[datetime, int]
_Row = tuple[int, int, int]


class Stretch(Value, frozen=True, kw_only=True):
    """A page of a river. `after` continues it; None at its end."""

    stories: tuple[Story, ...]
    after: Cursor | None = None
    capped: bool = False
    """More reports hold the words than were looked at."""


class Conditions(Value, frozen=True, kw_only=True):
    """SQL conditions on an item, `{a}` standing for its alias, and their values."""

    parts: tuple[str, ...]
    values: tuple[int | str, ...]

    def on(self, alias: str) -> str:
        """Give the conditions for this alias of items."""
        return " AND ".join(part.format(a=alias) for part in self.parts)


class Rivers:
    """Filtered lists of one store. Thread-safe as the store is; failure is a StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def page(
        self, query: Query, *, limit: int, before: Cursor | None = None, moves: Moves = DEFAULT
    ) -> Stretch:
        """Return up to `limit` stories that fit, after `before` in their order (newest first)."""
        with self._db.reading() as conn:
            if not (query.match or query.filters or query.since or query.until):
                found = stories.page(conn, limit + 1, before, moves)
                after = (found[limit - 1].lead.when, found[limit - 1].id) if len(found) > limit else None
                return Stretch(stories=tuple(found[:limit]), after=after)
            conditions = _conditions(conn, query)
            capped = False
            if query.match:
                rows, capped = _matching(conn, query, conditions, limit, before)
            else:
                rows = _walked(conn, query, conditions, limit, before)
            told = [_told(conn, item_id, story_id, moves) for item_id, story_id, _ in rows[:limit]]
        last = rows[limit - 1] if len(rows) > limit else None
        after = (moment(last[2]), last[0]) if last else None
        return Stretch(stories=tuple(each for each in told if each), after=after, capped=capped)

    def items(self, query: Query, *, limit: int, before: Cursor | None = None) -> tuple[PublishedItem, ...]:
        """Return kept items that fit, newest first; the next page is before (`when`, `id`) of the last."""
        with self._db.reading() as conn:
            conditions = _conditions(conn, query)
            where, values = [conditions.on("i"), *_since_cursor(before)[0]], [*conditions.values]
            values += _since_cursor(before)[1]
            source = _driver(query)
            if query.match:
                source = f"items AS i JOIN ({_HITS}) AS h ON h.id = i.id"
                values = [query.match, NEWEST, *values]
            order = "ORDER BY i.sort_at DESC, i.id DESC LIMIT ?"
            sql = f"SELECT i.id FROM {source} WHERE {' AND '.join(where)} {order}"  # noqa: S608 # constants
            ids = [int(row[0]) for row in conn.execute(sql, [*values, limit])]
            return tuple(_item(conn, each) for each in ids)

    def facet(self, facet: Facet, *, limit: int) -> tuple[tuple[str, int], ...]:
        """Return the values that kept items have of a facet, and how many have each; most usual first."""
        sql = {
            "tag": "SELECT tag, count(*) FROM item_tags GROUP BY tag",
            "lang": "SELECT language, count(*) FROM items INDEXED BY items_language"
            " WHERE status = 2 AND language > '' GROUP BY 1",
            "source": "SELECT s.url, c.kept FROM source_counts AS c JOIN sources AS s ON s.id = c.source_id"
            " WHERE c.kept > 0",
        }[facet]
        with self._db.reading() as conn:
            rows = conn.execute(f"{sql} ORDER BY 2 DESC, 1 LIMIT ?", (limit,)).fetchall()
        return tuple((str(row[0]), int(row[1])) for row in rows)

    def of_source(self, url: str, *, limit: int, moves: Moves = DEFAULT) -> tuple[Story, ...]:
        """Return the newest stories that this source carried, told by its own reports."""
        with self._db.reading() as conn:
            row = conn.execute("SELECT id FROM sources WHERE url = ?", (url,)).fetchone()
            if row is None:
                return ()
            conditions = Conditions(parts=(_KEPT, "{a}.source_id = ?"), values=(int(row["id"]),))
            query = Query(filters=(Filter(key="source", value=url),))
            rows = _walked(conn, query, conditions, limit, None)
            told = [_told(conn, item_id, story_id, moves) for item_id, story_id, _ in rows[:limit]]
        return tuple(each for each in told if each)


_KEPT: Final = f"{{a}}.status = {KEPT}"
"""Written out: only so does SQLite see that an index over kept items serves."""

_HITS: Final = "SELECT rowid AS id FROM item_texts WHERE item_texts MATCH ? ORDER BY rowid DESC LIMIT ?"


def _conditions(conn: sqlite3.Connection, query: Query) -> Conditions:
    parts = [_KEPT]
    every: list[int | str] = []
    if query.since:
        parts.append("{a}.sort_at >= ?")
        every.append(micros(query.since))
    if query.until:
        parts.append("{a}.sort_at < ?")
        every.append(micros(query.until))
    for each in query.filters:
        condition, wanted = _condition(conn, each)
        parts.append(f"NOT ({condition})" if each.negated else condition)
        every += wanted
    return Conditions(parts=tuple(parts), values=tuple(every))


def _condition(conn: sqlite3.Connection, each: Filter) -> tuple[str, list[int | str]]:
    if each.key == "tag":
        return "EXISTS (SELECT 1 FROM item_tags AS t WHERE t.item_id = {a}.id AND t.tag = ?)", [each.value]
    if each.key == "lang":
        return "{a}.language = ?", [each.value]
    sql = (
        "SELECT id FROM sources WHERE instr(casefold(name || ' ' || feed_title || ' ' || url), ?) > 0 LIMIT ?"
    )
    ids = [int(row[0]) for row in conn.execute(sql, (each.value, MANY_SOURCES))]
    return f"{{a}}.source_id IN ({', '.join('?' * len(ids))})", list(ids)


def _driver(query: Query) -> str:
    """Name the table and index to walk: the narrowest that keeps the order by time."""
    keys = {each.key for each in query.filters if not each.negated}
    if "lang" in keys and "tag" not in keys:
        return "items AS i INDEXED BY items_language"
    if "source" in keys and "tag" not in keys:
        return "items AS i"
    return "items AS i INDEXED BY items_status"


def _since_cursor(before: Cursor | None) -> tuple[list[str], list[int | str]]:
    if before is None:
        return [], []
    return ["(i.sort_at, i.id) < (?, ?)"], [micros(before[0]), before[1]]


def _walked(
    conn: sqlite3.Connection, query: Query, conditions: Conditions, limit: int, before: Cursor | None
) -> list[_Row]:
    """Return rows of the first reports that fit, one per story, in order of time."""
    tag = next((each.value for each in query.filters if each.key == "tag" and not each.negated), None)
    where = [conditions.on("i"), "i.story_id IS NOT NULL"]
    values: list[int | str] = [*conditions.values]
    earlier = f"e.story_id = i.story_id AND (e.sort_at, e.id) < (i.sort_at, i.id) AND {conditions.on('e')}"
    first = f"NOT EXISTS (SELECT 1 FROM items AS e INDEXED BY items_story WHERE {earlier})"  # noqa: S608 # constants
    where.append(first)
    values += conditions.values
    if tag is None:
        source, order = _driver(query), "i.sort_at DESC, i.id DESC"
        cursor = "(i.sort_at, i.id) < (?, ?)"
    else:
        source = "item_tags AS d CROSS JOIN items AS i ON i.id = d.item_id"
        order, cursor = "d.sort_at DESC, d.item_id DESC", "(d.sort_at, d.item_id) < (?, ?)"
        where.append("d.tag = ?")
        values.append(tag)
    if before is not None:
        where.append(cursor)
        values += [micros(before[0]), before[1]]
    columns, fits = "i.id, i.story_id, i.sort_at", " AND ".join(where)
    sql = f"SELECT {columns} FROM {source} WHERE {fits} ORDER BY {order} LIMIT ?"  # noqa: S608 # constants
    return [(row[0], row[1], row[2]) for row in conn.execute(sql, [*values, limit + 1])]


def _matching(
    conn: sqlite3.Connection, query: Query, conditions: Conditions, limit: int, before: Cursor | None
) -> tuple[list[_Row], bool]:
    """Return rows of reports that hold the words, one per story; and whether some were not looked at."""
    fits = f"i.id = h.id AND {conditions.on('i')} AND i.story_id IS NOT NULL"
    sql = f"SELECT i.id, i.story_id, i.sort_at FROM ({_HITS}) AS h LEFT JOIN items AS i ON {fits}"  # noqa: S608 # constants
    first: dict[int, _Row] = {}
    held = 0
    for row in conn.execute(sql, [query.match, NEWEST, *conditions.values]):
        held += 1
        known = first.get(row[1])
        if row[1] is not None and (known is None or (row[2], row[0]) < (known[2], known[0])):
            first[row[1]] = (row[0], row[1], row[2])
    rows = sorted(first.values(), key=lambda each: (each[2], each[0]), reverse=True)
    if before is not None:
        edge = (micros(before[0]), before[1])
        rows = [each for each in rows if (each[2], each[0]) < edge]
    return rows[: limit + 1], held >= NEWEST


def _item(conn: sqlite3.Connection, item_id: int) -> PublishedItem:
    return items.published(conn.execute(f"{SELECT} WHERE i.id = ?", (item_id,)).fetchone())


def _told(conn: sqlite3.Connection, item_id: int, story_id: int, moves: Moves) -> Story | None:
    """Return a story as one of its reports tells it; the others, its lead among them, are its coverage."""
    story = stories.one(conn, story_id, moves)
    if story is None or story.lead.id == item_id:
        return story
    sql = f"{SELECT} WHERE i.story_id = ? ORDER BY i.sort_at, i.id"
    members = conn.execute(sql, (story_id,)).fetchall()
    return replace(
        story,
        lead=_item(conn, item_id),
        also=tuple(items.coverage(row) for row in members if row["id"] != item_id),
    )
