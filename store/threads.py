"""Keep articles and stories as `store.cluster` groups them, wherever items or links change.

Only the neighbourhood of a change is grouped again: all items that links connect with it. Where a
neighbourhood outgrows `MOST`, only its surer links count, so that a subject that is in the news for weeks
neither becomes one story nor makes every new item dear.

Published ids hold: each story is named after the item it was opened for, its founder. A group is the
oldest story that any of its items founded; younger ones in it become aliases, and come back under their
own names when their founder parts again.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from store import items, stories
from store.cluster import SAME_STORY, Grouping, Link, Rulings, group
from store.codec import to_json
from store.items import KEPT
from store.links import NAMES

MOST: Final = 96
"""Items that are grouped at once before only surer links count."""

LEVELS: Final = (0.0, 0.85, 0.93, 0.97, 0.99)
"""Least score of a link between two texts on one event, level by level; copies always count."""

JOINED_BY_HAND: Final = "The operator joined them."

_BATCH: Final = 500
"""Values in one statement."""


@dataclass(slots=True)
class _Region:
    """Kept items that links connect, as far as they were followed."""

    rows: dict[int, sqlite3.Row] = field(default_factory=dict)
    links: dict[tuple[int, int], Link] = field(default_factory=dict)
    together: set[tuple[int, int]] = field(default_factory=set)
    whole: bool = True
    """False when it was too large to be followed to its end."""


def regroup(conn: sqlite3.Connection, seeds: Iterable[int]) -> bool:
    """Group the neighbourhoods of some items again; True when anything published may have changed."""
    changed = False
    for region in _regions(conn, sorted(set(seeds)), 0):
        changed |= _settle(conn, region)
    return changed


def alone(conn: sqlite3.Connection, item_id: int) -> None:
    """Open a story for an item that has no relatives."""
    row = conn.execute(f"{ROWS} WHERE i.id = ?", (item_id,)).fetchone()
    story_id = stories.found(conn, name_of(row), item_id, row["sort_at"])
    conn.execute("UPDATE items SET story_id = ? WHERE id = ?", (story_id, item_id))


def name_of(row: sqlite3.Row) -> str:
    """Return what the story of a founder is named after: the same in every store, whatever came first."""
    return f"{row['source_url']} {row['guid']}"


ROWS: Final = (
    "SELECT i.id, i.status, i.story_id, i.duplicate_of, i.sort_at, i.guid, i.relation, i.relation_score,"
    " s.url AS source_url FROM items AS i JOIN sources AS s ON s.id = i.source_id"
)


def _regions(conn: sqlite3.Connection, seeds: Sequence[int], level: int) -> Iterator[_Region]:
    covered: set[int] = set()
    for seed in seeds:
        if seed in covered:
            continue
        region = _spread(conn, seed, LEVELS[level])
        covered |= region.rows.keys()
        if len(region.rows) <= MOST or level + 1 == len(LEVELS):
            if region.rows:
                yield region
            continue
        # Just grown too large: all of it is grouped anew. Too large before: only what is near the seed.
        again = sorted(region.rows) if region.whole else [each for each in seeds if each in region.rows]
        yield from _regions(conn, again, level + 1)


def _spread(conn: sqlite3.Connection, seed: int, least: float) -> _Region:
    """Follow links from an item, kept items only, until there are no more or far too many."""
    region = _Region()
    front = {seed}
    while front and region.whole:
        rows = [row for row in select(conn, ROWS + " WHERE i.id IN ({})", front) if row["status"] == KEPT]
        region.rows |= {row["id"]: row for row in rows}
        found = set(_linked(conn, region, [row["id"] for row in rows], least))
        front = found - region.rows.keys()
        region.whole = len(region.rows) <= 2 * MOST
    return region


def _linked(conn: sqlite3.Connection, region: _Region, ids: Sequence[int], least: float) -> Iterator[int]:
    for here, there in (("item_id", "other_id"), ("other_id", "item_id")):
        sql = f"SELECT item_id, other_id, relation, score FROM item_links WHERE {here} IN ({{}})"  # noqa: S608 # constants
        for row in select(conn, sql, ids):
            if row["relation"] < SAME_STORY or row["score"] >= least:
                pair = (row["item_id"], row["other_id"])
                region.links[pair] = Link(
                    one=pair[0], other=pair[1], relation=row["relation"], score=row["score"]
                )
                yield row[there]
        sql = f"SELECT item_id, other_id FROM rulings WHERE together AND {here} IN ({{}})"  # noqa: S608 # constants
        for row in select(conn, sql, ids):
            region.together.add((row["item_id"], row["other_id"]))
            yield row[there]


def select(conn: sqlite3.Connection, sql: str, values: Iterable[int]) -> Iterator[Any]:
    """Ask a question about many ids, some hundreds at a time; `{}` in the statement stands for them."""
    every = sorted(values)
    for start in range(0, len(every), _BATCH):
        part = every[start : start + _BATCH]
        yield from conn.execute(sql.format(", ".join("?" * len(part))), part)


def _settle(conn: sqlite3.Connection, region: _Region) -> bool:
    rows = region.rows
    order = sorted(rows, key=lambda each: order_of(rows[each]))
    links = [link for link in region.links.values() if link.one in rows and link.other in rows]
    apart = select(
        conn, "SELECT item_id, other_id FROM rulings WHERE NOT together AND item_id IN ({})", order
    )
    rulings = Rulings(
        together=frozenset(pair for pair in region.together if rows.keys() >= set(pair)),
        apart=frozenset(tuple(row) for row in apart if row["other_id"] in rows),
    )
    grouping = group(order, links, rulings)
    before = {row["story_id"] for row in rows.values()} - {None}
    changed = _name(conn, grouping, rows)
    changed |= _relate(conn, grouping, region, links)
    for story_id in before:
        stories.close_if_empty(conn, story_id)
    return changed


def order_of(row: sqlite3.Row) -> tuple[int, str, str]:
    """Place of an item among others: the first to publish leads; equally early ones by who they are."""
    return row["sort_at"], row["source_url"], row["guid"]


def _name(conn: sqlite3.Connection, grouping: Grouping, rows: dict[int, sqlite3.Row]) -> bool:
    """Give every group its story."""
    founded: dict[int, list[int]] = {}
    sql = "SELECT id, founder_id, lead_id, merged_into FROM stories WHERE founder_id IN ({})"
    standing = {row["id"]: row for row in select(conn, sql, rows)}
    for row in standing.values():
        founded.setdefault(row["founder_id"], []).append(row["id"])
    changed = False
    for members in grouping.stories:
        own = sorted(story_id for item in members for story_id in founded.get(item, ()))
        lead = members[0]
        sort_at = rows[lead]["sort_at"]
        story_id = own[0] if own else stories.found(conn, name_of(rows[lead]), lead, sort_at)
        if not own or standing[story_id]["lead_id"] != lead:
            stories.lead_with(conn, story_id, lead, sort_at)
            changed = True
        for other in own[1:]:
            if standing[other]["merged_into"] != story_id:
                stories.merge(conn, other, story_id)
                changed = True
        moved = [(story_id, item) for item in members if rows[item]["story_id"] != story_id]
        conn.executemany("UPDATE items SET story_id = ? WHERE id = ?", moved)
        changed |= bool(moved)
    return changed


def _relate(conn: sqlite3.Connection, grouping: Grouping, region: _Region, links: Sequence[Link]) -> bool:
    """Say of each item but the first what it copies, or which other report it is closest to."""
    rows = region.rows
    story = {item: members[0] for members in grouping.stories for item in members}
    closest: dict[int, tuple[tuple[Any, ...], Link]] = {}
    for link in links:
        if story[link.one] != story[link.other]:
            continue
        for item, other in ((link.one, link.other), (link.other, link.one)):
            copies = grouping.roots[item] == grouping.roots[other]
            if copies == (grouping.roots[item] == item):
                continue  # a copy is explained by another copy, a text of its own by another text
            rank = (link.relation, -link.score, order_of(rows[other]))
            if item not in closest or rank < closest[item][0]:
                closest[item] = (rank, link)
    changed = False
    for item, row in rows.items():
        root = grouping.roots[item]
        link_of = closest[item][1] if item in closest and story[item] != item else None
        code = link_of.relation if link_of else SAME_STORY
        if link_of and root == item:
            code = SAME_STORY
        name = NAMES[code] if story[item] != item else ""
        score = link_of.score if link_of else float(story[item] != item)
        copy_of = root if root != item else None
        if (row["duplicate_of"], row["relation"], row["relation_score"]) != (copy_of, name, score):
            columns = {"duplicate_of": copy_of, "relation": name, "relation_score": score}
            columns["relation_reasons"] = _reasons(conn, link_of) if name else "[]"
            items.update(conn, item, columns)
            changed = True
    return changed


def _reasons(conn: sqlite3.Connection, link: Link | None) -> str:
    if link is None:
        return to_json((JOINED_BY_HAND,))
    sql = "SELECT reasons FROM item_links WHERE item_id = ? AND other_id = ?"
    return str(conn.execute(sql, (link.one, link.other)).fetchone()[0])
