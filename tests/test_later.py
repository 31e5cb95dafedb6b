"""What is loaded late, and what is not loaded at all."""

import importlib
import sys
import zipfile

import pytest

from feeds.later import without
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
