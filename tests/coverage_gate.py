"""Hold the pure core to full coverage: every line and branch of it, not the average.

Run after `coverage combine`; prints each pure module that misses something and ends with 1.
"""

import json
import subprocess
import sys
from pathlib import Path

EDGES = (
    "feeds/intake/fetch.py",
    "feeds/intake/transport.py",
    "feeds/intake/connections.py",
    "feeds/intake/address.py",
    "feeds/intake/isolate.py",
    "feeds/intake/parsers.py",
    "feeds/intake/worker.py",
    "feeds/publish/serving/app.py",
)
"""Modules of `feeds` that touch the network, a process or a socket: 95 % as the whole."""
PURE_OUTSIDE_FEEDS = ("scheduler/rounds/plan.py", "store/query.py")


def is_pure(path: str) -> bool:
    """Whether a module takes values and returns values, by where it stands."""
    return (path.startswith("feeds/") and path not in EDGES) or path in PURE_OUTSIDE_FEEDS


def main() -> int:
    """Read the combined data, print what is missing, return the exit code."""
    target = Path(".coverage.json")
    subprocess.run([sys.executable, "-m", "coverage", "json", "--quiet", "-o", str(target)], check=True)  # noqa: S603 # our own interpreter
    files = json.loads(target.read_text())["files"]
    target.unlink()
    short = []
    for path, data in sorted(files.items()):
        summary = data["summary"]
        missing = summary["missing_lines"] + summary.get("missing_branches", 0)
        if is_pure(path) and missing:
            lines = ", ".join(str(n) for n in data["missing_lines"][:12])
            short.append(f"{path}: {missing} lines or branches never ran ({lines or 'branches'})")
    sys.stdout.write("\n".join(short) + "\n" if short else "every pure module is covered whole\n")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
