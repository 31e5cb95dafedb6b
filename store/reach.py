"""How far links reach: which items have to be grouped again around a change, and by which links.

An item is grouped with all that links connect it with, as long as that is not too much; else with what
surer links connect it with, and so on, level by level. Links are read once per change, however many
regions and levels ask for them, and what is too much is followed no further than to know it.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

from feeds.model.value import Struct, Value, field
from store.cluster import SAME_STORY, Link
from store.items import KEPT

MOST: Final = 40
"""Items that are grouped at once before only surer links count."""

LEVELS: Final = (0.0, 0.85, 0.93, 0.97, 0.99)
"""Least score of a link between two texts on one event, level by level; copies always count."""

UTMOST: Final = 150
"""Items that the surest links connect, copies of one text for the most part, that are grouped at once."""

BEYOND: Final = len(LEVELS)
"""Level of items that even the surest links connect with more than `UTMOST`: they are not grouped again."""

_AHEAD: Final = 8
"""Items whose links are read at once: most neighbourhoods are small, and of large ones a part tells."""

_BATCH: Final = 500
"""Values in one statement."""

_LINKS: Final = (
    "SELECT item_id, other_id, relation, score FROM item_links"
    " WHERE item_id IN ({0}) AND relation < 3 AND (score >= ?1 OR relation < 2)"
    " UNION ALL SELECT other_id, item_id, relation, score FROM item_links"
    " WHERE other_id IN ({0}) AND relation < 3 AND (score >= ?1 OR relation < 2)"
)


class Region(Value, frozen=True, kw_only=True):
    """Kept items that links of a level connect, all of them; or one item that is `BEYOND`."""

    level: int
    items: frozenset[int]
    links: tuple[Link, ...]
    """Those that count, between items of the region; of one that is beyond, those to any kept item."""
    together: frozenset[tuple[int, int]]
    """Pairs of the region that the operator joined."""


def regions(conn: sqlite3.Connection, seeds: Iterable[int]) -> Iterator[Region]:
    """Find what has to be grouped again around items from which or to which links were added or taken.

    Links and rulings must not change meanwhile.
    """
    yield from _regions(Graph(conn), sorted(set(seeds)), 0)


def select(conn: sqlite3.Connection, sql: str, values: Iterable[int]) -> Iterator[Any]:
    """Ask a question about many ids, some hundreds at a time; `{}` in the statement stands for them."""
    every = sorted(values)
    for start in range(0, len(every), _BATCH):
        part = every[start : start + _BATCH]
        yield from conn.execute(sql.format(", ".join("?" * len(part))), part)


class Part(Struct):
    """Items that one of them reaches."""

    items: set[int] = field(default_factory=set)
    whole: bool = True
    """False when it was too large to be followed to its end."""


class Graph:
    """Kept items and the links between them, read when they are first asked for.

    Levels are asked for in order, so of an item that is first read at a level its weaker links stay unread.
    """

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self.least = LEVELS[0]
        """Least score of a link between two texts, at the level that is looked at."""
        self._links: dict[int, list[tuple[int, int, float]]] = {}
        """By item: the other one, relation and score."""
        self._kept: dict[int, bool] = {}
        self._levels: dict[int, int | None] = {}
        self._ruled = conn.execute("SELECT 1 FROM rulings LIMIT 1").fetchone() is not None
        self._together: dict[int, set[int]] = {}

    def read(self, ids: Iterable[int]) -> None:
        """Learn the links of some items, and which of those they lead to are kept."""
        fresh = {each for each in ids if each not in self._links}
        if not fresh:
            return
        self._links |= {each: [] for each in fresh}
        numbers = ", ".join(map(str, sorted(fresh)))  # numbers of our own, not of anybody's making
        cursor = self._conn.cursor()
        cursor.row_factory = None  # plain tuples: there are many
        known, kept, unsure = self._links, self._kept, set(fresh)
        for one, other, relation, score in cursor.execute(_LINKS.format(numbers), (self.least,)):
            known[one].append((other, relation, score))
            if relation == SAME_STORY:
                kept[one] = kept[other] = True  # only kept items have such links
            else:
                unsure.add(other)
        if self._ruled:
            unsure |= self._read_rulings(fresh)
        unsure -= kept.keys()
        if unsure:
            sql = f"SELECT id FROM items WHERE status = {KEPT} AND id IN ({{}})"  # noqa: S608 # a constant
            kept |= dict.fromkeys(unsure, False)
            kept |= {row[0]: True for row in select(self._conn, sql, unsure)}

    def _read_rulings(self, ids: set[int]) -> set[int]:
        ends: set[int] = set()
        for here in ("item_id", "other_id"):
            sql = f"SELECT item_id, other_id FROM rulings WHERE together AND {here} IN ({{}})"  # noqa: S608 # constants
            for one, other in select(self._conn, sql, ids):
                self._together.setdefault(one, set()).add(other)
                self._together.setdefault(other, set()).add(one)
                ends |= {one, other}
        return ends

    def kept(self, item: int) -> bool:
        """Say whether an item that was read is kept."""
        return self._kept[item]

    def level(self, item: int) -> int | None:
        """Return the level at which an item was grouped last; None when that was not written down."""
        return self._levels[item]

    def read_levels(self, ids: Iterable[int]) -> None:
        """Learn at which level some items were grouped last."""
        fresh = {each for each in ids if each not in self._levels}
        if fresh:
            self._levels |= dict.fromkeys(fresh)
            sql = "SELECT item_id, level FROM item_levels WHERE item_id IN ({})"
            self._levels |= dict(select(self._conn, sql, fresh))

    def beside(self, item: int) -> set[int]:
        """Return the kept items next to one that was read; the item itself is not among them."""
        kept, least = self._kept, self.least
        found = {
            other
            for other, relation, score in self._links[item]
            if (score >= least or relation < SAME_STORY) and kept[other]
        }
        if item in self._together:
            found |= {each for each in self._together[item] if kept[each]}
        return found

    def spread(
        self,
        seed: int,
        most: int,
        walls: AbstractSet[int] = frozenset(),
        large: AbstractSet[int] = frozenset(),
    ) -> Part:
        """Follow links from an item until there are no more or more than `most` items.

        Nothing is followed through `walls`; whatever meets `large` is too large as well.
        """
        self.read([seed])
        part = Part(items={seed} if self._kept[seed] else set(), whole=seed not in large)
        front = sorted(part.items)
        while front and part.whole:
            now, front = front[:_AHEAD], front[_AHEAD:]
            self.read(now)
            for item in now:
                fresh = self.beside(item) - part.items - walls
                part.items |= fresh
                front += sorted(fresh)
                part.whole = len(part.items) <= most and fresh.isdisjoint(large)
                if not part.whole:
                    break
        return part

    def region(self, items: set[int], level: int) -> Region:
        """Return all that counts between some items."""
        self.read(items)
        return Region(
            level=level,
            items=frozenset(items),
            links=tuple(
                Link(one=item, other=other, relation=relation, score=score)
                for item in sorted(items)
                for other, relation, score in self._links[item]
                if item < other and other in items and (relation < SAME_STORY or score >= self.least)
            ),
            together=frozenset(
                (item, other)
                for item in items
                for other in self._together.get(item, ())
                if item < other and other in items
            ),
        )

    def beyond(self, item: int) -> Region:
        """Return an item that is grouped no more, with its links."""
        links = tuple(
            Link(one=item, other=other, relation=relation, score=score)
            for other, relation, score in self._links[item]
            if self._kept[other]
        )
        return Region(level=BEYOND, items=frozenset({item}), links=links, together=frozenset())


def _regions(graph: Graph, seeds: Sequence[int], level: int) -> Iterator[Region]:
    if level == BEYOND:
        yield from (graph.beyond(seed) for seed in seeds)
        return
    graph.least = LEVELS[level]
    covered: set[int] = set()
    outgrown: list[int] = []
    large: set[int] = set()
    graph.read(seeds)
    for seed in seeds:
        if seed in covered:
            continue
        part = graph.spread(seed, limit(level), large=large)
        if part.whole:
            covered |= part.items
            if part.items:
                yield graph.region(part.items, level)
        else:
            outgrown.append(seed)
            large |= part.items
    if outgrown:
        yield from _regions(graph, sorted(_grown(graph, outgrown, level)), level + 1)


def limit(level: int) -> int:
    """Return how many items are grouped at once at a level."""
    return UTMOST if level + 1 == BEYOND else MOST


def _grown(graph: Graph, seeds: Sequence[int], level: int) -> set[int]:
    """Find the items around seeds too large for their level which may have been grouped there so far.

    Those are the seeds, and what is small without them: a part that is too large by itself was so before.
    """
    found = set(seeds)
    walls = frozenset(seeds)
    seen: set[int] = set(seeds)
    large: set[int] = set()
    graph.read(seeds)
    for start in sorted({each for seed in seeds for each in graph.beside(seed)}):
        if start in seen:
            continue
        part = graph.spread(start, limit(level), walls, large)
        seen |= part.items
        if part.whole:
            found |= part.items
        else:
            large |= part.items
    return found
