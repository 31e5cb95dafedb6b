"""One conditional GET as a value: what came, that nothing changed, or in one sentence why it failed."""

import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Self

from feeds.errors import ConfigError
from feeds.intake.address import AllowPrivate, Guard, redact
from feeds.intake.carrier import requests
from feeds.intake.freshness import freshness, http_date
from feeds.intake.headers import (
    RequestHeaders,
    first,
    joined,
    renewed,
    sendable,
    validators_of,
    wrong_header,
)
from feeds.intake.status import refusal
from feeds.intake.target import AddressError, Target, follow, parse
from feeds.intake.transport import Transport, drain, read_body
from feeds.intake.wire import Exchange, ExchangeError, FetchLimits
from feeds.model import Fetched, FetchFailed, FetchOutcome, FetchRequest, Freshness, Hop, NotModified
from feeds.model.value import Struct, field

__all__ = ["FetchLimits", "Fetcher"]

_OK = 200
_IM_USED = 226
_NOT_MODIFIED = 304
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class _Walk(Struct, kw_only=True):
    """Where one fetch stands: the redirects behind it and the account of what it used."""

    request: FetchRequest
    exchange: Exchange
    started: float
    hops: list[Hop] = field(default_factory=list)
    status: int | None = None
    freshness: Freshness = field(default_factory=Freshness)
    at: str = ""
    """The address asked last."""


class Fetcher:
    """Fetches feeds over HTTP and HTTPS; thread-safe, a context manager, one connection pool.

    Each exchange keeps the manners (validators byte for byte, no cookies, no referrer, no fragment) and
    the limits; environment proxies and `.netrc` are not looked at, so that where a request goes and what
    it carries is in the configuration alone. State across polls belongs to the caller.
    """

    def __init__(
        self,
        *,
        limits: FetchLimits,
        allow_private: AllowPrivate,
        user_agent: str,
        context: ssl.SSLContext | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`context`: another TLS context than the shared one with certifi's roots; `clock`: aware now."""
        if not sendable(user_agent):
            raise ConfigError("fetch.user_agent must be one line of Latin-1 characters.")
        self._limits = limits
        self._user_agent = user_agent
        self._clock = clock
        self._transport = Transport(Guard(allow_private), context)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def idle(self) -> None:
        """Close connections kept for reuse; worth calling at the end of a round."""
        self._transport.idle()

    def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Ask for `request.url`, following at most `limits.max_hops` redirects.

        Whatever the network or the server does ends in a value within `limits.total_s` seconds. At most
        one request is sent per hop, and one more when a kept connection had died.
        """
        started = time.monotonic()
        exchange = Exchange(limits=self._limits, deadline=started + self._limits.total_s)
        walk = _Walk(request=request, exchange=exchange, started=started)
        try:
            start = _start(request)
            return self._walk(walk, start, RequestHeaders(request, start, self._user_agent))
        except ExchangeError as error:
            return _failed(walk, error)

    def _walk(self, walk: _Walk, target: Target, headers: RequestHeaders) -> FetchOutcome:
        seen = set[str]()
        while True:
            walk.at = target.url
            seen.add(walk.at)
            response = self._transport.send(target, headers.to(target), walk.exchange)
            try:
                status = walk.status = response.status_code
                fields = walk.exchange.headers
                walk.freshness = freshness(partial(joined, fields), self._clock())
                if status not in _REDIRECTS:
                    return self._finish(walk, response, conditional=headers.conditional)
                onward = _next(walk, target, first(fields, "location"))
                drain(response, walk.exchange)
            finally:
                response.raw.close()  # cuts the connection unless the answer was read to its end
            if onward.url in seen:
                raise ExchangeError("redirect", "the redirects go in a circle", "the publisher must mend it")
            walk.hops.append(Hop(url=walk.at, status=status, target=onward.url))
            target = onward

    def _finish(self, walk: _Walk, response: requests.Response, *, conditional: bool) -> FetchOutcome:
        fields = walk.exchange.headers
        old = walk.request.validators
        if walk.status == _NOT_MODIFIED and conditional:
            drain(response, walk.exchange)
            return NotModified(
                url=walk.at,
                validators=renewed(old, fields),
                freshness=walk.freshness,
                hops=tuple(walk.hops),
                wire_bytes=walk.exchange.wire_bytes,
                elapsed_s=time.monotonic() - walk.started,
            )
        if walk.status != _OK and not (walk.status == _IM_USED and old.etag):
            drain(response, walk.exchange)
            raise ExchangeError("status", *refusal(response.status_code))
        body = read_body(response, walk.exchange, self._limits.max_bytes)
        decoded = _decoded(body, joined(fields, "content-encoding"), self._limits.max_bytes)
        return Fetched(
            url=walk.at,
            status=response.status_code,
            body=decoded,
            content_type=first(fields, "content-type"),
            validators=validators_of(fields),
            freshness=walk.freshness,
            hops=tuple(walk.hops),
            wire_bytes=walk.exchange.wire_bytes,
            elapsed_s=time.monotonic() - walk.started,
            date=http_date(first(fields, "date")),
        )


_MEND = {
    "too-large": "raise fetch.max_bytes if this feed is meant to be so large",
    "truncated": "it is asked again later",
    "encoding": "the publisher's server must be mended",
}


def _decoded(body: bytes, coding: str, limit: int) -> bytes:
    from feeds.intake.decode import Undecodable, decode  # noqa: PLC0415 # most answers have no body

    decoded = decode(body, coding, limit)
    if isinstance(decoded, Undecodable):
        raise ExchangeError(decoded.kind, decoded.what, _MEND[decoded.kind])
    if not decoded:
        raise ExchangeError("protocol", "an empty answer came", "it is asked again later")
    return decoded


def _start(request: FetchRequest) -> Target:
    wrong = wrong_header(request.headers)
    if wrong:
        raise ExchangeError("address", wrong, "mend the source's headers in the configuration")
    try:
        return parse(request.url)
    except AddressError as error:
        raise ExchangeError("address", str(error), "check the address of the source") from None


def _next(walk: _Walk, target: Target, location: str) -> Target:
    mend = "the publisher must mend it"
    if not location:
        raise ExchangeError("redirect", f"the server answered {walk.status} without saying where to go", mend)
    if len(walk.hops) >= walk.exchange.limits.max_hops:
        raise ExchangeError("redirect", f"it redirects more than {walk.exchange.limits.max_hops} times", mend)
    try:
        return follow(target, location)
    except AddressError as error:
        raise ExchangeError(
            "address", f"it redirects to an address that is not asked ({error})", mend
        ) from None


def _failed(walk: _Walk, error: ExchangeError) -> FetchFailed:
    where = redact(walk.request.url)
    if walk.hops:
        where += f" (redirected to {redact(walk.hops[-1].target)})"
    mend = f"; {error.mend}" if error.mend else ""
    return FetchFailed(
        url=walk.at or redact(walk.request.url),
        kind=error.kind,
        sentence=f"{where}: {error.what}{mend}.",
        status=walk.status if error.kind in {"status", "redirect"} else None,
        freshness=walk.freshness,
        hops=tuple(walk.hops),
        wire_bytes=walk.exchange.wire_bytes,
        elapsed_s=time.monotonic() - walk.started,
    )
