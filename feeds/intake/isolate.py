"""Reading in other processes, within limits of CPU time and memory.

Hostile bytes may stall, bloat or crash a parser; none of that may reach the program, and a parsing
thread would hold up everything else in it. What is small and linear is done in the calling thread:
a document without new entries hardly ever wakes a worker.
"""

from __future__ import annotations

import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Self

from feeds.intake.read import Work, finish, prepare, read
from feeds.model.value import replace

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from types import TracebackType

    from feeds.intake.worker import Answer, Worker
    from feeds.model.entry import ReadRequest

TIMEOUT_S = 20.0
"""CPU seconds for one document."""
MEMORY_BYTES = 512 * 1_048_576
"""Address space of one worker; the interpreter and its libraries take about 150 MiB of it."""
ON_THE_SPOT_BYTES = 1_048_576
ON_THE_SPOT_TAGS = 40_000
"""Bytes and `<` of a document up to which its linear part is done in the calling thread, in some 50 ms."""


class IsolatedReader:
    """Reads documents in worker processes that start at the first need and are replaced when they die.

    `workers` processes, each read limited to `timeout_s` seconds of CPU and `memory_bytes` of address
    space. Safe to share between threads. A context manager; after leaving it nothing can be read.
    What `waiting` makes is entered while a caller waits for a process.
    """

    def __init__(
        self,
        *,
        workers: int = 2,
        timeout_s: float = TIMEOUT_S,
        memory_bytes: int = MEMORY_BYTES,
        waiting: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._timeout_s = timeout_s
        self._memory_bytes = memory_bytes
        self._waiting = waiting
        self._most = workers
        self._free: list[Worker] = []
        self._all: set[Worker] = set()
        self._closed = False
        self._changed = threading.Condition()
        self._next_ticket = 0
        self._serving = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the workers at once; reads under way fail."""
        with self._changed:
            self._closed = True
            workers = list(self._all)
            self._changed.notify_all()
        for worker in workers:
            worker.stop()

    def read(self, request: ReadRequest) -> Answer:
        """Read as `feeds.intake.read.read` does, but always in time and never fatally."""
        if len(request.body) > ON_THE_SPOT_BYTES or request.body.count(b"<") > ON_THE_SPOT_TAGS:
            return self._call(
                read, replace(request, vocabulary=None, wanted=None)
            )  # functions may not travel
        prepared = prepare(request)
        if not isinstance(prepared, Work):
            return prepared
        return prepared.joined(self._call(finish, prepared.alone()))

    def _call(self, function: Callable[[Any], Answer], argument: object) -> Answer:
        with self._waiting():
            worker = self._take()
            if worker is None:
                return _ended()
            try:
                return worker.call(function, argument)
            finally:
                self._give(worker)

    def _take(self) -> Worker | None:
        """Return a free worker or a new one; None at the end. Callers are served in the order they came."""
        with self._changed:
            ticket = self._next_ticket
            self._next_ticket += 1
            while not self._closed and (ticket != self._serving or not self._room()):
                self._changed.wait()
            self._serving += 1
            self._changed.notify_all()
            if self._closed:
                return None
            if self._free:
                return self._free.pop()
            worker = _worker(self._timeout_s, self._memory_bytes)
            self._all.add(worker)
            return worker

    def _room(self) -> bool:
        return bool(self._free) or len(self._all) < self._most

    def _give(self, worker: Worker) -> None:
        with self._changed:
            usable = worker.usable and not self._closed
            if usable:
                self._free.append(worker)
            else:
                self._all.discard(worker)
            self._changed.notify_all()
        if not usable:
            worker.stop()


def _worker(timeout_s: float, memory_bytes: int) -> Worker:
    from feeds.intake.worker import Limits, Worker  # noqa: PLC0415 # most rounds need no process

    return Worker(Limits(cpu_s=timeout_s, memory_bytes=memory_bytes))


def _ended() -> Answer:
    from feeds.intake.worker import ENDED  # noqa: PLC0415 # as above

    return ENDED
