"""requests is loaded lean, and still whole for whoever asks more of it."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from feeds.intake import carrier

ROOT = Path(__file__).resolve().parents[1]
_LOOK = """
import json, sys, warnings
warnings.simplefilter("error")
from feeds.intake import carrier
spared = ("chardet", "charset_normalizer", "importlib.metadata", "zipfile")
left = [name for name in spared if name in sys.modules]
from urllib3 import http2
from requests import utils
print(json.dumps({
    "left": left,
    "version": http2.version("requests").count("."),
    "zip": utils.zipfile.is_zipfile("/nowhere"),
    "metadata": hasattr(sys.modules["importlib.metadata"], "entry_points"),
    "guessed": carrier.requests.Response().apparent_encoding,
}))
"""


def test_what_is_not_needed_is_not_loaded_and_works_when_used() -> None:
    """A fresh interpreter has none of it; stand-ins give what they stand for; no warning is shown."""
    done = subprocess.run(  # noqa: S603 # this interpreter, a text of ours
        [sys.executable, "-c", _LOOK], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
    )
    assert json.loads(done.stdout) == {
        "left": [],
        "version": 2,
        "zip": False,
        "metadata": True,
        "guessed": "utf-8",
    }
    assert done.stderr == ""


def test_a_stand_in_gives_way_to_its_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first use of anything but what it has itself loads the module, also in its place."""
    stand_in = carrier._Later("colorsys")
    monkeypatch.setitem(sys.modules, "colorsys", stand_in)
    assert pytest.approx(1 / 3) == stand_in.ONE_THIRD
    assert sys.modules["colorsys"] is not stand_in
    assert pytest.approx(1 / 6) == stand_in.ONE_SIXTH
    with pytest.raises(AttributeError):
        _ = stand_in.__wrapped__


def test_what_is_loaded_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else's module is put aside, and one that was loaded meanwhile stays."""
    import zipfile  # noqa: PLC0415 # loaded before, on purpose

    monkeypatch.setitem(sys.modules, "zipfile", zipfile)
    monkeypatch.delitem(sys.modules, "charset_normalizer", raising=False)
    with carrier._spared():
        assert sys.modules["zipfile"] is zipfile
        with pytest.raises(ImportError):
            importlib.import_module("charset_normalizer")
        sys.modules["charset_normalizer"] = zipfile
    assert sys.modules["charset_normalizer"] is zipfile
