"""One exchange's budget of time and bytes, held at the socket: nothing above it can read past it."""

import socket
import ssl
import time
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from feeds.intake.address import Guard, literal
from feeds.model.fetching import FailureKind


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """What one fetch may cost at most, redirects included. Seconds and bytes."""

    total_s: float = 60.0
    connect_s: float = 10.0
    """For each of: resolving the name, connecting to one address, the TLS handshake."""
    max_bytes: int = 8 << 20
    """The document, decoded."""
    max_wire_bytes: int = 16 << 20
    """All that is read from the network."""
    max_head_bytes: int = 128 << 10
    """Status line and headers of one answer, interim answers included."""
    max_headers: int = 128
    max_hops: int = 10


class ExchangeError(Exception):
    """An exchange that ended without an answer; deliberately no OSError, so that no library wraps it."""

    def __init__(self, kind: FailureKind, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.kind = kind
        self.what = what
        """A clause: what happened."""
        self.mend = mend
        """A clause: what would mend it; may be empty."""


@dataclass(slots=True, kw_only=True)
class Exchange:
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
    reused: bool = False
    """The present request went out on a connection that had served before."""
    fresh_only: bool = False
    """Use no connection that has served before."""
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
        self.in_head, self.answered, self.head_bytes = True, False, 0

    def spend(self, count: int) -> None:
        """Account for `count` bytes read; raises ExchangeError when a cap is passed."""
        self.answered = True
        self.wire_bytes += count
        if self.in_head:
            self.head_bytes += count
            if self.head_bytes > self.limits.max_head_bytes + 65_536:  # what a buffered reader may hold ahead
                raise ExchangeError("protocol", "the answer's headers do not end", "tell the publisher")
        if self.wire_bytes > self.limits.max_wire_bytes:
            raise ExchangeError(
                "too-large",
                f"the answer is larger than {self.limits.max_wire_bytes} bytes",
                "raise fetch.max_bytes if this feed is meant to be so large",
            )


class Metered:
    """Mixin for sockets: each read is bounded by the exchange's deadline and counted."""

    exchange: Exchange

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:  # noqa: ANN401 # as the class it extends
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


class PlainSocket(Metered, socket.socket):
    """A TCP socket whose reads are metered."""


class TlsSocket(Metered, ssl.SSLSocket):
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


def dial(host: str, port: int, guard: Guard, exchange: Exchange) -> PlainSocket:
    """Resolve `host` once, and connect to the first of its addresses that may be asked and answers.

    The socket connects to the very address that was judged. Raises ExchangeError.
    """
    found = resolve(host, port, min(exchange.limits.connect_s, exchange.remaining()))
    allowed = []
    refusals = []
    for family, address in found:
        refusal = guard.refusal(host, address[0])
        if refusal:
            refusals.append(refusal)
        else:
            allowed.append((family, address))
    if not allowed:
        raise ExchangeError(
            "address",
            f"{refusals[0]} and such are not asked",
            "list it under fetch.allow_private if you trust it",
        )
    failure: ExchangeError | None = None
    for index, (family, address) in enumerate(allowed):
        patience = exchange.limits.connect_s / (1 if index == len(allowed) - 1 else 2)
        try:
            return _connect(family, address, patience, exchange)
        except ExchangeError as error:
            failure = error
    assert failure is not None
    raise failure


def _connect(family: int, address: tuple[Any, ...], patience: float, exchange: Exchange) -> PlainSocket:
    sock = PlainSocket(family, socket.SOCK_STREAM)
    try:
        sock.exchange = exchange
        sock.settimeout(min(patience, exchange.remaining()))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.connect(address)
    except TimeoutError:
        sock.close()
        what = f"{address[0]} port {address[1]} does not answer"
        raise ExchangeError("timeout", what, "it is asked again later") from None
    except OSError as error:
        sock.close()
        what = f"no connection to {address[0]} port {address[1]} ({reason(error)})"
        raise ExchangeError("connect", what, "check the address, or wait until the server is back") from None
    except BaseException:
        sock.close()
        raise
    return sock


def resolve(host: str, port: int, patience: float) -> list[tuple[int, tuple[Any, ...]]]:
    """Family and socket address of each address of `host`, in the resolver's order.

    The resolver itself knows no deadline, so it works in a thread that is left behind after
    `patience` seconds. Raises ExchangeError.
    """
    if literal(host) is not None:
        return _lookup(host, port)
    answers: list[list[tuple[int, tuple[Any, ...]]] | ExchangeError] = []

    def work() -> None:
        try:
            answers.append(_lookup(host, port))
        except ExchangeError as error:
            answers.append(error)

    thread = Thread(target=work, name=f"resolve {host}", daemon=True)
    thread.start()
    thread.join(patience)
    if not answers:
        raise ExchangeError("dns", f"the name {host} was not resolved in time", "check the name server")
    answer = answers[0]
    if isinstance(answer, ExchangeError):
        raise answer
    return answer


def _lookup(host: str, port: int) -> list[tuple[int, tuple[Any, ...]]]:
    mend = "check the spelling, or wait until the name is back"
    try:
        found = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise ExchangeError("dns", f"the name {host} does not resolve ({reason(error)})", mend) from None
    except (OSError, UnicodeError) as error:
        raise ExchangeError("dns", f"the name {host} can not be looked up ({reason(error)})", mend) from None
    return [(int(family), address) for family, _, _, _, address in found]
