"""Retention: what was rejected goes when it is old, so that a store which runs for years stays small."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from scheduler.config.types import StoreConfig
    from store import Store

EVERY: Final = timedelta(days=1)
AT_ONCE: Final = 2_000
"""Items that one turn of the daemon removes, in a few tenths of a second."""


def let_go(store: "Store", config: "StoreConfig", *, now: datetime, most: int) -> int:
    """Remove rejected and near items that are older than the configuration says; returns how many went.

    Some at a time: no more once `most` are gone. Their keys stay, so that none of them comes back.
    """
    if not config.rejected_days:
        return 0
    return store.prune(now - timedelta(days=config.rejected_days), now=now, most=most)
