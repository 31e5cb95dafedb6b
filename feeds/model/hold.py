"""A host that is left alone for a while.

Maker: `scheduler.rounds.hosts`. Taker: the store, for later processes.
"""

from datetime import datetime

from feeds.model.value import Value


class HostHold(Value, frozen=True, kw_only=True):
    """What is remembered of a host that refused. Times are aware UTC."""

    host: str
    """Name and port."""
    until: datetime | None = None
    """Left alone until then, because it refused several sources in a row."""
    asked_until: datetime | None = None
    """Left alone until then, because it said so (Retry-After)."""
    storms: int = 0
    """How often in a row the hold was renewed."""
    refused: tuple[str, ...] = ()
    """Addresses of sources refused in a row."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to remember."""
        return self.until is None and self.asked_until is None and not self.refused
