"""Entries of one document to judged items, and whether an entry is worth being read in full."""

import math
from collections.abc import Sequence
from datetime import datetime

from feeds.curate import identity, text, urls
from feeds.curate.judge import judge
from feeds.curate.model import REACH
from feeds.curate.normalise import SUMMARY_LIMIT, TITLE_LIMIT, normalise
from feeds.curate.topic import HISTORY_MOST
from feeds.curate.tune import Tuning, dull_verdict, verdict_of
from feeds.model import Entry, FeedHead, Item, Judged, Source
from feeds.model.value import replace

_MARGIN = 0.5
"""Log-odds below what may become near up to which an entry is read in full: short ones may miss a word."""


def assess(
    entries: Sequence[Entry], source: Source, head: FeedHead, by: Tuning, *, now: datetime
) -> tuple[Judged, ...]:
    """Judge and identify the items of a document, in its order; what no topic wants in short."""
    dull = {entry.raw_hash: entry for entry in entries if entry.dull}
    return tuple(
        _judged(item, by, raw, dull.get(raw)) for item, raw in normalise(entries, source, head, now=now)
    )


def _judged(item: Item, by: Tuning, raw: bytes, dull: Entry | None) -> Judged:
    if dull is None:
        verdict = verdict_of(item, by)
    elif dull.weighed:
        verdict = verdict_of(replace(item, content=dull.content), by)
    else:
        verdict = dull_verdict(item, by)
    if verdict.keep or verdict.near:
        return Judged(item=item, verdict=verdict, identity=identity.identify(item), raw_hash=raw)
    who = identity.outline(item, brief=dull is not None)
    return Judged(item=item, verdict=verdict, identity=who, raw_hash=raw)


def is_wanted(entry: Entry, by: Tuning) -> bool:
    """Whether the item of an entry may be kept or near, told from its plain texts as `light` reads them.

    The best source with the best history is supposed, and what a model may add.
    """
    if text.differs(entry.summary) or text.differs(entry.content):
        return True
    item = Item(
        source="",
        guid="",
        url=urls.clean(entry.link),
        title=text.line(entry.title, TITLE_LIMIT),
        summary=text.plain(entry.summary, SUMMARY_LIMIT),
        content=entry.content,
        language=entry.language,
        categories=entry.categories,
    )
    topic = by.topic
    verdict = judge(item, topic)
    kinds = max(0.0, min(1.0, max(topic.kinds.values(), default=0.0)))
    more = kinds + HISTORY_MOST + _MARGIN + (REACH if by.model else 0.0)
    return _logit(verdict.score) + more >= _logit(topic.near)


def _logit(score: float) -> float:
    score = max(1e-12, min(1 - 1e-12, score))
    return math.log(score / (1 - score))
