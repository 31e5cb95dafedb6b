"""One exchange with a server that misbehaves: each way ends in one sentence, in time, within the caps."""

import gzip
import threading
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds.intake.fetch import Fetcher, FetchLimits
from feeds.intake.wire import PlainSocket
from feeds.model import Fetched, FetchFailed, FetchOutcome, FetchRequest, Validators
from tests.fakes_http import RawServer, Reply, Seen, raw, reply, sequence

LIMITS = FetchLimits(total_s=5, max_bytes=100_000, max_head_bytes=32_768, max_headers=50)
FEED = b"<rss><channel/></rss>"
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    """Give a fetcher with small caps that may ask this machine."""
    with Fetcher(limits=LIMITS, allow_private=True, user_agent="moonwire/1") as made:
        yield made


def hurried() -> Fetcher:
    """Make a fetcher that has a quarter of a second."""
    return Fetcher(
        limits=FetchLimits(total_s=0.25, max_bytes=100_000), allow_private=True, user_agent="moonwire/1"
    )


def failure(outcome: FetchOutcome) -> FetchFailed:
    """Check that `outcome` is a failure in one sentence, and give it."""
    assert isinstance(outcome, FetchFailed), outcome
    assert outcome.sentence.startswith("http://127.0.0.1:")
    assert outcome.sentence.endswith(".")
    assert "\n" not in outcome.sentence
    return outcome


BROKEN = {
    "hang-up": (raw(b""), "connect"),
    "reset": (raw(b"", then="reset"), "connect"),
    "garbage": (raw(bytes(range(256)) * 8), "protocol"),
    "http2": (raw(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64"), "protocol"),
    "http-2-text": (raw(b"HTTP/2 200 OK\r\n\r\n"), "protocol"),
    "no-status": (raw(b"HTTP/1.1 OK\r\n\r\n"), "protocol"),
    "status-of-four": (raw(b"HTTP/1.1 2000 OK\r\n\r\n"), "protocol"),
    "switching": (raw(b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n"), "protocol"),
    "endless-interim": (raw(b"HTTP/1.1 103 Early\r\n\r\n" * 20), "protocol"),
    "head-cut": (raw(OK + b"Content-Le"), "truncated"),
    "head-cut-at-line": (raw(OK + b"Content-Length: 5\r\n"), "truncated"),
    "long-line": (raw(OK + b"X: " + b"a" * 70_000), "protocol"),
    "long-status-line": (raw(b"HTTP/1.1 200 " + b"a" * 70_000), "protocol"),
    "many-headers": (raw(OK + b"X: 1\r\n" * 60 + b"\r\n"), "protocol"),
    "endless-headers": (
        raw(OK + b"X: " + b"a" * 60_000 + b"\r\n" + b"Y: " + b"a" * 60_000 + b"\r\n"),
        "protocol",
    ),
    "no-colon": (raw(OK + b"nonsense\r\n\r\n"), "protocol"),
    "header-name": (raw(OK + b"a b: 1\r\n\r\n"), "protocol"),
    "two-lengths": (raw(OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n<rss/>"), "protocol"),
    "length-list": (raw(OK + b"Content-Length: 5, 6\r\n\r\n<rss/>"), "protocol"),
    "length-word": (raw(OK + b"Content-Length: many\r\n\r\n<rss/>"), "protocol"),
    "length-negative": (raw(OK + b"Content-Length: -1\r\n\r\n<rss/>"), "protocol"),
    "transfer-coding": (raw(OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), "protocol"),
    "body-cut": (raw(OK + b"Content-Length: 500\r\n\r\n<rss>"), "truncated"),
    "body-reset": (raw(OK + b"Content-Length: 500\r\n\r\n<rss>", then="reset"), "truncated"),
    "chunk-cut": (raw(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<rs"), "truncated"),
    "last-chunk-missing": (raw(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n"), "truncated"),
    "chunk-size": (raw(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n<rss>\r\n0\r\n\r\n"), "truncated"),
    "length-too-large": (raw(OK + b"Content-Length: 200000\r\n\r\n"), "too-large"),
    "body-too-large": (raw(OK + b"\r\n" + b"a" * 120_000), "too-large"),
    "chunks-too-large": (
        raw(OK + b"Transfer-Encoding: chunked\r\n\r\n30d40\r\n" + b"a" * 200_000),
        "too-large",
    ),
    "gzip-cut": (reply(200, gzip.compress(FEED)[:-9], Content_Encoding="gzip"), "truncated"),
    "gzip-broken": (reply(200, gzip.compress(FEED)[:-8] + bytes(8), Content_Encoding="gzip"), "encoding"),
    "bomb": (reply(200, gzip.compress(bytes(1 << 20)), Content_Encoding="gzip"), "too-large"),
    "coding-unknown": (reply(200, b"\x01\x02\x03", Content_Encoding="compress"), "encoding"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_answers(fetcher: Fetcher, name: str) -> None:
    """Each way to break an answer is a failure of the right kind after one request; the next poll works."""
    answer, kind = BROKEN[name]
    with RawServer(sequence(answer, reply(200, FEED))) as server:
        got = failure(fetcher.fetch(FetchRequest(url=server.url())))
        assert got.kind == kind, got
        assert len(server.seen) == 1
        assert isinstance(fetcher.fetch(FetchRequest(url=server.url())), Fetched)


SLOW = {
    "silence": Reply(then="hang"),
    "half-a-head": raw(OK + b"Content-", then="hang"),
    "half-a-body": raw(OK + b"Content-Length: 500\r\n\r\n<rss>", then="hang"),
    "half-a-chunk": raw(OK + b"Transfer-Encoding: chunked\r\n\r\n500\r\n<rss>", then="hang"),
    "dripping-head": Reply(data=OK + b"X: ", drip=True),
    "dripping-body": Reply(data=OK + b"Content-Length: 90000\r\n\r\n<rss>", drip=True),
}


@pytest.mark.parametrize("name", SLOW)
def test_slow_answers_end_in_time(name: str) -> None:
    """The whole fetch has one budget: a drip that would satisfy any read timeout ends as well."""
    with RawServer(sequence(SLOW[name])) as server, hurried() as fetcher:
        got = failure(fetcher.fetch(FetchRequest(url=server.url())))
    assert got.kind == "timeout"
    assert "within 0.25 s" in got.sentence
    assert 0.2 < got.elapsed_s < 2


def test_an_answer_that_only_drips_ends_early() -> None:
    """A host that sends, but next to nothing, does not get the whole time; a slow start is no drip."""
    limits = FetchLimits(total_s=30, drip_s=0.05, least_rate=1e6)
    with (
        RawServer(sequence(SLOW["dripping-body"])) as server,
        Fetcher(limits=limits, allow_private=True, user_agent="moonwire/1") as fetcher,
    ):
        got = failure(fetcher.fetch(FetchRequest(url=server.url())))
    assert (got.kind, "only drips" in got.sentence) == ("timeout", True)
    assert got.elapsed_s < 10


def test_redirects_share_one_budget() -> None:
    """Hops do not each get the whole time."""
    with RawServer(lambda seen: reply(302, Location=seen.target + "x")) as server:
        limits = FetchLimits(total_s=0, max_hops=10)
        with Fetcher(limits=limits, allow_private=True, user_agent="moonwire/1") as fetcher:
            assert failure(fetcher.fetch(FetchRequest(url=server.url()))).kind == "timeout"
    assert server.seen == []


def test_a_cap_on_all_bytes_of_a_fetch() -> None:
    """What hops and interim answers send counts together."""
    limits = FetchLimits(total_s=5, max_wire_bytes=20_000)
    with (
        RawServer(lambda seen: reply(302, b"x" * 9_000, Location=seen.target + "x")) as server,
        Fetcher(limits=limits, allow_private=True, user_agent="moonwire/1") as fetcher,
    ):
        got = failure(fetcher.fetch(FetchRequest(url=server.url())))
    assert got.kind == "too-large"
    assert len(server.seen) <= 4


@pytest.mark.parametrize("end", [raw(b""), raw(b"", then="reset"), raw(b"\x00\x01\x02 junk\r\n\r\n")])
def test_a_kept_connection_that_died_is_replaced_once(fetcher: Fetcher, end: Reply) -> None:
    """When a kept connection turns out dead or out of step, the request goes out once more on a fresh one."""

    def answer(seen: Seen) -> Reply:
        return reply(200, FEED) if seen.nth == 1 else end

    with RawServer(answer) as server:
        for _ in range(2):
            assert isinstance(fetcher.fetch(FetchRequest(url=server.url())), Fetched)
    assert [(seen.connection, seen.nth) for seen in server.seen] == [(1, 1), (1, 2), (2, 1)]


def test_the_retry_uses_no_other_kept_connection(fetcher: Fetcher) -> None:
    """With two dead connections in the pool, the second request still goes out on a fresh one."""
    both = threading.Barrier(2, timeout=5)

    def answer(seen: Seen) -> Reply:
        if seen.connection <= 2 and seen.nth == 1:
            both.wait()
        return raw(b"") if seen.nth == 2 else reply(200, FEED)

    with RawServer(answer) as server:
        request = FetchRequest(url=server.url())
        threads = [threading.Thread(target=fetcher.fetch, args=(request,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.connections == 2
        assert isinstance(fetcher.fetch(request), Fetched)
        assert server.connections == 3


def test_a_connection_that_dies_between_two_hops_is_replaced(fetcher: Fetcher) -> None:
    """A connection that served an earlier hop of the same fetch counts as kept."""

    def answer(seen: Seen) -> Reply:
        if seen.nth == 2:
            return raw(b"")
        return reply(302, Location="/b") if seen.target == "/" else reply(200, FEED)

    with RawServer(answer) as server:
        assert isinstance(fetcher.fetch(FetchRequest(url=server.url())), Fetched)
    assert [seen.connection for seen in server.seen] == [1, 1, 2]


def test_a_socket_that_breaks_in_its_own_way(fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors of the machine while sending or opening the answer are values like all others."""

    def broken_pipe(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    with RawServer(lambda _: reply(200, FEED)) as server:
        monkeypatch.setattr(PlainSocket, "sendall", broken_pipe)
        got = failure(fetcher.fetch(FetchRequest(url=server.url())))
        assert got.kind == "connect"
        assert "the connection broke (Input/output error) without an answer" in got.sentence
        monkeypatch.undo()
        monkeypatch.setattr(PlainSocket, "makefile", broken_pipe)
        got = failure(fetcher.fetch(FetchRequest(url=server.url())))
        assert got.kind == "protocol"
        assert "Input/output error" in got.sentence


def test_a_fresh_connection_is_not_retried(fetcher: Fetcher) -> None:
    """At most two requests go out for one check, and the second only for a dead kept connection."""
    with RawServer(sequence(reply(200, FEED), raw(b""), raw(b""), reply(200, FEED))) as server:
        fetcher.fetch(FetchRequest(url=server.url()))
        assert failure(fetcher.fetch(FetchRequest(url=server.url()))).kind == "connect"
    assert len(server.seen) == 3


def test_a_real_failure_on_a_kept_connection_is_not_retried(fetcher: Fetcher) -> None:
    """An answer that began as HTTP and broke then is the server's answer."""
    with RawServer(sequence(reply(200, FEED), raw(OK + b"nonsense\r\n\r\n"), reply(200, FEED))) as server:
        fetcher.fetch(FetchRequest(url=server.url()))
        assert failure(fetcher.fetch(FetchRequest(url=server.url()))).kind == "protocol"
    assert len(server.seen) == 2


def test_bytes_behind_a_304_do_not_reach_the_next_answer(fetcher: Fetcher) -> None:
    """An illegal body behind a 304 is not taken for the head of the next answer."""
    odd = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 11\r\n\r\nhello world"
    with RawServer(lambda seen: raw(odd, then="keep") if seen.nth == 1 else reply(200, FEED)) as server:
        request = FetchRequest(url=server.url(), validators=Validators(etag='"1"'))
        fetcher.fetch(request)
        outcome = fetcher.fetch(request)
        assert not isinstance(outcome, FetchFailed)


@pytest.mark.parametrize("length", [b"\xb2", b"9" * 5000, b"99999999999", b"many", b"5, 6"])
def test_a_length_beside_chunks_is_void(fetcher: Fetcher, length: bytes) -> None:
    """Chunks say where the body ends, whatever is stated besides (RFC 9112 6.3)."""
    head = OK + b"Transfer-Encoding: chunked\r\nContent-Length: " + length + b"\r\n\r\n"
    with RawServer(lambda _: raw(head + b"6\r\n<rss/>\r\n0\r\n\r\n")) as server:
        outcome = fetcher.fetch(FetchRequest(url=server.url()))
    assert isinstance(outcome, Fetched)
    assert outcome.body == b"<rss/>"


def test_folded_headers_do_not_inject(fetcher: Fetcher) -> None:
    """An obsolete fold counts as a space: what was folded in stays inside one value (RFC 9112 5.2)."""
    folded = OK + b' \r\nETag: "a\r\n X-Injected: 1"\r\nContent-Length: %d\r\n\r\n' % len(FEED) + FEED
    with RawServer(sequence(raw(folded, then="keep"), reply(304))) as server:
        first = fetcher.fetch(FetchRequest(url=server.url()))
        assert isinstance(first, Fetched)
        assert first.validators.etag == '"a X-Injected: 1"'
        fetcher.fetch(FetchRequest(url=server.url(), validators=first.validators))
    assert server.seen[1].header("X-Injected") is None


def test_a_port_where_nothing_listens(fetcher: Fetcher) -> None:
    """A refused connection names address and port."""
    with RawServer(sequence()) as server:
        url = server.url()
    got = failure(fetcher.fetch(FetchRequest(url=url)))
    assert got.kind == "connect"
    assert f"127.0.0.1 port {server.port}" in got.sentence


def test_many_threads_share_one_fetcher(fetcher: Fetcher) -> None:
    """Each thread has its own exchange: bodies, hops and accounts do not mix."""
    results: dict[int, FetchOutcome] = {}

    def work(number: int) -> None:
        for turn in range(5):
            results[number * 10 + turn] = fetcher.fetch(FetchRequest(url=server.url(f"/{number}-{turn}")))

    with RawServer(lambda seen: reply(200, seen.target.encode() * 500)) as server:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for key, outcome in results.items():
        assert isinstance(outcome, Fetched)
        assert outcome.body == f"/{key // 10}-{key % 10}".encode() * 500
    assert len(results) == 40


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.sampled_from([b"", OK, OK + b"Transfer-Encoding: chunked\r\n\r\n"]))
def test_any_bytes_end_in_a_value(fetcher: Fetcher, data: bytes, start: bytes) -> None:
    """Whatever a server sends and then closes, the outcome is a value and nothing is raised."""
    with RawServer(lambda _: raw(start + data)) as server:
        outcome = fetcher.fetch(FetchRequest(url=server.url()))
    assert isinstance(outcome, Fetched | FetchFailed)
