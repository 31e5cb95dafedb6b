"""The web server's short way for prepared files: the same bytes as the application's, only where it may."""

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from feeds.publish.serving.app import SiteApp
from feeds.publish.serving.prepared import Headers, Site, prepare, variant_of
from feeds.publish.site import render, stamp
from scheduler.publishing import web
from tests.builders import NOW, a_channel, a_coverage, a_source_line, a_story

_FILES = render(a_channel(), [a_story(1, also=(a_coverage(1),)), a_story(2)], [a_source_line()], near=[])
SITE = prepare(_FILES, stamp(_FILES, {}, NOW))
ATOM = SITE.files["/feed.atom"]
PLAIN = "GET /feed.atom HTTP/1.1\r\nHost: x\r\n"


@dataclass(slots=True)
class Server:
    """A server that notes which paths reached its application."""

    port: int = 0
    asked: list[str] = field(default_factory=list)

    def told(self, request: str | bytes, *, shut: bool = True) -> bytes:
        """Send bytes over a connection of their own and return all that comes back until it is closed."""
        data = request.encode("latin-1") if isinstance(request, str) else request
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(data)
            if shut:
                connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))


def _serving(*, direct: bool) -> Iterator[Server]:
    server, app = Server(), SiteApp(lambda: SITE, lambda: {"ok": True})

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        server.asked.append(scope["path"])
        await app(scope, receive, send)

    listener = web.bind("127.0.0.1", 0)
    server.port = listener.getsockname()[1]
    files = SITE.direct if direct else {}
    with web.serving(noting, listener, lambda: files):
        yield server


@pytest.fixture(scope="module")
def short() -> Iterator[Server]:
    """Return a server as the daemon has it."""
    yield from _serving(direct=True)


@pytest.fixture(scope="module")
def long() -> Iterator[Server]:
    """Return one all of whose requests go through the application."""
    yield from _serving(direct=False)


def undated(answer: bytes) -> bytes:
    """Return an answer without the time of day."""
    return re.sub(rb"date: [^\r]*", b"date: -", answer)


def etag(coding: str) -> str:
    """Return the entity tag of a coding of the feed."""
    return ATOM.variants[coding].etag


SHORT = [
    PLAIN,
    PLAIN + "Accept-Encoding: gzip\r\n",
    PLAIN + "Accept-Encoding: gzip;q=0.5, br;q=0.4\r\n",
    PLAIN + "Accept-Encoding: *;q=0.1, identity\r\n",
    PLAIN + "ACCEPT-Encoding: zstd\r\nAccept-Encoding: gzip;q=0.1\r\n",
    PLAIN + f"Accept-Encoding: br\r\nIf-None-Match: {etag('br')}\r\n",
    PLAIN + f'If-None-Match: "x", W/{etag("identity")}\r\n',
    PLAIN + 'If-None-Match: ""\r\nIf-Modified-Since: Sun, 08 Mar 2026 12:00:00 GMT\r\n',
    PLAIN + "If-Modified-Since: Sun, 08 Mar 2026 12:00:00 GMT\r\n",
    PLAIN + "If-Modified-Since: yesterday\r\nRange: bytes=0-9\r\n",
    "HEAD /feed.rss HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\n",
    "GET /moonwire.css HTTP/1.1\r\nHost: x\r\nX: é\r\n",
]
LONG = [
    PLAIN + "Cookie: a=b\r\n",
    PLAIN + "Content-Length: 0\r\n",
    PLAIN + "Expect: 100-continue\r\n",
    PLAIN + "Connection: Upgrade\r\nUpgrade: websocket\r\n",
    "GET /feed.atom?x=1 HTTP/1.1\r\nHost: x\r\n",
    "GET /feed%2Eatom HTTP/1.1\r\nHost: x\r\n",
    "GET http://x/feed.atom HTTP/1.1\r\nHost: x\r\n",
    "GET /story/1.html HTTP/1.1\r\nHost: x\r\n",
    "GET /nothing HTTP/1.1\r\nHost: x\r\n",
    "POST /feed.atom HTTP/1.1\r\nHost: x\r\n",
    "OPTIONS /feed.atom HTTP/1.1\r\nHost: x\r\n",
    "GET /feed.atom HTTP/1.0\r\n",
]


@pytest.mark.parametrize("request_", SHORT)
def test_the_short_way_says_what_the_application_says(request_: str, short: Server, long: Server) -> None:
    """Byte for byte but for the time, for each coding, condition and method; closing when asked to."""
    short.asked.clear()
    for end in ("Connection: close\r\n\r\n", "\r\n"):
        answer = short.told(request_ + end)
        assert undated(answer) == undated(long.told(request_ + end))
        assert answer.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 304 "))
    assert short.asked == []


@pytest.mark.parametrize("request_", LONG)
def test_all_else_is_the_applications(request_: str, short: Server, long: Server) -> None:
    """Bodies, cookies, expectations, other methods and other ways to write an address are handed on."""
    short.asked.clear()
    request_ += "Connection: close\r\n\r\n" if "Upgrade" not in request_ else "\r\n"
    assert undated(short.told(request_)) == undated(long.told(request_))
    assert len(short.asked) == 1


def test_a_row_of_requests_is_answered_in_its_order(short: Server, long: Server) -> None:
    """Pipelined requests of both ways do not overtake each other (RFC 9112 9.3.2)."""
    rows = [
        PLAIN,
        "GET /nothing HTTP/1.1\r\nHost: x\r\n",
        "GET /feed.json HTTP/1.1\r\nHost: x\r\n",
        "POST /feed.rss HTTP/1.1\r\nHost: x\r\nContent-Length: 27\r\n",
        "HEAD / HTTP/1.1\r\nHost: x\r\n",
        PLAIN + "Connection: close\r\n",
    ]
    wire = "\r\n".join([*rows, ""]).replace("27\r\n\r\n", "27\r\n\r\nGET /near HTTP/1.1\r\nX: y\r\n\r\n")
    answer = undated(short.told(wire, shut=False))
    assert answer == undated(long.told(wire, shut=False))
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"404", b"200", b"405", b"200", b"200"]


@pytest.mark.parametrize(
    "request_",
    [
        PLAIN + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /near HTTP/1.1\r\n\r\n",
        PLAIN + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        PLAIN + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "GET /feed.atom HTTP/1.1\nHost: x\n\n",
        "GET  /feed.atom HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /feed.atom HTTP/3.7\r\nHost: x\r\n\r\n",
        PLAIN + " folded: x\r\n\r\n",
    ],
)
def test_what_could_be_read_in_two_ways_is_read_in_one(request_: str, short: Server, long: Server) -> None:
    """Requests that are used to smuggle others past a server (RFC 9112 11.2) get uvicorn's own answer."""
    assert undated(short.told(request_)) == undated(long.told(request_))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(
        st.sampled_from(["Accept-Encoding", "If-None-Match", "If-Modified-Since", "TE", "Via"]), max_size=4
    ),
    values=st.lists(
        st.one_of(
            st.sampled_from(
                ["gzip", "br, zstd;q=0.9", etag("gzip"), "*", "W/" + etag("br"), ATOM.last_modified]
            ),
            st.text('abc,;=q0.1*"/ W', max_size=30),
        ),
        min_size=4,
        max_size=4,
    ),
)
def test_any_headers_give_the_same_answer(
    names: list[str], values: list[str], short: Server, long: Server
) -> None:
    """Whatever conditions and codings a client writes, in any order and number."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in zip(names, values, strict=False))
    request_ = f"{PLAIN}{lines}Connection: close\r\n\r\n"
    assert undated(short.told(request_)) == undated(long.told(request_))


def test_a_reader_that_does_not_read_is_not_sent_more(short: Server) -> None:
    """Behind a full connection requests wait for their turn in the application, and all come in the end."""
    short.asked.clear()
    many = 3000
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(20)
        connection.connect(("127.0.0.1", short.port))
        connection.sendall(b"GET /feed.atom HTTP/1.1\r\nHost: x\r\n\r\n" * (many - 1))
        connection.sendall(b"GET /feed.atom HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        told = b"".join(iter(lambda: connection.recv(65536), b""))
    assert told.count(b"HTTP/1.1 200 OK\r\n") == many
    assert told.count(ATOM.variants["identity"].body) == many
    assert 0 < len(short.asked) < many, len(short.asked)


def test_the_short_way_follows_the_site() -> None:
    """What is prepared anew is served at the next request, and pages of the operator's are never in it."""
    site: list[Site] = [Site(files={})]
    listener = web.bind("127.0.0.1", 0)
    server = Server(port=listener.getsockname()[1])
    app = SiteApp(lambda: site[0], lambda: {"ok": True})
    with web.serving(app, listener, lambda: site[0].direct):
        assert server.told(PLAIN + "Connection: close\r\n\r\n").startswith(b"HTTP/1.1 404")
        site[0] = SITE
        assert server.told(PLAIN + "Connection: close\r\n\r\n").startswith(b"HTTP/1.1 200")
    assert not [path for path in SITE.direct if path.startswith(b"/story/")]
    assert SITE.direct[b"/feed.atom"] is ATOM


def test_no_header_can_break_its_line() -> None:
    """A line break in a header's value would let it write others; it is a bug and stops there."""
    broken: Headers = ((b"link", b"<x>\r\nset-cookie: a"),)
    with pytest.raises(AssertionError):
        variant_of("identity", b"", "text/plain", broken)
