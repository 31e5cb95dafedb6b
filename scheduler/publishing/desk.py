"""What the operator says of items, from the command line and from the pages: one way to the store."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from feeds.curate.tune import Tuning
from feeds.publish.serving.hands import Marked
from scheduler.judging.rejudge import judged_again
from scheduler.workshop import Workshop
from store import Store, StoredItem

_log = logging.getLogger("moonwire.desk")


def set_mark(store: Store, stored: StoredItem, by: Tuning, *, keep: bool | None, at: datetime) -> Marked:
    """Mark an item, or take its mark back with None; the topic's own verdict on it stays behind the mark.

    A concurrent check waits for this one transaction, and this one for it.
    """
    from feeds.curate.identity import compare  # noqa: PLC0415 # slow to load; only marking needs it

    store.curation.mark(stored.id, judged_again(stored, by), keep=keep, at=at, compare=compare)
    after = store.curation.item(stored.id)
    return Marked(id=stored.id, mark=keep, keep=bool(after and after.keep), was_kept=stored.keep)


@dataclass(frozen=True, slots=True)
class WireHands:
    """Marks items of a running wire from the web server's threads and shows them at once.

    `at_work` is held meanwhile, so that neither a reload nor a rendering of the wire's own comes between.
    """

    workshop: Callable[[], Workshop]
    refresh: Callable[[], None]
    at_work: AbstractContextManager[object]

    def marked(self, item_id: int) -> bool | None:
        """Return what the operator said of an item, if anything."""
        with self.at_work:
            stored = self.workshop().store.curation.item(item_id)
        return stored.mark if stored else None

    def mark(self, item_id: int, *, keep: bool | None) -> Marked | None:
        """Mark an item, then render what it changed; None when there is no such item. StoreError as usual."""
        with self.at_work:
            shop = self.workshop()
            stored = shop.store.curation.item(item_id)
            if stored is None:
                return None
            if stored.mark == keep:
                return Marked(id=item_id, mark=keep, keep=stored.keep, was_kept=stored.keep)
            done = set_mark(shop.store, stored, shop.tuner(), keep=keep, at=shop.clock())
            self.refresh()
        said = {True: "marked to keep", False: "marked to reject", None: "no longer marked"}[keep]
        _log.info("item %d is %s by the operator", item_id, said, extra={"action": "mark"})
        return done
