"""What pushing costs: `python -m benchmarks.hub --subscriptions 10000`.

Subscribers are addresses of 127.0.0.0/8, each a host of its own, answered by another process; so the CPU
time is the hub's alone: outbox, signature, guard, connection and request. A second part measures how long a
story takes from the store to a subscriber's door, through a whole wire.
"""

import argparse
import asyncio
import multiprocessing
import random
import resource
import tempfile
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

from feeds.intake.post import Poster
from scheduler.config.load import parse
from scheduler.push.dispatch import Dispatcher
from scheduler.push.hub import Hub, HubMeans
from scheduler.push.kinds import DELIVER, PING
from scheduler.push.station import Station, running
from scheduler.push.wiring import Push
from scheduler.wire import Wire
from store import Payload, Store
from store.subscriptions import Document, Subscription, Tellers

TOPIC = "https://wire.example/feed.atom"
TELLERS = Tellers(deliver=DELIVER, ping=PING)
STORIES = 120


def subscribers(port: int, pipe: Connection) -> None:
    """Answer every POST with 204; send the time of each arrival down the pipe, on request."""
    arrivals: list[float] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length or b"0"))
        arrivals.append(time.monotonic())
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(serve, "0.0.0.0", port, backlog=1024)  # noqa: S104 # loopback only
        pipe.send(server.sockets[0].getsockname()[1])
        while await asyncio.to_thread(pipe.recv):
            pipe.send(list(arrivals))
            arrivals.clear()

    asyncio.run(run())


class Subscribers:
    """The process of the subscribers."""

    def __init__(self) -> None:
        self._pipe, other = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=subscribers, args=(0, other), daemon=True)
        self._process.start()
        self.port = int(self._pipe.recv())

    def arrivals(self) -> list[float]:
        """Return when what came since the last time came."""
        self._pipe.send("arrivals")
        found: list[float] = self._pipe.recv()
        return found

    def end(self) -> None:
        """End the process."""
        self._pipe.send("")
        self._process.join(10)

    def callback(self, n: int) -> str:
        """Return an address of a host of its own."""
        return f"http://127.{1 + n // 62500}.{n // 250 % 250}.{n % 250 + 1}:{self.port}/cb/{n}"


def crowd(store: Store, who: Subscribers, count: int) -> None:
    """Subscribe many, each with a secret."""
    now = datetime.now(UTC)
    store.subscriptions.add_all(
        Subscription(
            topic=TOPIC,
            callback=who.callback(n),
            host=who.callback(n).split("/")[2],
            secret=f"secret {n}",
            since=now,
            expires=now + timedelta(days=10),
        )
        for n in range(count)
    )


def fan_out(folder: Path, who: Subscribers, count: int, size: int) -> None:
    """Push one change to all, and print what it took."""

    def clock() -> datetime:
        return datetime.now(UTC)

    with ExitStack() as stack:
        store = stack.enter_context(Store.open(folder / "hub.db"))
        poster = stack.enter_context(
            Poster(allow_private=frozenset({"127.0.0.0/8"}), user_agent="moonwire-bench")
        )
        crowd(store, who, count)
        hub = Hub(
            HubMeans(
                store=lambda: store,
                shown=_Nothing(),  # type: ignore[arg-type] # only registering looks at it
                base_url=lambda: "https://wire.example",
                poster=lambda: poster,
                clock=clock,
                wake=lambda: None,
            )
        )
        couriers = hub.couriers()
        dispatcher = Dispatcher(lambda: store.outbox, lambda: couriers, clock=clock, jitter=random.random)
        store.subscriptions.announce([_document("1", size)], TELLERS, now=clock())
        began, cpu = time.monotonic(), time.process_time()
        store.subscriptions.announce([_document("2", size)], TELLERS, now=clock())
        put = time.process_time() - cpu
        dispatcher.work_off(3600)
        spent, took = time.process_time() - cpu, time.monotonic() - began
        counts = store.outbox.counts(DELIVER)
    arrived = sorted(each - began for each in who.arrivals())
    file = (folder / "hub.db").stat().st_size
    print(f"subscriptions {count}, document {size} bytes: {counts}")
    print(f"  into the outbox: {put * 1000:.0f} ms of CPU")
    print(f"  per delivery: {spent / count * 1000:.2f} ms of CPU, {count / took:.0f} deliveries a second")
    print(
        f"  first after {arrived[0]:.2f} s, half after {arrived[len(arrived) // 2]:.1f} s, "
        f"last after {arrived[-1]:.1f} s"
    )
    print(f"  store {file / 1e6:.1f} MB, peak memory {_peak_mb():.0f} MB")


class _Nothing:
    """Stands for a site that nobody asks for."""


def _document(digest: str, size: int) -> Document:
    body = (digest * size).encode()
    return Document(
        topic=TOPIC,
        digest=digest,
        payload=Payload(body=body, content_type="application/atom+xml", headers=(("Link", f"<{TOPIC}>"),)),
    )


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Publisher:
    """A feed on loopback that grows by one item each time it is told to."""

    def __init__(self) -> None:
        self._count = STORIES
        self._body = b""
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml")
                self.send_header("Content-Length", str(len(publisher._body)))
                self.end_headers()
                self.wfile.write(publisher._body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.grow()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def grow(self) -> None:
        """Put a new item on top."""
        self._count += 1
        items = "".join(map(_item, range(self._count, self._count - STORIES, -1)))
        self._body = f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()


def _item(n: int) -> str:
    at = format_datetime(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=17 * n), usegmt=True)
    rng = random.Random(n)  # noqa: S311 # invented words, no secrets
    words = ["".join(rng.choices("abdegiklmnoprstuv", k=rng.randrange(4, 9))) for _ in range(90)]
    return (
        f"<item><title>{' '.join(words[:6])} on the International Lunar Research Station</title>"
        f"<guid>g{n}</guid><link>http://127.0.0.1/{n}</link><pubDate>{at}</pubDate>"
        f"<description>{' '.join(words)} at the lunar base.</description></item>"
    )


class Ear:
    """Notes when the wire first says that something was stored, and passes it on."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self.stored: float | None = None
        self.cpu = 0.0

    def forget(self) -> None:
        """Wait for the next one."""
        self.stored = None

    def news(self) -> None:
        """Note and pass on."""
        if self.stored is None:
            self.stored, self.cpu = time.monotonic(), time.process_time()
        self._station.news()

    def shown(self) -> None:
        """Pass on."""
        self._station.shown()


def through_the_wire(folder: Path, who: Subscribers, rounds: int) -> None:
    """Let a publisher bring one story a round, and print how long each took from the store to the door."""
    shift = [timedelta()]

    def clock() -> datetime:
        return datetime.now(UTC) + shift[0]

    publisher = Publisher()
    text = (
        f'[store]\npath = "{folder}/wire.db"\n[serve]\nbase_url = "https://wire.example"\nhub = true\n'
        "[fetch]\nallow_private = true\n[schedule]\nmin_interval_s = 1\nmax_interval_s = 60\n"
        f'[[source]]\nurl = "http://127.0.0.1:{publisher.server.server_address[1]}/feed"\n'
    )
    wire = Wire(parse(text, None), clock=clock)
    push = Push(wire, clock)
    ear = Ear(push.station)
    wire.listener = ear
    took, cost = [], []
    with running(push.station):
        wire.turn(threading.Event())
        crowd(wire.workshop.store, who, 1)
        size = len(wire.site.files["/feed.atom"].variants["identity"].body)
        for _ in range(rounds):
            _quiet(wire)
            who.arrivals()
            ear.forget()
            publisher.grow()
            shift[0] += timedelta(minutes=5)
            wire.turn(threading.Event())
            _quiet(wire)
            (arrived, *_more) = who.arrivals()
            assert ear.stored is not None
            took.append(arrived - ear.stored)
            cost.append(time.process_time() - ear.cpu)
    wire.close()
    publisher.server.shutdown()
    print(f"from the store to the door, feed of {size} bytes with 100 stories, {rounds} times:")
    print(f"  median {median(took) * 1000:.0f} ms, longest {max(took) * 1000:.0f} ms")
    print(f"  until all is quiet, the rest of the round included: median {median(cost) * 1000:.0f} ms of CPU")


def _quiet(wire: Wire) -> None:
    """Wait until what is shown was told, and what was told has arrived."""
    while True:
        time.sleep(0.2)
        store = wire.workshop.store
        digest = wire.site.files["/feed.atom"].digest
        if store.subscriptions.announced([TOPIC]) == {TOPIC: digest} and not store.outbox.waiting(DELIVER):
            return


def main() -> None:
    """Run both parts."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--subscriptions", type=int, default=10_000)
    options.add_argument("--bytes", type=int, default=200_000, help="size of the feed")
    options.add_argument("--rounds", type=int, default=20, help="of the second part")
    asked = options.parse_args()
    who = Subscribers()
    with tempfile.TemporaryDirectory() as folder:
        fan_out(Path(folder), who, asked.subscriptions, asked.bytes)
        through_the_wire(Path(folder), who, asked.rounds)
    who.end()


if __name__ == "__main__":
    main()
