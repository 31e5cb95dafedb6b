"""What the store costs: inserts, look-ups, due sources, bytes.

Run: PYTHONPATH=. python benchmarks/store_bench.py [ITEMS]
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feeds.model import (
    Check,
    Identity,
    Item,
    Judged,
    Reason,
    Related,
    Relation,
    Source,
    SourceState,
    Verdict,
)
from store import Store, candidates
from store.codec import micros
from store.items import KEPT

NOW = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
SOURCES = 10_000
PER_CHECK = 50
KEPT_SHARE = 0.2


def apart(_one: bytes, _other: bytes) -> Related:
    """Nothing is related: every entry becomes a row, and every look-up is still made."""
    return Related(relation=Relation.DIFFERENT, score=0.0, reasons=())


def entry(rng: random.Random, source: str, n: int) -> Judged:
    """Make an entry of usual size; every fifth is kept; keys, 16 bands and 12 features each."""
    kept = rng.random() < KEPT_SHARE
    words = " ".join(f"word{rng.randrange(5000)}" for _ in range(60))
    reasons = tuple(
        Reason(concept=f"concept {k}", words=f"word{k}", place="title", weight=0.3) for k in range(4)
    )
    return Judged(
        item=Item(
            source=source,
            guid=f"{source}#{n}",
            url=f"https://news.example/{n}/{rng.randrange(10**9)}",
            title=words[:80],
            summary=words[:300],
            content=f"<p>{words} {words}</p>",
            language="en",
            published=NOW - timedelta(seconds=rng.randrange(90 * 86400)),
        ),
        verdict=Verdict(keep=kept, near=False, score=0.8 if kept else 0.1, reasons=reasons, topic="t 1"),
        identity=Identity(
            keys=(f"guid:{source}#{n}", f"url:{n}"),
            bands=tuple(rng.getrandbits(63) for _ in range(16)),
            features=tuple(f"feature {rng.randrange(2000)}" for _ in range(12)),
            fingerprint=rng.randbytes(256),
            content_hash=rng.randbytes(16),
        ),
        raw_hash=rng.randbytes(16),
    )


def check(url: str, judged: Sequence[Judged], at: datetime) -> Check:
    """Wrap entries into a check whose source is due again in an hour."""
    state = SourceState(
        source=Source(url=url),
        address=url,
        next_check=at + timedelta(hours=1),
        last_check=at,
        seen=frozenset(each.raw_hash for each in judged),
    )
    return Check(at=at, outcome="changed", state=state, judged=tuple(judged), entries=len(judged), requests=1)


def timed(work: Callable[[], object], times: int = 1) -> float:
    """Return the mean time of one call in milliseconds."""
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times * 1000


def main() -> None:
    """Fill a store and print its costs."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rng = random.Random(1)  # noqa: S311 # repeatable, not secret
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "bench.db") as store:
        urls = [f"https://source{n}.example/feed" for n in range(SOURCES)]
        listed = [Source(url=url, name=url) for url in urls]
        for label in ("list", "list again"):
            took = timed(lambda: store.sync_sources(listed, origin="config", now=NOW))
            print(f"{label} {SOURCES} sources: {took:.0f} ms")
        print(f"due, none asked yet, limit 100: {timed(lambda: store.due(NOW, limit=100)):.1f} ms")
        spent = cpu = 0.0
        for at in range(0, count, PER_CHECK):
            url = urls[at // PER_CHECK % SOURCES]
            found = [entry(rng, url, n) for n in range(at, at + PER_CHECK)]
            one = check(url, found, NOW)
            start, busy = time.perf_counter(), time.process_time()
            store.record(one, compare=apart)
            spent += time.perf_counter() - start
            cpu += time.process_time() - busy
        print(f"insert {count} items in checks of {PER_CHECK}: {count / spent:.0f} per second")
        print(f"the same by CPU time: {count / cpu:.0f} per second")
        for url in urls:
            store.record(check(url, (), NOW), compare=apart)
        look_ups(store, rng, urls, count)
    print("done")


def look_ups(store: Store, rng: random.Random, urls: Sequence[str], count: int) -> None:
    """Print what questions cost on a full store."""
    probe = entry(rng, urls[0], 10**9)
    with store._db.reading() as conn:  # noqa: SLF001 # measured from inside
        at = micros(NOW - timedelta(days=30))
        keys = timed(lambda: candidates.by_key(conn, probe.identity), 200)
        likeness = timed(lambda: candidates.by_likeness(conn, probe.identity, KEPT, at), 200)
        pages = (
            conn.execute("PRAGMA page_count").fetchone()[0] * conn.execute("PRAGMA page_size").fetchone()[0]
        )
    print(f"candidates by key {keys:.3f} ms, by band and feature {likeness:.2f} ms")
    late = NOW + timedelta(hours=2)
    tick = iter(range(1, 10**9))

    def unchanged() -> None:
        store.record(check(urls[0], (), NOW + timedelta(seconds=next(tick))), compare=apart)

    questions: dict[str, tuple[Callable[[], object], int]] = {
        "due, nothing": (lambda: store.due(NOW), 200),
        "next_due": (store.next_due, 200),
        "due, 100": (lambda: store.due(late, limit=100), 20),
        "due, all": (lambda: store.due(late), 1),
        "record an unchanged check, commit included": (unchanged, 300),
        "100 stories": (lambda: store.stories(limit=100), 20),
        "search": (lambda: store.search("word77", limit=50), 20),
        "50 items of all kinds": (lambda: store.items(which="all"), 20),
    }
    for label, (work, times) in questions.items():
        print(f"{label}: {timed(work, times):.3f} ms")
    print(f"bytes per item: {pages / count:.0f}")


if __name__ == "__main__":
    main()
