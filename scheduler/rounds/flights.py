"""What a round has in the air: how much may be, and when a slow host is waited for no longer.

A host that takes its time costs nothing but a thread, so those who wait longer than `STUCK_S` do not
count as workers, nor do those who failed last time, which begin first. A round of many sources ends
soon after the last quick answer.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from feeds.model import FetchOutcome, FetchRequest, SourceState
from scheduler.rounds.pipeline import Fetches

STUCK_S = 2.0
"""Seconds after which a request counts as waiting."""
WAITING = 6
"""Requests that may wait at the same time, per worker."""
BULK = 20
"""Sources from which on a round does not wait for its last ones to the end."""
GRACE_S = 5.0
"""Seconds that a bulk round waits at least after the last quick answer."""
GRACE_SHARE = 0.5
"""The same as a share of the time up to that answer; the longer of both counts."""


@dataclass(slots=True, eq=False)
class Flight:
    """One source that is being checked. Written by its worker (`answered`) and by the round."""

    state: SourceState
    began: float
    """Monotonic instant."""
    answered: bool = False
    """The fetch has ended: what remains is our own work."""
    cut: bool = False
    """The round no longer waits for it."""

    def watching(self, fetcher: Fetches) -> Fetches:
        """Return the fetcher with its end noted here."""
        return _Watching(self, fetcher)


@dataclass(frozen=True, slots=True)
class _Watching:
    flight: Flight
    fetcher: Fetches

    def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Fetch, and note that it is over."""
        try:
            return self.fetcher.fetch(request)
        finally:
            self.flight.answered = True


class Flights:
    """The checks of one round that have begun and not ended. Used by the round's thread."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._open: dict[Flight, None] = {}  # in the order of their start
        self._bulk = False
        self._began = self._quick = 0.0

    def __len__(self) -> int:
        return len(self._open)

    def open(self, total: int) -> float:
        """Begin a round of so many sources; returns the monotonic instant."""
        self._bulk = total >= BULK
        self._began = self._quick = time.monotonic()
        return self._began

    def room(self, now: float) -> bool:
        """Whether one more may start at the monotonic instant `now`."""
        if len(self._open) < self._workers:
            return True
        waiting = sum(
            1 for each in self._open if not each.answered and (each.state.failures or _is_old(each, now))
        )
        return len(self._open) < self._workers + min(waiting, WAITING * self._workers)

    def start(self, state: SourceState, now: float) -> Flight:
        """Note that a check begins."""
        flight = Flight(state, now)
        self._open[flight] = None
        return flight

    def end(self, flight: Flight, now: float) -> None:
        """Note that a check has ended."""
        del self._open[flight]
        if not flight.cut and (flight.answered and now - flight.began < STUCK_S):
            self._quick = now

    def overdue(self, now: float) -> list[Flight]:
        """Return the checks that a bulk round waits for no longer; they are marked as cut."""
        grace = max(GRACE_S, GRACE_SHARE * (self._quick - self._began))
        if not self._bulk or now < self._quick + grace:
            return []
        stuck = list(self._stuck(now))
        if len(stuck) < len(self._open):
            return []
        late = [flight for flight in stuck if now - flight.began >= GRACE_S]
        for flight in late:
            flight.cut = True
        return late

    def _stuck(self, now: float) -> Iterator[Flight]:
        return (each for each in self._open if not each.answered and _is_old(each, now))


def _is_old(flight: Flight, now: float) -> bool:
    return now - flight.began >= STUCK_S
