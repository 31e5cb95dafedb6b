"""One thread of a round's crew."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import queue

    from scheduler.rounds.flights import Flight


class Checker(threading.Thread):
    """Checks what it is handed until it is handed nothing more. It never keeps a process from ending."""

    def __init__(
        self, jobs: "queue.SimpleQueue[Flight | None]", check: "Callable[[Flight], None]", *, name: str
    ) -> None:
        """Take the sources out of `jobs`, where None means the end, and have `check` done for each."""
        super().__init__(name=name, daemon=True)
        self._jobs = jobs
        self._check = check
        self._flight: Flight | None = None

    @property
    def hangs(self) -> bool:
        """Whether it waits for a host that the round has given up: nothing is to come of it, and not soon."""
        flight = self._flight
        return flight is not None and flight.cut and not flight.answered

    def run(self) -> None:
        """Work. Of a document nothing stays in this frame: a hundred may hang in the next one."""
        while (flight := self._jobs.get()) is not None:
            self._flight = flight
            self._check(flight)
            self._flight = None
