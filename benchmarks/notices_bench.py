"""What telling costs: looking at sources after a round, rules over new stories, a digest.

Run: PYTHONPATH=. python benchmarks/notices_bench.py
"""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feeds.model import (
    Channel,
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
from feeds.model.value import replace
from feeds.publish.formats import digest_texts
from feeds.publish.site import bulletins
from scheduler.config.load import parse
from scheduler.push import notices
from scheduler.push.digests import gathered
from scheduler.push.mail import letter
from scheduler.push.periods import period_of
from scheduler.rounds.standing import watch
from store import Store

NOW = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
SOURCES = 10_000
STORIES = 500
RULES = 5
CHANNEL = Channel(title="Bench", description="", base_url="https://wire.example", feed_id="tag:bench,2026:x")


def apart(_one: bytes, _other: bytes) -> Related:
    """Nothing is related."""
    return Related(relation=Relation.DIFFERENT, score=0.0, reasons=())


def checked(number: int, when: datetime) -> Check:
    """Make a check that found nothing new."""
    url = f"https://source{number}.example/feed"
    posted = tuple(NOW - timedelta(days=n) for n in range(20))
    state = SourceState(source=Source(url=url), last_check=when, last_success=when, posted=posted)
    return Check(at=when, outcome="unchanged", status=304, state=state, requests=1)


def told(number: int) -> Judged:
    """Make a kept story of usual size."""
    words = " ".join(f"word{number * k % 997}" for k in range(200))
    item = Item(
        source="https://source1.example/feed",
        guid=f"guid {number}",
        url=f"https://source1.example/{number}",
        title=words[:80],
        summary=words[:300],
        content=f"<p>{words}</p>",
        language=("en", "zh", "ru")[number % 3],
        published=NOW + timedelta(minutes=number),
    )
    reason = Reason(concept="a base", words="Moon base", place="title", weight=3.0)
    verdict = Verdict(
        keep=True, near=False, score=0.9, reasons=(reason,), tags=(f"tag {number % 7}",), topic="t 1"
    )
    identity = Identity(keys=(item.guid,), content_hash=item.guid.encode())
    return Judged(item=item, verdict=verdict, identity=identity, raw_hash=item.guid.encode())


def cpu(what: str, run: Callable[[], object], per: int = 1, times: int = 5) -> None:
    """Print the median CPU time of running something, in milliseconds."""
    found = []
    for _ in range(times):
        start = time.process_time()
        run()
        found.append((time.process_time() - start) * 1000 / per)
    print(f"{what:64} {sorted(found)[times // 2]:9.3f} ms")


def watching(store: Store) -> None:
    """Look at sources."""
    sources = [Source(url=f"https://source{n}.example/feed") for n in range(SOURCES)]
    store.sync_sources(sources, origin="config", now=NOW - timedelta(days=9))
    store.record_all([checked(n, NOW) for n in range(SOURCES)], compare=apart)
    cpu(f"first look at {SOURCES} sources, each", lambda: watch(store), SOURCES, times=1)
    cpu(f"look at {SOURCES} sources of which none was asked", lambda: watch(store))
    for n in range(3):
        when = NOW + timedelta(hours=1 + n)
        store.record_all([checked(number, when) for number in range(200)], compare=apart)
        cpu("look at 200 that were asked of them, each", lambda: watch(store), 200, times=1)


def telling(store: Store) -> None:
    """Let rules look at new stories, then gather and write a day of them."""
    text = "".join(
        f'[[notify]]\nname = "{n}"\nwhen = "every story"\nto = "https://hook{n}.example/"\n'
        for n in range(RULES)
    )
    config = parse(text, None)
    store.notices.meet([rule.name for rule in config.notify], now=NOW)
    store.record(
        replace(checked(1, NOW), outcome="changed", judged=tuple(told(n) for n in range(STORIES))),
        compare=apart,
    )

    def tell() -> None:
        notices.tell(store, config.notify, lambda: CHANNEL, moves="never", now=NOW + timedelta(hours=9))

    cpu(f"{STORIES} new stories under {RULES} rules, each notice", tell, STORIES * RULES, times=1)
    cpu(f"{RULES} rules with nothing new", tell, times=50)
    period = period_of("daily", NOW.date(), config.digest)
    digest = gathered(store, period, now=NOW, moves="never")
    cpu(f"gathering a day of {STORIES} stories", lambda: gathered(store, period, now=NOW, moves="never"))
    cpu(
        f"its {len(digest.stories)} stories as three feeds",
        lambda: bulletins(CHANNEL, (), {"daily": [digest]}),
    )
    cpu("the same for a month of such days", lambda: bulletins(CHANNEL, (), {"daily": [digest] * 31}))
    cpu("as Markdown", lambda: digest_texts.markdown(CHANNEL, digest))
    cpu("as a mail", lambda: bytes(letter(CHANNEL, digest, "a@b.example", "c@d.example").message))


def main() -> None:
    """Measure in a store of its own."""
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "wire.db") as store:
        watching(store)
        telling(store)


if __name__ == "__main__":
    main()
