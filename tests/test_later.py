"""What is loaded late, and what is not loaded at all."""

import importlib
import pkgutil
import re
import sys
import zipfile

import pytest

from feeds.later import _LatePattern, late_pattern, without
from tests.modules import not_loaded


def test_nobody_finds_what_a_block_does_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the block importing fails, afterwards it works."""
    not_loaded(monkeypatch, "colorsys")
    with without("colorsys"), pytest.raises(ImportError):
        importlib.import_module("colorsys")
    assert importlib.import_module("colorsys") is sys.modules["colorsys"]


def test_what_is_loaded_is_found_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else's module is put aside, and one that was put there meanwhile stays."""
    monkeypatch.setitem(sys.modules, "zipfile", zipfile)
    not_loaded(monkeypatch, "colorsys")
    with without("zipfile", "colorsys"):
        assert importlib.import_module("zipfile") is zipfile
        sys.modules["colorsys"] = zipfile
    assert sys.modules["colorsys"] is zipfile


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


@pytest.mark.parametrize("package", ["feeds", "store", "scheduler"])
def test_every_late_pattern_is_one(package: str) -> None:
    """A mistake in one would only show when it is used."""
    root = importlib.import_module(package)
    names = [found.name for found in pkgutil.walk_packages(root.__path__, f"{package}.")]
    late = [
        value
        for name in names
        if not name.endswith(("__main__", ".parsers"))  # one runs, the other freezes what is loaded
        for value in vars(importlib.import_module(name)).values()
        if isinstance(value, _LatePattern)
    ]
    assert late
    assert all(each.pattern for each in late)
