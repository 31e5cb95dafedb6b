"""Keep articles and stories as `store.cluster` groups them, wherever items or links change.

Only the neighbourhood of a change is grouped again: all items that links connect with it. Where one is
too large (`store.reach`), only its surer links count, so that a subject that is in the news for weeks
neither becomes one story nor makes every new item dear.

Published ids hold: each story is named after the item it was opened for, its founder. A group is the
oldest story that any of its items founded; younger ones in it become aliases, and come back under their
own names when their founder parts again.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from store import items, stories
from store.arrivals import around
from store.cluster import NEARLY, SAME_STORY, Grouping, Link, Rulings, group
from store.codec import to_json
from store.links import NAMES
from store.reach import BEYOND, Region, regions, select

JOINED_BY_HAND: Final = "The operator joined them."


def arrive(conn: sqlite3.Connection, new: Iterable[int]) -> None:
    """Group new items, and again what is around them."""
    for region in around(conn, new):
        _settle(conn, region)


def regroup(conn: sqlite3.Connection, seeds: Iterable[int]) -> bool:
    """Group the neighbourhoods of some items again; True when anything published may have changed."""
    changed = False
    for region in regions(conn, seeds):
        changed |= _settle(conn, region)
    return changed


def alone(conn: sqlite3.Connection, item_id: int) -> None:
    """Open a story for an item that has no relatives."""
    row = conn.execute(f"{ROWS} WHERE i.id = ?", (item_id,)).fetchone()
    story_id = stories.found(conn, name_of(row), item_id, row["sort_at"])
    conn.execute("UPDATE items SET story_id = ? WHERE id = ?", (story_id, item_id))
    _note_level(conn, [row], 0)


def name_of(row: sqlite3.Row) -> str:
    """Return what the story of a founder is named after: the same in every store, whatever came first."""
    return f"{row['source_url']} {row['guid']}"


ROWS: Final = (
    "SELECT i.id, i.status, i.story_id, i.duplicate_of, i.sort_at, i.guid, i.relation, i.relation_score,"
    " i.relation_reasons,"
    " s.url AS source_url, n.level FROM items AS i JOIN sources AS s ON s.id = i.source_id"
    " LEFT JOIN item_levels AS n ON n.item_id = i.id"
)


def _note_level(conn: sqlite3.Connection, rows: Iterable[sqlite3.Row], level: int) -> None:
    moved = [(row["id"], level) for row in rows if row["level"] != level]
    conn.executemany("REPLACE INTO item_levels VALUES (?, ?)", moved)


def _settle(conn: sqlite3.Connection, region: Region) -> bool:
    if region.level == BEYOND:
        return _follow(conn, region)
    rows = {row["id"]: row for row in select(conn, ROWS + " WHERE i.id IN ({})", region.items)}
    _note_level(conn, rows.values(), region.level)
    order = sorted(rows, key=lambda each: order_of(rows[each]))
    links = [*region.links]
    if len(order) > 2:  # noqa: PLR2004 # of two, no third pair can tell
        links += _nearly(conn, rows)
    sql = "SELECT item_id, other_id FROM rulings WHERE NOT together AND item_id IN ({})"
    apart = frozenset((one, other) for one, other in select(conn, sql, order) if other in rows)
    rulings = Rulings(together=region.together, apart=apart)
    grouping = group(order, links, rulings)
    before = {row["story_id"] for row in rows.values()} - {None}
    changed = _name(conn, grouping, rows)
    changed |= _relate(conn, grouping, rows, links)
    for story_id in before:
        stories.close_if_empty(conn, story_id)
    return changed


def _follow(conn: sqlite3.Connection, region: Region) -> bool:
    """Let an item that is connected with too much into the story of its surest relative; others stay."""
    (item,) = region.items
    ends = {item, *(link.other for link in region.links)}
    rows = {row["id"]: row for row in select(conn, ROWS + " WHERE i.id IN ({})", ends)}
    me = rows[item]
    _note_level(conn, [me], BEYOND)
    if me["story_id"] is not None:
        return False
    found = [link for link in region.links if rows[link.other]["story_id"] is not None]
    if not found:
        alone(conn, item)
        return True
    link = min(found, key=lambda each: (each.relation, -each.score, order_of(rows[each.other])))
    first = rows[link.other]
    columns = {
        "story_id": first["story_id"],
        "duplicate_of": (first["duplicate_of"] or first["id"]) if link.relation < SAME_STORY else None,
        "relation": NAMES[link.relation],
        "relation_score": link.score,
        "relation_reasons": _reasons(conn, [link])[link.one, link.other],
    }
    items.update(conn, item, columns)
    return True


def _nearly(conn: sqlite3.Connection, rows: dict[int, sqlite3.Row]) -> list[Link]:
    sql = "SELECT item_id, other_id, score FROM item_links WHERE relation = 3 AND item_id IN ({})"
    return [
        Link(one=one, other=other, relation=NEARLY, score=score)
        for one, other, score in select(conn, sql, rows)
        if other in rows
    ]


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


def _relate(
    conn: sqlite3.Connection, grouping: Grouping, rows: dict[int, sqlite3.Row], links: Sequence[Link]
) -> bool:
    """Say of each item but the first of a story what it copies, or which other report it is closest to."""
    closest = _closest(grouping, links)
    reasons = _reasons(conn, closest.values())
    changed = False
    for members in grouping.stories:
        for item in members:
            row, root = rows[item], grouping.roots[item]
            link = closest.get(item) if item != members[0] else None
            code = link.relation if link and root != item else SAME_STORY
            name = NAMES[code] if item != members[0] else ""
            score = link.score if link else float(item != members[0])
            copy_of = root if root != item else None
            why = reasons[link.one, link.other] if link else to_json((JOINED_BY_HAND,) if name else ())
            columns = {
                "duplicate_of": copy_of,
                "relation": name,
                "relation_score": score,
                "relation_reasons": why,
            }
            if any(row[column] != value for column, value in columns.items()):
                items.update(conn, item, columns)
                changed = True
    return changed


def _closest(grouping: Grouping, links: Sequence[Link]) -> dict[int, Link]:
    """Find the link that explains an item: of a copy to another copy, of a text to another text.

    What speaks for any copy of a text speaks for the text.
    """
    at = {item: place for place, item in enumerate(item for members in grouping.stories for item in members)}
    story = {item: members[0] for members in grouping.stories for item in members}
    best: dict[int, tuple[tuple[float, ...], Link]] = {}
    for link in links:
        if link.relation == NEARLY or story[link.one] != story[link.other]:
            continue
        for item, other in ((link.one, link.other), (link.other, link.one)):
            root = grouping.roots[item]
            copies = root == grouping.roots[other]
            explained = item if copies else root
            if copies and root == item:
                continue
            rank = (link.relation, -link.score, at[other], at[item])
            if explained not in best or rank < best[explained][0]:
                best[explained] = (rank, link)
    return {item: link for item, (_, link) in best.items()}


def _reasons(conn: sqlite3.Connection, links: Iterable[Link]) -> dict[tuple[int, int], str]:
    pairs = sorted({(link.one, link.other) for link in links})
    found: dict[tuple[int, int], str] = {}
    for one, other in pairs:
        sql = "SELECT reasons FROM item_links WHERE item_id = ? AND other_id = ?"
        found[one, other] = conn.execute(sql, (max(one, other), min(one, other))).fetchone()[0]
    return found
