"""Pairs of related items: found once, when the second of them comes, and kept."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from feeds.model import Coverage, Related, Relation
from feeds.model.value import replace
from store.candidates import Relative
from store.cluster import NEARLY, SAME_ARTICLE, SAME_ITEM, SAME_STORY
from store.codec import from_json, to_json
from store.items import KEPT, SELECT, coverage

Compare = Callable[[bytes, bytes], Related]
"""`feeds.curate.identity.compare`: how the items behind two fingerprints relate, in either order."""

CODES: Final = {
    Relation.SAME_ITEM: SAME_ITEM,
    Relation.SAME_ARTICLE: SAME_ARTICLE,
    Relation.SAME_STORY: SAME_STORY,
}
NEAR_MISS: Final = 0.35
"""Probability of one event from which on a pair that is not related still speaks for its groups."""

NAMES: Final = {code: str(relation) for relation, code in CODES.items()}


def link(
    conn: sqlite3.Connection, item_id: int, status: int, found: Iterable[tuple[Relative, Related]]
) -> list[Relative]:
    """Keep how an item relates to others; returns those it is linked with.

    Items that are not kept are in no story: of them only copies are remembered.
    """
    rows, linked = [], []
    for one, related in found:
        code, score = CODES.get(related.relation, NEARLY), related.score
        if code >= SAME_STORY and not status == one.status == KEPT:
            continue
        reasons = "[]" if code == NEARLY else to_json(related.reasons)
        score = 1 - score if code == NEARLY else score
        if code != NEARLY or score >= NEAR_MISS:
            rows.append((max(item_id, one.item_id), min(item_id, one.item_id), code, score, reasons))
        if code != NEARLY:
            linked.append(one)
    conn.executemany("REPLACE INTO item_links VALUES (?, ?, ?, ?, ?)", rows)
    return linked


def compare_all(
    fingerprint: bytes, others: Sequence[Relative], compare: Compare
) -> list[tuple[Relative, Related]]:
    """Compare an item with others."""
    return [(one, compare(fingerprint, one.fingerprint)) for one in others]


def neighbours(conn: sqlite3.Connection, item_id: int) -> list[int]:
    """Items that an item is linked with, by likeness or by the operator's word."""
    sql = (
        "SELECT other_id FROM item_links WHERE item_id = ?1 AND relation < 3"
        " UNION SELECT item_id FROM item_links WHERE other_id = ?1 AND relation < 3"
        " UNION SELECT other_id FROM rulings WHERE item_id = ?1 AND together"
        " UNION SELECT item_id FROM rulings WHERE other_id = ?1 AND together"
    )
    return [row[0] for row in conn.execute(sql, (item_id,))]


def forget(conn: sqlite3.Connection, item_id: int) -> None:
    """Drop the links of an item whose text or standing has changed; what the operator said stays."""
    conn.execute("DELETE FROM item_links WHERE item_id = ?1 OR other_id = ?1", (item_id,))


def relations(conn: sqlite3.Connection, item_id: int) -> list[Coverage]:
    """Return all items that one is linked with, closest first."""
    sql = SELECT.replace(" FROM", ", l.relation AS how, l.score AS sure, l.reasons AS why FROM", 1) + (
        " JOIN item_links AS l ON i.id = l.item_id + l.other_id - ?1"
        " WHERE (l.item_id = ?1 OR l.other_id = ?1) AND l.relation < 3"
        " ORDER BY l.relation, l.score DESC, i.sort_at, i.id"
    )
    return [
        replace(
            coverage(row),
            relation=NAMES[row["how"]],
            score=row["sure"],
            reasons=from_json(row["why"], tuple[str, ...]),
        )
        for row in conn.execute(sql, (item_id,))
    ]
