"""A receiver of POSTs on loopback: it remembers what came, and answers as told."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """One request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = field(repr=False)
    port: int
    """Of the connection's other end."""


class Answer:
    """What to answer; underscores in header names stand for hyphens."""

    def __init__(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        self.status, self.body = status, body
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class PostServer:
    """A server on 127.0.0.1; `seen` holds the requests, `came` is released once for each."""

    def __init__(self, answer: Callable[[Came], Answer] = lambda _: Answer()) -> None:
        self.answer = answer
        self.seen: list[Came] = []
        self.came = threading.Semaphore(0)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]

    def url(self, path: str = "/") -> str:
        """Give the address of a path here."""
        return f"http://127.0.0.1:{self.port}{path}"

    def wait(self, count: int = 1) -> list[Came]:
        """Wait until so many more requests came; returns all of them."""
        for _ in range(count):
            assert self.came.acquire(timeout=30), f"only {len(self.seen)} requests came"
        return self.seen

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(server: PostServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            came = Came(
                method=self.command,
                path=self.path,
                headers={name.lower(): value for name, value in self.headers.items()},
                body=body,
                port=self.client_address[1],
            )
            answer = server.answer(came)
            server.seen.append(came)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)
            server.came.release()

        do_GET = do_POST = _any  # noqa: N815 # as the class it extends

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
