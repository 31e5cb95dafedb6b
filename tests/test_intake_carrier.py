"""requests is loaded lean, and still whole for whoever asks more of it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from feeds.intake import carrier
from tests.modules import not_loaded

ROOT = Path(__file__).resolve().parents[1]
_LOOK = """
import json, sys, warnings
warnings.simplefilter("error")
from feeds.intake import carrier
spared = [*carrier._GUESSERS, *carrier._SPARED]
left = [name for name in spared if name in sys.modules]
import http.client, io
from requests import PreparedRequest, Response, Session, models, utils
from urllib3 import http2, util
cookies = PreparedRequest()
cookies.prepare(method="GET", url="http://b\xfccher.example", cookies={"a": "b"}, hooks={})
print(json.dumps({
    "left": left,
    "address": util.parse_url("http://a.example/b").path,
    "four": bool(util.ssl_._IPV4_RE.match("127.0.0.1")),
    "asked": [cookies.url, cookies.headers["Cookie"]],
    "jar": isinstance(Session().cookies, models.cookielib.CookieJar),
    "kept": Session().cookies.set("a", "b").value,
    "proxies": utils.getproxies_environment(),
    "head": http.client.parse_headers(io.BytesIO(b"a: b\\r\\n\\r\\n"))["a"],
    "version": http2.version("requests").count("."),
    "zip": utils.zipfile.is_zipfile("/nowhere"),
    "metadata": hasattr(sys.modules["importlib.metadata"], "entry_points"),
    "guessed": Response().apparent_encoding,
    "unused": [name for name in carrier._SPARED if name not in sys.modules],
}))
"""


def printed_by(look: str, **environment: str) -> str:
    """Run a text in a fresh interpreter, which must warn of nothing; returns what it printed."""
    done = subprocess.run(  # noqa: S603 # this interpreter, a text of ours
        [sys.executable, "-c", look],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )
    assert done.stderr == ""
    return done.stdout


def test_what_is_not_needed_is_not_loaded_and_works_when_used() -> None:
    """A fresh interpreter has none of it; stand-ins give what they stand for; no warning is shown."""
    printed = printed_by(_LOOK)
    assert json.loads(printed) == {
        "left": [],
        "address": "/b",
        "four": True,
        "asked": ["http://xn--bcher-kva.example/", "a=b"],
        "jar": True,
        "kept": "b",
        "proxies": {},
        "head": "b",
        "version": 2,
        "zip": False,
        "metadata": True,
        "guessed": "utf-8",
        "unused": [],
    }


def test_a_release_that_asks_for_more_is_loaded_whole(tmp_path: Path) -> None:
    """What makes more of a stand-in than that can bear costs time, and breaks nothing."""
    package = tmp_path / "requests"
    package.mkdir()
    (package / "__init__.py").write_text(
        "import urllib3\nfrom http.cookies import Morsel\nclass Kept(Morsel): pass\n"
    )
    (package / "adapters.py").write_text("from urllib3 import PoolManager as HTTPAdapter\n")
    look = (
        "from feeds.intake import carrier\n"
        "from urllib3.util import url\n"
        "print(carrier.requests.Kept().keys(), type(url).__name__, carrier.HTTPAdapter.__name__)"
    )
    printed = printed_by(look, PYTHONPATH=str(tmp_path))
    assert printed.startswith("dict_keys(['expires',")
    assert printed.split()[-2:] == ["module", "PoolManager"]


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
    carrier._load("heir_of_a_morsel")
    assert [name for name in sys.modules if name.startswith("heir_of_a_morsel")] == []
    assert "friend_of_a_morsel" in sys.modules
    assert "http.cookies" not in sys.modules


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
    not_loaded(monkeypatch, "calendar")
    with carrier._spared():
        assert sys.modules["zipfile"] is zipfile
        assert isinstance(sys.modules["calendar"], carrier._Later)
        sys.modules["calendar"] = zipfile
    assert sys.modules["calendar"] is zipfile


def test_what_was_taken_of_a_module_is_what_it_stands_for() -> None:
    """It is called, asked for what it has, and told whose kind something is."""
    taken: Any = carrier._Taken("collections", "OrderedDict")
    made = taken(a=1)
    assert isinstance(made, taken)
    assert not isinstance({}, taken)
    assert taken.fromkeys("b") == {"b": None}
