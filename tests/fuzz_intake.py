"""Fuzz what reads hostile bytes: `python tests/fuzz_intake.py TARGET --seconds N`, or `all`.

With atheris installed (pip install atheris) inputs are bred by the coverage they reach, else
hypothesis makes them. What raises, or takes more than two seconds of CPU, is saved under
--crashes; found inputs grow in --corpus from call to call. A fixed one belongs, cut small
(libFuzzer's -minimize_crash=1), in tests/corpus/fuzz/TARGET/, which test_intake_fuzz.py replays.
"""

import argparse
import hashlib
import importlib
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
SEEDS = HERE / "corpus" / "fuzz"
HANG_S = 2.0
"""CPU seconds that one input may take."""
_DONE = re.compile(r"number_of_executed_units: *([0-9]+)")
_NAMES = (
    "dates",
    "charset",
    "codings",
    "jsonfeed",
    "opml",
    "page",
    "prepare",
    "read",
    "split",
    "plain",
    "words",
)
_WORDS = (HERE / "corpus" / "fuzz-words.txt").read_text("utf-8").split("\n")[:-1]
"""What feeds are made of, for the breeding of inputs."""


class HungError(Exception):
    """One input took more than `HANG_S`."""


@contextmanager
def watched(limit_s: float = HANG_S) -> Iterator[None]:
    """Raise HungError inside what takes too much CPU; time that others take from us does not count."""

    def ring(_number: int, _frame: object) -> None:
        raise HungError

    signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def breed(target: str, seconds: int, corpus: Path, crashes: Path) -> None:
    """Run atheris in this process; it ends the process."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["feeds.intake", "feeds.curate", "feedparser"]):
        run = importlib.import_module("fuzz_targets").run

    def one(data: bytes) -> None:
        with watched():
            run(target, data)

    words = crashes / "words.dict"
    words.write_text("".join(f'"{_quoted(word)}"\n' for word in _WORDS), "ascii")
    options = [f"-max_total_time={seconds}", "-max_len=8192", "-timeout=120", "-rss_limit_mb=3000"]
    options += [
        "-print_final_stats=1",
        "-len_control=20",
        f"-dict={words}",
        f"-artifact_prefix={crashes}/{target}-",
    ]
    seeds = [str(SEEDS / target)] if (SEEDS / target).is_dir() else []
    atheris.Setup([sys.argv[0], *options, str(corpus), *seeds], one)
    atheris.Fuzz()


def _quoted(word: str) -> str:
    raw = (
        word.encode("utf-8")
        if "\\x" not in word
        else word.encode("ascii").decode("unicode_escape").encode("latin-1")
    )
    return "".join(f"\\x{byte:02x}" for byte in raw)


def draw(target: str, seconds: int, crashes: Path) -> int:
    """Let hypothesis make inputs out of the words and the seeds for so long; returns how many ran."""
    hypothesis, strategies = (
        importlib.import_module("hypothesis"),
        importlib.import_module("hypothesis.strategies"),
    )
    run = importlib.import_module("fuzz_targets").run
    seeds = [path.read_bytes() for path in sorted((SEEDS / target).glob("*"))]
    pieces = strategies.sampled_from([word.encode() for word in _WORDS] + seeds) | strategies.binary(
        max_size=40
    )
    inputs = strategies.lists(pieces, max_size=30).map(b"".join)
    count = 0

    def one(data: bytes) -> None:
        nonlocal count
        count += 1
        try:
            with watched():
                run(target, data)
        except Exception:
            name = hashlib.blake2b(data, digest_size=8).hexdigest()
            (crashes / f"{target}-crash-{name}").write_bytes(data)
            raise

    free = hypothesis.settings(
        max_examples=500, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
    )
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        free(hypothesis.given(inputs)(one))()
    return count


def keep_at(target: str, seconds: int, corpus: Path, crashes: Path) -> tuple[int, int]:
    """Breed in child processes until the time is over, a new one after each crash: inputs run, crashes."""
    end, inputs, failures = time.monotonic() + seconds, 0, 0
    while (left := round(end - time.monotonic())) > 0:
        command = [sys.executable, __file__, target, "--seconds", str(left), "--corpus", str(corpus)]
        log = crashes / f"{target}.log"
        with log.open("w") as stream:
            code = subprocess.run(  # noqa: S603 # ourselves
                [*command, "--crashes", str(crashes), "--once"], stderr=stream, check=False
            ).returncode
        text = log.read_text("utf-8", "replace")
        inputs += sum(int(found) for found in _DONE.findall(text))
        if code == 0:
            break
        failures += 1
        (crashes / f"{target}-{failures}.log").write_text(text[-20_000:], "utf-8")
        if not _DONE.search(text) or failures >= 50:  # enough to work on
            break
    return inputs, failures


def main() -> int:
    """Fuzz one target or all of them in turn; 1 when anything broke."""
    parser = argparse.ArgumentParser(description="Fuzz the intake.")
    parser.add_argument("target", choices=[*_NAMES, "all"])
    parser.add_argument("--seconds", type=int, default=60, help="in all, shared by the targets")
    parser.add_argument("--corpus", type=Path, default=Path("/tmp/moonwire-fuzz/corpus"))  # noqa: S108 # a default to overrule
    parser.add_argument("--crashes", type=Path, default=Path("/tmp/moonwire-fuzz/crashes"))  # noqa: S108 # as above
    parser.add_argument("--once", action="store_true", help="stop at the first crash")
    given = parser.parse_args()
    sys.path[:0] = [str(HERE), str(HERE.parent)]
    given.crashes.mkdir(parents=True, exist_ok=True)
    names = _NAMES if given.target == "all" else (given.target,)
    broken = 0
    for name in names:
        corpus = given.corpus / name
        corpus.mkdir(parents=True, exist_ok=True)
        seconds = max(1, given.seconds // len(names))
        if find_spec("atheris") is None:
            inputs, failures = draw(name, seconds, given.crashes), 0
        elif given.once:
            breed(name, seconds, corpus, given.crashes)
        else:
            inputs, failures = keep_at(name, seconds, corpus, given.crashes)
        broken += failures
        sys.stdout.write(f"{name}: {inputs} inputs in {seconds} s, {failures} crashes\n")
        sys.stdout.flush()
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
