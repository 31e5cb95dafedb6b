"""Requests as they leave: byte for byte, in the order that was meant."""

import io
import socket

import pytest

from feeds.intake import dial
from feeds.intake.connections import _head
from feeds.intake.fetch import Fetcher, FetchLimits
from feeds.intake.headers import ACCEPT, ACCEPT_ENCODING
from feeds.intake.post import Poster
from feeds.intake.wire import PlainSocket
from feeds.model import Fetched, FetchRequest, Validators
from feeds.model.posting import PostRequest
from tests.fakes_http import RawServer, raw, reply, sequence
from tests.test_intake_fetch_guard import FEED, a_fetcher, names, refused, served


def test_a_conditional_request_byte_for_byte() -> None:
    """Host first, then what is common to all, validators as they came, and the source's own headers last."""
    limits = FetchLimits(total_s=5)
    with (
        RawServer(lambda _: reply(304)) as server,
        Fetcher(limits=limits, allow_private=True, user_agent="moonwire/1") as fetcher,
    ):
        known = Validators(etag='W/"\xe9"', last_modified="Sun, 06 Nov 1994 08:49:37 GMT")
        own = (("x-KEY", "v"),)
        fetcher.fetch(FetchRequest(url=server.url("/a?b=c"), validators=known, headers=own))
    lines = (
        "GET /a?b=c HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        "User-Agent: moonwire/1",
        f"Accept: {ACCEPT}",
        f"Accept-Encoding: {ACCEPT_ENCODING}",
        'If-None-Match: W/"\xe9"',
        "A-IM: feed",
        "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT",
        "X-Key: v",
    )
    assert server.seen[0].raw == "\r\n".join(lines).encode("latin-1")


@pytest.mark.parametrize("body", [b"", b"x" * 70_000])
def test_a_post_byte_for_byte(body: bytes) -> None:
    """The length is stated once, also of nothing."""
    with RawServer(lambda _: reply(200)) as server, Poster(allow_private=True, user_agent="m/1") as poster:
        poster.post(PostRequest(url=server.url("/h"), body=body, content_type="text/plain"))
    lines = (
        "POST /h HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        "User-Agent: m/1",
        "Accept-Encoding: identity",
        "Connection: close",
        "Content-Type: text/plain",
        f"Content-Length: {len(body)}",
    )
    assert server.seen[0].raw == "\r\n".join(lines).encode()


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\nb: c"])
def test_no_header_brings_another(value: str) -> None:
    """What is sent was checked before; a defect there ends here and not in a second header."""
    with pytest.raises(AssertionError, match="end of its line"):
        _head("GET", "/", {"A": value})


def test_addresses_of_a_kind_that_the_machine_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel without IPv6 has no sockets for it: the next address is tried, and the failure is told."""

    class Four(PlainSocket):
        def __init__(self, family: int, kind: int) -> None:
            if family == socket.AF_INET6:
                raise OSError(97, "Address family not supported by protocol")
            super().__init__(family, kind)

    monkeypatch.setattr(dial, "PlainSocket", Four)
    names(monkeypatch, ["::1", "127.0.0.1"], ["127.0.0.1", "::1"])
    with RawServer(lambda _: reply(200, b"<rss/>")) as server, a_fetcher(allow=True) as fetcher:
        url = f"http://feed.example:{server.port}/"
        assert isinstance(fetcher.fetch(FetchRequest(url=url)), Fetched)
    with a_fetcher(allow=True) as fetcher:
        assert "no socket for ::1" in refused(fetcher.fetch(FetchRequest(url=url)), "connect")


def test_bytes_behind_an_answer_over_tls_do_not_reach_the_next_one() -> None:
    """What came in one record with an answer and was never asked for is not read as the next answer."""
    first = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n" + FEED
    unasked = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n<never>"
    whole = first.ljust(io.DEFAULT_BUFFER_SIZE) + unasked
    with (
        RawServer(
            sequence(raw(whole, then="keep"), reply(200, b"<next/>")), context=served("right")
        ) as server,
        a_fetcher(frozenset({"127.0.0.1"})) as fetcher,
    ):
        request = FetchRequest(url=server.url())
        outcomes = [fetcher.fetch(request), fetcher.fetch(request)]
    assert [one.body for one in outcomes if isinstance(one, Fetched)] == [FEED, b"<next/>"]
