"""The web application (ASGI 3): prepared bytes first, then the library, the rest through Starlette.

The only home of Starlette. Nothing of a request is ever put into an answer but a search, escaped: not the
Host and not the path.
"""

import asyncio
from collections.abc import Callable, Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from feeds.errors import MoonwireError
from feeds.publish.serving.packed import Packer
from feeds.publish.serving.prepared import (
    SECURITY,
    Headers,
    Prepared,
    Site,
    choose,
    for_a_window,
    is_unchanged,
)

Health = Callable[[], Mapping[str, object]]

_TEXT = (b"content-type", b"text/plain; charset=utf-8")
_METHODS = b"GET, HEAD, OPTIONS"
_PREFLIGHT: Headers = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"if-none-match, if-modified-since"),
    (b"access-control-max-age", b"86400"),
)
_ROBOTS = "User-agent: *\nDisallow: /healthz\n"
_CONDITIONS = frozenset({b"accept-encoding", b"if-none-match", b"if-modified-since", b"sec-fetch-dest"})
_OWN = frozenset({"/healthz", "/robots.txt"})
_AT_ONCE = 4
"""Answers made at the same time: more only wait for each other."""
_WAITING = 64
"""Requests that wait for that; beyond them 503 is told at once."""


class SiteApp:
    """ASGI application over `site()`, the files as prepared last, `health()`, and what `packer` answers.

    `health` returns what /healthz shows as JSON; `ok` False in it turns the status to 503. Both are
    called on the event loop for each request and must return at once.
    """

    def __init__(self, site: Callable[[], Site], health: Health, packer: Packer | None = None) -> None:
        self._site = site
        self._rest = _rest(health)
        self._packer = packer
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        prepared = self._site().files.get(scope["path"]) if scope["type"] == "http" else None
        if prepared is None:
            await self._ask(scope, receive, send)
        elif scope["method"] in {"GET", "HEAD"}:
            await _serve(prepared, scope, send)
        elif scope["method"] == "OPTIONS":
            shared = _PREFLIGHT if prepared.shared else ()
            await _send(send, 204, ((b"allow", _METHODS), *shared, *SECURITY))
        else:
            body = b"This address is for reading: GET and HEAD only.\n"
            length = (b"content-length", str(len(body)).encode())
            await _send(send, 405, ((b"allow", _METHODS), _TEXT, length, *SECURITY), body)

    async def _ask(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the library answer what is no prepared file."""
        reading = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
        packer = self._packer
        if packer is None or not reading or scope["path"] in _OWN:
            await self._rest(scope, receive, send)
            return
        if self._waiting >= _WAITING:
            await _send(send, 503, ((b"retry-after", b"5"), (b"cache-control", b"no-store"), *SECURITY))
            return
        self._waiting += 1
        try:
            async with self._turn:
                packed = await asyncio.to_thread(packer.answer, scope["path"], scope["query_string"])
        finally:
            self._waiting -= 1
        await _serve(packed.prepared, scope, send, packed.status)


async def _serve(prepared: Prepared, scope: Scope, send: Send, status: int = 200) -> None:
    asked = _conditions(scope["headers"])
    variant = choose(prepared.variants, asked.get(b"accept-encoding", ""))
    good = status == 200  # noqa: PLR2004 # the number is the standard's name
    if good and is_unchanged(prepared, variant, asked.get(b"if-none-match"), asked.get(b"if-modified-since")):
        await _send(send, 304, variant.unchanged)
    else:
        window = prepared.shared and asked.get(b"sec-fetch-dest") == "document"
        head = for_a_window(variant.full) if window else variant.full
        await _send(send, status, head, variant.body if scope["method"] == "GET" else b"")


def _conditions(headers: list[tuple[bytes, bytes]]) -> dict[bytes, str]:
    """Return the request headers that decide on the answer; repeated ones joined (RFC 9110 5.3)."""
    found: dict[bytes, str] = {}
    for name, value in headers:
        if name in _CONDITIONS:
            text = value.decode("latin-1")
            found[name] = f"{found[name]},{text}" if name in found else text
    return found


async def _send(send: Send, status: int, headers: Headers, body: bytes = b"") -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})


def _rest(health: Health) -> Starlette:
    security = {name.decode(): value.decode() for name, value in SECURITY}

    async def healthz(_: Request) -> Response:
        try:
            report = health()
        except MoonwireError as error:
            report = {"ok": False, "error": str(error)}
        status = 503 if report.get("ok") is False else 200
        return JSONResponse(dict(report), status, headers={**security, "cache-control": "no-store"})

    async def robots(_: Request) -> Response:
        return PlainTextResponse(_ROBOTS, headers={**security, "cache-control": "public, max-age=86400"})

    async def refused(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        sentences = {
            404: "There is nothing at this address.\n",
            405: "This address is for reading: GET and HEAD only.\n",
        }
        allow = {"allow": "GET, HEAD"} if status == 405 else {}  # noqa: PLR2004 # the number is the standard's name
        sentence = sentences.get(status, "This request can not be answered.\n")
        return PlainTextResponse(sentence, status, headers={**security, **allow, "cache-control": "no-store"})

    app = Starlette(
        routes=[Route("/healthz", healthz), Route("/robots.txt", robots)],
        exception_handlers={HTTPException: refused},
    )
    app.router.redirect_slashes = False
    return app
