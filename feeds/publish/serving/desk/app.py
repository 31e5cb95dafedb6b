"""The web server's side of the operator's desk (ASGI 3), around the application that serves everybody."""

import asyncio
from collections.abc import Awaitable, Callable

from feeds.publish.serving.desk.asked import LONGEST_BODY, Answer, Refusal, Request, Terms, plain
from feeds.publish.serving.desk.routes import Desk, is_shared
from feeds.publish.serving.form_body import Message, Receive, Unread, form_body

BODY_S = 10.0
"""Seconds in which a form must have come."""
_AT_ONCE = 2
_WAITING = 16
"""Requests that may wait for the desk; beyond them 503 is told at once."""
_REPEATED = {"cookie": "; "}

Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class OperatorApp:
    """ASGI application: /operator, and pages with forms for who is signed in; the rest is for `app`.

    Without a token all of it is for `app`, which only reads.
    """

    def __init__(self, app: App, desk: Desk) -> None:
        self._app, self._desk = app, desk
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        path = scope.get("path", "")
        own = path == "/operator" or path.startswith("/operator/")
        terms = self._desk.terms() if scope["type"] == "http" and (own or is_shared(path)) else None
        if terms is None:
            await self._app(scope, receive, send)
        elif own or self._signed_in(terms, scope):
            await self._asked(terms, scope, receive, send)
        else:
            await self._app(scope, receive, _varying(send))

    def _signed_in(self, terms: Terms, scope: Message) -> bool:
        reading = scope["method"] in {"GET", "HEAD"}
        return reading and self._desk.signed_in(terms, headers_of(scope))

    async def _asked(self, terms: Terms, scope: Message, receive: Receive, send: Send) -> None:
        if self._waiting >= _WAITING:
            await _send(send, scope, plain(503, "Too much at once; try again in a moment."))
            return
        self._waiting += 1
        try:
            request = await _request(scope, receive)
            async with self._turn:
                answer = await asyncio.to_thread(self._desk.answer, terms, request)
        except Refusal as refusal:
            answer = plain(refusal.status, refusal.sentence)
        finally:
            self._waiting -= 1
        if answer is None:
            await self._app(scope, receive, _varying(send))
        else:
            await _send(send, scope, answer)


def headers_of(scope: Message) -> dict[str, str]:
    """Return a request's headers by name in lower case; repeated ones joined (RFC 9110 5.3)."""
    found: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name, text = raw.decode("latin-1").lower(), value.decode("latin-1")
        found[name] = f"{found[name]}{_REPEATED.get(name, ', ')}{text}" if name in found else text
    return found


async def _request(scope: Message, receive: Receive) -> Request:
    headers, client = headers_of(scope), scope.get("client") or ("", 0)
    body = await _body(headers, receive) if scope["method"] == "POST" else b""
    return Request(
        method=scope["method"], path=scope["path"], headers=headers, client=str(client[0]), body=body
    )


async def _body(headers: dict[str, str], receive: Receive) -> bytes:
    length = headers.get("content-length", "0")
    body = await form_body(length, receive, most=LONGEST_BODY, seconds=BODY_S)
    if isinstance(body, Unread):
        raise Refusal(body.status, body.sentence)
    return body


async def _send(send: Send, scope: Message, answer: Answer) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.head)})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})


def _varying(send: Send) -> Send:
    """Tell caches that whoever is signed in gets another page, so that a kept one is not shown to them."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                (name, value + b", cookie" if name == b"vary" else value)
                for name, value in message["headers"]
            ]
        await send(message)

    return told
