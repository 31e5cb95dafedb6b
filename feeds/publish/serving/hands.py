"""Who acts on the store for the operator.

Maker: `scheduler.publishing.desk`. Taker: `feeds.publish.serving.operator`.
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """An item after it was marked."""

    id: int
    mark: bool | None
    """What the operator says of it now: keep, reject or nothing."""
    keep: bool
    was_kept: bool


class Hands(Protocol):
    """Acts when asked, in the thread that asks. MoonwireError when it can not be done now."""

    def marked(self, item_id: int) -> bool | None:
        """Return what the operator said of an item, if anything."""
        ...

    def mark(self, item_id: int, *, keep: bool | None) -> Marked | None:
        """Mark an item, or take the mark back with None; returns None when there is no such item."""
        ...
