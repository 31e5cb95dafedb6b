"""A wire with a hub that is served, its publisher, and a subscriber: all real HTTP on loopback."""

import hashlib
import hmac
import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from feeds.model.value import replace
from scheduler import daemon
from scheduler.config.types import Config
from scheduler.publishing import web
from scheduler.push.station import running
from scheduler.push.topics import main_documents
from scheduler.push.wiring import Push
from scheduler.wire import Wire
from store import DeliveryLine, Store
from tests.fakes import FakeClock
from tests.fakes_http import RawServer
from tests.fakes_posts import Answer, Came, PostServer
from tests.test_scheduler_wire import NEVER, Publisher, configured

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(slots=True)
class Subscriber:
    """A subscriber as the Recommendation wants it: it confirms what it asked for, and checks signatures."""

    secret: str = ""
    wants: set[tuple[str, str]] = field(default_factory=set)
    """Mode and topic of what it asked for."""
    answers: Callable[[Came], Answer] | None = None
    """In place of taking what is sent."""
    news: list[bytes] = field(default_factory=list)
    """Documents with a right signature."""
    forged: int = 0
    denied: list[str] = field(default_factory=list)
    asked: Callable[[], object] = lambda: None
    """Called before a wish is confirmed."""

    def __call__(self, came: Came) -> Answer:
        """Answer a question of the hub, or take what it sends."""
        if came.method == "GET":
            return self._asked({name: each[0] for name, each in parse_qs(urlsplit(came.path).query).items()})
        if self.answers is not None:
            return self.answers(came)
        if self.is_signed(came):
            self.news.append(came.body)
        else:
            self.forged += 1
        return Answer(202)  # 7.1: who sends a wrong signature must not learn it

    def is_signed(self, came: Came) -> bool:
        """Say whether the signature is that of the body under our secret."""
        if not self.secret:
            return "x-hub-signature" not in came.headers
        method, _, given = came.headers.get("x-hub-signature", "").partition("=")
        right = hmac.new(self.secret.encode(), came.body, hashlib.sha256).hexdigest()
        return method == "sha256" and hmac.compare_digest(given, right)

    def _asked(self, asked: dict[str, str]) -> Answer:
        if asked["hub.mode"] == "denied":
            self.denied.append(asked["hub.reason"])
            return Answer(200)
        self.asked()
        if (asked["hub.mode"], asked["hub.topic"]) in self.wants:
            return Answer(200, asked["hub.challenge"].encode())
        return Answer(404)


@dataclass(slots=True)
class PushSite:
    """The wire with what is around it."""

    wire: Wire
    push: Push
    clock: FakeClock
    publisher: Publisher
    base: str
    config: Config

    @property
    def store(self) -> Store:
        """The store of this moment."""
        return self.wire.workshop.store

    def topic(self, path: str = "/feed.atom") -> str:
        """Return the address of a feed."""
        return self.base + path

    def ask(self, callback: str, *, mode: str = "subscribe", path: str = "/feed.atom", **more: str) -> int:
        """Send a wish to the hub; returns the status."""
        fields = {"hub.mode": mode, "hub.callback": callback, "hub.topic": self.topic(path)}
        fields |= {f"hub.{name}": value for name, value in more.items()}
        return self.get("/hub", "POST", urlencode(fields).encode())[0]

    def get(self, path: str, method: str = "GET", body: bytes | None = None) -> tuple[int, str, bytes]:
        """Send a request; returns status, Link header and body."""
        connection = http.client.HTTPConnection(urlsplit(self.base).netloc, timeout=30)
        try:
            connection.request(method, path, body, FORM if body else {})
            answer = connection.getresponse()
            return answer.status, answer.getheader("Link", ""), answer.read()
        finally:
            connection.close()

    def turn(self, **spans: float) -> None:
        """Let time pass, ask what is due, and wait until what changed is in the outbox."""
        self.clock.ticks(**spans)
        self.wire.turn(NEVER)
        for _ in range(3000):
            now = {each.topic: each.digest for each in main_documents(self.wire.site, self.base)}
            if self.store.subscriptions.announced(list(now)) == now:
                return
            NEVER.wait(0.01)
        raise AssertionError("what changed was not announced")

    def subscribe(
        self, server: PostServer, subscriber: Subscriber, *, path: str = "/feed.atom", **more: str
    ) -> None:
        """Subscribe and be confirmed."""
        subscriber.wants.add(("subscribe", self.topic(path)))
        more |= {"secret": subscriber.secret} if subscriber.secret else {}
        assert self.ask(server.url("/cb"), path=path, **more) == 202
        server.wait()
        settled(self.store, "hub-verify")


def settled(store: Store, *kinds: str) -> None:
    """Wait until nothing of these kinds waits any more."""
    for _ in range(3000):
        if not any(store.outbox.waiting(kind) for kind in kinds):
            return
        NEVER.wait(0.01)
    raise AssertionError(store.outbox.lines(kinds))


def tried(store: Store, kind: str, at: datetime) -> DeliveryLine:
    """Wait until the delivery of a kind was tried at this time, to an end; returns it."""
    for _ in range(3000):
        (line,) = store.outbox.lines({kind})
        if line.settled == at:
            return line
        NEVER.wait(0.01)
    raise AssertionError(store.outbox.lines({kind}))


@contextmanager
def pushing(folder: Path, *, hub: bool = True, more: str = "") -> Iterator[PushSite]:
    """Run a wire, its web server and its station; nothing is asked before the first turn."""
    clock, publisher = FakeClock(), Publisher()
    listener = web.bind("127.0.0.1", 0)
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with RawServer(publisher) as server:
        config = configured(folder, server.url("/feed"), more=more)
        config = replace(config, serve=replace(config.serve, base_url=base, base_url_derived=False, hub=hub))
        wire = Wire(config, clock=clock)
        push = Push(wire, clock)
        wire.listener = push.station
        try:
            with web.serving(daemon.app_of(wire, push), listener), running(push.station):
                yield PushSite(wire, push, clock, publisher, base, config)
        finally:
            wire.close()
