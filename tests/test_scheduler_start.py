"""What a round without news loads: what it does not need would cost it more than its work."""

import subprocess
import sys
from pathlib import Path

from tests.fakes_http import RawServer
from tests.town import answer

ROOT = Path(__file__).resolve().parents[1]
_RUN = """
import atexit, gc, sys
import moonwire
sys.argv = ["moonwire", "--config", sys.argv[1], "fetch", "--all"]
atexit.register(lambda: print(gc.isenabled(), *sorted(sys.modules), sep="\\n", flush=True))
moonwire.main()
"""
_NEEDLESS = frozenset(
    {
        "apscheduler",
        "charset_normalizer",
        "dataclasses",
        "feedgen",
        "feedparser",
        "feeds.curate.topic",
        "feeds.intake.decode",
        "feeds.model.channel",
        "feeds.model.entry",
        "feeds.model.item",
        "feeds.publish",
        "http.cookiejar",
        "importlib.metadata",
        "inspect",
        "jinja2",
        "lxml",
        "platformdirs",
        "rich",
        "scheduler.daemon",
        "scheduler.publishing",
        "scheduler.push",
        "starlette",
        "store.curation",
        "store.items",
        "store.record",
        "store.segment",
        "typer",
        "typing_extensions",
        "urllib.request",
        "urllib3.util.url",
        "uvicorn",
    }
)


def fetched(config: Path) -> list[str]:
    """Run `fetch --all` in an interpreter of its own; returns how the collector stands, and modules."""
    done = subprocess.run(  # noqa: S603 # this interpreter, a text of ours
        [sys.executable, "-c", _RUN, str(config)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=100,
    )
    return done.stdout.splitlines()


def test_an_unchanged_round_loads_little(tmp_path: Path) -> None:
    """Parsers, topic, pages and whatever tells others are left alone, and so is garbage until it may be."""
    with RawServer(answer) as server:
        config = tmp_path / "moonwire.toml"
        config.write_text(
            f"[store]\npath = 'wire.db'\n[fetch]\nallow_private = ['127.0.0.1']\n"
            f"[[source]]\nurl = '{server.url('/feed')}'\n"
        )
        fetched(config)
        collector, *modules = fetched(config)
        assert server.seen[-1].header("If-None-Match") == '"1"'
    assert collector == "True"
    assert "requests" in modules
    assert _NEEDLESS & set(modules) == frozenset()
