"""One exchange's budget of time and bytes, held at the socket: nothing above it can read past it."""

import socket
import ssl
import time
from typing import Any

from feeds.model.fetching import FailureKind
from feeds.model.value import Struct, Value, field


class FetchLimits(Value, frozen=True, kw_only=True):
    """What one fetch may cost at most, redirects included. Seconds and bytes."""

    total_s: float = 60.0
    connect_s: float = 10.0
    """For each of: resolving the name, connecting to one address, the TLS handshake."""
    max_bytes: int = 8 << 20
    """The document, decoded."""
    max_wire_bytes: int | None = None
    """All that is read from the network; None: `max_bytes` and what the headers may take."""
    max_head_bytes: int = 128 << 10
    """Status line and headers of one answer, interim answers included."""
    max_headers: int = 128
    max_hops: int = 10
    drip_s: float = 10.0
    """Seconds after its first byte from which an answer must have kept up `least_rate`."""
    least_rate: float = 100.0
    """Bytes a second, on average; a slower answer ends as one that never ends would."""

    @property
    def wire_cap(self) -> int:
        """Bytes that may be read from the network in one fetch."""
        return self.max_bytes + (1 << 20) if self.max_wire_bytes is None else self.max_wire_bytes


class ExchangeError(Exception):
    """An exchange that ended without an answer; deliberately no OSError, so that no library wraps it."""

    def __init__(self, kind: FailureKind, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.kind = kind
        self.what = what
        """A clause: what happened."""
        self.mend = mend
        """A clause: what would mend it; may be empty."""


class Exchange(Struct, kw_only=True):
    """The running account of one fetch; used by one thread."""

    limits: FetchLimits
    deadline: float = 0.0
    """On the monotonic clock."""
    wire_bytes: int = 0
    head_bytes: int = 0
    in_head: bool = False
    """True from the sending of a request until its headers are read."""
    answered: bool = False
    """Some byte of the present answer has arrived."""
    since: float = 0.0
    """When that was, on the monotonic clock."""
    came: int = 0
    """Bytes of the present answer."""
    status_seen: bool = False
    """The present answer began as HTTP does."""
    reused: bool = False
    """The present request went out on a connection that had served before."""
    fresh_only: bool = False
    """Use no connection that has served before."""
    single: bool = False
    """The connection serves this exchange alone, and what it sends is sent once."""
    headers: dict[str, list[str]] = field(default_factory=dict)
    """The answer's headers by lower-case name, values as latin-1, in order."""

    def remaining(self) -> float:
        """Seconds left; raises ExchangeError when there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise self.late()
        return left

    def late(self) -> ExchangeError:
        """Make the failure that the end of the time budget is."""
        stage = "no complete answer came" if self.answered else "no answer came"
        return ExchangeError(
            "timeout", f"{stage} within {self.limits.total_s:g} s", "it is asked again later"
        )

    def begin(self) -> None:
        """Note that a request is about to be sent."""
        self.in_head, self.answered, self.status_seen, self.head_bytes = True, False, False, 0
        self.came = 0

    def spend(self, count: int) -> None:
        """Account for `count` bytes read; raises ExchangeError when a cap is passed, or they only drip."""
        now = time.monotonic()
        if not self.answered:
            self.answered, self.since = True, now
        self.wire_bytes += count
        self.came += count
        if count and now - self.since > self.limits.drip_s:
            self._keep_up(now - self.since)
        if self.in_head:
            self.head_bytes += count
            if self.head_bytes > self.limits.max_head_bytes + 65_536:  # what a buffered reader may hold ahead
                raise ExchangeError("protocol", "the answer's headers do not end", "tell the publisher")
        if self.wire_bytes > self.limits.wire_cap:
            raise ExchangeError(
                "too-large",
                f"the answer is larger than {self.limits.wire_cap} bytes",
                "raise fetch.max_bytes if this feed is meant to be so large",
            )

    def _keep_up(self, seconds: float) -> None:
        if self.came < seconds * self.limits.least_rate:
            what = f"the answer only drips ({self.came} bytes in {seconds:.0f} s)"
            raise ExchangeError("timeout", what, "it is asked again later")


class Metered:
    """Mixin for sockets: each read and write is bounded by the exchange's deadline, reads are counted."""

    exchange: Exchange

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:  # noqa: ANN401 # as the class it extends
        """Read into `buffer`; raises ExchangeError when the time or byte budget is spent."""
        exchange = self.exchange
        self.settimeout(exchange.remaining())  # type: ignore[attr-defined]
        try:
            count: int = super().recv_into(buffer, nbytes, flags)  # type: ignore[misc]
        except TimeoutError:
            raise exchange.late() from None
        except OSError as error:
            raise broken(exchange, error) from None
        exchange.spend(count)
        return count

    def sendall(self, data: Any, flags: int = 0) -> None:  # noqa: ANN401 # as the class it extends
        """Write all of `data`; raises ExchangeError when the time budget is spent."""
        self.settimeout(self.exchange.remaining())  # type: ignore[attr-defined]
        try:
            super().sendall(data, flags)  # type: ignore[misc]
        except TimeoutError:
            raise self.exchange.late() from None


class PlainSocket(Metered, socket.socket):
    """A TCP socket whose reads are metered."""


class TlsSocket(Metered, ssl.SSLSocket):  # type: ignore[misc] # the stub narrows the buffer type
    """A TLS socket whose reads are metered."""


def broken(exchange: Exchange, error: BaseException) -> ExchangeError:
    """Make the failure that a connection cut by the other side is."""
    if isinstance(error, ConnectionResetError | BrokenPipeError | ConnectionAbortedError):
        what = "the server reset the connection"
    else:
        what = f"the connection broke ({reason(error)})"
    if exchange.answered:
        return ExchangeError("truncated", f"{what} before the answer was complete", "it is asked again later")
    return ExchangeError("connect", f"{what} without an answer", "it is asked again later")


def reason(error: BaseException) -> str:
    """Shorten a library's word on an error to one line."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(text).split())[:120]
