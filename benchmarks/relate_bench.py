"""What telling items apart costs, and how often strangers are taken for copies.

Usage: python benchmarks/relate_bench.py [--pairs N] [FEED_FOLDER]

Without a folder the test corpus is measured; with one, the entries of the feed documents in it are paired at
random (never two of one document) and the pairs taken for one article are counted and shown.
"""

import argparse
import html
import json
import random
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feeds.curate import language
from feeds.curate.copies import copied
from feeds.curate.fingerprint import Print, unpack
from feeds.curate.identity import compare, identify
from feeds.curate.text import plain
from feeds.model import Item

CORPUS = Path(__file__).resolve().parents[1] / "tests" / "corpus"
START = datetime(2026, 3, 1, tzinfo=UTC)


def cpu(work: Callable[[], object], times: int) -> float:
    """Microseconds of CPU per call."""
    work()
    started = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - started) / times * 1e6


def corpus_items() -> list[Item]:
    """Read reports and articles of the test corpus."""
    rows = [json.loads(line) for name in ("events", "articles") for line in (CORPUS / f"{name}.jsonl").open()]
    return [
        Item(
            source=f"https://s{n}.example/feed",
            guid=str(n),
            url=f"https://s{n}.example/{n}",
            title=row["title"],
            summary=row.get("summary") or row["text"],
            language=row["language"],
            published=START,
            site=f"s{n}.example",
        )
        for n, row in enumerate(rows)
    ]


def feed_items(folder: Path) -> Iterator[tuple[str, Item]]:
    """Entries of feed documents with the name of their document."""
    chance = random.Random(7)  # noqa: S311 # dates for the sample
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix == ".tsv":
            continue
        body = path.read_bytes()[:1_500_000].decode("utf-8", "replace")
        for number, entry in enumerate(re.split(r"<(?:item|entry)\b", body)[1:61]):
            title = re.search(r"<title[^>]*>(.*?)</title>", entry, re.DOTALL)
            found = re.findall(r"<(?:description|summary|content)[^>]*>(.*?)</", entry, re.DOTALL)
            words = plain(html.unescape(" ".join(found).replace("<![CDATA[", "").replace("]]>", "")), 1000)
            if len(words) < 60:  # noqa: PLR2004 # no text to compare
                continue
            site = f"{path.stem}.example"
            yield (
                path.stem,
                Item(
                    source=f"https://{site}/feed",
                    guid=str(number),
                    url=f"https://{site}/post/{number}",
                    title=plain(html.unescape(title[1]), 300) if title else "",
                    summary=words,
                    language=language.detect(words),
                    published=START + timedelta(hours=chance.random() * 24 * 14),
                    site=site,
                ),
            )


def costs(items: Sequence[Item]) -> None:
    """Print what identifying and comparing cost."""
    made = [identify(item) for item in items]
    sizes = sorted(len(one.fingerprint) for one in made)
    prints = [one.fingerprint for one in made]
    each = cpu(lambda: [identify(item) for item in items], 5) / len(items)
    pairs = cpu(lambda: [compare(a, b) for a in prints for b in prints], 3) / len(prints) ** 2
    print(f"CPU over {len(items)} items: identify {each:.0f} us, compare {pairs:.1f} us")
    print(f"fingerprint median {sizes[len(sizes) // 2]} largest {sizes[-1]} bytes")
    print(f"bands per item {sum(len(one.bands) for one in made) / len(made):.1f}")
    print(f"features per item {sum(len(one.features) for one in made) / len(made):.1f}")


def false_alarms(known: Sequence[tuple[str, Item]], count: int) -> None:
    """Count strangers that are taken for one article, or for one story."""
    chance = random.Random(11)  # noqa: S311 # a sample
    prints: list[tuple[str, Item, Print]] = []
    for name, item in known:
        made = unpack(identify(item).fingerprint)
        assert made is not None
        prints.append((name, item, made))
    copies = done = 0
    while done < count:
        (one, a, first), (other, b, second) = chance.choice(prints), chance.choice(prints)
        if one == other:
            continue
        done += 1
        if copied(first, second).is_copy:
            copies += 1
            print(f"  {one} | {a.title[:60]} | {other} | {b.title[:60]}")
    print(f"{copies} of {count} random pairs of entries of two feeds were taken for one article")


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--pairs", type=int, default=1_000_000)
    options = parser.parse_args(arguments)
    if options.folder is None:
        costs(corpus_items())
    else:
        known = list(feed_items(options.folder))
        costs([item for _, item in known[:300]])
        false_alarms(known, options.pairs)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
