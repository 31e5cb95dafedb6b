"""Fit what `feeds.curate.likeness` weighs, and say by cross-validation how well it does.

Usage: python benchmarks/relate_fit.py MATERIAL [--write]

MATERIAL is a folder with `relevance/pairs-dev.jsonl`, `relevance/dev.jsonl` (labelled items and pairs) and
`corpus/` (feed documents, for how common words are). `--write` replaces the numbers that ship:
`feeds/curate/data/commonness.bin` and `feeds/curate/data/relate.toml`. No text leaves the material.
"""

import argparse
import html
import json
import math
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from feeds.curate import copies, features, language, likeness
from feeds.curate.features import code_of, concept_names, packed_weights
from feeds.curate.fingerprint import Print, unpack
from feeds.curate.fold import fold
from feeds.curate.identity import fingerprint, relate
from feeds.curate.text import plain
from feeds.curate.tokens import hash32, stems
from feeds.model import Item

CORPUS = Path(__file__).resolve().parents[1] / "tests" / "corpus"
DATA = Path(features.__file__).with_name("data")
PAIR_WEIGHT = 6.0
"""A labelled pair counts as much as so many pairs made of labelled items."""
RIDGE = 1.0
FOLDS = 8
WINDOW_DAYS = 45.0
OWN = ("pairs-1", "pairs-2", "pairs-3", "pairs-4")
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


def fitted(rows: Sequence[Row]) -> tuple[float, list[float]]:
    """Intercept and weights of a logistic model with a ridge, by Newton's method."""
    rows = [row for row in rows if not likeness.headlines_part(row.a, row.b)]
    inputs = [(*likeness.measures(row.a, row.b), 1.0) for row in rows]
    size = len(inputs[0])
    weights = [0.0] * size
    for _ in range(12):
        gradient = [-RIDGE * w for w in weights[:-1]] + [0.0]
        curve = [[0.0] * size for _ in range(size)]
        for index in range(size - 1):
            curve[index][index] = RIDGE
        curve[-1][-1] = 1e-9
        for row, values in zip(rows, inputs, strict=True):
            guess = 1 / (1 + math.exp(-max(-30, min(30, math.fsum(map(float.__mul__, weights, values))))))
            slope = row.weight * (row.same - guess)
            bend = row.weight * guess * (1 - guess)
            used = [(k, v) for k, v in enumerate(values) if v]
            for k, v in used:
                gradient[k] += slope * v
                line = curve[k]
                for m, w in used:
                    line[m] += bend * v * w
        step = solved(curve, gradient)
        weights = [w + s for w, s in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-6:  # noqa: PLR2004 # converged
            break
    return weights[-1], weights[:-1]


def solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solve a small linear system by elimination with pivots."""
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda k: abs(rows[k][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for other in range(size):
            if other != column and rows[other][column]:
                factor = rows[other][column] / rows[column][column]
                rows[other] = [x - factor * y for x, y in zip(rows[other], rows[column], strict=True)]
    return [rows[k][size] / rows[k][k] for k in range(size)]


def folds_of(rows: Sequence[Row], seed: int) -> list[set[int]]:
    """Folds that a row touches; stories that a labelled pair joins stay in one fold."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for row in rows:
        roots = sorted(map(root, row.groups))
        if row.weight == PAIR_WEIGHT:
            for other in roots[1:]:
                parent[root(other)] = root(roots[0])
    names = sorted({root(name) for row in rows for name in row.groups})
    random.Random(seed).shuffle(names)  # noqa: S311 # a sample, no secret
    place = {name: index % FOLDS for index, name in enumerate(names)}
    return [{place[root(name)] for name in row.groups} for row in rows]


def held_out(rows: Sequence[Row], seed: int) -> list[float]:
    """Probability of each row by a model that saw none of its stories."""
    folds = folds_of(rows, seed)
    made = [0.0] * len(rows)
    for fold_number in range(FOLDS):
        intercept, weights = fitted([r for r, f in zip(rows, folds, strict=True) if fold_number not in f])
        for index, row in enumerate(rows):
            if fold_number in folds[index] and not likeness.headlines_part(row.a, row.b):
                total = intercept + math.fsum(map(float.__mul__, weights, likeness.measures(row.a, row.b)))
                made[index] = 1 / (1 + math.exp(-max(-30, min(30, total))))
    return made


def scores(said: Sequence[bool], truth: Sequence[bool]) -> str:
    """Precision and recall in words."""
    hits = sum(s and t for s, t in zip(said, truth, strict=True))
    return f"precision {hits / max(1, sum(said)):.3f} recall {hits / max(1, sum(truth)):.3f} of {sum(truth)}"


def report_stories(rows: Sequence[Row], threshold: float) -> None:
    """Cross-validated figures of the story model, over three ways to part the stories."""
    for seed in (3, 4, 5):
        guess = held_out(rows, seed)
        for title, chosen in (
            ("labelled pairs", [r.weight == PAIR_WEIGHT and r.label != "dup" for r in rows]),
            ("pairs of items", [r.weight != PAIR_WEIGHT for r in rows]),
            ("  across languages", [r.weight != PAIR_WEIGHT and r.a.language != r.b.language for r in rows]),
        ):
            picked = [(g >= threshold, r.same) for g, r, c in zip(guess, rows, chosen, strict=True) if c]
            print(f"seed {seed} {title:18} {scores([s for s, _ in picked], [t for _, t in picked])}")


def limit_of(values: Sequence[tuple[float, bool]]) -> float:
    """Where to part true from false: midway in the best gap, a false one counting four missed."""
    ordered = sorted(values, reverse=True)
    worth, best, limit = 0, 0, math.inf
    for (value, truth), (after, _) in pairwise([*ordered, (0.0, False)]):
        worth += 1 if truth else -4
        if worth > best and after < value:
            best, limit = worth, (value + after) / 2
    return limit


def is_copy(row: Row, copy: copies.Copy, evidence: float, rewording: float) -> bool:
    """Decide as `identity.compare` does, with other limits."""
    if (row.a.page and row.a.page == row.b.page and row.a.site == row.b.site) or copies.is_link(row.a, row.b):
        return True
    if copy.ruled_out:
        return False
    verbatim = copy.passages >= copy.least and copy.evidence >= evidence
    return verbatim or (not copy.strict and copy.rewording >= rewording)


def limits(rows: Sequence[Row], made: Sequence[copies.Copy]) -> tuple[float, float]:
    """Choose both limits on some pairs: that of verbatim copies first, then that of what it leaves."""
    known = [
        (row, copy)
        for row, copy in zip(rows, made, strict=True)
        if not is_copy(row, copy, math.inf, math.inf)
    ]
    known = [(row, copy) for row, copy in known if not copy.ruled_out]
    verbatim = [(r, c) for r, c in known if not c.strict and (c.least == 1 or c.passages >= c.least)]
    evidence = limit_of([(c.evidence, r.label == "dup") for r, c in verbatim])
    left = [(r, c) for r, c in known if not is_copy(r, c, evidence, math.inf) and not c.strict]
    return evidence, limit_of([(c.rewording, r.label == "dup") for r, c in left])


def report_copies(rows: Sequence[Row], own: Sequence[Row]) -> None:
    """Figures of the rule for copies when its limits are chosen on other texts than those measured.

    Pairs of our own (`own`) are always chosen on, and never measured here.
    """
    pairs = [row for row in rows if row.weight == PAIR_WEIGHT]
    made = [copies.copied(row.a, row.b) for row in pairs]
    truth = [row.label == "dup" for row in pairs]
    of_own = [copies.copied(row.a, row.b) for row in own]
    at = limits([*pairs, *own], [*made, *of_own])
    print(f"limits on all pairs: evidence {at[0]:.3f} rewording {at[1]:.3f}")
    for seed in (3, 4, 5):
        folds = folds_of(pairs, seed)
        chosen: list[tuple[bool, bool]] = []
        for number in range(FOLDS):
            train = [index for index, touched in enumerate(folds) if number not in touched]
            at = limits([*(pairs[i] for i in train), *own], [*(made[i] for i in train), *of_own])
            chosen += [
                (is_copy(pairs[i], made[i], *at), truth[i])
                for i, touched in enumerate(folds)
                if number in touched
            ]
        print(f"seed {seed} copies             {scores([s for s, _ in chosen], [t for _, t in chosen])}")


def report_relations(pairs: Sequence[dict[str, Any]]) -> None:
    """Figures of what ships, on the labelled pairs."""
    said = [relate(item_of(p["a"]), item_of(p["b"])).relation.value for p in pairs]
    easy = [not re.search(r"transl|spun|cross-language|paraphrase", p["why"]) for p in pairs]
    copied = [relation in {"same-item", "same-article"} for relation in said]
    truth = [p["label"] == "dup" for p in pairs]
    print("duplicates, all:      ", scores(copied, truth))
    plain_rows = [(c, t) for c, t, e in zip(copied, truth, easy, strict=True) if e or not t]
    print("  without translations:", scores([c for c, _ in plain_rows], [t for _, t in plain_rows]))
    for title, kept in (
        ("all labels", {"dup", "same_story", "different"}),
        ("two labels", {"same_story", "different"}),
    ):
        picked = [
            (s != "different", p["label"] != "different")
            for s, p in zip(said, pairs, strict=True)
            if p["label"] in kept
        ]
        print(f"same story, {title}:", scores([s for s, _ in picked], [t for _, t in picked]))
    for relation, pair in zip(said, pairs, strict=True):
        wrong = (relation in {"same-item", "same-article"}) != (pair["label"] == "dup")
        wrong = wrong or (relation != "different") != (pair["label"] != "different")
        if wrong:
            print("   ", pair["id"], pair["label"], "->", relation, "|", pair["why"])


def main(arguments: Sequence[str]) -> int:
    """Fit, report, and with --write ship."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("material", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--threshold", type=float, default=0.69)
    options = parser.parse_args(arguments)
    items = lines(options.material / "relevance" / "dev.jsonl")
    pairs = lines(options.material / "relevance" / "pairs-dev.jsonl")
    if options.write:
        (DATA / "commonness.bin").write_bytes(packed_weights(commonness(options.material, items)))
        features._weights.cache_clear()  # noqa: SLF001 # the table was just replaced
    rows = rows_of(pairs, items)
    report_stories(rows, options.threshold)
    report_copies(rows, [row for name in OWN for row in own_rows(name)])
    intercept, weights = fitted(rows)
    named = "\n".join(f"{name} = {value:.3f}" for name, value in zip(likeness.MEASURES, weights, strict=True))
    print(f"intercept {intercept:.3f}\n{named}")
    if options.write:
        (DATA / "relate.toml").write_text(
            "# Weights over the measures of feeds/curate/likeness.py; made by benchmarks/relate_fit.py.\n"
            f"intercept = {intercept:.3f}\nthreshold = {options.threshold}\nwindow_days = {WINDOW_DAYS}\n\n"
            f"[weights]\n{named}\n",
            "utf-8",
        )
        likeness.story_model.cache_clear()
    report_relations(pairs)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
