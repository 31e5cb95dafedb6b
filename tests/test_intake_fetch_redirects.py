"""Redirects: followed, told, and limited."""

from collections.abc import Iterator

import pytest

from feeds.intake.fetch import Fetcher, FetchLimits
from feeds.model import Fetched, FetchFailed, FetchRequest, Hop, Validators
from tests.fakes_http import RawServer, Reply, Seen, reply, sequence

AGENT = "moonwire/1 (+https://moonwire.example/)"
LOCAL = frozenset({"127.0.0.1", "localhost"})
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


def test_redirects_are_followed_and_told(fetcher: Fetcher) -> None:
    """Each hop is recorded with its status; validators go along; the connection is used again."""

    def answer(seen: Seen) -> Reply:
        steps = {
            "/a": reply(301, b"moved", Location="/b"),
            "/b": reply(302, b"moved", Location="c?x=1#frag"),
            "/c?x=1": reply(307, Location=f"//localhost:{server.port}/d"),
            "/d": reply(200, FEED),
        }
        return steps[seen.target]

    with RawServer(answer) as server:
        got = fetcher.fetch(FetchRequest(url=server.url("/a"), validators=Validators(etag='"1"')))
    assert isinstance(got, Fetched)
    last = server.url("/d", "localhost")
    assert got.url == last
    assert got.hops == (
        Hop(url=server.url("/a"), status=301, target=server.url("/b")),
        Hop(url=server.url("/b"), status=302, target=server.url("/c?x=1")),
        Hop(url=server.url("/c?x=1"), status=307, target=last),
    )
    assert [seen.header("If-None-Match") for seen in server.seen] == ['"1"'] * 4
    assert [seen.connection for seen in server.seen] == [1, 1, 1, 2]


@pytest.mark.parametrize("location", ["/caf\xc3\xa9", "/caf\xe9"])
def test_raw_bytes_in_a_location(fetcher: Fetcher, location: str) -> None:
    """A Location with unescaped bytes is followed; what is sent is ASCII."""
    with RawServer(sequence(reply(302, Location=location), reply(200, FEED))) as server:
        assert isinstance(fetcher.fetch(FetchRequest(url=server.url())), Fetched)
    assert server.seen[1].target in {"/caf%C3%A9", "/caf%E9"}


def test_redirects_in_a_circle(fetcher: Fetcher) -> None:
    """A loop is seen at its first return."""
    with RawServer(sequence(reply(302, Location="/b"), reply(302, Location="/"))) as server:
        got = failed(fetcher.fetch(FetchRequest(url=server.url("/"))), "redirect")
    assert "circle" in got.sentence
    assert len(server.seen) == 2


def test_redirects_without_end(fetcher: Fetcher) -> None:
    """Ten hops are followed, no more."""
    with RawServer(lambda seen: reply(302, Location=seen.target + "x")) as server:
        got = failed(fetcher.fetch(FetchRequest(url=server.url())), "redirect")
    assert len(server.seen) == 11
    assert len(got.hops) == 10


def test_a_redirect_to_nowhere(fetcher: Fetcher) -> None:
    """302 without Location is a failure."""
    with RawServer(sequence(reply(302))) as server:
        got = failed(fetcher.fetch(FetchRequest(url=server.url())), "redirect")
    assert "without saying where" in got.sentence


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "data:,x"]
)
def test_redirects_to_other_schemes(fetcher: Fetcher, location: str) -> None:
    """Only http and https are followed."""
    with RawServer(sequence(reply(302, Location=location))) as server:
        got = failed(fetcher.fetch(FetchRequest(url=server.url())), "address")
    assert "only http and https" in got.sentence


def test_a_long_redirect_page_is_not_read(fetcher: Fetcher) -> None:
    """The body of a redirect is worth a new connection at most."""
    with RawServer(sequence(reply(302, b"x" * 200_000, Location="/b"), reply(200, FEED))) as server:
        assert isinstance(fetcher.fetch(FetchRequest(url=server.url())), Fetched)
    assert server.connections == 2


def test_a_redirect_page_that_never_ends_is_left(fetcher: Fetcher) -> None:
    """A redirect whose body hangs is followed all the same."""
    hanging = Reply(data=b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 9\r\n\r\n", then="hang")
    with RawServer(sequence(hanging, reply(200, FEED))) as server:
        assert isinstance(fetcher.fetch(FetchRequest(url=server.url())), Fetched)
