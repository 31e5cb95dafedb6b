"""What `benchmarks.relate_fit` learns from: pairs of labelled reports as rows, and how common words are."""

import html
import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from feeds.curate import features, language, likeness
from feeds.curate.features import code_of, concept_names
from feeds.curate.fingerprint import Print, unpack
from feeds.curate.fold import fold
from feeds.curate.identity import fingerprint
from feeds.curate.text import plain
from feeds.curate.tokens import hash32, stems
from feeds.model import Item

CORPUS = Path(__file__).resolve().parents[1] / "tests" / "corpus"
PAIR_WEIGHT = 6.0
"""A labelled pair counts as much as so many pairs made of labelled items."""
START = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One pair to learn from or to measure on."""

    a: Print
    b: Print
    label: str
    groups: frozenset[str]
    weight: float
    why: str = ""

    @property
    def same(self) -> bool:
        """Whether both report one event."""
        return self.label != "different"


def item_of(row: dict[str, Any]) -> Item:
    """Read a labelled row; its date may be as coarse as a year."""
    raw = row["published"] or ""
    day = (raw + "-01-01")[:10] if raw else ""
    return Item(
        source="https://" + row["site"] + "/feed",
        guid=row["url"],
        url=row["url"],
        title=row["title"] or "",
        summary=row["summary"] or "",
        language=row["lang"],
        site=row["site"].removeprefix("www."),
        published=datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None,
        published_raw=raw,
    )


def print_of(row: dict[str, Any]) -> Print:
    """Fingerprint of a labelled row, as the store gives it back."""
    made = unpack(fingerprint(item_of(row)))
    assert made is not None
    return made


def lines(path: Path) -> list[dict[str, Any]]:
    """Rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def documents(folder: Path) -> Iterable[tuple[str, str]]:
    """Language and text of the entries of feed documents."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix == ".tsv":
            continue
        body = path.read_bytes()[:1_500_000].decode("utf-8", "replace")
        for entry in re.split(r"<(?:item|entry)\b", body)[1:61]:
            found = re.findall(r"<(?:title|description|summary|content)[^>]*>(.*?)</", entry, re.DOTALL)
            words = plain(html.unescape(" ".join(found).replace("<![CDATA[", "").replace("]]>", "")), 700)
            if len(words) > 60:  # noqa: PLR2004 # shorter ones say nothing on how common words are
                yield language.detect(words), words


def own_rows(name: str) -> Iterable[Row]:
    """Pairs of excerpts of our own writing, of the test corpus."""
    for number, pair in enumerate(lines(CORPUS / f"{name}.jsonl")):
        a, b = (
            Item(
                source=f"https://{site}/feed",
                guid=f"{number}{side}",
                url=f"https://{site}/{number}{side}",
                site=site,
                title=pair[side][0],
                summary=pair[side][1],
                language=pair.get("language2", pair["language"]) if side == "b" else pair["language"],
                published=START + timedelta(days=pair["days"] if side == "b" else 0),
            )
            for side in "ab"
            for site in [f"s{number}.example" if pair["home"] else f"s{number}{side}.example"]
        )
        first, second = unpack(fingerprint(a)), unpack(fingerprint(b))
        assert first is not None
        assert second is not None
        yield Row(a=first, b=second, label=pair["label"], groups=frozenset({f"{name} {number}"}), weight=1.0)


def rates(texts: Iterable[tuple[str, str]], *, floor: int = 25) -> dict[int, float]:
    """Share of texts that hold a stem, in the language where it is most common."""
    totals: Counter[str] = Counter()
    held: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for tongue, words in texts:
        totals[tongue] += 1
        held[tongue].update({hash32(stem) for stem in stems(fold(words))})
    made: dict[int, float] = {}
    for tongue, total in totals.items():
        for code, count in held[tongue].items() if total >= floor else ():
            if count > 2:  # noqa: PLR2004 # seen once or twice is chance
                made[code] = max(made.get(code, 0.0), count / total)
    return made


def commonness(material: Path, items: Sequence[dict[str, Any]]) -> dict[int, float]:
    """Rates of words and concepts, from documents at large and from news on the subject."""
    by_story: Counter[str] = Counter()
    chosen = []
    for row in items:
        by_story[row["story"]] += 1
        if by_story[row["story"]] <= 2:  # noqa: PLR2004 # a story told often must not make its words common
            chosen.append((row["lang"], f"{row['title'] or ''} {row['summary'] or ''}"))
    made = rates(chosen)
    for code, rate in rates(documents(material / "corpus")).items():
        made[code] = max(made.get(code, 0.0), rate)
    for script in ("latin", "cyrillic", "arabic", "devanagari"):
        for word in language._weights(script):  # noqa: SLF001 # the small words of every language it knows
            code = hash32(word[:6])
            made[code] = max(made.get(code, 0.0), 0.3)
    kept = {code: rate for code, rate in made.items() if rate > math.exp(-features.DEFAULT_WEIGHT) * 1.3}
    concepts = Counter(name for _, words in chosen for name in concept_names(fold(words)))
    every = [f"{kind}:{name}" for kind, names in features._gazetteer().items() for name in names]  # noqa: SLF001
    for name in every:
        kept[code_of(name)] = (concepts[name] + 1) / (len(chosen) + 2)
    return kept


def rows_of(pairs: Sequence[dict[str, Any]], items: Sequence[dict[str, Any]], seed: int = 1) -> list[Row]:
    """Labelled pairs, and pairs of labelled items: of one story, and near each other in time of two."""
    chance = random.Random(seed)  # noqa: S311 # a sample, no secret
    story = {row["url"]: row["story"] for row in items}
    made = [
        Row(
            a=print_of(pair["a"]),
            b=print_of(pair["b"]),
            label=pair["label"],
            groups=frozenset(story.get(pair[side]["url"], pair[side]["url"]) for side in "ab"),
            weight=PAIR_WEIGHT,
            why=pair["why"],
        )
        for pair in pairs
    ]
    prints = [print_of(row) for row in items]
    drawn: list[Row] = []
    for i, row in enumerate(items):
        for j in range(i):
            same = row["story"] == items[j]["story"]
            gap = likeness.days_apart(prints[i], prints[j])
            far = gap is None or gap > 21  # noqa: PLR2004 # days; pairs that far apart are easy
            if (far and not same and chance.random() > 0.01) or (same and gap is not None and gap > 60):  # noqa: PLR2004
                continue
            groups = frozenset({row["story"], items[j]["story"]})
            label = "story" if same else "different"
            drawn.append(Row(a=prints[i], b=prints[j], label=label, groups=groups, weight=1.0))
    share = sum(row.same for row in drawn) / max(1, sum(not row.same for row in drawn))
    return made + [
        row if row.same else Row(a=row.a, b=row.b, label=row.label, groups=row.groups, weight=share)
        for row in drawn
    ]
