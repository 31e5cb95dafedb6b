"""CPU of whole pages that are made when asked for, by the size of the store.

    python -m benchmarks.relate_store_bench 10000 100000 --folder FOLDER      # makes stores
    python -m benchmarks.pages_bench FOLDER/news-10000.db FOLDER/news-100000.db

Each page is answered as the application does it, from the question to the bytes before they are packed, many
times, for as many different questions as there are; printed are medians of CPU milliseconds of this thread
and, in brackets, of that the making of HTML. An older store is moved to today's schema.
"""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from unittest.mock import patch

from feeds.curate import topic
from feeds.curate.fold import fold
from feeds.model import Channel, Story
from feeds.publish import cursor
from feeds.publish.pages import frame
from feeds.publish.pages import live as pages
from feeds.publish.serving.live import answer
from scheduler.publishing.library import StoreLibrary
from store import Store

_MOST = 60


def questions(library: StoreLibrary) -> dict[str, list[tuple[str, str]]]:
    """Return path and query string of the pages to measure, by kind."""
    tags = [each.value for each in library.facets("tag")][:8]
    languages = [each.value for each in library.facets("lang")][:8]
    stories: list[Story] = []
    river, after = [], None
    for _ in range(_MOST):
        river.append(("/river", f"after={cursor.written(after)}" if after else ""))
        found = library.river("", after=after, limit=50)
        stories += found.stories
        after = found.after
        if after is None:
            break
    return {
        "river, page after page": river,
        "river of a tag": [("/river", f"q=tag:%22{each}%22") for each in tags],
        "river of a language": [("/river", f"q=lang:{each}") for each in languages],
        "page of an item": [(f"/item/{each.lead.id}", "") for each in stories[:_MOST]],
        "page of a story": [(f"/story/{each.id}.html", "") for each in stories[:_MOST]],
        "feed of a language": [(f"/lang/{each}.atom", "") for each in languages],
        "sources": [("/sources", "")],
        "feeds": [("/feeds.html", "")],
    }


def cost(library: StoreLibrary, asked: list[tuple[str, str]], runs: int) -> tuple[float, float]:
    """Return the median CPU milliseconds of an answer and of its rendering."""
    whole, rendering = [], []
    spent = [0.0]

    def timed(make: Callable[..., bytes]) -> Callable[..., bytes]:
        def made(*values: object) -> bytes:
            start = time.thread_time()
            body = make(*values)
            spent[0] += time.thread_time() - start
            return body

        return made

    with patch.object(pages, "page", timed(frame.page)):
        for _ in range(runs):
            for path, query in asked:
                spent[0], start = 0.0, time.thread_time()
                assert answer(library, path, query.encode()).status in {200, 404}, path
                whole.append((time.thread_time() - start) * 1000)
                rendering.append(spent[0] * 1000)
    return median(whole), median(rendering)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("store", type=Path, nargs="+")
    parser.add_argument("--runs", type=int, default=5)
    wanted = parser.parse_args()
    channel = Channel(title="Bench", description="", base_url="https://bench.example")
    table: dict[str, list[str]] = {}
    for path in wanted.store:
        with Store.open(path, fold=fold) as store:
            library = StoreLibrary(store, channel, topic.load("lunar-station"), lambda: datetime.now(UTC))
            for name, asked in questions(library).items():
                whole, rendering = cost(library, asked, wanted.runs)
                table.setdefault(name, []).append(f"{whole:8.1f} ({rendering:4.1f})")
    print(f"{'CPU ms':24}" + "".join(f"{path.stem:>16}" for path in wanted.store))
    for name, row in table.items():
        print(f"{name:24}" + "".join(f"{each:>16}" for each in row))


if __name__ == "__main__":
    main()
