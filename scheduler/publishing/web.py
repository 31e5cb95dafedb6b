"""The web server in its own thread, on a socket that was bound before anything else started.

The only home of uvicorn. Requests for prepared files are answered as soon as its parser has read their
head, without a task, an ASGI message or the application: see `_Direct`.
"""

import logging
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from feeds.errors import ConfigError, MoonwireError
from feeds.publish.serving.direct import direct_answer
from feeds.publish.serving.prepared import Prepared

_log = logging.getLogger("moonwire.web")

BACKLOG = 512
START_S = 10.0
STOP_S = 3
MOST_OPEN = 1000
"""Open connections at most; beyond them a client is told 503 at once."""


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket, or say in one sentence why there is none (port 0 takes a free one)."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
            bound.listen(BACKLOG)
        except BaseException:
            bound.close()
            raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(
            f"Port {port} of {host or 'this machine'} can not be listened on: {reason}; "
            "choose another with --port or [serve] port."
        ) from error
    return bound


Direct = Callable[[], Mapping[bytes, Prepared]]
_ANSWERED = SimpleNamespace(response_complete=True, message_event=SimpleNamespace(set=lambda: None))
"""Stands where uvicorn keeps the cycle of a request, for one that is answered already."""


class _Direct(HttpToolsProtocol):
    """Answers for prepared files between uvicorn's parser and its tasks; all else is uvicorn's.

    The parser (llhttp) reads every request whole, so what begins and ends where is decided as always.
    """

    direct: Direct

    def on_headers_complete(self) -> None:
        """Answer at once where nothing else is being answered, sent or refused on this connection."""
        before: RequestResponseCycle | None = self.cycle
        plain = before is None or before.response_complete
        busy = self.flow.write_paused or self.transport.is_closing()
        crowded = self.limit_concurrency is not None and len(self.connections) >= self.limit_concurrency
        if not plain or busy or crowded or self.parser.get_http_version() != "1.1":
            super().on_headers_complete()
            return
        common = b"".join(b"%s: %s\r\n" % each for each in self.server_state.default_headers)
        found = direct_answer(type(self).direct(), self.parser.get_method(), self.url, self.headers, common)
        if found is None:
            super().on_headers_complete()
        else:
            self._answer(*found)

    def _answer(self, head: bytes, body: bytes) -> None:
        self.cycle = _ANSWERED  # type: ignore[assignment] # all that uvicorn asks of a finished one
        self.server_state.total_requests += 1
        if self.parser.should_keep_alive():
            self.transport.write(head + b"\r\n" + body)
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        else:
            self.transport.write(head + b"connection: close\r\n\r\n" + body)
            self.transport.close()


def _nothing() -> Mapping[bytes, Prepared]:
    return {}


@contextmanager
def serving(
    app: Any,  # noqa: ANN401 # any ASGI 3 application
    listener: socket.socket,
    direct: Direct = _nothing,
) -> Iterator[None]:
    """Serve `app` on `listener` for as long as the block lasts; requests in flight may end.

    `direct` gives the prepared files that need no application; it is called on the event loop for each
    request and must return at once.
    """
    config = uvicorn.Config(
        app,
        http=type("Direct", (_Direct,), {"direct": staticmethod(direct)}),
        interface="asgi3",
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_keep_alive=15,
        timeout_graceful_shutdown=STOP_S,
        limit_concurrency=MOST_OPEN,
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    server = uvicorn.Server(config)
    done = threading.Event()

    def serve() -> None:
        try:
            server.run(sockets=[listener])
        except Exception:  # noqa: BLE001 # a thread has nobody to raise to
            _log.exception("the web server ended", extra={"action": "web"})
        finally:
            done.set()

    thread = threading.Thread(target=serve, name="web", daemon=True)
    thread.start()
    try:
        _wait(server, done)
        yield
    finally:
        server.should_exit = True
        thread.join(STOP_S + 2)
        listener.close()


def _wait(server: uvicorn.Server, done: threading.Event) -> None:
    """Return once connections are accepted; the server knows no event for it, so it is looked at."""
    for _ in range(int(START_S / 0.01)):
        if server.started:
            return
        if done.wait(0.01):
            break
    raise MoonwireError("The web server did not start; see the log for its reason.")
