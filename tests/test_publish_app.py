"""The web application, driven over ASGI and once over real HTTP."""

import asyncio
import gzip
import http.client
import json
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence

import brotli  # type: ignore[import-untyped] # it ships no types
import pytest
import uvicorn
import zstandard
from starlette.exceptions import HTTPException
from starlette.types import Message

from feeds.errors import StoreError
from feeds.model.value import Value, replace
from feeds.publish.serving.app import SiteApp
from feeds.publish.serving.prepared import prepare
from feeds.publish.site import SiteFile, render, stamp
from tests.builders import NOW, a_channel, a_source_line, a_story

LAST_MODIFIED = "Sun, 08 Mar 2026 12:00:00 GMT"
PATHS = ("/", "/feed.rss", "/feed.atom", "/feed.json", "/sources.opml", "/favicon.ico", "/moonwire.css")


def files() -> dict[str, SiteFile]:
    """Return a rendered site of a few stories."""
    channel = a_channel(hubs=("https://hub.example/",))
    return render(channel, [a_story(n) for n in range(1, 6)], [a_source_line()])


SITE = prepare(files(), stamp(files(), {}, NOW))


class Answer(Value, frozen=True, kw_only=True):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


def healthy() -> Mapping[str, object]:
    """Return a good report."""
    return {"ok": True, "sources": 3}


def ask(
    path: str,
    method: str = "GET",
    *,
    app: SiteApp | None = None,
    headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
) -> Answer:
    """Drive the application with one request and no server."""
    sent: list[Message] = []
    pairs = headers.items() if isinstance(headers, Mapping) else headers

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"q=%3Cscript%3E",
        "root_path": "",
        "headers": [
            (b"host", b"evil.example"),
            *((name.encode(), value.encode("latin-1")) for name, value in pairs),
        ],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
    }
    asyncio.run((app or SiteApp(lambda: SITE, healthy))(scope, receive, send))
    start, *bodies = sent
    return Answer(
        status=start["status"],
        headers={name.decode(): value.decode() for name, value in start["headers"]},
        body=b"".join(message.get("body", b"") for message in bodies),
    )


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/feed.rss", "application/rss+xml; charset=utf-8"),
        ("/feed.atom", "application/atom+xml; charset=utf-8"),
        ("/feed.json", "application/feed+json; charset=utf-8"),
        ("/sources.opml", "text/x-opml; charset=utf-8"),
        ("/moonwire.css", "text/css; charset=utf-8"),
        ("/favicon.ico", "image/x-icon"),
    ],
)
def test_every_file_is_served_with_its_type(path: str, kind: str) -> None:
    """GET gives the bytes with validators; HEAD the same head and nothing else."""
    got = ask(path)
    assert (got.status, got.headers["content-type"]) == (200, kind)
    assert got.body == files()[path.strip("/") or "index.html"].body
    assert got.headers["content-length"] == str(len(got.body))
    assert got.headers["last-modified"] == LAST_MODIFIED
    assert got.headers["vary"].startswith("accept-encoding")
    assert "max-age=" in got.headers["cache-control"]
    assert ask(path, "HEAD") == replace(got, body=b"")


@pytest.mark.parametrize("path", [*PATHS, "/healthz", "/robots.txt", "/nothing"])
def test_every_answer_is_guarded(path: str) -> None:
    """No script, no frame, no sniffing, no referrer, and no word of the request comes back."""
    got = ask(path)
    assert got.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert "frame-ancestors 'none'" in got.headers["content-security-policy"]
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["referrer-policy"] == "no-referrer"
    assert b"evil.example" not in got.body
    assert "evil.example" not in str(got.headers)


@pytest.mark.parametrize(
    ("asked", "coding"),
    [
        ("", "identity"),
        ("identity", "identity"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("zstd;q=1.0, br;q=0.5", "zstd"),
        ("br;q=0, gzip;q=0.2", "gzip"),
        ("gzip;q=nonsense", "identity"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("identity;q=1, gzip;q=0.5", "identity"),
        ("gzip;level=9", "gzip"),
        ("identity;q=0", "identity"),
    ],
)
def test_the_content_coding_is_negotiated(asked: str, coding: str) -> None:
    """Highest weight wins, then the smallest; each coding has an entity tag of its own."""
    got = ask("/feed.rss", headers={"accept-encoding": asked})
    decode = {
        "identity": bytes,
        "gzip": gzip.decompress,
        "br": brotli.decompress,
        "zstd": zstandard.decompress,
    }[coding]
    assert got.headers.get("content-encoding", "identity") == coding
    assert decode(got.body) == files()["feed.rss"].body
    assert len({variant.etag for variant in SITE.files["/feed.rss"].variants.values()}) == 4


def tag_of(path: str = "/feed.atom", coding: str = "identity") -> str:
    """Return the entity tag of one coding."""
    return SITE.files[path].variants[coding].etag


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if-none-match": tag_of()}, 304),
        ({"if-none-match": "W/" + tag_of()}, 304),
        ({"if-none-match": f'"a", W/{tag_of()} ,"b"'}, 304),
        ({"if-none-match": "*"}, 304),
        ({"if-none-match": '""'}, 200),
        ({"if-none-match": ""}, 200),
        ({"if-none-match": '"other"'}, 200),
        ({"if-none-match": tag_of(coding="gzip")}, 200),
        ({"if-none-match": tag_of(coding="gzip"), "accept-encoding": "gzip"}, 304),
        ({"if-none-match": '"other"', "if-modified-since": LAST_MODIFIED}, 200),
        ({"if-modified-since": LAST_MODIFIED}, 304),
        ({"if-modified-since": "Sun, 08 Mar 2026 13:00:00 GMT"}, 304),
        ({"if-modified-since": "Sun, 08 Mar 2026 13:30:00 +0200"}, 200),
        ({"if-modified-since": "Sun, 08 Mar 2026 12:00:01"}, 304),
        ({"if-modified-since": "Sun, 08 Mar 2026 11:59:59 GMT"}, 200),
        ({"if-modified-since": "yesterday"}, 200),
        ({"if-modified-since": "Sun, 08 Mar 99999999999999999999 13:00:00 GMT"}, 200),
        ({}, 200),
    ],
)
def test_a_current_copy_is_not_sent_again(headers: dict[str, str], status: int) -> None:
    """Tags decide when sent, weakly compared; else the date; nonsense is no condition."""
    got = ask("/feed.atom", headers=headers)
    assert got.status == status
    assert (got.body == b"") is (status == 304)
    if status == 304:
        coding = "gzip" if "accept-encoding" in headers else "identity"
        assert got.headers["etag"] == tag_of(coding=coding)
        assert "content-length" not in got.headers
        assert got.headers["cache-control"] == ask("/feed.atom").headers["cache-control"]


def test_repeated_headers_count_as_one_list() -> None:
    """The HTTP rule on repeated fields holds for the conditions too."""
    assert ask("/feed.atom", headers=[("if-none-match", '"a"'), ("if-none-match", tag_of())]).status == 304


def test_feeds_may_be_read_by_other_sites_and_pages_not() -> None:
    """Readers in a browser need CORS, a preflight included; a page does not."""
    assert ask("/feed.json").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in ask("/").headers
    asked = ask("/feed.json", "OPTIONS")
    assert (asked.status, asked.headers["access-control-allow-methods"]) == (204, "GET, HEAD")
    assert "access-control-allow-origin" not in ask("/", "OPTIONS").headers


def test_feeds_name_themselves_and_their_hub_in_a_header() -> None:
    """WebSub discovery looks at the Link header first."""
    assert ask("/feed.rss").headers["link"] == (
        '<https://wire.example.org/feed.rss>; rel="self", <https://hub.example/>; rel="hub"'
    )
    assert "link" not in ask("/").headers


@pytest.mark.parametrize("path", ["/feed.rss", "/healthz"])
def test_writing_is_refused(path: str) -> None:
    """POST gets 405 with what is allowed, in plain text."""
    got = ask(path, "POST")
    assert (got.status, got.headers["content-type"]) == (405, "text/plain; charset=utf-8")
    assert "GET" in got.headers["allow"]
    assert got.body == b"This address is for reading: GET and HEAD only.\n"


@pytest.mark.parametrize(
    "path", ["/nothing", "/feed.rss/", "/../etc/passwd", "//etc/passwd", "/\x00", "/healthz/", ""]
)
def test_odd_addresses_are_not_found(path: str) -> None:
    """Only exact paths exist: no traversal, no redirect that could echo a Host."""
    got = ask(path)
    assert (got.status, got.body) == (404, b"There is nothing at this address.\n")


def test_health_is_told_fresh() -> None:
    """The report is JSON, never cached; trouble turns the status to 503."""
    good = ask("/healthz")
    assert (good.status, json.loads(good.body)) == (200, {"ok": True, "sources": 3})
    assert good.headers["cache-control"] == "no-store"
    assert ask("/healthz", app=SiteApp(lambda: SITE, lambda: {"ok": False})).status == 503

    def locked() -> Mapping[str, object]:
        raise StoreError("The store is locked.")

    bad = ask("/healthz", app=SiteApp(lambda: SITE, locked))
    assert (bad.status, json.loads(bad.body)) == (503, {"ok": False, "error": "The store is locked."})


def test_crawlers_may_read_all_but_the_health() -> None:
    """robots.txt is there and plain."""
    got = ask("/robots.txt")
    assert got.body == b"User-agent: *\nDisallow: /healthz\n"


def test_an_other_http_error_has_a_sentence_too() -> None:
    """Whatever Starlette refuses on its own is said in plain text."""

    def refusing() -> Mapping[str, object]:
        raise HTTPException(418)

    got = ask("/healthz", app=SiteApp(lambda: SITE, refusing))
    assert (got.status, got.body) == (418, b"This request can not be answered.\n")


@pytest.fixture
def served() -> Iterator[int]:
    """Serve the site with the real server on a free port of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(SiteApp(lambda: SITE, healthy), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


def test_a_reader_without_a_name_gets_the_feed_over_real_http(served: int) -> None:
    """No User-Agent, a HEAD first, a 304 second, on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", served, timeout=10)
    try:
        seen = []
        for method, headers in (("HEAD", {}), ("GET", {}), ("GET", {"If-None-Match": tag_of()})):
            connection.request(method, "/feed.atom", headers=headers)
            answer = connection.getresponse()
            seen.append((answer.status, len(answer.read())))
    finally:
        connection.close()
    assert seen == [(200, 0), (200, len(files()["feed.atom"].body)), (304, 0)]
