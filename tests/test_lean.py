"""Libraries loaded without what nothing here asks of them."""

import importlib
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from feeds import lean
from tests.modules import not_loaded


def test_nobody_finds_what_a_block_does_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the block importing fails, afterwards it works."""
    not_loaded(monkeypatch, "colorsys")
    with lean.without("colorsys"), pytest.raises(ImportError):
        importlib.import_module("colorsys")
    assert importlib.import_module("colorsys") is sys.modules["colorsys"]


def test_what_is_loaded_is_found_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else's module is put aside, and one that was put there meanwhile stays."""
    monkeypatch.setitem(sys.modules, "zipfile", zipfile)
    not_loaded(monkeypatch, "colorsys")
    with lean.without("zipfile", "colorsys"):
        assert importlib.import_module("zipfile") is zipfile
        sys.modules["colorsys"] = zipfile
    assert sys.modules["colorsys"] is zipfile


def test_what_can_not_bear_a_stand_in_is_left_unloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it, so that nothing half made is found by whoever loads it next; others stay."""
    package = tmp_path / "heir_of_a_morsel"
    package.mkdir()
    (package / "__init__.py").write_text("from heir_of_a_morsel import early, late\n")
    (package / "early.py").write_text("import friend_of_a_morsel\n")
    (tmp_path / "friend_of_a_morsel.py").write_text("")
    (package / "late.py").write_text("from http.cookies import Morsel\nclass Kept(Morsel): pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    not_loaded(monkeypatch, "http.cookies")
    not_loaded(monkeypatch, "friend_of_a_morsel")
    lean.load("heir_of_a_morsel", later={"http.cookies": "Morsel"})
    assert [name for name in sys.modules if name.startswith("heir_of_a_morsel")] == []
    assert "friend_of_a_morsel" in sys.modules
    assert "http.cookies" not in sys.modules


def test_a_stand_in_gives_way_to_its_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first use of anything but what it has itself loads the module, also in its place."""
    stand_in = lean.StandIn("colorsys")
    monkeypatch.setitem(sys.modules, "colorsys", stand_in)
    assert pytest.approx(1 / 3) == stand_in.ONE_THIRD
    assert sys.modules["colorsys"] is not stand_in
    assert pytest.approx(1 / 6) == stand_in.ONE_SIXTH
    with pytest.raises(AttributeError):
        _ = stand_in.__wrapped__


def test_what_is_loaded_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else's module is put aside, and one that was loaded meanwhile stays."""
    monkeypatch.setitem(sys.modules, "zipfile", zipfile)
    not_loaded(monkeypatch, "calendar")
    with lean.spared({"zipfile": "", "calendar": ""}):
        assert sys.modules["zipfile"] is zipfile
        assert isinstance(sys.modules["calendar"], lean.StandIn)
        sys.modules["calendar"] = zipfile
    assert sys.modules["calendar"] is zipfile


def test_what_was_taken_of_a_module_is_what_it_stands_for() -> None:
    """It is called, asked for what it has, and told whose kind something is."""
    taken: Any = lean.Taken("collections", "OrderedDict")
    made = taken(a=1)
    assert isinstance(made, taken)
    assert not isinstance({}, taken)
    assert taken.fromkeys("b") == {"b": None}
