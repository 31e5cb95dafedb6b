"""What a round works with."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from feeds.model import Check, Recorded
from scheduler.rounds import pipeline
from scheduler.rounds.failures import Moment
from scheduler.rounds.hosts import HostBook


class Means(Protocol):
    """What a round works with: the workshop, or a small one of the tests."""

    @property
    def tools(self) -> pipeline.Tools:
        """Fetcher, reader and curation."""
        ...

    @property
    def hosts(self) -> HostBook:
        """What is known of each host."""
        ...

    @property
    def workers(self) -> int:
        """Checks at work at the same time; those that only wait for a slow host come on top."""
        ...

    def clock(self) -> datetime:
        """Return the time of day, aware UTC."""
        ...

    def jitter(self) -> float:
        """Return a number in [0, 1), a new one at each call."""
        ...

    def record(self, check: Check) -> Recorded:
        """Keep a check in one transaction."""
        ...

    def record_all(self, checks: Sequence[Check]) -> list[Recorded]:
        """Keep several checks in one transaction, all or none."""
        ...


def moment(means: Means, now: datetime | None = None) -> Moment:
    """Return what a check that failed now, or at `now`, is planned by."""
    return Moment(now=now or means.clock(), pace=means.tools.pace, jitter=means.jitter())
