"""The connections to one origin: guarded and metered sockets under urllib3's framing.

requests' adapter asks an `Origin` for an answer where it would ask a pool of urllib3. A pool brings to each
exchange retries, redirects, proxies and a queue to wait in, none of which a feed fetcher wants; making and
asking one took a fifth of what a 304 costs.
"""

import ssl
import threading
from collections import deque
from contextlib import suppress
from typing import Any

from feeds.intake.address import Guard
from feeds.intake.answer import Answer
from feeds.intake.carrier import HTTPConnection, HTTPSConnection, urllib3
from feeds.intake.dial import dial, tls_failure
from feeds.intake.roots import verified_context
from feeds.intake.target import Target
from feeds.intake.wire import Exchange, PlainSocket, broken

_IDLE = 2
"""Connections that are kept open to one origin."""


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


class _Guarded:
    """Mixin for urllib3 connections: sockets come from `dial`, errors leave as ExchangeError."""

    response_class = Answer
    sock: Any
    host: str
    port: int

    def __init__(self, *args: Any, wire: Wire, **kwargs: Any) -> None:  # noqa: ANN401 # as the class it extends
        super().__init__(*args, **kwargs)
        self.wire = wire

    def _new_conn(self) -> PlainSocket:
        return dial(self._dns_host, self.port, self.wire.guard, self.wire.exchange)  # type: ignore[attr-defined]

    def request(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 # as the class it extends
        exchange = self.wire.exchange
        exchange.begin()
        if exchange.fresh_only and self.sock is not None and self.sock.served:
            self.close()  # type: ignore[attr-defined]
        exchange.reused = self.sock is not None and self.sock.served
        self.timeout = exchange.remaining()
        if self.sock is not None:
            self.sock.exchange = exchange
        try:
            super().request(*args, **kwargs)  # type: ignore[misc]
        except BrokenPipeError as error:
            if not kwargs.get("body"):
                raise broken(exchange, error) from None
            raise  # who refuses a body early may have said why: urllib3 reads on
        except OSError as error:
            raise broken(exchange, error) from None
        self.sock.served = True


class PlainConnection(_Guarded, HTTPConnection):  # type: ignore[misc] # the mixin narrows attributes
    """HTTP over a guarded socket."""


class TlsConnection(_Guarded, HTTPSConnection):  # type: ignore[misc] # the mixin narrows attributes
    """HTTPS over a guarded socket; certificate and name are verified by the shared context."""

    def connect(self) -> None:
        """Open the TCP connection and shake hands; raises ExchangeError."""
        exchange = self.wire.exchange
        plain = self._new_conn()
        try:
            plain.settimeout(min(exchange.limits.connect_s, exchange.remaining()))
            self.sock = self.wire.context.wrap_socket(plain, server_hostname=self.host)
        except OSError as error:
            plain.close()
            raise tls_failure(self.host, error) from None
        self.sock.exchange = exchange
        self.is_verified = True


class Origin:
    """Connections to one scheme, host and port; any number of threads. Takers: requests' adapter, urllib3."""

    def __init__(self, target: Target, wire: Wire) -> None:
        self._kind = TlsConnection if target.scheme == "https" else PlainConnection
        self._target = target
        self._wire = wire
        self._idle: deque[PlainConnection | TlsConnection] = deque()  # thread-safe by itself

    def urlopen(
        self, method: str, url: str, *, body: bytes | None, headers: dict[str, str], **_: object
    ) -> urllib3.HTTPResponse:
        """Send one request and read the head of its answer; raises ExchangeError, and what urllib3 raises."""
        connection = self._taken()
        try:
            with suppress(BrokenPipeError):  # who refuses a body early may have said why
                connection.request(
                    method, url, body=body, headers=headers, preload_content=False, decode_content=False
                )
            answer = connection.getresponse()
        except BaseException:
            connection.close()
            raise
        answer._connection = connection  # noqa: SLF001 # as urllib3's own pool does
        answer._pool = self  # type: ignore[assignment]  # noqa: SLF001 # `_put_conn` is all it asks of it
        return answer

    def _taken(self) -> PlainConnection | TlsConnection:
        with suppress(IndexError):
            while True:
                kept = self._idle.pop()
                if kept.is_connected:
                    return kept
                kept.close()
        return self._kind(self._target.host, self._target.port, wire=self._wire)

    def _put_conn(self, connection: PlainConnection | TlsConnection) -> None:
        """Take a connection back whose answer was read to its end: urllib3 calls this."""
        if connection.sock is None or len(self._idle) >= _IDLE:
            connection.close()
        else:
            self._idle.append(connection)

    def close(self) -> None:
        """Close the connections that are not in use."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()
