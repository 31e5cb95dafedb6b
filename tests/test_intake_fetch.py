"""One exchange with a server that behaves: conditions, statuses, hints, reuse."""

import gzip
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from feeds.errors import ConfigError
from feeds.intake.fetch import Fetcher, FetchLimits
from feeds.model import BasicAuth, Fetched, FetchFailed, FetchRequest, Freshness, NotModified, Validators
from tests.fakes_http import RawServer, Reply, Seen, raw, reply, sequence

AGENT = "moonwire/1 (+https://moonwire.example/)"
LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})
FEED = b"<rss><channel/></rss>"


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    """Give a fetcher that may ask this machine."""
    with Fetcher(limits=FetchLimits(total_s=5), allow_private=LOCAL, user_agent=AGENT) as made:
        yield made


def failed(outcome: object, kind: str) -> FetchFailed:
    """Check that `outcome` is a failure of `kind` in one sentence, and give it."""
    assert isinstance(outcome, FetchFailed), outcome
    assert outcome.kind == kind, outcome
    assert outcome.sentence.endswith(".")
    assert "\n" not in outcome.sentence
    return outcome


def test_a_feed_arrives_with_all_that_was_said_about_it(fetcher: Fetcher) -> None:
    """Body, type, validators, hints, date, bytes and time come in one value."""
    answer = reply(
        200,
        FEED,
        Content_Type="application/rss+xml",
        ETag='W/"1"',
        Last_Modified="Tue, 22 Oct 2024 13:00:00 +0300",
        Cache_Control="max-age=60",
        Date="Sun, 06 Nov 1994 08:49:37 GMT",
    )
    with RawServer(sequence(answer)) as server:
        url = server.url("/rss?a=b#part")
        got = fetcher.fetch(FetchRequest(url=url))
    assert isinstance(got, Fetched)
    assert (got.status, got.body, got.content_type) == (200, FEED, "application/rss+xml")
    assert got.url == server.url("/rss?a=b")
    assert got.validators == Validators(etag='W/"1"', last_modified="Tue, 22 Oct 2024 13:00:00 +0300")
    assert got.freshness == Freshness(max_age_s=60)
    assert got.date == datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
    assert got.wire_bytes == len(answer.data)
    assert got.elapsed_s > 0
    seen = server.seen[0]
    assert seen.target == "/rss?a=b"
    assert seen.header("Host") == f"127.0.0.1:{server.port}"
    assert seen.header("User-Agent") == AGENT
    for absent in ("Cookie", "Referer", "If-None-Match", "If-Modified-Since", "A-IM", "Authorization"):
        assert seen.header(absent) is None


@pytest.mark.parametrize("etag", ['"a"', 'W/"weak"', "unquoted", '"a,b;c=d\xe9"'])
def test_an_unchanged_feed(fetcher: Fetcher, etag: str) -> None:
    """Validators go back byte for byte, and a bare 304 keeps them."""
    with RawServer(
        sequence(reply(200, FEED, ETag=etag), raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"))
    ) as server:
        first = fetcher.fetch(FetchRequest(url=server.url()))
        assert isinstance(first, Fetched)
        second = fetcher.fetch(FetchRequest(url=server.url(), validators=first.validators))
    assert isinstance(second, NotModified)
    assert second.validators == Validators(etag=etag)
    assert server.seen[1].header("If-None-Match") == etag


def test_a_304_brings_new_validators_and_hints(fetcher: Fetcher) -> None:
    """What a 304 says wins over what was known."""
    with RawServer(sequence(reply(304, ETag='"2"', Cache_Control="max-age=9"))) as server:
        got = fetcher.fetch(
            FetchRequest(url=server.url(), validators=Validators(etag='"1"', last_modified="then"))
        )
    assert isinstance(got, NotModified)
    assert got.validators == Validators(etag='"2"', last_modified="then")
    assert got.freshness.max_age_s == 9
    assert server.seen[0].header("If-Modified-Since") == "then"


def test_a_304_that_nobody_asked_for(fetcher: Fetcher) -> None:
    """Without a condition, 304 is a failure."""
    with RawServer(sequence(reply(304))) as server:
        got = failed(fetcher.fetch(FetchRequest(url=server.url())), "status")
    assert got.status == 304


def test_a_delta(fetcher: Fetcher) -> None:
    """226 is an answer to a request that offered it, and a failure otherwise (RFC 3229)."""
    with RawServer(sequence(reply(226, FEED, IM="feed"), reply(226, FEED))) as server:
        got = fetcher.fetch(FetchRequest(url=server.url(), validators=Validators(etag='"1"')))
        assert isinstance(got, Fetched)
        assert got.status == 226
        assert server.seen[0].header("A-IM") == "feed"
        assert failed(fetcher.fetch(FetchRequest(url=server.url())), "status").status == 226


@pytest.mark.parametrize(
    "status", [204, 205, 206, 300, 400, 401, 402, 403, 404, 410, 418, 429, 451, 500, 503, 599]
)
def test_refusals(fetcher: Fetcher, status: int) -> None:
    """Every other status is a failure that keeps the number, even with a feed as its body."""
    with RawServer(sequence(reply(status, b"" if status == 204 else FEED, Retry_After="120"))) as server:
        got = failed(fetcher.fetch(FetchRequest(url=server.url())), "status")
    assert got.status == status
    assert str(status) in got.sentence
    assert got.freshness.retry_after_s == 120
    assert got.gone == (status == 410)
    assert len(server.seen) == 1


def test_an_empty_answer(fetcher: Fetcher) -> None:
    """200 with nothing in it is no feed, and its validators are not handed on."""
    with RawServer(sequence(reply(200, b"", ETag='"new"'))) as server:
        got = failed(fetcher.fetch(FetchRequest(url=server.url())), "protocol")
    assert "an empty answer" in got.sentence


def test_a_coded_body(fetcher: Fetcher) -> None:
    """Content codings are undone; the bytes on the wire are counted as sent."""
    body = gzip.compress(FEED * 1000)
    with RawServer(sequence(reply(200, body, Content_Encoding="x-gzip"))) as server:
        got = fetcher.fetch(FetchRequest(url=server.url()))
    assert isinstance(got, Fetched)
    assert got.body == FEED * 1000
    assert got.wire_bytes < len(got.body) / 10


def test_chunks_with_extensions_and_trailers(fetcher: Fetcher) -> None:
    """All of RFC 9112 7.1 is understood."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
    chunked = head + b'5;a="b"\r\n<rss>\r\n6\r\n</rss>\r\n0\r\nX-Trailer: 1\r\n\r\n'
    with RawServer(sequence(raw(chunked, then="keep"), reply(200, FEED))) as server:
        got = fetcher.fetch(FetchRequest(url=server.url()))
        fetcher.fetch(FetchRequest(url=server.url()))
    assert isinstance(got, Fetched)
    assert got.body == b"<rss></rss>"
    assert server.connections == 1


def test_an_answer_that_ends_with_the_connection(fetcher: Fetcher) -> None:
    """HTTP/1.0 without a length is read to its end, and the connection is not kept."""
    answer = raw(b"HTTP/1.0 200 OK\r\n\r\n" + FEED)
    with RawServer(sequence(answer, answer)) as server:
        for _ in range(2):
            got = fetcher.fetch(FetchRequest(url=server.url()))
            assert isinstance(got, Fetched)
            assert got.body == FEED
    assert server.connections == 2


def test_interim_answers_are_passed_over(fetcher: Fetcher) -> None:
    """100, 102 and 103 are not the answer (RFC 9110 15.2)."""
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
    interim += b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"
    answer = raw(interim + reply(200, FEED, ETag='"1"').data, then="keep")
    with RawServer(sequence(answer)) as server:
        got = fetcher.fetch(FetchRequest(url=server.url()))
    assert isinstance(got, Fetched)
    assert got.validators.etag == '"1"'


def test_connections_are_kept_and_given_back(fetcher: Fetcher) -> None:
    """Feeds of one host share a connection, failures and 304 included; `idle` closes it."""
    replies = [reply(200, FEED), reply(404, b"no"), reply(304), reply(200, FEED), reply(200, FEED)]
    with RawServer(sequence(*replies)) as server:
        for path in ("/1", "/2", "/3", "/4"):
            fetcher.fetch(FetchRequest(url=server.url(path), validators=Validators(etag='"1"')))
        assert server.connections == 1
        fetcher.idle()
        assert isinstance(fetcher.fetch(FetchRequest(url=server.url())), Fetched)
        assert server.connections == 2


def test_the_least_used_pool_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than 64 hosts keep connections; the one unused for longest is closed."""

    def lookup(host: str, port: int, *_: object) -> list[tuple[object, ...]]:
        del host
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with (
        RawServer(lambda _: reply(200, FEED)) as server,
        Fetcher(limits=FetchLimits(), allow_private=True, user_agent=AGENT) as fetcher,
    ):
        urls = [server.url(host=f"host{n}.example") for n in range(65)]
        for url in [*urls, urls[64], urls[0]]:
            assert isinstance(fetcher.fetch(FetchRequest(url=url)), Fetched)
        assert server.connections == 66


def test_ipv6(fetcher: Fetcher) -> None:
    """A feed on ::1 is fetched, with brackets in Host."""
    with RawServer(sequence(reply(200, FEED)), host="::1") as server:
        assert isinstance(fetcher.fetch(FetchRequest(url=server.url())), Fetched)
    assert server.seen[0].header("Host") == f"[::1]:{server.port}"


def test_no_cookie_comes_back(fetcher: Fetcher) -> None:
    """Cookies are neither kept over a redirect nor over polls."""
    jar = "a=1; Path=/"
    moved = reply(302, Set_Cookie=jar, Location="/b")
    with RawServer(sequence(moved, reply(200, FEED, Set_Cookie=jar), reply(200, FEED))) as server:
        for _ in range(2):
            fetcher.fetch(FetchRequest(url=server.url()))
    assert [seen.header("Cookie") for seen in server.seen] == [None] * 3


def test_secrets_do_not_leave_their_origin(fetcher: Fetcher) -> None:
    """After a redirect to another host, credentials and configured headers are gone, also from all text."""

    def answer(seen: Seen) -> Reply:
        return reply(302, Location=server.url("/b", "localhost")) if seen.target == "/a" else reply(500)

    with RawServer(answer) as server:
        url = server.url("/a").replace("://", "://user:sesame@")
        got = fetcher.fetch(FetchRequest(url=url, headers=(("X-Key", "sesame"),)))
    assert server.seen[0].header("Authorization") == "Basic dXNlcjpzZXNhbWU="
    assert server.seen[0].header("X-Key") == "sesame"
    assert server.seen[1].header("Authorization") is None
    assert server.seen[1].header("X-Key") is None
    assert "sesame" not in repr(got)


def test_configured_credentials(fetcher: Fetcher) -> None:
    """The credentials of a source are sent, and its address stays clean."""
    with RawServer(sequence(reply(200, FEED))) as server:
        fetcher.fetch(FetchRequest(url=server.url(), auth=BasicAuth(user="u", password="p")))
    assert server.seen[0].header("Authorization") == "Basic dTpw"


def test_environment_proxies_are_not_used(fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where requests go is in the configuration alone."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with RawServer(sequence(reply(200, FEED))) as server:
        assert isinstance(fetcher.fetch(FetchRequest(url=server.url())), Fetched)


def test_wrong_configuration_is_named(fetcher: Fetcher) -> None:
    """A header or agent that can not be sent, or an address that is none, ends before any request."""
    got = failed(fetcher.fetch(FetchRequest(url="http://127.0.0.1/", headers=(("Host", "x"),))), "address")
    assert "header Host" in got.sentence
    got = failed(fetcher.fetch(FetchRequest(url="ftp://u:sesame@feed.example/")), "address")
    assert got.sentence.startswith("ftp://feed.example/: ftp: addresses are not asked, only http and https; ")
    with pytest.raises(ConfigError, match="user_agent"):
        Fetcher(limits=FetchLimits(), allow_private=False, user_agent="月")
