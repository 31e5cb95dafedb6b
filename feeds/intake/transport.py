"""requests at adapter level: one connection pool, one verified TLS context, guarded and metered sockets.

Of requests and urllib3 this uses what is sound (connection reuse, framing, chunked bodies) and leaves out
what a feed fetcher must not have: proxies and credentials from the environment, cookies, redirects
followed unseen, retries. A new SSLContext per host costs 25 ms, the shared one 2 ms.
"""

import contextlib
import ssl
import threading
import time
from collections import OrderedDict
from typing import Any

from feeds.intake.address import Guard
from feeds.intake.carrier import HTTPAdapter, requests, urllib3
from feeds.intake.connections import Origin, Wire
from feeds.intake.target import Target
from feeds.intake.wire import Exchange, ExchangeError, reason

_POOLS = 64
_CHUNK = 64 * 1024
_DRAIN = 64 * 1024
_DRAIN_S = 1.0
_UNTIMED = urllib3.Timeout(connect=None, read=None)
"""Time is kept at the socket."""


class GuardedAdapter(HTTPAdapter):
    """requests' adapter without its per-call cost: the pool is looked up by origin, nothing is re-parsed."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._pools: OrderedDict[tuple[str, str, int], Origin] = OrderedDict()
        self._lock = threading.Lock()
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def get_connection_with_tls_context(self, request: Any, *_: Any, **__: Any) -> Any:  # noqa: ANN401 # as the class it extends
        """Give the connections to the request's origin; the least recently used one beyond 64 is closed."""
        target: Target = request.target
        with self._lock:
            pool = self._pools.get(target.origin)
            if pool is not None:
                self._pools.move_to_end(target.origin)
                return pool
            pool = self._pools[target.origin] = Origin(target, self._wire)
            old = self._pools.popitem(last=False)[1] if len(self._pools) > _POOLS else None
        if old is not None:
            old.close()
        return pool

    def cert_verify(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 # as the class it extends
        """Do nothing: the shared context verifies; the standard way loads all roots for each host."""

    def request_url(self, request: Any, proxies: Any) -> str:  # noqa: ANN401, ARG002 # as the class it extends
        """Give path and query; no proxies."""
        target: Target = request.target
        return target.path

    def idle(self) -> None:
        """Close all connections that are not in use."""
        with self._lock:
            pools = list(self._pools.values())
            self._pools.clear()
        for pool in pools:
            pool.close()

    def close(self) -> None:
        """As `idle`."""
        self.idle()
        super().close()

    def build_response(self, req: Any, resp: Any) -> requests.Response:  # noqa: ANN401 # as the class it extends
        """Wrap the answer."""
        return _Response(req.url, resp)


class _Request(requests.PreparedRequest):
    """A request that is prepared already: requests' own preparation would re-quote the address."""

    def __init__(self, target: Target, headers: dict[str, str], body: bytes | None) -> None:
        super().__init__()
        self.method = "GET" if body is None else "POST"
        self.body = body
        self.target = target
        self.url = target.url
        self.headers = headers  # type: ignore[assignment] # a plain dict has all that urllib3 asks of it


class _Response(requests.Response):
    """An answer without cookie jar and copies of its headers, which the exchange holds."""

    def __init__(self, url: str, raw: urllib3.HTTPResponse) -> None:
        self.url = url
        self.raw = raw
        self.status_code = raw.status


class Transport:
    """Sends GET and POST requests one at a time per thread; any number of threads."""

    def __init__(self, guard: Guard, context: ssl.SSLContext | None = None) -> None:
        self._wire = Wire(guard, context)
        self._adapter = GuardedAdapter(self._wire)

    def send(
        self, target: Target, headers: dict[str, str], exchange: Exchange, body: bytes | None = None
    ) -> requests.Response:
        """Send one GET, or POST a body, and read the answer's head into `exchange.headers`.

        The one retry there is: when a connection that was kept open turns out dead or out of step,
        the request goes out again on a fresh one (RFC 9112 9.3.1); never a `single` exchange, since a
        POST may have been obeyed although its answer was lost (RFC 9110 9.2.2). Raises ExchangeError.
        """
        self._wire.exchange = exchange
        exchange.fresh_only = exchange.single
        try:
            return self._send(target, headers, body)
        except ExchangeError as error:
            if not exchange.reused or exchange.status_seen or error.kind == "timeout":
                raise
            exchange.fresh_only = True
            return self._send(target, headers, body)

    def _send(self, target: Target, headers: dict[str, str], body: bytes | None) -> requests.Response:
        try:
            request = _Request(target, headers, body)
            return self._adapter.send(request, stream=True, timeout=_UNTIMED)  # type: ignore[arg-type] # its own kind is taken as it is
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            what = f"the exchange failed ({reason(error)})"
            raise ExchangeError("protocol", what, "it is asked again later") from error

    def idle(self) -> None:
        """Close connections that are kept open but not in use."""
        self._adapter.idle()

    def close(self) -> None:
        """Close all connections."""
        self._adapter.close()


def read_body(response: requests.Response, exchange: Exchange, limit: int) -> bytes:
    """Give the whole body as sent, at most `limit` bytes; raises ExchangeError when it is cut short."""
    raw = response.raw
    if (raw.length_remaining or 0) > limit:  # what frames the body: beside chunks a stated length is void
        raise _too_large(limit)
    pieces: list[bytes] = []
    size = 0
    try:
        for piece in raw.stream(_CHUNK, decode_content=False):
            size += len(piece)
            if size > limit:
                raise _too_large(limit)
            pieces.append(piece)
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        what = "the connection ended before the answer was complete"
        if "chunked" in ",".join(exchange.headers.get("transfer-encoding", ())).lower():
            what = "the answer's chunks are broken or incomplete"
        raise ExchangeError("truncated", what, "it is asked again later") from None
    return b"".join(pieces)


def drain(response: requests.Response, exchange: Exchange) -> None:
    """Read a short remainder within a second, so that the connection can serve again; else it is cut."""
    left = response.raw.length_remaining
    if left == 0:
        response.raw.release_conn()
        return
    ends = left is not None or "transfer-encoding" in exchange.headers
    if not ends or (left or 0) > _DRAIN:
        return
    deadline = exchange.deadline
    exchange.deadline = min(deadline, time.monotonic() + _DRAIN_S)
    with contextlib.suppress(ExchangeError, urllib3.exceptions.HTTPError, OSError, ValueError):
        response.raw.read(_DRAIN, decode_content=False)
        response.raw.read(1, decode_content=False)
    exchange.deadline = deadline


def _too_large(limit: int) -> ExchangeError:
    mend = "raise fetch.max_bytes if this feed is meant to be so large"
    return ExchangeError("too-large", f"the document is larger than {limit} bytes", mend)
