"""What a command costs with everything it starts: CPU seconds, wall seconds, peak memory."""

import ctypes
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of prctl(2): orphans of a command become ours, so that their cost is counted."""
_LOOK_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one command and all its descendants."""

    cpu_s: float
    wall_s: float
    main_mb: float
    """Largest resident size that any single process of it had, in MiB."""
    all_mb: float
    """Largest sum over all its processes, pages shared by several counted once (PSS); 0 when not watched."""
    code: int


def adopt_orphans() -> None:
    """Make this process the parent of whatever its commands leave behind."""
    if ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER) failed")


def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    log: Path,
    watch_memory: bool = False,
    timeout_s: float = 1800,
) -> Cost:
    """Run a command to its end, and that of its orphans; its output goes to `log`."""
    began = time.monotonic()
    with log.open("ab") as out:
        child = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})}
        )
    watch = _Watch(child.pid) if watch_memory else None
    killer = threading.Timer(timeout_s, child.kill)
    killer.start()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - began
    killer.cancel()
    child.returncode = os.waitstatus_to_exitcode(status)
    cpu, largest = usage.ru_utime + usage.ru_stime, usage.ru_maxrss
    while orphan := _next_orphan():
        cpu += orphan[0]
        largest = max(largest, orphan[1])
    return Cost(
        cpu_s=cpu,
        wall_s=wall,
        main_mb=largest / 1024,
        all_mb=watch.stop() / 1024 if watch else 0.0,
        code=child.returncode,
    )


def _next_orphan() -> tuple[float, int] | None:
    """Wait for a process that the command left, but not for our own farm server, which stays."""
    own = set(children(os.getpid())) - STAYING
    if not own:
        return None
    _, _, usage = os.wait4(min(own), 0)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss


STAYING: set[int] = set()
"""Children of ours that are no command's."""


def stays(pid: int) -> None:
    """Do not wait for this child between commands."""
    STAYING.add(pid)


def children(pid: int) -> list[int]:
    """Return the processes that a process has started and that still run."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


class _Watch:
    """Looks at the memory of a process tree now and then; that costs CPU, so it gets runs of its own."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak_kb = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """Return the peak in KiB."""
        self._ended.set()
        self._thread.join()
        return self._peak_kb

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_S):
            tree, size = [self._pid], 0
            while tree:
                pid = tree.pop()
                size += _pss_kb(pid)
                tree.extend(children(pid))
            self._peak_kb = max(self._peak_kb, size)


def _pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0
