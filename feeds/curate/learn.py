"""Learning from marks and labels: a model is fitted, tried on unseen items, and trusted or not. Pure.

The model learns what the topic file leaves over: its score is the starting point of each item (an offset
of the logistic regression), so that nothing has to be learned twice. Tried by k-fold cross-validation
whose folds keep the items of one story together, as reports on one event share their words.
"""

import math
import random
import zlib
from collections import Counter
from collections.abc import Sequence

from feeds.curate.model import Model, grams_of, words_of
from feeds.curate.topic import Topic
from feeds.curate.tune import tuned, tuning
from feeds.model import Item, Verdict
from feeds.model.value import Value

FOLDS = 5
_LEAST_LESSONS = 20
_LEAST_OF_A_KIND = 5
_ROUNDS = 12
_STEP = 0.5
_DECAY = 0.002
_OFFSET = 3.0
"""The topic's log-odds are cut there: an item it is sure of may still teach a little."""
_LEAST_SEEN = 2
"""Items that hold an n-gram before it counts."""
_TINY = 0.002


class Lesson(Value, frozen=True, kw_only=True):
    """An item, what a person says of it, and what the topic file alone says."""

    item: Item
    label: bool
    verdict: Verdict
    group: str
    """Its story: lessons of one group are never on both sides of a trial."""


class Figures(Value, frozen=True, kw_only=True):
    """How verdicts compare with labels."""

    items: int = 0
    hits: int = 0
    false: int = 0
    """Kept though labelled as off the topic."""
    missed: int = 0
    """Rejected though labelled as on the topic."""

    @property
    def precision(self) -> float:
        """Share of right ones among the kept."""
        return self.hits / (self.hits + self.false) if self.hits + self.false else 0.0

    @property
    def recall(self) -> float:
        """Share of kept ones among the right."""
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = 2 * self.hits + self.false + self.missed
        return 2 * self.hits / both if both else 0.0


class Learned(Value, frozen=True, kw_only=True):
    """A model and how it fared. `active` False: it does not beat the topic file and stays off."""

    model: Model
    active: bool
    sentence: str
    """Why it is switched on or not, for a person."""
    lessons: int
    groups: int
    alone: Figures
    """The topic file alone, on all lessons."""
    together: Figures
    """Topic and model, each lesson judged by a model that has not seen its group."""
    mended: int
    """Lessons that only the two together judge rightly."""
    broken: int
    """Lessons that only the topic file alone judges rightly."""


def figures(pairs: Sequence[tuple[bool, bool]]) -> Figures:
    """Count (verdict, label) pairs."""
    counts = Counter(pairs)
    return Figures(
        items=len(pairs),
        hits=counts[True, True],
        false=counts[True, False],
        missed=counts[False, True],
    )


def learn(lessons: Sequence[Lesson], topic: Topic, *, folds: int = FOLDS) -> Learned:
    """Fit a model to all lessons, try it on held-out folds, and say whether to trust it."""
    lessons = sorted(
        lessons, key=lambda each: (each.group, each.item.url, each.item.title, each.item.summary)
    )
    held_out = _held_out(lessons, topic, folds)
    alone = [(each.verdict.keep, each.label) for each in lessons]
    together = [(keep, each.label) for keep, each in zip(held_out, lessons, strict=True)]
    mended = sum(a[0] != a[1] and t[0] == t[1] for a, t in zip(alone, together, strict=True))
    broken = sum(a[0] == a[1] and t[0] != t[1] for a, t in zip(alone, together, strict=True))
    before, after = figures(alone), figures(together)
    sentence = _objection(lessons, before, after, mended=mended, broken=broken)
    return Learned(
        model=fit(lessons),
        active=not sentence,
        sentence=sentence
        or f"It is switched on: on items it had not seen it mends {mended} verdicts and breaks {broken}.",
        lessons=len(lessons),
        groups=len({each.group for each in lessons}),
        alone=before,
        together=after,
        mended=mended,
        broken=broken,
    )


def fit(lessons: Sequence[Lesson]) -> Model:
    """Fit the weights by stochastic gradient descent (Adagrad, L2); equal lessons give an equal model."""
    texts = [grams_of(words_of(each.item)) for each in lessons]
    seen = Counter(gram for grams in texts for gram in grams)
    names = sorted(gram for gram, count in seen.items() if count >= _LEAST_SEEN)
    index = {gram: place for place, gram in enumerate(names)}
    rows = [
        (
            [index[gram] for gram in sorted(grams) if gram in index],
            1 / math.sqrt(len(grams) or 1),
            max(-_OFFSET, min(_OFFSET, _logit(each.verdict.score))),
            float(each.label),
        )
        for grams, each in zip(texts, lessons, strict=True)
    ]
    weights, bias = _descend(rows, len(names))
    kept = {gram: weight for gram, weight in zip(names, weights, strict=True) if abs(weight) >= _TINY}
    return Model(bias=bias, weights=kept)


def _descend(rows: list[tuple[list[int], float, float, float]], size: int) -> tuple[list[float], float]:
    weights, squares = [0.0] * size, [1e-3] * size
    bias, bias_square = 0.0, 1e-3
    order = list(range(len(rows)))
    shuffle = random.Random(0).shuffle  # noqa: S311 # an order, no secret
    for _ in range(_ROUNDS):
        shuffle(order)
        for place in order:
            grams, scale, offset, label = rows[place]
            score = offset + bias + scale * sum([weights[gram] for gram in grams])
            slope = 1 / (1 + math.exp(-max(-30.0, min(30.0, score)))) - label
            bias_square += slope * slope
            bias -= _STEP * (slope + _DECAY * bias) / math.sqrt(bias_square)
            step = slope * scale
            for gram in grams:
                pull = step + _DECAY * weights[gram]
                squares[gram] += pull * pull
                weights[gram] -= _STEP * pull / math.sqrt(squares[gram])
    return weights, bias


def _held_out(lessons: Sequence[Lesson], topic: Topic, folds: int) -> list[bool]:
    """Judge each lesson by a model of the folds that do not hold its group."""
    parts = [zlib.crc32(each.group.encode("utf-8", "replace")) % folds for each in lessons]
    models = {}
    for part in sorted(set(parts)):
        models[part] = fit([each for each, own in zip(lessons, parts, strict=True) if own != part])
    by = {part: tuning(topic, model) for part, model in models.items()}
    return [tuned(each.verdict, each.item, by[part]).keep for each, part in zip(lessons, parts, strict=True)]


def _objection(
    lessons: Sequence[Lesson], before: Figures, after: Figures, *, mended: int, broken: int
) -> str:
    """Return why the model is not to be trusted, or nothing.

    It must mend more than chance would: by one standard deviation of a fair coin tossed for each change.
    """
    counts = Counter(each.label for each in lessons)
    if len(lessons) < _LEAST_LESSONS or min(counts[True], counts[False]) < _LEAST_OF_A_KIND:
        return (
            f"It is not switched on: {counts[True]} items to keep and {counts[False]} to reject are too few; "
            f"{_LEAST_LESSONS} in all and {_LEAST_OF_A_KIND} of each are needed."
        )
    if after.f1 <= before.f1 or mended - broken < max(2.0, math.sqrt(mended + broken)):
        return (
            "It is not switched on: on items it had not seen it does not beat the topic file "
            f"(F1 {after.f1:.3f} against {before.f1:.3f}; {mended} verdicts mended, {broken} broken)."
        )
    return ""


def _logit(score: float) -> float:
    score = max(1e-12, min(1 - 1e-12, score))
    return math.log(score / (1 - score))
