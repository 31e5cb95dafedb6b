"""What the operator says of items."""

from datetime import datetime

from feeds.curate.tune import Tuning
from feeds.publish.serving.hands import Marked
from scheduler.judging.rejudge import judged_again
from store import Store, StoredItem


def set_mark(store: Store, stored: StoredItem, by: Tuning, *, keep: bool | None, at: datetime) -> Marked:
    """Mark an item, or take its mark back with None; the topic's own verdict on it stays behind the mark.

    A concurrent check waits for this one transaction, and this one for it.
    """
    from feeds.curate.identity import compare  # noqa: PLC0415 # slow to load; only marking needs it

    store.curation.mark(stored.id, judged_again(stored, by), keep=keep, at=at, compare=compare)
    after = store.curation.item(stored.id)
    return Marked(id=stored.id, mark=keep, keep=bool(after and after.keep), was_kept=stored.keep)
