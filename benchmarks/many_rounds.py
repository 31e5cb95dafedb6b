"""Memory of the daemon's work over many rounds: one process, unchanged and changed rounds in turn.

    python -m benchmarks.many_rounds                     # 200 rounds over 100 invented feeds
    python -m benchmarks.many_rounds --rounds 400 --feeds 200

Every second round a tenth of the feeds has a new entry. The clock is the script's: two hours pass between
rounds, so that every feed is due. Printed every twenty rounds are the resident memory of this process, that
of its reading process, and the CPU seconds of the rounds since; at the end how far the memory moved after
the first twenty rounds, in which caches fill.
"""

import argparse
import os
import resource
import tempfile
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import whole_job
from benchmarks.farm import make, measure
from scheduler.config.load import parse
from scheduler.wire import Wire

EVERY = 20
APART = timedelta(hours=2)


class Clock:
    """The script's time of day."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        """Tell it."""
        return self.now


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--feeds", type=int, default=100)
    parser.add_argument("--port", type=int, default=30_000, help="the first of as many ports as feeds")
    wanted = parser.parse_args()
    farm = argparse.Namespace(feeds=wanted.feeds, seed=11, port=wanted.port, dead=0, dripping=0, tls=None)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="farm-")))
        urls = whole_job.opened(folder / "feeds", farm, stack)
        sources = "".join(f'[[source]]\nurl = "{url}"\n' for url in urls)
        fetch = "[fetch]\nallow_private = true\n"
        config = parse(f'[store]\npath = "{folder}/store.sqlite"\n{fetch}{sources}', None)
        clock = Clock()
        wire = Wire(config, clock=clock)
        stack.callback(wire.close)
        sizes = [drive(wire, clock, folder / "feeds", count) for count in blocks(wanted.rounds)]
    settled = sizes[1:] or sizes
    print(
        f"after the first {EVERY}: {min(settled):.1f} to {max(settled):.1f} MiB, last to first "
        f"{100 * (settled[-1] / settled[0] - 1):+.1f} %"
    )


def blocks(rounds: int) -> list[range]:
    """Cut the rounds into blocks that are printed together."""
    return [range(first, min(first + EVERY, rounds)) for first in range(0, rounds, EVERY)]


def drive(wire: Wire, clock: Clock, feeds: Path, rounds: range) -> float:
    """Turn the wire for some rounds, print what they took, and return the resident MiB after them."""
    began, done = time.monotonic(), 0
    cpu = _cpu_s()
    for number in rounds:
        if number % 2:
            renew(feeds, number)
        clock.now += APART
        report = wire.turn(threading.Event())
        done += 0 if report is None else report.new
    others = set(measure.children(os.getpid())) - measure.STAYING
    size, reading = _resident_mb(os.getpid()), sum(map(_resident_mb, others))
    print(
        f"round {rounds[-1] + 1:>4}  {size:6.1f} MiB, others {reading:6.1f} MiB, {done:>6} new, "
        f"{_cpu_s() - cpu:6.2f} s CPU here, {time.monotonic() - began:6.1f} s wall",
        flush=True,
    )
    return size


def renew(feeds: Path, number: int) -> None:
    """Give a tenth of the feeds one more entry, another tenth each time."""
    inventor = make.Inventor(11)
    newest = make.ENTRIES + 1 + number // 2 // make.CHANGED
    files = sorted((feeds / "before").glob("*.xml"))
    for place in range(number // 2 % make.CHANGED, len(files), make.CHANGED):
        make.write(files[place], inventor.feed(place, newest), newest)


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _resident_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    main()
