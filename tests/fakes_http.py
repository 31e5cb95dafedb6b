"""A loopback HTTP server of raw sockets, so that a test can say byte for byte what a server does wrong.

def answer(seen: Seen) -> Reply:
return reply(200, b"<rss/>", ETag='"1"')

with RawServer(answer) as server:
fetcher.fetch(FetchRequest(url=server.url("/feed")))
assert server.seen[0].header("If-None-Match") is None
"""

import contextlib
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Event, Thread
from types import TracebackType
from typing import Self

from feeds.model.value import Value


class Seen(Value, frozen=True, kw_only=True):
    """One request as it arrived."""

    UNSHOWN = frozenset(("raw",))

    connection: int
    """Counts connections of the server from 1."""
    nth: int
    """Counts requests of the connection from 1."""
    target: str
    headers: tuple[tuple[str, str], ...]
    raw: bytes

    def header(self, name: str) -> str | None:
        """Give the value of `name` in any case, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Bytes to send and what follows them."""

    data: bytes = b""
    then: str = "keep"
    """keep the connection, close it, reset it, hang (until the server ends)."""
    drip: bool = False
    """One byte at a time, a few milliseconds apart, for ever after the data is used up."""


def reply(status: int, body: bytes = b"", then: str = "keep", **headers: str) -> Reply:
    """Make a well-formed answer; underscores in header names stand for hyphens."""
    lines = [f"HTTP/1.1 {status} Whatever"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if not {"Content_Length", "Transfer_Encoding"} & set(headers) and status != 304:
        lines.append(f"Content-Length: {len(body)}")
    return Reply(data="\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body, then=then)


def raw(data: bytes, then: str = "close") -> Reply:
    """Make an answer of exactly these bytes."""
    return Reply(data=data, then=then)


def sequence(*replies: Reply) -> Callable[[Seen], Reply]:
    """Answer with each reply in turn; one request more than replies is an error of the test."""
    left = iter(replies)
    return lambda _: next(left, raw(b"HTTP/1.1 500 Too Many Requests In This Test\r\n\r\n"))


class RawServer:
    """A server on 127.0.0.1; `seen` holds the requests in order of arrival."""

    def __init__(
        self,
        answer: Callable[[Seen], Reply],
        *,
        context: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self._answer = answer
        self._context = context
        self._ending = Event()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        self._open: list[socket.socket] = []
        self.host = host
        self.port: int = self._listener.getsockname()[1]
        self.seen: list[Seen] = []
        self.connections = 0

    def url(self, path: str = "/", host: str | None = None) -> str:
        """Give the address of `path` here, under another host name if wanted."""
        name = host or (f"[{self.host}]" if ":" in self.host else self.host)
        return f"{'https' if self._context else 'http'}://{name}:{self.port}{path}"

    def __enter__(self) -> Self:
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self) -> None:
        while not self._ending.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            Thread(target=self._serve, args=(connection, self.connections), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError), contextlib.closing(connection):
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            for nth, head in enumerate(_heads(connection), 1):
                seen = _seen(head, number, nth)
                self.seen.append(seen)
                answer = self._answer(seen)
                self._send(connection, answer)
                if answer.then == "hang":
                    self._ending.wait()
                if answer.then == "reset":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                if answer.then != "keep":
                    return

    def _send(self, connection: socket.socket, answer: Reply) -> None:
        if not answer.drip:
            connection.sendall(answer.data)
            return
        for byte in answer.data:
            connection.sendall(bytes((byte,)))
            if self._ending.wait(0.005):
                return
        while not self._ending.wait(0.005):
            connection.sendall(b"a")


def _heads(connection: socket.socket) -> Iterator[bytes]:
    data = b""
    while True:
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65_536)
            if not piece:
                return
            data += piece
        head, _, data = data.partition(b"\r\n\r\n")
        yield head


def _seen(head: bytes, connection: int, nth: int) -> Seen:
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
    return Seen(connection=connection, nth=nth, target=first.split(" ")[1], headers=pairs, raw=head)
