"""The web server's side of the pictures (ASGI 3), around the application that serves the rest."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from feeds.model.value import Value
from feeds.publish.pictures import PATH

_AT_ONCE = 4
"""Pictures fetched at the same time."""
_WAITING = 64
"""Requests that may wait; beyond them 503 is told at once."""
_AGE_S = 30 * 86_400
_GUARDS: Final = (
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"referrer-policy", b"no-referrer"),
)
_REASONS = {404: "There is no picture at this address.", 405: "Pictures are for reading: GET and HEAD only."}

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Picture(Value, frozen=True, kw_only=True):
    """A picture as it is served. Maker: `scheduler.pictures`."""

    UNSHOWN = frozenset(("body",))

    body: bytes
    type: str


class PictureApp:
    """ASGI application: /img/… while `find` gives a function for it; the rest is for `app`.

    That function returns the picture of a path without its leading slash, or None. It may take seconds, so it
    runs in threads of its own: slow publishers of pictures hold up no page.
    """

    def __init__(self, app: App, find: Callable[[], Callable[[str], Picture | None] | None]) -> None:
        self._app, self._find = app, find
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._threads = ThreadPoolExecutor(_AT_ONCE, "picture")
        self._waiting = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        own = scope["type"] == "http" and scope["path"].startswith(f"/{PATH}")
        find = self._find() if own else None
        if find is None:
            await self._app(scope, receive, send)
        elif scope["method"] not in {"GET", "HEAD"}:
            await _refused(send, scope, 405, (b"allow", b"GET, HEAD"))
        elif self._waiting >= _WAITING:
            await _refused(send, scope, 503, (b"retry-after", b"5"))
        else:
            await self._asked(find, scope, send)

    async def _asked(self, find: Callable[[str], Picture | None], scope: Message, send: Send) -> None:
        self._waiting += 1
        try:
            async with self._turn:
                loop = asyncio.get_running_loop()
                found = await loop.run_in_executor(self._threads, find, scope["path"][1:])
        finally:
            self._waiting -= 1
        if found is None:
            await _refused(send, scope, 404)
            return
        tag = b'"%s"' % hashlib.blake2b(found.body, digest_size=12).hexdigest().encode()
        kept = (b"etag", tag), (b"cache-control", b"public, max-age=%d, immutable" % _AGE_S), *_GUARDS
        if any(name == b"if-none-match" and tag in value for name, value in scope["headers"]):
            await _send(send, 304, kept, b"")
            return
        length = (b"content-length", str(len(found.body)).encode())
        head = ((b"content-type", found.type.encode()), length, *kept)
        await _send(send, 200, head, b"" if scope["method"] == "HEAD" else found.body)


async def _refused(send: Send, scope: Message, status: int, *headers: tuple[bytes, bytes]) -> None:
    body = f"{_REASONS.get(status, 'Too much at once; try again in a moment.')}\n".encode()
    head = (
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *_GUARDS,
        *headers,
    )
    await _send(send, status, head, b"" if scope["method"] == "HEAD" else body)


async def _send(send: Send, status: int, headers: tuple[tuple[bytes, bytes], ...], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})
