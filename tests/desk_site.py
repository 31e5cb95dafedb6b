"""A wire that is served with an operator, and a client of it."""

import http.client
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from feeds.model.value import replace
from scheduler import daemon
from scheduler.config.types import Config
from scheduler.publishing import web
from scheduler.wire import Wire
from tests.fakes import FakeClock
from tests.fakes_http import RawServer, Reply, Seen
from tests.test_scheduler_wire import NEVER, Publisher, configured

TOKEN = "a-token-of-the-operator"
FOOTBALL = "Local football results"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def cookie(self) -> str:
        """The cookie set, as a browser sends it back."""
        return self.headers["set-cookie"].partition(";")[0]


@dataclass(slots=True)
class Site:
    """A wire that is served, and a client of it."""

    port: int
    wire: Wire
    clock: FakeClock
    publisher: "Slow"
    ids: dict[str, int] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Got:
        """Send one request; header names have _ for -."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            head = {name.lower(): value for name, value in answer.getheaders()}
            return Got(status=answer.status, headers=head, body=answer.read().decode())
        finally:
            connection.close()

    def post(self, path: str, fields: Mapping[str, object], **headers: str) -> Got:
        """Send a form."""
        return self.ask("POST", path, urlencode(fields).encode(), **FORM, **headers)

    def signed_in(self) -> str:
        """Sign in; returns the cookie."""
        got = self.post("/operator", {"token": TOKEN})
        assert (got.status, got.headers["location"]) == (303, "operator")
        return got.cookie

    def forms(self, item: int, cookie: str) -> dict[str, dict[str, str]]:
        """Return the fields of each form on the page of an item."""
        page = self.ask("GET", f"/item/{item}", Cookie=cookie).body
        found = {}
        for form in re.findall(r'<form method="post" action="../operator/mark">(.*?)</form>', page):
            fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
            found[fields["action"]] = fields
        return found

    def feed(self) -> str:
        """Return the feed."""
        return self.ask("GET", "/feed.atom").body


class Slow:
    """A publisher before whose answers something may happen."""

    def __init__(self) -> None:
        self.before: Callable[[], object] = lambda: None
        self._answer = Publisher()

    def __call__(self, seen: Seen) -> Reply:
        """Answer one request."""
        self.before()
        return self._answer(seen)


@contextmanager
def served(folder: Path, *, token: str = "", base_url: str = "http://127.0.0.1:8380") -> Iterator[Site]:
    """Run a wire with a kept and a rejected item, and its web server."""
    slow, clock = Slow(), FakeClock()
    with RawServer(slow) as publisher:
        config: Config = configured(folder, publisher.url("/feed"))
        serve = replace(config.serve, token=token, base_url=base_url)
        wire = Wire(replace(config, serve=serve), clock=clock)
        try:
            assert wire.turn(NEVER)
            listener = web.bind("127.0.0.1", 0)
            with web.serving(daemon.app_of(wire), listener):
                site = Site(listener.getsockname()[1], wire, clock, slow)
                items = wire.workshop.store.items(which="all")
                site.ids = {item.title: item.id for item in items}
                yield site
        finally:
            wire.close()
