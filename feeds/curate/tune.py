"""What learning adds to a verdict of the topic file: a bounded part, shown as reasons. Pure.

Two things are learned: how much of each source was kept so far (its prior), and a model over n-grams
(`feeds.curate.model`). Neither can hide what the topic file names outright, nor keep what an exclusion
names, nor say anything of an item in which the topic found nothing that speaks for it.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Literal

from feeds.curate.fold import Quoter, fold
from feeds.curate.judge import judge, nothing_found
from feeds.curate.model import REACH, Model, grams_of, logit_of, telling_words, words_of
from feeds.curate.topic import HISTORY_MOST, Topic
from feeds.model import Item, Reason, Verdict
from feeds.model.value import Value, replace

LEARNED = "learned"
PRIOR = "source-history"
_USUAL = 0.1
"""Share of kept items that says nothing about a source."""
_DOUBT = 20
"""Items of that share which are imagined before the first real one."""
_SLOPE = 0.25
_LEAST, _MOST = -0.4, HISTORY_MOST
"""Bounds of the prior in log-odds: a general wire, a source that writes only about the subject."""
_SHOWN = 3
_SMALL = 0.005
_OUTRIGHT = 1.0
"""Log-odds above the threshold to which one concept must carry an item alone to name it outright."""


class Tuning(Value, frozen=True, kw_only=True, dict=True):
    """A topic with what was learned for it. Maker: `tuning`. Takers: the pipeline and all that judges."""

    UNSHOWN = frozenset(("shares", "exclusions"))

    topic: Topic
    model: Model | None = None
    shares: Mapping[str, tuple[int, int]] = {}
    """Items judged and kept so far, by the address of their source."""
    exclusions: frozenset[str] = frozenset()

    @cached_property
    def label(self) -> str:
        """What verdicts say they are of: topic, revision, content, and the model where there is one."""
        learned = f"+{self.model.id}" if self.model else ""
        return f"{self.topic.label}#{self.topic.digest}{learned}"


def tuning(
    topic: Topic, model: Model | None = None, shares: Mapping[str, tuple[int, int]] | None = None
) -> Tuning:
    """Put a topic and what was learned together."""
    names = frozenset(concept.name for concept in topic.concepts if concept.mask)
    return Tuning(topic=topic, model=model, shares=shares or {}, exclusions=names)


def verdict_of(item: Item, by: Tuning) -> Verdict:
    """Judge an item by the topic file, then add what was learned."""
    return tuned(judge(item, by.topic), item, by)


def may_matter(entry: bytes, by: Tuning) -> bool:
    """Whether the item of an entry (XML, UTF-8) may be kept or near; always where nothing is promised.

    Where a model speaks, fewer entries can be told apart.
    """
    vocabulary = by.topic.vocabulary if by.model else by.topic.untaught
    return vocabulary is None or vocabulary(entry)


def dull_verdict(item: Item, by: Tuning) -> Verdict:
    """Reject an item of which the topic's vocabulary said that nothing in it could be wanted."""
    note = f"too little of what the topic {by.topic.name} asks for in it"
    return nothing_found(item, by.topic, note, label=by.label)


def source_prior(judged: int, kept: int) -> float:
    """Return what the history of a source is worth, in log-odds from -0.4 to 0.6; 0 without history."""
    share = (kept + _USUAL * _DOUBT) / (judged + _DOUBT)
    return max(_LEAST, min(_MOST, _SLOPE * (_logit(share) - _logit(_USUAL))))


def tuned(verdict: Verdict, item: Item, by: Tuning) -> Verdict:
    """Return the verdict of the topic file moved by what was learned, within the bounds of this module."""
    if not any(map(_speaks, verdict.reasons)):
        return replace(verdict, topic=by.label)
    base = _logit(verdict.score)
    reasons = [*_prior(item, by), *_learned(item, by, base)]
    if not reasons:
        return replace(verdict, topic=by.label)
    wanted = sum(reason.weight for reason in reasons)
    moved, held = _allowed(verdict, base, wanted, by)
    score = 1.0 / (1.0 + math.exp(-base - moved)) if moved else verdict.score
    score = max(score, by.topic.threshold) if held and moved < 0 else score
    keep = score >= by.topic.threshold
    return replace(
        verdict,
        keep=keep,
        near=not keep and score >= by.topic.near,
        score=score,
        reasons=(*verdict.reasons, *reasons, *_note(held)),
        topic=by.label,
    )


def _allowed(verdict: Verdict, base: float, wanted: float, by: Tuning) -> tuple[float, str]:
    """Return how far the log-odds may move, and what holds them back."""
    topic = by.topic
    bar = _logit(topic.threshold)
    if wanted > 0 and not verdict.keep and _excluded(verdict.reasons, by):
        return 0.0, "an exclusion names it, so learning can not keep it"
    outright = any(
        _speaks(reason) and topic.start + reason.weight >= bar + _OUTRIGHT for reason in verdict.reasons
    )
    if wanted < bar - base and verdict.keep and outright:
        return bar - base, "the topic names it outright, so learning can not hide it"
    return wanted, ""


def _speaks(reason: Reason) -> bool:
    return reason.kind == "for" and reason.place != "source"


def _excluded(reasons: Iterable[Reason], by: Tuning) -> bool:
    return any(
        reason.place != "source" and (reason.kind == "against" or reason.concept in by.exclusions)
        for reason in reasons
    )


def _note(held: str) -> tuple[Reason, ...]:
    if not held:
        return ()
    return (Reason(concept=LEARNED, words="", place="item", weight=0.0, kind="note", note=held),)


def _prior(item: Item, by: Tuning) -> Iterator[Reason]:
    judged, kept = by.shares.get(item.source, (0, 0))
    weight = source_prior(judged, kept)
    if abs(weight) >= _SMALL:
        yield Reason(
            concept=PRIOR,
            words=item.source_name or item.source,
            place="source",
            weight=round(weight, 3),
            kind=_kind(weight),
            note=f"{kept} of {judged} items of this source were kept so far",
        )


def _learned(item: Item, by: Tuning, base: float) -> Iterator[Reason]:
    """Yield the words that moved most, and the rest as one step; together what the model says.

    It is asked only where its word could matter: items far from the threshold are clear without it.
    """
    if by.model is None or not _logit(by.topic.near) - REACH <= base <= _logit(by.topic.threshold) + REACH:
        return
    words = words_of(item)
    grams = grams_of(words)
    total = rest = logit_of(by.model, grams)
    shown = 0
    for word, share in telling_words(by.model, words, len(grams)):
        if shown == _SHOWN or abs(share) < _SMALL or abs(rest) < _SMALL:
            break
        quoted = _quoted(item, word.place, word.text) if share * total > 0 else ""
        if quoted:
            shown += 1
            weight = round(math.copysign(min(abs(share), abs(rest)), total), 3)
            rest -= weight
            yield _step(weight, "learned from marks and labels", words=quoted, place=word.place)
    if abs(rest) >= _SMALL:
        yield _step(round(rest, 3), "learned from marks and labels: many small parts")


def _step(
    weight: float, note: str, *, words: str = "", place: Literal["title", "summary", "item"] = "item"
) -> Reason:
    return Reason(concept=LEARNED, words=words, place=place, weight=weight, kind=_kind(weight), note=note)


def _quoted(item: Item, place: str, word: str) -> str:
    """Return a folded word as it stands in the item."""
    text = item.title if place == "title" else item.summary
    start = fold(text).find(word)
    return Quoter(text).quote(start, start + len(word)) if start >= 0 else ""


def _kind(weight: float) -> Literal["for", "against"]:
    return "for" if weight > 0 else "against"


def _logit(score: float) -> float:
    score = max(1e-12, min(1 - 1e-12, score))
    return math.log(score / (1 - score))
