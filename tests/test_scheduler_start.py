"""What a round without news loads: what it does not need would cost it more than its work."""

import subprocess
import sys
from pathlib import Path

from tests.fakes_http import RawServer, Reply, Seen, reply
from tests.town import answer

ROOT = Path(__file__).resolve().parents[1]
_RUN = """
import atexit, gc, sys
loaded = set(sys.modules)  # by whoever measures coverage, for example
import moonwire
sys.argv = ["moonwire", "--config", sys.argv[1], "fetch", "--all"]
atexit.register(lambda: print(gc.isenabled(), *sorted(set(sys.modules) - loaded), sep="\\n", flush=True))
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


_FOR_NEWS = frozenset(
    {
        "dataclasses",
        "feedparser",
        "feeds.intake.full",
        "inspect",
        "lxml",
        "multiprocessing",
        "typing_extensions",
    }
)
_DULL = b"<rss version='2.0'><channel><title>T</title><item><title>Soup</title></item></channel></rss>"


def fetched(config: Path) -> list[str]:
    """Run `fetch --all` in its own interpreter; returns how the collector stands, and what was loaded."""
    done = subprocess.run(  # noqa: S603 # this interpreter, a text of ours
        [sys.executable, "-c", _RUN, str(config)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=100,
    )
    return done.stdout.splitlines()


def configured(tmp_path: Path, url: str) -> Path:
    """Write a configuration of one source."""
    config = tmp_path / "moonwire.toml"
    config.write_text(
        f"[store]\npath = 'wire.db'\n[fetch]\nallow_private = ['127.0.0.1']\n[[source]]\nurl = '{url}'\n"
    )
    return config


def test_an_unchanged_round_loads_little(tmp_path: Path) -> None:
    """Parsers, topic, pages and whatever tells others are left alone, and so is garbage until it may be."""
    with RawServer(answer) as server:
        config = configured(tmp_path, server.url("/feed"))
        fetched(config)
        collector, *modules = fetched(config)
        assert server.seen[-1].header("If-None-Match") == '"1"'
    assert collector == "True"
    assert "requests" in modules
    assert _NEEDLESS & set(modules) == frozenset()


def soup(_seen: Seen) -> Reply:
    """Serve one entry that no topic wants."""
    return reply(200, _DULL)


def test_dull_news_are_not_parsed(tmp_path: Path) -> None:
    """What no topic wants is read without the parser for the rest."""
    with RawServer(soup) as server:
        modules = fetched(configured(tmp_path, server.url("/feed")))
    assert "feeds.intake.entries" in modules
    assert _FOR_NEWS & set(modules) == frozenset()
