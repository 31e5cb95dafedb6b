"""The body of a form as the web server hands it on: short and soon, or refused before it is read whole."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from feeds.model.value import Value

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


class Unread(Value, frozen=True, kw_only=True):
    """Why a body was not read: status and one sentence."""

    status: int
    sentence: str


async def form_body(length: str, receive: Receive, *, most: int, seconds: float) -> bytes | Unread:
    """Read a body of at most `most` bytes that comes within `seconds`; what is longer is not read to its end.

    `length` is the Content-Length header, "0" when there is none.
    """
    too_long = Unread(status=413, sentence=f"A form may have {most} bytes; this one has more.")
    if not length.isdigit() or len(length) > len(str(most)) or int(length) > most:
        return too_long
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return Unread(status=400, sentence="The form did not come whole.")
                body += message.get("body", b"")
                if len(body) > most:
                    return too_long
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        return Unread(status=408, sentence=f"The form did not come within {seconds:g} s.")
