"""What new items change around them: most of what they are linked with stays as it is.

At which level each item was grouped is written down. So a look at the relatives of a new item tells which of
them are connected with too much already, whatever it adds, and only small groups are followed.
The result is that of `store.reach.regions`, which needs no levels, at less cost.
"""

import sqlite3
from collections.abc import Generator, Iterable, Iterator
from collections.abc import Set as AbstractSet

from store.reach import LEVELS, Graph, Part, Region, limit


def around(conn: sqlite3.Connection, new: Iterable[int]) -> Iterator[Region]:
    """Find what has to be grouped again around items that are in no region yet.

    Links and rulings must not change meanwhile.
    """
    graph = Graph(conn)
    active = set(new)
    for level, least in enumerate(LEVELS):
        graph.least = least
        active = yield from _regions(graph, active, level)
    yield from (graph.beyond(item) for item in sorted(active))


def _regions(graph: Graph, active: AbstractSet[int], level: int) -> Generator[Region, None, set[int]]:
    """Give the regions of some items at a level; returns those that are connected with too much there."""
    outgrown: set[int] = set()
    covered: set[int] = set()
    graph.read(active)
    for seed in sorted(active):
        if seed not in covered and graph.kept(seed):
            part = _gather(graph, seed, active, level)
            covered |= part.items
            if part.whole:
                yield graph.region(part.items, level)
            else:
                outgrown |= part.items
    return outgrown


def _gather(graph: Graph, seed: int, active: AbstractSet[int], level: int) -> Part:
    """Collect what an item is connected with at a level.

    When that is too much, the part is not whole, and holds what was not connected with too much before.
    """
    part = Part(items={seed})
    front = {seed}
    while front:
        graph.read(front)
        met = {other for item in front for other in graph.beside(item)} - part.items
        graph.read_levels(met - active)
        front = set()
        for item in sorted(met):
            if item not in front:
                small = {item} if item in active else _small(graph, item, active, level)
                front |= small
                part.whole = part.whole and bool(small)
        part.items |= front
    part.whole = part.whole and len(part.items) <= limit(level)
    return part


def _small(graph: Graph, item: int, active: AbstractSet[int], level: int) -> set[int]:
    """Return an item, or all that it is connected with, unless that was too much before the new ones came."""
    known = graph.level(item)
    if known is not None and known >= level:
        return {item} if known == level else set()
    part = graph.spread(item, limit(level), walls=active)
    return part.items if part.whole else set()
