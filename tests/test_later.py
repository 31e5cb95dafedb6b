"""What is loaded late."""

import importlib
import pkgutil
import re

import pytest

from feeds.later import _LatePattern, late_pattern


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
