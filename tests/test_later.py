"""What is loaded late."""

import copy
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

from feeds.later import late_pattern

_LOOK = """
import importlib, pkgutil
from feeds.later import _LatePattern
for package in ("feeds", "store", "scheduler"):
    root = importlib.import_module(package)
    for found in pkgutil.walk_packages(root.__path__, package + "."):
        if found.name.endswith(("__main__", ".parsers")):  # one runs, the other freezes what is loaded
            continue
        for value in vars(importlib.import_module(found.name)).values():
            if isinstance(value, _LatePattern):
                assert value.pattern
                print(found.name)
"""


def test_a_late_pattern_is_compiled_at_the_first_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then, with its flags, and not once more: it does what the pattern itself does."""
    compiled: list[object] = []
    compile_ = re.compile

    def watched(source: str, flags: int = 0) -> re.Pattern[str]:
        compiled.append(source)
        return compile_(source, flags)

    monkeypatch.setattr(re, "compile", watched)
    late = late_pattern("a(b?)", re.IGNORECASE)
    assert compiled == []
    assert late.findall("xAB a") == ["B", ""]
    assert late.findall("ac") == [""]
    assert compiled == ["a(b?)"]
    assert late.pattern == "a(b?)"


def test_a_late_pattern_can_be_copied_and_pickled() -> None:
    """Before it is compiled, and with what it holds."""
    late = late_pattern("a(b?)", re.IGNORECASE)
    for twin in (copy.deepcopy(late), pickle.loads(pickle.dumps(late))):  # noqa: S301 # made just here
        assert twin.findall("AB a") == ["B", ""]


def test_every_late_pattern_is_one() -> None:
    """A mistake in one would only show when it is used. In a process of its own: all modules are loaded."""
    done = subprocess.run(  # noqa: S603 # this interpreter, a text of ours
        [sys.executable, "-c", _LOOK],
        cwd=Path(__file__).resolve().parents[1],
        check=True,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert set(done.stdout.split()) >= {"feeds.intake.dates", "store.query", "scheduler.log"}
