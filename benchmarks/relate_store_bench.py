"""What it costs to store and to relate an item, by the size of the store.

Run: python -m benchmarks.relate_store_bench [ITEMS ...] [--folder FOLDER]      (10000 100000)

The news is `benchmarks/invented.py`: as many items a day at every size, so a larger store reaches further
back. Stores are filled through `Store.record`, in documents of 50 entries of one source as a first round
brings them. Then the stream goes on for some days with one new entry per check, as later rounds bring it, and
the CPU of each whole check is taken by kind of entry: look-ups, comparing, grouping, index of words, commit;
and, beside it, of relating alone: finding candidates, comparing, links, grouping. What a check without news
costs is part of all others. At last come documents of 50 new
entries of one kind. With `--folder`, stores stay there and are used again; a million items take long.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from itertools import count, islice
from pathlib import Path
from unittest.mock import patch

from benchmarks import invented
from feeds.curate.identity import compare
from feeds.model import Check, Judged, Source, SourceState
from store import Store, candidates, relate

PROBES = 200
WARM = 20
"""Entries of each kind that are recorded first and not counted."""
FURTHER = 4
"""Documents of each kind."""
KINDS = ("kept", "near", "rejected")


def kind(judged: Judged) -> str:
    """Say what an item was judged to be."""
    return "kept" if judged.verdict.keep else "near" if judged.verdict.near else "rejected"


def check(judged: Sequence[Judged], at: datetime, url: str = "") -> Check:
    """Wrap entries of one source into a check."""
    url = url or judged[0].item.source
    state = SourceState(
        source=Source(url=url),
        address=url,
        next_check=at + timedelta(hours=1),
        last_check=at,
        seen=frozenset(each.raw_hash for each in judged),
    )
    return Check(at=at, outcome="changed", state=state, judged=tuple(judged), entries=len(judged), requests=1)


def timed(store: Store, one: Check) -> float:
    """Record a check; returns its CPU seconds."""
    start = time.process_time()
    store.record(one, compare=compare)
    return time.process_time() - start


@contextmanager
def relating() -> Iterator[list[float]]:
    """Give a list of one number to which the CPU seconds of relating are added while this lasts."""
    spent = [0.0]

    with ExitStack() as stack:
        for module, name in ((candidates, "by_key"), (relate, "enter"), (relate, "arrive")):
            stack.enter_context(patch.object(module, name, _counted(getattr(module, name), spent)))
        yield spent


def _counted(function: Callable[..., object], spent: list[float]) -> Callable[..., object]:
    def counted(*values: object) -> object:
        start = time.process_time()
        try:
            return function(*values)
        finally:
            spent[0] += time.process_time() - start

    return counted


def identified() -> float:
    """Return the CPU seconds that it takes to say who an item is, in the mean of a day's."""
    items = [(each.item, each.verdict) for each in invented.day(0)]
    start = time.process_time()
    for item, verdict in items:
        invented.who(item, verdict)
    return (time.process_time() - start) / len(items)


def fill(path: Path, size: int) -> float:
    """Fill a new store; returns the CPU seconds that recording took."""
    stream = (item for number in count() for item in invented.day(number))
    at = invented.START + timedelta(days=size / invented.PER_DAY)
    with Store.open(path) as store:
        return sum(timed(store, check(each, at)) for each in invented.documents(islice(stream, size)))


def single(store: Store, first: int) -> dict[str, list[float]]:
    """Let the stream go on from a day, one entry per check; returns CPU milliseconds by kind."""
    spent: dict[str, list[float]] = {each: [] for each in (*KINDS, "no news", "kept, relating alone")}
    stream = (item for number in count(first) for item in invented.day(number))
    with relating() as related:
        while len(spent["kept"]) < PROBES + WARM:
            one = next(stream)
            what = kind(one)
            if len(spent[what]) >= PROBES + WARM or (what == "rejected" and one.raw_hash[0] % 16):
                continue
            at = invented.START + timedelta(days=first + 30)
            related[0] = 0.0
            spent[what].append(timed(store, check([one], at)) * 1000)
            if what == "kept":
                spent["kept, relating alone"].append(related[0] * 1000)
                spent["no news"].append(timed(store, check([], at, one.item.source)) * 1000)
    return {what: sorted(each[WARM:]) for what, each in spent.items()}


def whole(store: Store, first: int) -> Iterator[tuple[str, float]]:
    """Record documents of 50 new entries of one kind; gives entries per CPU second of each kind."""
    at = invented.START + timedelta(days=first + 60)
    for what in KINDS:
        fit = (item for number in count(first) for item in invented.day(number) if kind(item) == what)
        spent = 0.0
        for _ in range(FURTHER):
            entries = list(islice(fit, 50))
            spent += timed(store, check(entries, at, entries[0].item.source))
        yield what, FURTHER * 50 / spent


def main() -> None:
    """Fill stores of each size, or find them filled, and print what they cost."""
    asked = argparse.ArgumentParser(description="What it costs to relate an item, by the size of the store.")
    asked.add_argument("sizes", nargs="*", type=int, default=[10_000, 100_000])
    asked.add_argument("--folder", type=Path)
    given = asked.parse_args()
    print(f"keys, bands, features and fingerprint: {identified() * 1000:.3f} ms an item, in no figure below")
    with tempfile.TemporaryDirectory() as gone:
        for size in given.sizes:
            path = (given.folder or Path(gone)) / f"news-{size}.db"
            print(f"{size} items, {size // invented.PER_DAY} days", flush=True)
            if not path.exists():
                made = path.with_suffix(".part")
                spent = fill(made, size)
                made.rename(path)
                weight = path.stat().st_size / size
                print(f"  stored: {size / spent:.0f} items a CPU second, {weight:.0f} bytes each", flush=True)
            again = Path(gone) / "again.db"
            shutil.copy(path, again)
            with Store.open(again) as store:
                report(store, size // invented.PER_DAY + 1)
            again.unlink()


def report(store: Store, first: int) -> None:
    """Print what further entries cost."""
    for what, costs in single(store, first).items():
        mean, median, worst = sum(costs) / len(costs), costs[len(costs) // 2], costs[int(len(costs) * 0.99)]
        print(f"  one {what}: {mean:.2f} ms of CPU, median {median:.2f}, p99 {worst:.2f}", flush=True)
    for what, speed in whole(store, first + 40):
        print(f"  documents of 50 {what}: {speed:.0f} entries a CPU second", flush=True)


if __name__ == "__main__":
    main()
