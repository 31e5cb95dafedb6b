"""The web server's side of the hub (ASGI 3), around the application that serves everybody else."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from feeds.errors import MoonwireError
from feeds.publish.serving import hub
from feeds.publish.serving.form_body import Message, Receive, Unread, form_body
from feeds.publish.serving.hub import Refused, Register
from feeds.publish.serving.prepared import SECURITY
from feeds.publish.serving.session import network

BODY_S: Final = 10.0
"""Seconds in which a form must have come."""
PER_MINUTE: Final = 60
"""Requests of one client in a minute."""
PER_MINUTE_LOCAL: Final = 600
"""The same for this machine: behind a proxy of its own all clients come from it."""
_LOCAL = frozenset({"127.0.0.1", "::"})
_CLIENTS = 4096
_AT_ONCE = 4
_WAITING = 64
"""Requests that may wait; beyond them 503 is told at once."""
_GET = "This is a WebSub hub. Feed readers subscribe by POST; people read the feeds instead."

Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class HubApp:
    """ASGI application: /hub while `register` gives one; the rest is for `app`. `clock`: monotonic seconds.

    A registration may resolve a name and writes to the store, so it runs in a thread.
    """

    def __init__(self, app: App, register: Callable[[], Register | None], clock: Callable[[], float]) -> None:
        self._app, self._register, self._clock = app, register, clock
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0
        self._rates = Rates()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        own = scope["type"] == "http" and scope["path"] == hub.PATH
        register = self._register() if own else None
        if register is None:
            await self._app(scope, receive, send)
            return
        refused = await self._asked(register, scope, receive)
        if refused is None:
            await _send(send, 202, "Your callback is asked whether it wants this.")
        else:
            await _send(send, refused.status, refused.sentence, refused.retry_after_s)

    async def _asked(self, register: Register, scope: Message, receive: Receive) -> Refused | None:
        if scope["method"] != "POST":
            return Refused(status=405, sentence=_GET)
        client = str((scope.get("client") or ("", 0))[0])
        wait = self._rates.wait_s(client, self._clock())
        if wait:
            return Refused(status=429, sentence="Too many requests.", retry_after_s=wait)
        if self._waiting >= _WAITING:
            return Refused(status=503, sentence="Too much at once.", retry_after_s=5)
        self._waiting += 1
        try:
            return await self._registered(register, scope, receive)
        except MoonwireError:
            return Refused(status=503, sentence="The hub can not work now.", retry_after_s=60)
        finally:
            self._waiting -= 1

    async def _registered(self, register: Register, scope: Message, receive: Receive) -> Refused | None:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        length = headers.get(b"content-length", "0")
        body = await form_body(length, receive, most=hub.LONGEST_BODY, seconds=BODY_S)
        if isinstance(body, Unread):
            return Refused(status=body.status, sentence=body.sentence)
        wish = hub.wish_of(headers.get(b"content-type", ""), body)
        if isinstance(wish, Refused):
            return wish
        async with self._turn:
            return await asyncio.to_thread(register, wish)


class Rates:
    """Requests by client within the running minute; a network of IPv6 is one client. Used by one thread."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def wait_s(self, client: str, now: float) -> int:
        """Count a request; returns after how many seconds the client may ask again, 0 when it may now."""
        name = network(client)
        began, count = self._counts.pop(name, (now, 0))
        if now - began >= 60:  # noqa: PLR2004 # a minute
            began, count = now, 0
        self._counts[name] = (began, count + 1)
        if len(self._counts) > _CLIENTS:
            self._counts.popitem(last=False)
        most = PER_MINUTE_LOCAL if name in _LOCAL else PER_MINUTE
        return 0 if count < most else max(1, round(began + 60 - now))


async def _send(send: Send, status: int, sentence: str, retry_after_s: int | None = None) -> None:
    body = f"{sentence}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *SECURITY,
    ]
    if status == 405:  # noqa: PLR2004 # the number is the standard's name
        headers.append((b"allow", b"POST"))
    if retry_after_s is not None:
        headers.append((b"retry-after", str(retry_after_s).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
