"""What it costs to relate a new item with all that is stored, by the size of the store.

Run: PYTHONPATH=. python benchmarks/relate_store_bench.py [ITEMS ...]      (10000 100000 1000000)

Per size: inserting (fingerprints, bands and features stored with every item), and the CPU
time that one further kept item costs from its look-ups to its regrouped story. The flow is the same at
every size, so a larger store reaches further back; `--dense` puts all items into four weeks instead.
Fingerprints are real ones, of a stream of invented news; every twentieth item is kept. How many kept items
a day, told in how many different headlines, is printed: the cost depends on it more than on the size.
"""

import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feeds.curate.identity import compare, identify
from feeds.model import Check, Item, Judged, Reason, Source, SourceState, Verdict
from store import Store

NOW = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
PER_DAY = 2000
KEPT_EVERY = 20
PER_CHECK = 50
SOURCES = 2000
PROBES = 200

PLACES = tuple(
    "China Russia India Japan Senegal Thailand Pakistan Egypt Serbia Brazil Italy France Canada".split()  # noqa: SIM905 # a table that reads as one line
)
ACTS = [
    "signs agreement on",
    "tests",
    "delays launch of",
    "selects crew for",
    "delivers",
    "awards contract for",
]
THINGS = [
    "lunar base",
    "rover",
    "nuclear reactor",
    "lander",
    "crater drill",
    "habitat module",
    "relay satellite",
]
VERDICTS = {
    keep: Verdict(
        keep=keep,
        near=False,
        score=0.8 if keep else 0.1,
        reasons=(Reason(concept="lunar station", words="lunar base", place="title", weight=0.6),),
        topic="bench 1",
    )
    for keep in (True, False)
}


def item(rng: random.Random, n: int, when: datetime) -> Judged:
    """Make an item of usual size with its real identity."""
    words = [f"{rng.choice('bdfgklmnprst')}{rng.choice('aeiou')}{rng.randrange(3000)}" for _ in range(60)]
    place, act, thing = rng.choice(PLACES), rng.choice(ACTS), rng.choice(THINGS)
    title = f"{place} {act} {thing} {words[0]} {words[1]}"
    source = f"https://source{n % SOURCES}.example/feed"
    made = Item(
        source=source,
        guid=f"guid-{n}",
        url=f"https://source{n % SOURCES}.example/news/{n}",
        title=title,
        summary=f"{title}. {' '.join(words)}",
        language="en",
        published=when,
        site=f"source{n % SOURCES}.example",
    )
    kept = n % KEPT_EVERY == 0
    return Judged(item=made, verdict=VERDICTS[kept], identity=identify(made), raw_hash=n.to_bytes(16, "big"))


def checks(rng: random.Random, count: int, span: timedelta, pool: Sequence[Judged]) -> Iterator[Check]:
    """Make checks for `count` items spread over `span`; texts beyond the pool's are the pool's again."""
    for start in range(0, count, PER_CHECK):
        judged = []
        for n in range(start, min(start + PER_CHECK, count)):
            when = NOW - span * (1 - n / count)
            judged.append(known(rng, n, when, pool))
        yield check(judged, NOW)


def known(rng: random.Random, n: int, when: datetime, pool: Sequence[Judged]) -> Judged:
    """Give a text of the pool a new name, address, date, bands: a stranger of the same shape."""
    one = pool[n % len(pool)]
    guid, url = f"guid-{n}", f"https://source{n % SOURCES}.example/news/{n}"
    name = rng.getrandbits(63)
    identity = replace(
        one.identity,
        keys=(f"g:{n}", f"u:{n}"),
        bands=tuple((band ^ name) & (2**63 - 1) for band in one.identity.bands),
    )
    return replace(one, item=replace(one.item, guid=guid, url=url, published=when), identity=identity)


def check(judged: Sequence[Judged], at: datetime) -> Check:
    """Wrap items into a check of one source."""
    url = judged[0].item.source
    state = SourceState(source=Source(url=url), address=url, next_check=at, last_check=at)
    moved = tuple(replace(each, item=replace(each.item, source=url)) for each in judged)
    return Check(at=at, outcome="changed", state=state, judged=moved, entries=len(judged), requests=1)


def main() -> None:
    """Fill stores of each size and print what they cost."""
    dense = "--dense" in sys.argv
    sizes = [int(each) for each in sys.argv[1:] if each.isdigit()] or [10_000, 100_000, 1_000_000]
    rng = random.Random(1)  # noqa: S311 # repeatable, not secret
    pool = [item(rng, n, NOW) for n in range(2000)]
    events = len(PLACES) * len(ACTS) * len(THINGS)
    print(f"{PER_DAY // KEPT_EVERY} kept items a day, without --dense; {events} different events are told")
    heads = f"{'items':>9} {'days':>6} {'insert/s':>9} {'by CPU':>8}"
    print(f"{heads} {'relate ms':>10} {'median':>7} {'p99':>7}  MB")
    for count in sizes:
        span = timedelta(days=28 if dense else count / PER_DAY)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bench.db"
            with Store.open(path) as store:
                paused = worked = 0.0
                for each in checks(rng, count, span, pool):
                    start, cpu = time.perf_counter(), time.process_time()
                    store.record(each, compare=compare)
                    paused += time.perf_counter() - start
                    worked += time.process_time() - cpu
                costs = sorted(probe(store, rng, count, span))
            size = path.stat().st_size / 1e6
        mean = sum(costs) / len(costs)
        print(
            f"{count:>9} {span.days:>6} {count / paused:>9.0f} {count / worked:>8.0f} {mean:>10.2f}"
            f" {costs[len(costs) // 2]:>7.2f} {costs[int(len(costs) * 0.99)]:>7.2f}  {size:.0f}",
            flush=True,
        )


def probe(store: Store, rng: random.Random, count: int, span: timedelta) -> Iterator[float]:
    """Record further kept items one by one; yields the CPU milliseconds of each, commit included."""
    for n in range(count, count + PROBES * KEPT_EVERY, KEPT_EVERY):
        when = NOW - min(span, timedelta(days=14)) * rng.random()
        one = item(rng, n - n % KEPT_EVERY, when)
        start = time.process_time()
        store.record(check([one], NOW), compare=compare)
        yield (time.process_time() - start) * 1000


if __name__ == "__main__":
    main()
