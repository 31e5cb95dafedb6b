"""CPU of a turn of the daemon that finds nothing due, by how many sources there are.

python -m benchmarks.idle_turns
"""

import argparse
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import process_time

from feeds.model import Check
from feeds.model.value import replace
from scheduler.config.load import load
from scheduler.wire import Wire

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sources", type=int, nargs="+", default=[100, 1_000, 10_000])
    parser.add_argument("--turns", type=int, default=30)
    wanted = parser.parse_args()
    print(f"{'sources':>8} {'turn, ms':>9} {'due, ms':>9} {'record, ms':>11}")
    for count in wanted.sources:
        with tempfile.TemporaryDirectory(prefix="idle-") as folder:
            print(f"{count:>8} " + " ".join(measured(Path(folder), count, wanted.turns)))


def measured(folder: Path, count: int, turns: int) -> tuple[str, ...]:
    """Give the median milliseconds of a turn, of asking what is due, of keeping a check."""
    wire = Wire(load(configured(folder, count)), clock=lambda: NOW)
    try:
        store = wire.workshop.store
        states = store.due(NOW)
        checks = [
            Check(at=NOW, outcome="unchanged", state=replace(state, next_check=LATER, next_check_why="later"))
            for state in states
        ]
        wire.workshop.record_all(checks)
        stop = threading.Event()
        one = checks[len(checks) // 2]
        return (
            f"{timed(lambda: wire.turn(stop), turns):9.2f}",
            f"{timed(lambda: store.due(NOW, seen=False), turns):9.2f}",
            f"{timed(lambda: wire.workshop.record(one), turns):11.2f}",
        )
    finally:
        wire.close()


def configured(folder: Path, count: int) -> Path:
    """Write a configuration with so many sources; none of them is ever asked."""
    path = folder / "moonwire.toml"
    sources = (f'[[source]]\nurl = "https://source{number}.example/feed"\n' for number in range(count))
    path.write_text(f'[store]\npath = "{folder}/store.sqlite"\n{"".join(sources)}', encoding="utf-8")
    return path


def timed(action: Callable[[], object], times: int) -> float:
    """Median milliseconds of CPU."""
    spent = []
    for _ in range(times):
        began = process_time()
        action()
        spent.append(process_time() - began)
    return median(spent) * 1_000


if __name__ == "__main__":
    main()
