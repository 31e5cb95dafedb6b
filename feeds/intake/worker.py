"""One process that reads: how it is started, asked, limited and ended.

The limit is CPU time of the document alone, kept by the kernel: waiting for a free worker, the
start of one, and a machine that is busy with other things are not the document's fault. A limit of
wall time, a multiple of it, ends what waits without computing.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feeds.model.entry import ReadFailed, Reading
from feeds.model.value import Value

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerContext, ForkServerProcess

WALL_FACTOR = 6
"""Wall time for one document, in multiples of its CPU time."""
_TASKS = 2_000
"""Documents after which a worker is replaced, so that what libraries leak stays small."""
_START_S = 300.0
_REAP_S = 10.0

ENDED = ReadFailed(kind="crashed", sentence="Reading was stopped because the program ends.")
_CRASHED = ReadFailed(kind="crashed", sentence="The document crashed the parser; it was not read.")
_UNSTARTED = ReadFailed(kind="crashed", sentence="No process could be started to read the document in.")
_TOO_LARGE = ReadFailed(kind="too-large", sentence="Reading the document would take too much memory.")

Answer = Reading | ReadFailed


class Limits(Value, frozen=True, kw_only=True):
    """What one document may cost. Seconds of CPU, bytes of address space."""

    cpu_s: float
    memory_bytes: int


class Worker:
    """One process and the pipe to it. `call` is for one thread at a time, `stop` for any."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: ForkServerProcess | None = None
        self._pipe: Connection | None = None
        self._left = _TASKS
        self._stopped = False

    @property
    def usable(self) -> bool:
        """Whether it may take another document."""
        return not self._stopped and self._left > 0 and self._process is not None

    def call(self, function: Callable[[Any], Answer], argument: object) -> Answer:
        """Have `function(argument)` done there; raises RuntimeError for a defect in it, nothing else."""
        try:
            pipe = self._pipe or self._start()
        except (OSError, EOFError):
            closed = self._stopped
            self.stop()
            return ENDED if closed else _UNSTARTED
        self._left -= 1
        try:
            pipe.send((function, argument))
            if not pipe.poll(WALL_FACTOR * self._limits.cpu_s):
                self.stop()
                return self._too_long(f"did not end within {WALL_FACTOR * self._limits.cpu_s:g} seconds")
            answer: Answer | str = pipe.recv()
        except (OSError, EOFError):
            return self._died()
        if isinstance(answer, str):
            raise RuntimeError(answer)  # noqa: TRY004 # it is the trace of a defect
        return answer

    def stop(self) -> None:
        """Kill the process and wait for its end."""
        self._stopped = True
        process = self._process
        if process is not None:
            process.kill()
            process.join(_REAP_S)

    def _start(self) -> Connection:
        context = _context()
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._limits), name="reader", daemon=True)
        with own_path():
            process.start()
        theirs.close()
        self._process = process
        if self._stopped:  # closed while it started
            raise EOFError
        if not ours.poll(_START_S):
            raise EOFError
        ours.recv()
        self._pipe = ours
        return ours

    def _died(self) -> ReadFailed:
        """Say why the pipe broke: stopped by us, by the kernel's clock, or by the document."""
        if self._stopped:
            return ENDED
        process = self._process
        assert process is not None
        process.join(_REAP_S)
        self.stop()
        if process.exitcode == -signal.SIGPROF:
            return self._too_long(f"took more than {self._limits.cpu_s:g} seconds of CPU")
        return _CRASHED

    def _too_long(self, what: str) -> ReadFailed:
        return ReadFailed(kind="timeout", sentence=f"Reading the document {what} and was stopped.")


_STARTING = threading.Lock()


@contextmanager
def own_path() -> Iterator[None]:
    """Let Pythons that start meanwhile find our packages, and nothing in the folder we were called in.

    They start with `-c`, for which Python looks there first: a file that somebody left there under the
    name of a library would run.
    """
    ours, given = str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH")
    paths = {"PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(filter(None, (ours, given)))}
    with _STARTING:
        before = {name: os.environ.get(name) for name in paths}
        os.environ.update(paths)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def _context() -> ForkServerContext:
    """Workers are forked from a server that has the parsers loaded and no threads.

    Forking the program itself would copy its locked locks; spawning would import everything anew per worker.
    """
    import multiprocessing  # noqa: PLC0415 # loads slowly, and mostly no process is needed

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["feeds.intake.parsers"])
    return context


def _serve(pipe: Connection, limits: Limits) -> None:
    """Run in each worker."""
    gc.enable()  # the server that it is forked from has none
    _limit(limits.memory_bytes)
    pipe.send(None)
    _answer_all(pipe, limits.cpu_s)


def _limit(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # ends the process


def _answer_all(pipe: Connection, cpu_s: float) -> None:
    """Answer calls until the pipe closes, each within its CPU time."""
    while True:
        try:
            function, argument = pipe.recv()
        except (EOFError, OSError):
            return
        except MemoryError:
            pipe.send(_TOO_LARGE)
            continue
        signal.setitimer(signal.ITIMER_PROF, cpu_s)
        pipe.send(_answered(function, argument))
        signal.setitimer(signal.ITIMER_PROF, 0)
        del argument  # while it waits it holds nothing


def _answered(function: Callable[[Any], Answer], argument: object) -> Answer | str:
    try:
        return function(argument)
    except MemoryError:
        return _TOO_LARGE
    except Exception:  # noqa: BLE001 # whatever it is, the parent raises it again
        return traceback.format_exc()
