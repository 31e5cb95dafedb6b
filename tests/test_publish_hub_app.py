"""The hub at the web server: methods, sizes, slowness and haste, and what is not its own."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from feeds.errors import StoreError
from feeds.publish.serving import hub, hub_app
from feeds.publish.serving.hub import Refused, Register, Wish
from feeds.publish.serving.hub_app import PER_MINUTE, PER_MINUTE_LOCAL, HubApp, Rates

BODY = b"hub.mode=subscribe&hub.callback=https%3A%2F%2Fa.example%2F&hub.topic=https%3A%2F%2Fw.example%2Ff"
HEADERS = [
    (b"content-type", b"application/x-www-form-urlencoded"),
    (b"content-length", str(len(BODY)).encode()),
]
Sent = list[dict[str, Any]]


async def elsewhere(_: object, __: object, send: Callable[[dict[str, Any]], Any]) -> None:
    """Answer as the application behind it does."""
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"behind"})


class Asks:
    """An application with a hub, and a client of it."""

    def __init__(self, register: Register | None) -> None:
        self.now = 0.0
        self.app = HubApp(elsewhere, lambda: register, lambda: self.now)

    async def ask(
        self,
        method: str = "POST",
        path: str = "/hub",
        *,
        messages: list[dict[str, Any]] | None = None,
        headers: list[tuple[bytes, bytes]] | None = None,
        client: str = "192.0.2.1",
    ) -> tuple[int, dict[bytes, bytes], str]:
        """Send one request; returns status, headers and body."""
        sent: Sent = []
        left = iter(messages or [{"type": "http.request", "body": BODY}])

        async def receive() -> dict[str, Any]:
            message = next(left, None)
            if message is None:
                await asyncio.Event().wait()
            assert message is not None
            return message

        async def send(message: Any) -> None:  # noqa: ANN401 # any message of ASGI
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "headers": HEADERS if headers is None else headers,
            "client": (client, 1),
        }
        await self.app(scope, receive, send)
        return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"].decode()


def test_a_wish_is_taken() -> None:
    """202, and it arrives as it was sent."""
    wishes: list[Wish] = []

    def register(wish: Wish) -> None:
        wishes.append(wish)

    status, headers, body = asyncio.run(Asks(register).ask())
    assert (status, headers[b"cache-control"]) == (202, b"no-store")
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert body == "Your callback is asked whether it wants this.\n"
    assert (wishes[0].callback, wishes[0].topic) == ("https://a.example/", "https://w.example/f")


def test_a_refusal_is_told() -> None:
    """Status, sentence and when to come again."""
    asks = Asks(lambda _: Refused(status=503, sentence="No room.", retry_after_s=3600))
    status, headers, body = asyncio.run(asks.ask())
    assert (status, headers[b"retry-after"], body) == (503, b"3600", "No room.\n")


def test_what_is_not_the_hub_s() -> None:
    """Another path, and all of it while there is no hub."""
    assert asyncio.run(Asks(lambda _: None).ask("GET", "/"))[0] == 299
    assert asyncio.run(Asks(None).ask())[0] == 299


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS"])
def test_people_are_told_what_it_is(method: str) -> None:
    """405 names POST."""
    status, headers, body = asyncio.run(Asks(lambda _: None).ask(method))
    assert (status, headers[b"allow"]) == (405, b"POST")
    assert "WebSub hub" in body


def test_bodies_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the length they say, by the length they have, and in time."""
    monkeypatch.setattr(hub_app, "BODY_S", 0.05)
    asks = Asks(lambda _: None)
    form = HEADERS[:1]
    long = [{"type": "http.request", "body": b"x" * 9000, "more_body": True}] * 3
    cases: list[tuple[bytes, list[dict[str, Any]] | None, int]] = [
        (str(hub.LONGEST_BODY + 1).encode(), None, 413),
        (b"9" * 99, None, 413),
        (b"x", None, 413),
        (b"10", long, 413),
        (b"10", [{"type": "http.disconnect"}], 400),
        (b"10", [{"type": "http.request", "body": b"hub", "more_body": True}], 408),
        (b"10", [{"type": "http.request", "body": b"nonsense"}], 400),
    ]
    for length, messages, status in cases:
        headers = [*form, (b"content-length", length)]
        assert asyncio.run(asks.ask(messages=messages, headers=headers))[0] == status


def test_a_body_may_come_in_pieces() -> None:
    """As servers hand it on."""
    pieces: list[dict[str, Any]] = [
        {"type": "http.request", "body": BODY[:20], "more_body": True},
        {"type": "http.request", "body": BODY[20:]},
    ]
    assert asyncio.run(Asks(lambda _: None).ask(messages=pieces))[0] == 202


def test_haste_is_slowed_down() -> None:
    """So many in a minute of one client, IPv6 by its network; others are not affected."""

    async def many() -> None:
        asks = Asks(lambda _: None)
        for n in range(PER_MINUTE):
            assert (await asks.ask(client=f"2001:db8::{n:x}"))[0] == 202
        status, headers, _ = await asks.ask(client="2001:db8::ffff")
        assert (status, headers[b"retry-after"]) == (429, b"60")
        assert (await asks.ask(client="2001:db9::1"))[0] == 202
        asks.now = 60
        assert (await asks.ask(client="2001:db8::1"))[0] == 202

    asyncio.run(many())


def test_a_proxy_of_this_machine_stands_for_many() -> None:
    """And what is remembered of clients is bounded."""
    rates = Rates()
    assert not any(rates.wait_s("127.0.0.1", 0) for _ in range(PER_MINUTE_LOCAL))
    assert rates.wait_s("127.0.0.1", 59.9) == 1
    for n in range(5000):
        rates.wait_s(f"10.0.{n // 250}.{n % 250}", 0)
    assert len(rates._counts) <= 4096


def test_a_crowd_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """While as many wait as may."""
    monkeypatch.setattr(hub_app, "_WAITING", 0)
    status, headers, _ = asyncio.run(Asks(lambda _: None).ask())
    assert (status, headers[b"retry-after"]) == (503, b"5")


def test_a_store_that_fails_is_no_secret_told() -> None:
    """503 without its sentence, which names files."""

    def register(_: Wish) -> None:
        raise StoreError("the store /home/me/wire.db is locked")

    status, _, body = asyncio.run(Asks(register).ask())
    assert (status, body) == (503, "The hub can not work now.\n")
