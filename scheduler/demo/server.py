"""A loopback web server for the invented feeds: validators, a redirect, and one address that is down."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from feeds.model import Source
from scheduler.demo.documents import FEEDS, DemoFeed, document

MOVED = "/moved"
DOWN = "/down"


class DemoServer(ThreadingHTTPServer):
    """Serves `FEEDS`; `clock` gives aware UTC."""

    daemon_threads = True

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.clock = clock
        self.began = clock()
        self.feeds = {feed.path: feed for feed in FEEDS}

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.server_port}"

    def body(self, feed: DemoFeed) -> bytes:
        """Give the document as it stands now."""
        running = (self.clock() - self.began).total_seconds()
        return document(feed, began=self.began.replace(second=0, microsecond=0), running_s=running)

    def sources(self) -> tuple[Source, ...]:
        """List every demo source: the feeds, the last of them under its old address, and the dead one."""
        listed = [
            Source(url=self.origin + feed.path, name=feed.name, language=feed.language, kind=feed.kind)
            for feed in FEEDS[:-1]
        ]
        moved = FEEDS[-1]
        listed.append(
            Source(url=self.origin + MOVED, name=moved.name, language=moved.language, kind=moved.kind)
        )
        listed.append(Source(url=self.origin + DOWN, name="Far Side Radio", language="en", kind="blog"))
        return tuple(listed)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: DemoServer

    def do_GET(self) -> None:
        """Answer one request."""
        if self.path == MOVED:
            self._answer(HTTPStatus.MOVED_PERMANENTLY, {"Location": self.server.origin + FEEDS[-1].path})
        elif self.path == DOWN:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "600"})
        elif (feed := self.server.feeds.get(self.path)) is None:
            self._answer(HTTPStatus.NOT_FOUND, {})
        else:
            self._feed(feed)

    def _feed(self, feed: DemoFeed) -> None:
        body = self.server.body(feed)
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == etag:
            self._answer(HTTPStatus.NOT_MODIFIED, {"ETag": etag})
        else:
            self._answer(HTTPStatus.OK, {"ETag": etag, "Content-Type": feed.content_type}, body)

    def _answer(self, status: HTTPStatus, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the name that the base class gives it
        """Keep quiet: the wire's own log tells what was asked."""


@contextmanager
def demo_server(clock: Callable[[], datetime]) -> Iterator[DemoServer]:
    """Serve in a thread for as long as the block runs."""
    server = DemoServer(clock)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="demo-feeds", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
