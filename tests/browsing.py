"""A real browser for tests, and a site for it that holds every kind of page."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from feeds.model.value import replace
from scheduler import daemon
from scheduler.demo.play import demo_config
from scheduler.demo.server import demo_server
from scheduler.publishing import web
from scheduler.wire import Wire
from tests.desk_site import TOKEN
from tests.fakes import FakeClock
from tests.test_scheduler_wire import NEVER

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no Chromium here; Debian: apt install chromium"
)


@contextmanager
def browsing() -> Iterator[Browser]:
    """Start Chromium with an empty profile."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        try:
            yield browser
        finally:
            browser.close()


@cache
def axe() -> str:
    """Return axe-core (https://github.com/dequelabs/axe-core) as its wrapper for Playwright ships it."""
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@dataclass
class Watched:
    """A page and all that went wrong on it."""

    page: Page
    origin: str
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen to what the browser says."""
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on("console", lambda said: self._console(said.type, said.text))
        self.page.on("request", lambda request: self._request(request))  # noqa: PLW0108 # Playwright marks methods

    def _console(self, kind: str, text: str) -> None:
        if (
            kind == "error"
            and "Failed to load resource: the server responded with a status of 40" not in text
        ):
            self.wrong.append(f"console: {text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith(self.origin):
            self.wrong.append(f"request: {request.url}")

    def open(self, path: str) -> Page:
        """Go to a path of the site."""
        self.page.goto(self.origin + path, wait_until="load")
        return self.page


def watched(context: BrowserContext, origin: str) -> Watched:
    """Open an empty page whose failures are noted."""
    return Watched(context.new_page(), origin)


@contextmanager
def demo_site(folder: Path) -> Iterator[tuple[str, Wire]]:
    """Serve the demonstration's stories, with an operator; the wire has asked each source once."""
    clock = FakeClock()
    with demo_server(clock) as publishers:
        config = demo_config(folder, publishers.sources(), host="127.0.0.1", port=0)
        wire = Wire(replace(config, serve=replace(config.serve, token=TOKEN)), clock=clock)
        try:
            assert wire.turn(NEVER)
            listener = web.bind("127.0.0.1", 0)
            with web.serving(daemon.app_of(wire), listener, lambda: wire.site.direct):
                yield f"http://127.0.0.1:{listener.getsockname()[1]}", wire
        finally:
            wire.close()
