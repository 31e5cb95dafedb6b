"""Measure a topic on labelled items: precision, recall and F1 per language and kind, and CPU per item.

    python benchmarks/judge_bench.py LABELLED.jsonl [--topic NAME_OR_FILE] [--titles] [--errors N]

A line is a JSON object with title (may be null), summary, label (1 or 0), and optionally url, lang, kind.
"""

import argparse
import json
import re
import resource
import statistics
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from feeds.curate.judge import judge
from feeds.curate.learn import FOLDS, Lesson, fit
from feeds.curate.model import grams_of, logit_of, words_of
from feeds.curate.topic import Topic, load
from feeds.model import Item, Verdict

BIG_LANGUAGES = ("en", "zh", "ru")
ROUNDS = 5
LENGTH = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled item with its verdict."""

    item: Item
    label: bool
    kind: str
    verdict: Verdict


def read(path: Path, *, titles: bool) -> list[tuple[Item, bool, str, str]]:
    """Read the labelled lines; with `titles`, only those with a title, and without their summary."""
    rows: list[tuple[Item, bool, str, str]] = []
    for line in path.read_text("utf-8").splitlines():
        table = json.loads(line)
        if titles and not table["title"]:
            continue
        item = Item(
            source="bench",
            guid=str(table.get("id", len(rows))),
            url=table.get("url") or "",
            title=table["title"] or "",
            summary="" if titles else table["summary"] or "",
            language=table.get("lang") or "",
        )
        group = str(table.get("story") or table.get("id", len(rows)))
        rows.append((item, bool(table["label"]), str(table.get("kind")), group))
    return rows


def figures(rows: Iterable[Row]) -> str:
    """Give precision, recall and F1 with the counts behind them."""
    return compared([(row.verdict.keep, row.label) for row in rows])


def compared(pairs: list[tuple[bool, bool]]) -> str:
    """Give the figures of (kept, label) pairs."""
    hits, false, missed = pairs.count((True, True)), pairs.count((True, False)), pairs.count((False, True))
    precision, recall = hits / max(hits + false, 1), hits / max(hits + missed, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return f"P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}  of {len(pairs)}: {false} false, {missed} missed"


MOON = re.compile(r"\b(?:lunar|moon)\b", re.IGNORECASE)
BASE = re.compile(r"\b(?:station|base)\b", re.IGNORECASE)
PLACE = re.compile(
    r"\b(?:ilrs|moon ?bases?|lunar (?:base|station|outpost|habitat|village|colony|gateway|research station"
    r"|south pole station|infrastructure|surface habitat)s?"
    r"|(?:base|station|outpost|habitat|settlement|colony)s? (?:on|around|orbiting) the moon"
    r"|artemis base camp|foundation surface habitat|chang['’]?e[- ]?[78])\b",
    re.IGNORECASE,
)
PARTS = re.compile(
    r"\b(?:regolith (?:bricks?|construction)|fission surface power|lunar (?:reactor|power|terrain vehicle"
    r"|greenhouse|construction))\b",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(
    r"\b(?:eclipse|supermoon|new year|antarctic\w*|tiangong|video ?game|lego|crypto\w*|horoscope)\b",
    re.IGNORECASE,
)


def keywords(item: Item) -> bool:
    """Keep what has a word for the Moon and one for a base."""
    text = f"{item.title} {item.summary}"
    return bool(MOON.search(text) and BASE.search(text))


def boolean_query(item: Item) -> bool:
    """Keep what a power user of a feed reader would ask for in English."""
    text = f"{item.title} {item.summary}"
    return bool(
        (PLACE.search(text) or (MOON.search(text) and PARTS.search(text))) and not ELSEWHERE.search(text)
    )


def learned_alone(labelled: list[tuple[Item, bool, str, str]]) -> list[bool]:
    """Keep what a model over n-grams learned from the other folds by story, without any topic file."""
    blank = Verdict(keep=False, near=False, score=0.5, reasons=())
    lessons = [
        Lesson(item=item, label=label, verdict=blank, group=group) for item, label, _, group in labelled
    ]
    parts = [zlib.crc32(each.group.encode()) % FOLDS for each in lessons]
    models = [
        fit([each for each, own in zip(lessons, parts, strict=True) if own != part]) for part in range(FOLDS)
    ]
    return [
        logit_of(models[part], grams_of(words_of(each.item))) > 0
        for each, part in zip(lessons, parts, strict=True)
    ]


def baselines(labelled: list[tuple[Item, bool, str, str]]) -> None:
    """Print the figures of what people use instead, of all items and by language."""
    ways = {
        "keywords (moon, base)": [keywords(item) for item, _, _, _ in labelled],
        "boolean query in English": [boolean_query(item) for item, _, _, _ in labelled],
        "n-grams alone, 5-fold by story": learned_alone(labelled),
        "keep everything": [True] * len(labelled),
    }
    print("instead of it:")
    for name, kept in ways.items():
        pairs = [(keep, row[1], row[0].language) for keep, row in zip(kept, labelled, strict=True)]
        print(f"{name:30} {compared([(keep, label) for keep, label, _ in pairs])}")
        for language in BIG_LANGUAGES:
            own = [(keep, label) for keep, label, spoken in pairs if spoken == language]
            if own:
                print(f"{f'  {language}':30} {compared(own)}")


def cost(items: list[Item], topic: Topic) -> str:
    """Give CPU per item, and per item stretched or cut to 1,000 characters, at the median."""
    own: list[float] = []
    long: list[float] = []
    for item in items:
        text = " ".join([item.summary or item.title] * LENGTH)[: LENGTH - len(item.title)]
        stretched = Item(
            source="bench", guid="", url=item.url, title=item.title, summary=text, language=item.language
        )
        for subject, times in ((item, own), (stretched, long)):
            judge(subject, topic)
            started = time.process_time_ns()
            for _ in range(ROUNDS):
                judge(subject, topic)
            times.append((time.process_time_ns() - started) / ROUNDS / 1e6)
    return (
        f"CPU per item: median {statistics.median(own):.3f} ms, mean {statistics.mean(own):.3f} ms "
        f"({1000 / statistics.mean(own):,.0f} items/s); repeated to {LENGTH} characters: "
        f"median {statistics.median(long):.3f} ms, p95 {statistics.quantiles(long, n=20)[-1]:.3f} ms"
    )


def main() -> None:
    """Print the figures of one topic on one file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("labelled", type=Path)
    parser.add_argument("--topic", default="lunar-station")
    parser.add_argument("--titles", action="store_true")
    parser.add_argument("--errors", type=int, default=0)
    options = parser.parse_args()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    topic = load(options.topic)
    loading = time.process_time() - started
    labelled = read(options.labelled, titles=options.titles)
    rows = [Row(item, label, kind, judge(item, topic)) for item, label, kind, _ in labelled]
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"{topic.label} on {options.labelled.name}:"
        f" loaded in {loading * 1e3:.0f} ms, memory grew {grown:.1f} MiB"
    )
    print(f"{'all':30} {figures(rows)}")
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        language = row.item.language
        groups[language if language in BIG_LANGUAGES else "other languages"].append(row)
        groups[f"kind {row.kind}"].append(row)
    for name, members in sorted(groups.items()):
        print(f"{name:30} {figures(members)}")
    baselines(labelled)
    print(cost([item for item, _, _, _ in labelled], topic))
    wrong = [row for row in rows if row.verdict.keep != row.label]
    wrong.sort(key=lambda row: -abs(row.verdict.score - 0.5))
    for row in wrong[: options.errors]:
        found = ", ".join(f"{r.concept} {r.words!r} {r.weight:+.1f}" for r in row.verdict.reasons[:5])
        print(f"{'missed' if row.label else 'false'} {row.verdict.score:.2f} {row.item.title} [{found}]")


if __name__ == "__main__":
    main()
