"""CPU of whole rounds of `moonwire fetch --all` beside other feed programs, over one farm, in one run.

    python -m benchmarks.whole_job                       # 200 invented feeds, all programs that are installed
    python -m benchmarks.whole_job --feeds 1000 --runs 3 --reader ~/venvs/reader/bin/python

Each run is four rounds: cold (empty store), unchanged (all 304), unchanged again, and changed (a new entry in
a tenth of the feeds). The programs take turns within a run, so that what else the machine does hits
all of them. Printed are medians of CPU seconds (all processes of the program, orphans too), wall seconds, the
largest process, and ratios to the baseline.

Another farm than the invented one: `--addresses FILE` (one per line) and `--switch COMMAND`, which is run
with `before` or `after` as its argument.
"""

import argparse
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from contextlib import ExitStack, suppress
from pathlib import Path
from statistics import median

from benchmarks.farm import make, measure, programs
from benchmarks.farm.measure import Cost

ROUNDS = (("cold", "before"), ("unchanged", "before"), ("unchanged", "before"), ("changed", "after"))
Costs = dict[tuple[str, str], list[Cost]]


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--port", type=int, default=30_000, help="the first of as many ports as feeds")
    parser.add_argument("--dead", type=int, default=0, help="feeds that never answer")
    parser.add_argument("--dripping", type=int, default=0, help="feeds that answer a byte a second")
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"), help="serve https with these files")
    parser.add_argument("--only", help="names of programs, with commas between them")
    parser.add_argument("--baseline", default="reader")
    parser.add_argument("--reader", metavar="PYTHON", help="interpreter that has the reader library")
    parser.add_argument("--memory", action="store_true", help="also watch all processes' memory (costs CPU)")
    parser.add_argument("--addresses", type=Path)
    parser.add_argument("--switch")
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    wanted = options()
    measure.adopt_orphans()
    known = programs.installed(wanted.reader)
    names = wanted.only.split(",") if wanted.only else list(known)
    costs: Costs = defaultdict(list)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="farm-")))
        urls = (
            wanted.addresses.read_text().split()
            if wanted.addresses
            else list(opened(folder / "feeds", wanted, stack))
        )
        for run in range(wanted.runs):
            jobs = {}
            for name in names:
                place = folder / name
                shutil.rmtree(place, ignore_errors=True)
                place.mkdir()
                jobs[name] = known[name](place, urls)
                if jobs[name].before:
                    measure.run(jobs[name].before, log=folder / f"{name}.log")
            for kind, version in ROUNDS:
                switch(folder / "feeds", version, wanted.switch)
                for name in names[run % len(names) :] + names[: run % len(names)]:
                    cost = measure.run(
                        jobs[name].command,
                        environment=jobs[name].environment,
                        log=folder / f"{name}.log",
                        watch_memory=wanted.memory,
                    )
                    costs[kind, name].append(cost)
                    print(told(f"run {run + 1}", kind, name, cost), flush=True)
        if any(cost.code for row in costs.values() for cost in row):
            print("\nSome commands ended with another code than 0; the last lines of their logs:")
            for name in names:
                print(f"--- {name}\n" + (folder / f"{name}.log").read_text("utf-8", "replace")[-800:])
    summary(costs, names, wanted.baseline, len(urls))


def opened(folder: Path, wanted: argparse.Namespace, stack: ExitStack) -> list[str]:
    """Make a farm and serve it until `stack` is closed; returns its addresses."""
    print(f"inventing {wanted.feeds} feeds …", flush=True)
    size = make.make(folder, feeds=wanted.feeds, seed=wanted.seed)
    print(f"{size / 1e6:.1f} MB", flush=True)
    switch(folder, "before", None)
    numbers = [wanted.port, wanted.feeds, wanted.dead, wanted.dripping]
    command = [sys.executable, "-m", "benchmarks.farm.serve", str(folder), *map(str, numbers)]
    server = subprocess.Popen([*command, *(wanted.tls or ())], stdout=subprocess.PIPE)
    measure.stays(server.pid)
    stack.callback(server.wait)
    stack.callback(server.kill)
    assert server.stdout is not None
    if server.stdout.readline() != b"open\n":
        raise SystemExit("the farm did not open; are its ports free?")
    scheme = "https" if wanted.tls else "http"
    return [
        f"{scheme}://127.0.0.1:{wanted.port + number}/{make.name_of(number)}"
        for number in range(wanted.feeds)
    ]


def switch(folder: Path, version: str, command: str | None) -> None:
    """Serve another version from now on."""
    if command:
        subprocess.run([*shlex.split(command), version], check=True)
        return
    with suppress(FileNotFoundError):
        (folder / "current").unlink()
    (folder / "current").symlink_to(version)


def told(run: str, kind: str, name: str, cost: Cost) -> str:
    """One measurement as a line."""
    memory = f"{cost.main_mb:6.0f} MiB" + (f", all {cost.all_mb:.0f} MiB" if cost.all_mb else "")
    ended = f"  ended with {cost.code}" if cost.code else ""
    return f"{run}  {kind:<10} {name:<10} {cost.cpu_s:8.2f} s CPU {cost.wall_s:8.2f} s wall {memory}{ended}"


def summary(costs: Costs, names: list[str], baseline: str, feeds: int) -> None:
    """Print medians and ratios."""
    base = baseline if baseline in names else names[0]
    print(f"\nmedian CPU seconds for {feeds} feeds; in brackets: times {base}, wall seconds, largest process")
    for kind in dict.fromkeys(kind for kind, _ in ROUNDS):
        unit = median(cost.cpu_s for cost in costs[kind, base])
        for name in names:
            row = costs[kind, name]
            cpu, wall = median(cost.cpu_s for cost in row), median(cost.wall_s for cost in row)
            print(
                f"{kind:<10} {name:<10} {cpu:8.2f}  ({cpu / unit:5.2f}x, {wall:.2f} s,"
                f" {max(cost.main_mb for cost in row):.0f} MiB)"
            )


if __name__ == "__main__":
    main()
