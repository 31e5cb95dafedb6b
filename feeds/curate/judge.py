"""The judge: an item and a topic in, a verdict with its reasons out. Pure.

Each concept found moves the log-odds of the item by its weight, more in the title than deep in the
text; the logistic function makes a probability of the sum.
"""

import functools
import math
from collections.abc import Callable, Iterator
from typing import Literal
from urllib.parse import unquote

from feeds.curate.evidence import Found, Reading, find_concepts, read_place
from feeds.curate.fold import Quoter, fold
from feeds.curate.language import detect, reads_as
from feeds.curate.topic import GROUP_LIMIT, Topic
from feeds.later import late_pattern
from feeds.model import Item, Reason, Verdict
from feeds.model.value import Value
from feeds.references import unescape

Place = Literal["title", "summary", "content", "categories", "source", "link"]
_TAG = late_pattern(r"<[^>]{0,2000}>")
_CONTENT_LIMIT = 20_000
_TEXT_LIMIT = 4_000
_SAMPLE = 600
"""Characters of the summary from which the language is told."""
_SECOND = 0.2
"""What the same concept in a second place adds."""
_SAME_THING = 0.15
"""What a further concept of one group adds: the same thing said in other words."""
_SHOWN = 12
_FEW_WORDS = 60
_FADES = ((600, 1.0), (1_500, 0.7), (4_000, 0.45))
_FADED = 0.25


class _Count(Value, frozen=True, kw_only=True):
    """One concept in one place with what it counts."""

    found: Found
    place: Place
    weight: float
    quoter: Quoter


def judge(item: Item, topic: Topic) -> Verdict:
    """Judge `item` by `topic`; any text is allowed and the verdict always carries at least one reason."""
    readings = _read(item, topic)
    counts = _count(readings, topic)
    if not counts:
        return nothing_found(item, topic, f"no words of the topic {topic.name} in it")
    logit, moves = _sum_up(counts, topic)
    prior = max(-1.0, min(1.0, topic.kinds.get(item.source_kind, 0.0)))
    logit += prior
    score = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))
    settled = [count for count in counts if count.found.concept.decides and count.place == "title"]
    if settled:
        score = min(score, topic.near * 0.9)
    keep = score >= topic.threshold
    counts.sort(key=lambda count: -abs(moves[id(count)]))
    shown = [*counts[:_SHOWN], *(count for count in counts[_SHOWN:] if count.found.concept.mask)]
    reasons = [_reason(count, moves) for count in shown]
    if prior:
        words = f"{item.source_kind}: {item.source_name}".strip(": ")
        reasons.insert(
            0,
            Reason(
                concept="source",
                words=words,
                place="source",
                weight=prior,
                kind="for" if prior > 0 else "against",
            ),
        )
    return Verdict(
        keep=keep,
        near=not keep and score >= topic.near,
        score=score,
        reasons=tuple(reasons),
        tags=_tags(counts),
        topic=topic.label,
    )


def _places(item: Item) -> Iterator[tuple[Place, str]]:
    yield "title", item.title
    yield "summary", item.summary[:_TEXT_LIMIT]
    if item.content:
        yield "content", unescape(_TAG.sub(" ", item.content[:_CONTENT_LIMIT]))
    if item.categories:
        yield "categories", " . ".join(item.categories[:40])
    if item.url:
        yield (
            "link",
            unquote(item.url.partition("://")[2].partition("/")[2])[:400].replace("_", " ").replace("+", " "),
        )


def _read(item: Item, topic: Topic) -> dict[Place, Reading]:
    spoken = _speaker(item)
    readings = ((place, read_place(text, fold(text), topic, spoken)) for place, text in _places(item) if text)
    return {place: reading for place, reading in readings if reading.hits}


def _speaker(item: Item) -> Callable[[str], bool]:
    """Give the question whether `item` is declared to be in a language, or reads like it."""
    declared = item.language.partition("-")[0].lower()

    @functools.cache
    def detected() -> str:
        sample = f"{item.title} {item.summary[:_SAMPLE]}"
        return declared if declared and reads_as(sample, declared) else detect(sample)

    return lambda language: language == declared or language == detected()


def _count(readings: dict[Place, Reading], topic: Topic) -> list[_Count]:
    present = frozenset[str]().union(*(reading.groups for reading in readings.values()))
    headline = readings["title"].groups if "title" in readings else frozenset[str]()
    counts: list[_Count] = []
    for place, reading in readings.items():
        quoter = Quoter(reading.text)
        share = getattr(topic.places, place)
        for found in find_concepts(reading, topic, present, headline):
            weight = found.concept.weight * share * (1.0 if place == "title" else _fade(found.start))
            counts.append(_Count(found=found, place=place, weight=weight, quoter=quoter))
    return counts


def _fade(start: int) -> float:
    """Words far down a long text are seldom what it is about."""
    for limit, share in _FADES:
        if start < limit:
            return share
    return _FADED


def _sum_up(counts: list[_Count], topic: Topic) -> tuple[float, dict[int, float]]:
    """Give the log-odds and how much each count moved them, by the identity of the count."""
    by_concept: dict[str, list[_Count]] = {}
    for count in counts:
        by_concept.setdefault(count.found.concept.key, []).append(count)
    groups: dict[tuple[str, bool], list[list[_Count]]] = {}
    for same in by_concept.values():
        same.sort(key=lambda count: -abs(count.weight))
        concept = same[0].found.concept
        groups.setdefault((concept.group, concept.weight > 0), []).append(same)
    moves: dict[int, float] = {}
    total = topic.start
    for members in groups.values():
        members.sort(key=lambda same: -abs(same[0].weight))
        limit = abs(members[0][0].weight) * GROUP_LIMIT
        spent = 0.0
        for rank, same in enumerate(members):
            for place, count in enumerate(same):
                move = count.weight * (1.0 if rank == 0 else _SAME_THING) * (1.0 if place == 0 else _SECOND)
                move = math.copysign(min(abs(move), max(limit - abs(spent), 0.0)), count.weight)
                spent += move
                moves[id(count)] = move
        total += spent
    return total, moves


def _reason(count: _Count, moves: dict[int, float]) -> Reason:
    concept = count.found.concept
    weight = moves[id(count)]
    kind: Literal["for", "against", "note"] = (
        "for" if concept.weight > 0 else "against" if concept.weight else "note"
    )
    return Reason(
        concept=concept.name,
        words=count.quoter.quote(count.found.start, count.found.end),
        place=count.place,
        weight=round(weight, 3),
        kind=kind,
        note=concept.title,
    )


def _tags(counts: list[_Count]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for count in counts for tag in count.found.concept.tags))


def nothing_found(item: Item, topic: Topic, note: str, *, label: str = "") -> Verdict:
    """Reject an item in which nothing speaks for the topic; `note` tells a person, `label` who judged."""
    place: Place = "title" if item.title.strip() else "summary"
    words = " ".join((item.title if place == "title" else item.summary)[:200].split())[:_FEW_WORDS]
    score, weight = _start(topic.start, topic.near)
    return Verdict(
        keep=False,
        near=False,
        score=score,
        reasons=(
            Reason(
                concept="nothing-found",
                words=words,
                place=place if words else "item",
                weight=weight,
                kind="note",
                note=note if words else "no text to judge",
            ),
        ),
        topic=label or topic.label,
    )


@functools.lru_cache(maxsize=64)
def _start(start: float, near: float) -> tuple[float, float]:
    """Give the score of an item in which nothing was found, and its log-odds as a reason shows them."""
    return min(1.0 / (1.0 + math.exp(-start)), near / 2), round(start, 3)
