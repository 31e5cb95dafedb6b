"""The web server in its own thread, on a socket that was bound before anything else started."""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from feeds.errors import ConfigError, MoonwireError

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


@contextmanager
def serving(app: Any, listener: socket.socket) -> Iterator[None]:  # noqa: ANN401 # any ASGI 3 application
    """Serve `app` on `listener` for as long as the block lasts; requests in flight may end."""
    config = uvicorn.Config(
        app,
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
