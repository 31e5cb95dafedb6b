"""Fit what `feeds.curate.likeness` weighs, and say by cross-validation how well it does.

Usage: python -m benchmarks.relate_fit MATERIAL [--write]

MATERIAL is a folder with `relevance/pairs-dev.jsonl`, `relevance/dev.jsonl` (labelled items and pairs) and
`corpus/` (feed documents, for how common words are). `--write` replaces the numbers that ship:
`feeds/curate/data/commonness.bin` and `feeds/curate/data/relate.toml`. No text leaves the material.
"""

import argparse
import math
import random
import re
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.relate_material import PAIR_WEIGHT, Row, commonness, item_of, lines, own_rows, rows_of
from feeds.curate import copies, features, likeness
from feeds.curate.features import packed_weights
from feeds.curate.identity import relate

DATA = Path(features.__file__).with_name("data")
RIDGE = 1.0
FOLDS = 8
WINDOW_DAYS = 45.0
OWN = ("pairs-1", "pairs-2", "pairs-3", "pairs-4")


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
