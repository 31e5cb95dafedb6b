"""Verdicts on what is stored: by another topic file, by what was learned, by the operator's mark.

A topic that comes with moonwire is applied to stored items by itself, in small batches; a file of the
operator's own waits for `moonwire topic apply`, so that `moonwire topic test` can show first what would
change.
"""

import time
from collections.abc import Callable, Iterator
from typing import Literal

from feeds.curate.topic import Topic, shipped
from feeds.curate.tune import Tuning, verdict_of
from feeds.model import Identity, Judged, Verdict
from feeds.model.value import Value
from store import Rejudged, Store, StoredItem

BATCH = 100
"""Items judged again per transaction: other writers wait for one batch at most."""


def applies_itself(about: Topic) -> bool:
    """Say whether a topic comes with moonwire, so that its changes reach stored items by themselves."""
    return about.name in shipped() and about.path == f"{about.name}.toml"


def judged_again(stored: StoredItem, by: Tuning) -> Judged:
    """Judge a stored item as if it came in now."""
    return _identified(stored, verdict_of(stored.item, by))


def _identified(stored: StoredItem, verdict: Verdict) -> Judged:
    from feeds.curate.identity import identify  # noqa: PLC0415 # slow to load; mostly all is in line

    return Judged(item=stored.item, verdict=verdict, identity=identify(stored.item))


def _in_line(stored: StoredItem, by: Tuning) -> Judged:
    """Judge a stored item; who it is matters only where it moves."""
    verdict = verdict_of(stored.item, by)
    if (verdict.keep, verdict.near) != (stored.keep, stored.near):
        return _identified(stored, verdict)
    return Judged(item=stored.item, verdict=verdict, identity=Identity(keys=()))


def rejudge_batch(store: Store, by: Tuning, *, limit: int) -> Rejudged:
    """Judge some items again whose verdict is of another topic; nothing is left when none were judged."""
    stale = store.curation.stale_items(by.label, limit=limit)
    if not stale:
        return Rejudged()
    from feeds.curate.identity import compare  # noqa: PLC0415 # as above

    return store.curation.rejudge([(each.id, _in_line(each, by)) for each in stale], compare=compare)


def rejudge(
    store: Store,
    by: Tuning,
    *,
    seconds: float | None = None,
    on_item: Callable[[], None] = lambda: None,
) -> Rejudged:
    """Judge stored items again until none is of another topic, or for about so many seconds.

    Each batch is a transaction: when interrupted, the rest is done by the next call.
    """
    began = time.monotonic()
    total = Rejudged()
    while True:
        done = rejudge_batch(store, by, limit=BATCH)
        total = Rejudged(
            judged=total.judged + done.judged,
            entered=total.entered + done.entered,
            left=total.left + done.left,
        )
        for _ in range(done.judged):
            on_item()
        if not done.judged or (seconds is not None and time.monotonic() - began >= seconds):
            return total


class Change(Value, frozen=True, kw_only=True):
    """A stored item that another topic would judge otherwise."""

    what: Literal["enter", "leave"]
    stored: StoredItem
    verdict: Verdict


def changes(store: Store, by: Tuning) -> Iterator[Change]:
    """Give the stored items that would enter or leave, in order of their ids; nothing is written.

    A marked item follows its mark and does not move.
    """
    last = 0
    while batch := store.curation.items_after(last, limit=BATCH):
        for stored in batch:
            last = stored.id
            if stored.mark is None:
                verdict = verdict_of(stored.item, by)
                if verdict.keep != stored.keep:
                    yield Change(what="enter" if verdict.keep else "leave", stored=stored, verdict=verdict)


class CatchUp:
    """Brings stored items in line with the topic that a wire judges by, step by step beside its work."""

    def __init__(self, store: Store, tuned: Callable[[], Tuning]) -> None:
        """Count what is of another topic now; later changes are for the next start to see."""
        self._store = store
        self._by = tuned()
        self.left = store.curation.stale(self._by.label)
        """Stored items whose verdict is of another topic."""
        self.itself = applies_itself(self._by.topic)

    @property
    def sentence(self) -> str:
        """What to tell a person once; empty when all is in line."""
        if not self.left:
            return ""
        told = f"{self.left} stored items were judged by another topic than {self._by.label}"
        if self.itself:
            return f"{told}; they are judged again, little by little."
        return (
            f"{told}; `moonwire topic test --against-store` shows what would change, "
            "`moonwire topic apply` applies it."
        )

    def step(self, *, seconds: float) -> Rejudged:
        """Judge again for about so many seconds where that is due."""
        if not self.left or not self.itself:
            return Rejudged()
        done = rejudge(self._store, self._by, seconds=seconds)
        self.left = self._store.curation.stale(self._by.label)
        return done
