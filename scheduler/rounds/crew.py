"""The threads of a round: each checks what it is handed, and only makes values."""

import queue
import time

from feeds.errors import StoreError
from feeds.model import Check
from feeds.model.value import replace
from scheduler.rounds import moves, pipeline
from scheduler.rounds.checker import Checker
from scheduler.rounds.failures import broken
from scheduler.rounds.flights import Flight
from scheduler.rounds.means import Means, moment
from scheduler.rounds.memory import share_pools

SEVERAL = 2
"""Threads from which on it pays to let them share what memory they free."""


class Crew:
    """Lives for one round, but for threads that wait for a host beyond its end."""

    def __init__(
        self, means: Means, results: "queue.SimpleQueue[tuple[Flight, Check]]", *, force: bool
    ) -> None:
        """Put what is done into `results`; `force` asks whatever the plan says."""
        self._means = means
        self._results = results
        self._force = force
        self._jobs: queue.SimpleQueue[Flight | None] = queue.SimpleQueue()
        self._threads = 0

    def __len__(self) -> int:
        return self._threads

    def hand(self, flight: Flight) -> None:
        """Have a source checked by whoever is free first."""
        self._jobs.put(flight)

    def grow(self, count: int) -> None:
        """Let at least so many threads work."""
        while self._threads < count:
            self._threads += 1
            if self._threads == SEVERAL:
                share_pools()
            Checker(self._jobs, self._check, name=f"check-{self._threads}").start()

    def dismiss(self) -> None:
        """Let all of them end when they have done what they were handed."""
        for _ in range(self._threads):
            self._jobs.put(None)

    def _check(self, flight: Flight) -> None:
        means = self._means
        flight.began, now = time.monotonic(), means.clock()
        tools = replace(means.tools, fetcher=flight.watching(means.tools.fetcher))
        try:
            check = pipeline.check(flight.state, tools, now=now, jitter=means.jitter(), force=self._force)
        except Exception as error:  # noqa: BLE001 # a defect in one check must not end the round for the rest
            if flight.cut and isinstance(error, StoreError):
                if not flight.lost:  # the store was closed, or fails: nothing is said of the source
                    flight.lost = True
                    means.hosts.finish(moves.address_of(flight.state))
                return
            check = broken(flight.state, error, moment(means, now))
        self._results.put((flight, check))
