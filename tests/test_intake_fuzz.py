"""Every input the fuzzer starts from or once broke something with, replayed.

`python tests/fuzz_intake.py all --seconds N` looks for more.
"""

from pathlib import Path

import pytest

from feeds.intake.charset import decode
from feeds.intake.read import read
from feeds.model import Reading, ReadRequest
from tests.fuzz_intake import HungError, watched
from tests.fuzz_targets import TARGETS, run

INPUTS = sorted(path for path in (Path(__file__).parent / "corpus" / "fuzz").glob("*/*") if path.is_file())


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_input_breaks_nothing(path: Path) -> None:
    """The promises of the target hold, in time."""
    with watched():
        run(path.parent.name, path.read_bytes())


def test_every_target_has_inputs() -> None:
    """A target without a seed would start from nothing."""
    assert {path.parent.name for path in INPUTS} == set(TARGETS)


def spin() -> None:
    """Compute without end."""
    total = 0
    while True:
        total += 1


def test_a_hang_is_noticed() -> None:
    """What computes too long is interrupted: the watch itself works."""
    with pytest.raises(HungError), watched(0.05):
        spin()


def test_long_text_without_a_byte_above_ascii_takes_linear_time() -> None:
    """The fuzzer's first find, at the size that a document may have: it took quadratic time."""
    with watched():
        found = decode(b"<a>" + b"x" * 2_000_000 + b"<\xe9 b>", "")
    assert found.data.endswith("<é b>".encode())


def test_tags_without_end_are_not_for_the_tolerant_parser() -> None:
    """Three million opening brackets took it three quarters of a minute; their outlines take no time."""
    with watched(10):
        found = read(ReadRequest(body=b"<rss><channel><item>" + b"<" * 3_000_000))
    assert isinstance(found, Reading)
    assert "overloaded" in " ".join(found.problems)
