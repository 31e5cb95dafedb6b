"""Reading in other processes, with a time and a memory limit: the only home of pebble.

Hostile bytes may stall, bloat or crash a parser; none of that may reach the program, and a parsing
thread would hold up everything else in it. What is linear and needs no such parser is done in the
calling thread: a document without new entries never wakes a worker.
"""

import multiprocessing
import resource
import signal
import threading
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeoutError
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

from feeds.intake.read import Work, finish, prepare
from feeds.model.entry import ReadFailed, Reading, ReadRequest

TIMEOUT_S = 20.0
MEMORY_BYTES = 512 * 1_048_576
"""Address space of one worker; the interpreter and its libraries take about 150 MiB of it."""
_TASKS = 2_000
"""Documents after which a worker is replaced, so that what libraries leak stays small."""


class IsolatedReader:
    """Reads documents in worker processes that start at the first need and are replaced when they die.

    `workers` processes, each read limited to `timeout_s` seconds and `memory_bytes` of address
    space. Safe to share between threads. A context manager; after leaving it nothing can be read.
    """

    def __init__(
        self, *, workers: int = 2, timeout_s: float = TIMEOUT_S, memory_bytes: int = MEMORY_BYTES
    ) -> None:
        self._workers = workers
        self._timeout_s = timeout_s
        self._memory_bytes = memory_bytes
        self._pool: ProcessPool | None = None
        self._closed = False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the workers; reads under way fail."""
        with self._lock:
            pool, self._pool, self._closed = self._pool, None, True
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call] # pebble leaves it bare
            pool.join()

    def read(self, request: ReadRequest) -> Reading | ReadFailed:
        """Read as `feeds.intake.read.read` does, but always in time and never fatally."""
        prepared = prepare(request)
        if not isinstance(prepared, Work):
            return prepared
        return prepared.joined(self._finish(prepared.alone()))

    def _finish(self, work: Work) -> Reading | ReadFailed:
        try:
            future = self._running().schedule(finish, args=(work,), timeout=self._timeout_s)
            result: Reading | ReadFailed = future.result()
        except FutureTimeoutError:
            sentence = f"Reading the document took more than {self._timeout_s:g} seconds and was stopped."
            return ReadFailed(kind="timeout", sentence=sentence)
        except MemoryError:
            return ReadFailed(kind="too-large", sentence="Reading the document would take too much memory.")
        except ProcessExpired:
            return ReadFailed(kind="crashed", sentence="The document crashed the parser; it was not read.")
        except CancelledError:
            return ReadFailed(kind="crashed", sentence="Reading was stopped because the program ends.")
        return result

    def _running(self) -> ProcessPool:
        with self._lock:
            if self._closed:
                raise CancelledError
            if self._pool is None:
                self._pool = ProcessPool(
                    max_workers=self._workers,
                    max_tasks=_TASKS,
                    initializer=_limit,
                    initargs=(self._memory_bytes,),
                    context=_context(),
                )
            return self._pool


def _context() -> multiprocessing.context.ForkServerContext:
    """Workers are forked from a server that has the parsers loaded and no threads.

    Forking the program itself would copy its locked locks; spawning would import everything anew per worker.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["feeds.intake.read"])
    return context


def _limit(memory_bytes: int) -> None:
    """Run in each worker at its start: bound its memory, leave no core file, let the parent handle Ctrl-C."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
