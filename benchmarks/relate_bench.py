"""What telling items apart costs, and how often strangers are taken for copies.

Usage: python benchmarks/relate_bench.py [--pairs N] [FEED_FOLDER]

Items are paired at random, never two of one document, and the pairs taken for one article are counted and
shown. Without a folder they are items of the test corpus; with one, the entries of the feed documents in it.
So are entries of one document whose titles differ: a publisher that lists two means two.
A collection may hold copies of one feed: the same post in two of them is no pair of strangers and is counted
apart. Two documents are copies when they share three titles; the same post has the same title in both.
"""

import argparse
import html
import json
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

from feeds.curate import language
from feeds.curate.fold import fold
from feeds.curate.identity import compare, identify
from feeds.curate.text import plain
from feeds.model import Item, Relation

CORPUS = Path(__file__).resolve().parents[1] / "tests" / "corpus"
START = datetime(2026, 3, 1, tzinfo=UTC)


def cpu(work: Callable[[], object], times: int) -> float:
    """Microseconds of CPU per call."""
    work()
    started = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - started) / times * 1e6


def corpus_items() -> Iterator[tuple[str, Item]]:
    """Everything of the test corpus that is on a subject of its own, with that subject."""
    for name in ("events", "events-2", "everyday", "hard", "lunar", "blind-1", "blind-2", "blind-3"):
        for number, row in enumerate(map(json.loads, (CORPUS / f"{name}.jsonl").open(encoding="utf-8"))):
            site = f"{name}-{number}.example"
            subject = row.get("event") or f"{name} {number}"
            yield (
                subject,
                Item(
                    source=f"https://{site}/feed",
                    guid=str(number),
                    url=f"https://{site}/{number}",
                    title=row["title"],
                    summary=row["summary"],
                    language=row.get("language") or row["lang"],
                    published=START,
                    site=site,
                ),
            )


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


def copies_of_feeds(known: Sequence[tuple[str, Item]]) -> set[frozenset[str]]:
    """Pairs of documents that share three titles or more."""
    titles: defaultdict[str, set[str]] = defaultdict(set)
    for name, item in known:
        titles[name].add(fold(item.title))
    pairs = combinations(titles, 2)
    return {frozenset(pair) for pair in pairs if len(titles[pair[0]] & titles[pair[1]] - {""}) >= 3}  # noqa: PLR2004 # titles


def false_alarms(known: Sequence[tuple[str, Item]], count: int) -> None:
    """Count strangers that are taken for one article, or for one story."""
    chance = random.Random(11)  # noqa: S311 # a sample
    prints = [(name, fold(item.title), identify(item).fingerprint) for name, item in known]
    copies = copies_of_feeds(known)
    articles = stories = posts = done = 0
    while done < count:
        (one, title, a), (other, second, b) = chance.choice(prints), chance.choice(prints)
        if one == other:
            continue
        if title == second and frozenset((one, other)) in copies:
            posts += 1
            continue
        done += 1
        related = compare(a, b)
        stories += related.relation is Relation.SAME_STORY
        if related.relation in {Relation.SAME_ITEM, Relation.SAME_ARTICLE}:
            articles += 1
            print(f"  {one} | {title[:60]} | {other} | {second[:60]} | {related.reasons[0]}")
    print(
        f"of {count} random pairs of strangers {articles} were taken for one article, {stories} for one story"
    )
    print(f"{posts} pairs left out: one post in two copies of a feed")


def within_documents(known: Sequence[tuple[str, Item]]) -> None:
    """Count entries of one document that are taken for one article although their titles differ."""
    documents: defaultdict[str, list[tuple[str, bytes]]] = defaultdict(list)
    for name, item in known:
        documents[name].append((fold(item.title), identify(item).fingerprint))
    done = taken = 0
    for entries in documents.values():
        for (title, a), (other, b) in combinations(entries, 2):
            if title != other:
                done += 1
                taken += compare(a, b).relation in {Relation.SAME_ITEM, Relation.SAME_ARTICLE}
    print(f"of {done} pairs of entries of one document {taken} were taken for one article")


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--pairs", type=int, default=1_000_000)
    options = parser.parse_args(arguments)
    known = list(corpus_items() if options.folder is None else feed_items(options.folder))
    costs([item for _, item in known[:300]])
    within_documents(known)
    false_alarms(known, options.pairs)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
