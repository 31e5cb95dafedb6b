"""requests is loaded lean, and still whole for whoever asks more of it."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_LOOK = """
import json, sys, warnings
warnings.simplefilter("error")
from feeds.intake import carrier
spared = [*carrier._GUESSERS, *carrier._SPARED]
left = [name for name in spared if name in sys.modules]
import http.client, io
from requests import PreparedRequest, Response, Session, models, utils
from urllib3 import fields, http2, util
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
    "kind": fields.guess_content_type("moon.png"),
    "name": "b\xfccher.example".encode("idna").decode(),
    "roots": utils.DEFAULT_CA_BUNDLE_PATH == __import__("certifi").where(),
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
        "kind": "image/png",
        "name": "xn--bcher-kva.example",
        "roots": True,
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
