"""A small town of feeds and pages on loopback, and what tests of commands do in it."""

import io
import json
import sys
from pathlib import Path
from typing import Any, Self

import pytest

from feeds.intake import isolate
from feeds.intake.read import read
from feeds.model import ReadFailed, Reading, ReadRequest
from scheduler import cli, workshop
from tests.fakes_http import Reply, Seen, reply

Output = pytest.CaptureFixture[str]

FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Mare Gazette</title><link>http://{host}/</link>
<item><title>Partners sign for the International Lunar Research Station</title><guid>g1</guid>
<link>http://{host}/station</link><pubDate>Fri, 01 May 2026 08:00:00 GMT</pubDate>
<description>The lunar base ILRS gets a further partner.</description></item>
<item><title>Bread prices rise again</title><guid>g2</guid>
<link>http://{host}/bread</link><pubDate>Thu, 30 Apr 2026 08:00:00 GMT</pubDate></item>
</channel></rss>"""
OTHER = FEED.replace("Mare Gazette", "Mare Mirror").replace("g1", "h1").replace("g2", "h2")
PAGE = b"<html><head><title>P</title>%s</head><body>Hello</body></html>"
LINK = b'<link rel="alternate" type="application/rss+xml" title="%s" href="%s">'


def answer(seen: Seen) -> Reply:
    """Serve a small town of feeds and pages."""
    host = (seen.header("Host") or "").encode()
    feed = FEED.encode().replace(b"{host}", host)
    if seen.header("If-None-Match") == '"1"':
        return reply(304, ETag='"1"')
    pages = {
        "/feed": feed,
        "/mirror": OTHER.encode().replace(b"{host}", host),
        "/one": PAGE % (LINK % (b"All", b"/feed")),
        "/two": PAGE % (LINK % (b"All", b"/feed") + LINK % (b"Mirror", b"/mirror")),
        "/blog": PAGE % b"",
        "/blog/feed": feed,
        "/bare": PAGE % b"",
        "/empty": b"",
    }
    if seen.target == "/gone":
        return reply(410)
    if seen.target not in pages:
        return reply(404)
    body = pages[seen.target]
    return reply(200, body, ETag='"1"' if body == feed else '"2"', Content_Type="text/html")


def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder with an empty home, so that no real file is found."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in ("MOONWIRE_CONFIG", "MOONWIRE_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


class ReaderHere:
    """Reads in this process: starting another one per command would cost the tests a minute."""

    def __init__(self, *, waiting: object) -> None:
        """Take what the real one takes; there is nothing to wait for."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def close(self) -> None:
        """Have nothing to stop."""

    def read(self, request: ReadRequest) -> Reading | ReadFailed:
        """Read."""
        return read(request)


def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands read in this process, whether they fetch the reader early or late."""
    monkeypatch.setattr(isolate, "IsolatedReader", ReaderHere)
    monkeypatch.setattr(workshop, "IsolatedReader", ReaderHere, raising=False)


def configure(work: Path, *urls: str, more: str = "") -> None:
    """Write ./moonwire.toml with these sources."""
    tables = "".join(f"[[source]]\nurl = '{url}'\nname = 'S{n}'\n" for n, url in enumerate(urls))
    head = "source = []\n" if not urls else ""
    fetch = "[fetch]\nallow_private = ['127.0.0.1']\ntimeout_s = 20\n"
    (work / "moonwire.toml").write_text(f"{head}[store]\npath = 'wire.db'\n{fetch}{more}\n{tables}")


def run(capsys: Output, *argv: str, code: int = 0) -> str:
    """Run a command that ends with `code`; returns what it printed."""
    capsys.readouterr()
    got = cli.run(list(argv))
    out, err = capsys.readouterr()
    assert got == code, err
    assert "Traceback" not in err
    return out


def rows(capsys: Output, *argv: str, code: int = 0) -> list[dict[str, Any]]:
    """Run a command with --json; returns its objects."""
    return [json.loads(line) for line in run(capsys, *argv, "--json", code=code).splitlines()]


def given(monkeypatch: pytest.MonkeyPatch, data: str | bytes) -> None:
    """Put bytes on standard input."""
    raw = data.encode() if isinstance(data, str) else data
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))


class Terminal(io.StringIO):
    """A text stream that says to be a terminal."""

    def isatty(self) -> bool:
        """Say yes."""
        return True
