"""Modules of the interpreter, as a test needs them, and as they were before when it ends."""

import sys
from types import ModuleType

import pytest


def not_loaded(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let the module not be loaded; whatever the test loads or puts in its place is gone after it.

    `monkeypatch.delitem` alone remembers nothing of a module that was not loaded before, so what the test
    leaves behind would be there for the next one.
    """
    monkeypatch.setitem(sys.modules, name, ModuleType(name))
    del sys.modules[name]
