"""From a host name to a socket: resolved once, judged, and connected to that very address."""

import socket
import ssl
from threading import Thread
from typing import Any

from feeds.intake.address import Guard, literal
from feeds.intake.wire import Exchange, ExchangeError, PlainSocket, reason

_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"})
"""What OpenSSL calls bytes that are no TLS record."""
_UNKNOWN_ISSUER = frozenset({18, 19, 20})
"""X509_V_ERR_*: signed by itself, by an unknown root, by an unknown issuer."""


def dial(host: str, port: int, guard: Guard, exchange: Exchange) -> PlainSocket:
    """Resolve `host` once, and connect to the first of its addresses that may be asked and answers.

    The socket connects to the very address that was judged. Raises ExchangeError.
    """
    found = resolve(host, port, min(exchange.limits.connect_s, exchange.remaining()))
    refusals = [guard.refusal(host, address[0]) for _, address in found]
    allowed = [pair for pair, refusal in zip(found, refusals, strict=True) if not refusal]
    if not allowed:
        raise _refused(refusals[0])
    failure: ExchangeError | None = None
    for index, (family, address) in enumerate(allowed):
        patience = exchange.limits.connect_s / (1 if index == len(allowed) - 1 else 2)
        try:
            sock = _connect(family, address, patience, exchange)
        except ExchangeError as error:
            failure = error
            continue
        own = guard.refusal(host, address[0], own=sock.getsockname()[0] == address[0])
        if own:
            sock.close()
            raise _refused(own)
        return sock
    assert failure is not None
    raise failure


def _refused(refusal: str) -> ExchangeError:
    mend = "list it under fetch.allow_private if you trust it"
    return ExchangeError("address", f"{refusal} and such are not asked", mend)


def _connect(family: int, address: tuple[Any, ...], patience: float, exchange: Exchange) -> PlainSocket:
    try:
        sock = PlainSocket(family, socket.SOCK_STREAM)
    except OSError as error:  # this machine knows no such addresses, or has too many files open
        what = f"no socket for {address[0]} ({reason(error)})"
        raise ExchangeError("connect", what, "it is asked again later") from None
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
        return _lookup(host, port) if ":" in host else [(socket.AF_INET, (host, port))]
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


def tls_failure(host: str, error: OSError) -> ExchangeError:
    """Make the failure that a TLS handshake with `host` ended in."""
    if isinstance(error, TimeoutError):
        return ExchangeError(
            "timeout", "the TLS handshake took too long", "the server may speak no TLS there"
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        why = " ".join(error.verify_message.split()).rstrip(".") or reason(error)
        mend = "the publisher must mend it; check the address"
        if error.verify_code in _UNKNOWN_ISSUER:
            mend = "the publisher must mend it; an authority of your own goes into [fetch] ca_file"
        return ExchangeError("tls", f"the certificate of {host} can not be trusted ({why})", mend)
    if not isinstance(error, ssl.SSLError):
        what = f"the connection broke in the TLS handshake ({reason(error)})"
        return ExchangeError("tls", what, "it is asked again later")
    code = getattr(error, "reason", None) or reason(error)
    if code in _NO_TLS:
        return ExchangeError("tls", "the server speaks no TLS on this port", "try the address with http://")
    what = f"the TLS handshake failed ({code.lower().replace('_', ' ')})"
    return ExchangeError("tls", what, "the publisher must mend it")
