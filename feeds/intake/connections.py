"""The connections to one origin: guarded and metered sockets under urllib3's framing.

requests' adapter asks an `Origin` for an answer where it would ask a pool of urllib3. A pool brings to each
exchange retries, redirects, proxies and a queue to wait in, none of which a feed fetcher wants; making and
asking one took a fifth of what a 304 costs.
"""

import ssl
import threading
from collections import deque
from typing import Final

from feeds.intake.address import Guard
from feeds.intake.answer import Answer
from feeds.intake.carrier import urllib3, wait_for_read
from feeds.intake.dial import dial, tls_failure
from feeds.intake.roots import verified_context
from feeds.intake.target import Target
from feeds.intake.wire import Exchange, PlainSocket, TlsSocket, broken

_IDLE = 2
"""Connections that are kept open to one origin."""
_NOTHING: Final = urllib3.HTTPHeaderDict({"content-length": "0"})
"""How an answer without a body is framed; made once, since most answers are such."""


class Wire:
    """What the connections of one transport share: the guard, the TLS context, and each thread's exchange."""

    def __init__(self, guard: Guard, context: ssl.SSLContext | None) -> None:
        self.guard = guard
        self._context = context
        self._lock = threading.Lock()
        self._local = threading.local()

    @property
    def context(self) -> ssl.SSLContext:
        """The one TLS context, made when the first address needs it."""
        with self._lock:
            if self._context is None:
                self._context = verified_context()
            return self._context

    @property
    def exchange(self) -> Exchange:
        """The exchange of the calling thread."""
        exchange: Exchange = self._local.exchange
        return exchange

    @exchange.setter
    def exchange(self, exchange: Exchange) -> None:
        self._local.exchange = exchange


class PlainConnection:
    """HTTP over a guarded socket: opened at the first request, then used for one exchange after the other."""

    def __init__(self, target: Target, wire: Wire) -> None:
        self._target = target
        self._wire = wire
        self.sock: PlainSocket | TlsSocket | None = None
        """None before the first request, and once it is closed."""

    @property
    def alive(self) -> bool:
        """Whether it is open and the server has neither closed it nor said anything unasked."""
        return self.sock is not None and not wait_for_read(self.sock, timeout=0.0)

    def request(self, exchange: Exchange, head: bytes, body: bytes | None) -> None:
        """Send a request; raises ExchangeError."""
        exchange.begin()
        exchange.reused = self.sock is not None
        self.sock = sock = self.sock or self._open(exchange)
        sock.exchange = exchange
        try:
            sock.sendall(head)
            if body:
                sock.sendall(body)
        except OSError as error:
            if not (
                body and isinstance(error, BrokenPipeError)
            ):  # who refuses a body early may have said why
                raise broken(exchange, error) from None

    def _open(self, exchange: Exchange) -> PlainSocket | TlsSocket:
        return dial(self._target.host, self._target.port, self._wire.guard, exchange)

    def answer(self) -> Answer:
        """Read the head of the answer; raises ExchangeError."""
        assert self.sock is not None
        answer = Answer(self.sock)
        try:
            answer.begin()
        except BaseException:
            answer.close()
            raise
        if answer.will_close:
            self.close()  # what is left to be read holds the socket open
        return answer

    def close(self) -> None:
        """Close the socket, if it is open."""
        sock, self.sock = self.sock, None
        if sock is not None:
            sock.close()


class TlsConnection(PlainConnection):
    """HTTPS over a guarded socket; certificate and name are verified by the shared context."""

    def _open(self, exchange: Exchange) -> TlsSocket:
        plain = super()._open(exchange)
        name = self._target.host.rstrip(".")  # certificates do not spell the root
        try:
            plain.settimeout(min(exchange.limits.connect_s, exchange.remaining()))
            wrapped = self._wire.context.wrap_socket(plain, server_hostname=name)
        except OSError as error:
            plain.close()
            raise tls_failure(name, error) from None
        assert isinstance(wrapped, TlsSocket)
        return wrapped

    @property
    def alive(self) -> bool:
        """As above; what came in one TLS record with the last answer is no longer on the wire."""
        return super().alive and isinstance(self.sock, TlsSocket) and not self.sock.pending()


class Origin:
    """Connections to one scheme, host and port; any number of threads. Takers: requests' adapter, urllib3."""

    def __init__(self, target: Target, wire: Wire) -> None:
        self._kind = TlsConnection if target.scheme == "https" else PlainConnection
        self._target = target
        self._wire = wire
        self._idle: deque[PlainConnection] = deque()  # thread-safe by itself

    def urlopen(
        self, method: str, url: str, *, body: bytes | None, headers: dict[str, str], **_: object
    ) -> urllib3.HTTPResponse:
        """Send one request and read the head of its answer; raises ExchangeError, and what urllib3 raises."""
        exchange = self._wire.exchange
        connection = self._taken(exchange)
        try:
            connection.request(exchange, _head(method, url, headers), body)
            answer = connection.answer()
        except BaseException:
            connection.close()
            raise
        return urllib3.HTTPResponse(
            body=answer,
            headers=_NOTHING if answer.length == 0 else answer.framing,
            status=answer.status,
            preload_content=False,
            decode_content=False,
            original_response=answer,
            pool=self,  # type: ignore[arg-type] # `_put_conn` is all it asks of it
            connection=connection,  # type: ignore[arg-type] # as above, `close`
        )

    def _taken(self, exchange: Exchange) -> PlainConnection:
        while (kept := self._kept()) is not None:
            if kept.alive and not exchange.fresh_only:
                return kept
            kept.close()
        return self._kind(self._target, self._wire)

    def _kept(self) -> PlainConnection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _put_conn(self, connection: PlainConnection) -> None:
        """Take a connection back whose answer was read to its end: urllib3 calls this."""
        if connection.sock is None or len(self._idle) >= _IDLE:
            connection.close()
        else:
            self._idle.append(connection)

    def close(self) -> None:
        """Close the connections that are not in use."""
        while (kept := self._kept()) is not None:
            kept.close()


def _head(method: str, path: str, headers: dict[str, str]) -> bytes:
    """Make a request's head; what it is made of is ASCII or `sendable`."""
    lines = [f"{method} {path} HTTP/1.1", *map(": ".join, headers.items()), "", ""]
    head = "\r\n".join(lines).encode("latin-1")
    assert head.count(b"\n") == len(lines) - 1, "a header holds the end of its line"
    return head
