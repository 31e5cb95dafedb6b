"""Requests as they leave: byte for byte, in the order that was meant."""

import pytest

from feeds.intake.connections import _head
from feeds.intake.fetch import Fetcher, FetchLimits
from feeds.intake.headers import ACCEPT, ACCEPT_ENCODING
from feeds.intake.post import Poster
from feeds.model import FetchRequest, Validators
from feeds.model.posting import PostRequest
from tests.fakes_http import RawServer, reply


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
