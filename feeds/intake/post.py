"""One POST as a value: taken, or in one sentence why not; under the same guards as fetching.

Whoever has something to tell another server (a hub, a webhook, a translator) does it here: the scheme and
the IP address connected to are judged (`feeds.intake.address`), TLS is verified, total seconds and bytes
are capped, and credentials reach neither another origin nor a sentence.
"""

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Self

from feeds.errors import ConfigError
from feeds.intake.address import AllowPrivate, Guard, redact
from feeds.intake.carrier import requests
from feeds.intake.decode import Undecodable, decode
from feeds.intake.dial import resolve
from feeds.intake.freshness import freshness
from feeds.intake.headers import ACCEPT_ENCODING, basic, first, joined, sendable, wrong_header
from feeds.intake.target import AddressError, Target, follow, may_share, parse
from feeds.intake.transport import Transport, drain, read_body
from feeds.intake.wire import Exchange, ExchangeError, FetchLimits
from feeds.model.posting import Posted, PostFailed, PostOutcome, PostRequest
from feeds.model.value import Value

__all__ = ["Poster", "PosterLimits"]

MOST_HOPS = 3
_GOOD = range(200, 300)
_SAME_METHOD = frozenset({307, 308})
_HEAD_BYTES = 256 << 10
"""What the answers' headers may take, of all hops together."""
_MENDED_HERE = frozenset({"address", "dns"})
"""Failures that the operator can do something about; what the fetcher advises else is about feeds."""


class PosterLimits(Value, frozen=True, kw_only=True):
    """What one POST may cost at most, redirects included. Seconds."""

    total_s: float = 10.0
    connect_s: float = 5.0
    """For each of: resolving the name, connecting to one address, the TLS handshake."""


@dataclass(slots=True, kw_only=True)
class _Call:
    """Where one POST stands."""

    request: PostRequest
    exchange: Exchange
    started: float
    asks: bool = False
    """It is a GET: nothing is sent but the question."""
    at: Target | None = None
    hops: int = 0
    status: int | None = None


class Poster:
    """Sends POSTs over HTTP and HTTPS; thread-safe, a context manager.

    Each goes out on a connection of its own and is sent once: sending again is the outbox's business
    (`store.outbox`). Neither proxies nor credentials of the environment are looked at.
    """

    def __init__(
        self,
        *,
        allow_private: AllowPrivate,
        user_agent: str,
        limits: PosterLimits = PosterLimits(),
        context: ssl.SSLContext | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take `fetch.allow_private` and `fetch.user_agent` of the configuration.

        `context`: another TLS context than the shared one with certifi's roots; `clock`: aware now.
        """
        if not sendable(user_agent):
            raise ConfigError("fetch.user_agent must be one line of Latin-1 characters.")
        self._limits, self._user_agent, self._clock = limits, user_agent, clock
        self._guard = Guard(allow_private)
        self._transport = Transport(self._guard, context)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def post(self, request: PostRequest) -> PostOutcome:
        """POST once; a value within `limits.total_s` seconds, whatever network or receiver do.

        Only 307 and 308 are followed, at most `MOST_HOPS` of them and never from https to http: any other
        redirect asks for a GET in place of what was meant (RFC 9110 15.4).
        """
        return self._called(request)

    def ask(self, url: str, *, answer_bytes: int) -> PostOutcome:
        """GET once, without following any redirect: whether a receiver wants what it would be sent."""
        request = PostRequest(url=url, body=b"", content_type="text/plain", answer_bytes=answer_bytes)
        return self._called(request, asks=True)

    def _called(self, request: PostRequest, *, asks: bool = False) -> PostOutcome:
        limits = FetchLimits(
            total_s=self._limits.total_s,
            connect_s=self._limits.connect_s,
            max_bytes=request.answer_bytes,
            max_wire_bytes=request.answer_bytes + _HEAD_BYTES,
        )
        started = time.monotonic()
        exchange = Exchange(limits=limits, deadline=started + limits.total_s, single=True)
        call = _Call(request=request, exchange=exchange, started=started, asks=asks)
        try:
            return self._walk(call, _start(request))
        except ExchangeError as error:
            return self._failed(call, error)

    def refusal(self, url: str) -> str:
        """Say in a clause why an address may not be called, its name resolved now; empty when it may.

        For telling a person early. What counts is the judgement of each connection: a name may
        resolve to something else then.
        """
        try:
            target = parse(url)
            found = resolve(target.host, target.port, self._limits.connect_s)
        except (AddressError, ExchangeError) as error:
            return str(error)
        refusals = [self._guard.refusal(target.host, address[0]) for _, address in found]
        return refusals[0] if all(refusals) else ""

    def _walk(self, call: _Call, start: Target) -> Posted:
        target = start
        while True:
            call.at = target
            body = None if call.asks else call.request.body
            headers = self._headers(call, start, target)
            response = self._transport.send(target, headers, call.exchange, body)
            try:
                call.status = response.status_code
                if call.asks or response.status_code not in _SAME_METHOD:
                    return _finished(call, target, response)
                target = _next(call, target, first(call.exchange.headers, "location"))
                drain(response, call.exchange)
            finally:
                response.raw.close()
            call.hops += 1

    def _headers(self, call: _Call, start: Target, target: Target) -> dict[str, str]:
        request = call.request
        headers = {
            "Host": target.netloc,
            "User-Agent": self._user_agent,
            "Accept-Encoding": ACCEPT_ENCODING if request.answer_bytes else "identity",
            "Connection": "close",
            **dict(request.headers),
        }
        if not call.asks:
            headers["Content-Type"] = request.content_type
            headers["Content-Length"] = str(len(request.body))
        if may_share(start, target):
            auth = request.auth or start.auth
            headers |= {"Authorization": basic(auth)} if auth else {}
            headers |= dict(request.private)
        return headers

    def _failed(self, call: _Call, error: ExchangeError) -> PostFailed:
        where = _shown(call.request.url)
        if call.hops and call.at:
            where += f" (redirected to {_shown(call.at.url)})"
        mend = f"; {error.mend}" if error.mend and error.kind in _MENDED_HERE else ""
        said = freshness(partial(joined, call.exchange.headers), self._clock())
        return PostFailed(
            url=call.at.url if call.at else redact(call.request.url),
            kind=error.kind,
            sentence=f"{where}: {error.what}{mend}.",
            status=call.status,
            retry_after_s=said.retry_after_s,
            elapsed_s=time.monotonic() - call.started,
        )


def _shown(url: str) -> str:
    """Return an address without what follows its host: whoever knows a webhook's path may use it."""
    try:
        target = parse(url)
    except AddressError:
        return redact(url)
    return f"{target.scheme}://{target.netloc}{'/' if target.path == '/' else '/…'}"


def _start(request: PostRequest) -> Target:
    described = (("Content-Type", request.content_type), *request.headers, *request.private)
    wrong = wrong_header(described)
    if wrong:
        raise ExchangeError("address", wrong.replace("configured header", "header"))
    try:
        return parse(request.url)
    except AddressError as error:
        raise ExchangeError("address", str(error), "check the address") from None


def _next(call: _Call, target: Target, location: str) -> Target:
    if not location:
        raise ExchangeError("redirect", f"it answered {call.status} without saying where to go")
    if call.hops >= MOST_HOPS:
        raise ExchangeError("redirect", f"it redirects more than {MOST_HOPS} times")
    try:
        onward = follow(target, location)
    except AddressError as error:
        raise ExchangeError("address", f"it redirects to an address that is not called ({error})") from None
    if (target.scheme, onward.scheme) == ("https", "http"):
        raise ExchangeError("redirect", "it redirects from https to http, where anybody could read along")
    return onward


def _finished(call: _Call, target: Target, response: requests.Response) -> Posted:
    fields, request = call.exchange.headers, call.request
    if response.status_code not in _GOOD:
        drain(response, call.exchange)
        raise ExchangeError("status", _refused(response.status_code))
    body = b""
    if not request.answer_bytes:
        drain(response, call.exchange)
    else:
        raw = read_body(response, call.exchange, request.answer_bytes)
        decoded = decode(raw, joined(fields, "content-encoding"), request.answer_bytes)
        if isinstance(decoded, Undecodable):
            raise ExchangeError(decoded.kind, decoded.what)
        body = decoded
    return Posted(
        url=target.url,
        status=response.status_code,
        body=body,
        content_type=first(fields, "content-type"),
        elapsed_s=time.monotonic() - call.started,
    )


def _refused(status: int) -> str:
    try:
        phrase = f" ({HTTPStatus(status).phrase})"
    except ValueError:
        phrase = ""
    return f"it answered {status}{phrase}"
