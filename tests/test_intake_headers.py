"""Request headers as sent, and validators as they come."""

import pytest

from feeds.intake.headers import (
    RequestHeaders,
    basic,
    conditions,
    renewed,
    sendable,
    validators_of,
    wrong_header,
)
from feeds.intake.target import parse
from feeds.model import BasicAuth, FetchRequest, Validators

AGENT = "moonwire/1 (+https://moonwire.example/)"


def sent(request: FetchRequest, to: str | None = None) -> dict[str, str]:
    """Give the headers that a fetch of `request` sends to the address `to`."""
    start = parse(request.url)
    return RequestHeaders(request, start, AGENT).to(parse(to) if to else start)


def test_a_plain_request_says_who_asks_for_what() -> None:
    """Agent, feed types, the codings we undo; no cookie, no referrer, no condition."""
    headers = sent(FetchRequest(url="http://feed.example/rss"))
    assert headers["Host"] == "feed.example"
    assert headers["User-Agent"] == AGENT
    assert "application/atom+xml" in headers["Accept"]
    assert headers["Accept-Encoding"] == "gzip, deflate, br, zstd"
    assert set(headers) == {"Host", "User-Agent", "Accept", "Accept-Encoding"}


@pytest.mark.parametrize("etag", ['"a"', 'W/"weak"', "unquoted", '"a,b;c=d\xe9"', '""'])
def test_validators_go_back_byte_for_byte(etag: str) -> None:
    """However odd, a validator is sent as it came, with the offer of a delta."""
    odd = "2024-10-22T10:00:00Z"
    found = conditions(Validators(etag=etag, last_modified=odd))
    assert found == {"If-None-Match": etag, "If-Modified-Since": odd, "A-IM": "feed"}


def test_no_validator_no_condition() -> None:
    """Without an ETag there is nothing to make a delta from."""
    assert conditions(Validators()) == {}
    assert conditions(Validators(last_modified="x")) == {"If-Modified-Since": "x"}
    assert conditions(Validators(etag="a\r\nX-Evil: 1", last_modified="月")) == {}


def test_validators_that_could_break_a_request_are_not_kept() -> None:
    """Control characters, absurd lengths and empty values are no validators."""
    assert validators_of({"etag": ["a\rb"], "last-modified": ["x" * 5000]}) == Validators()
    assert validators_of({"etag": [""]}) == Validators()
    assert validators_of({"etag": ['"1"', '"2"']}) == Validators(etag='"1"')


def test_a_304_renews_what_it_names() -> None:
    """New validators win, the others stay (RFC 9111 4.3.4)."""
    old = Validators(etag='"old"', last_modified="then")
    assert renewed(old, {}) == old
    assert renewed(old, {"etag": ['"new"']}) == Validators(etag='"new"', last_modified="then")
    assert renewed(old, {"last-modified": ["now"]}) == Validators(etag='"old"', last_modified="now")


def test_secrets_stay_with_their_origin() -> None:
    """Basic auth and a source's own headers go to the configured origin and nowhere else."""
    request = FetchRequest(
        url="http://feed.example/rss", headers=(("x-key", "k"),), auth=BasicAuth(user="ü", password="p:w")
    )
    own = sent(request)
    assert own["X-Key"] == "k"
    assert own["Authorization"] == "Basic w7w6cDp3"
    assert "Authorization" in sent(request, "https://feed.example/rss")
    for other in ("http://other.example/", "http://feed.example:81/", "https://feed.example:444/"):
        assert {"X-Key", "Authorization"}.isdisjoint(sent(request, other))


def test_credentials_in_the_address_count_and_those_of_a_redirect_do_not() -> None:
    """The configured address may carry credentials; an answer can not make us log in."""
    request = FetchRequest(url="http://user:pw@feed.example/rss")
    assert sent(request)["Authorization"] == basic(BasicAuth(user="user", password="pw"))
    assert "Authorization" not in sent(request, "http://evil:evil@other.example/")
    plain = FetchRequest(url="http://feed.example/rss")
    assert "Authorization" not in sent(plain, "http://evil:evil@feed.example/")


def test_a_source_may_set_headers_of_its_own() -> None:
    """Configured headers win over ours, whatever their case."""
    request = FetchRequest(
        url="http://feed.example/", headers=(("user-AGENT", "other"), ("authorization", "Bearer x"))
    )
    headers = sent(
        FetchRequest(url=request.url, headers=request.headers, auth=BasicAuth(user="a", password="b"))
    )
    assert headers["User-Agent"] == "other"
    assert headers["Authorization"] == "Bearer x"


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("X Y", "1", "name 'X Y' is not legal"),
        ("", "1", "name '' is not legal"),
        ("Host", "evil", "belongs to the connection"),
        ("transfer-encoding", "chunked", "belongs to the connection"),
        ("X-A", "1\r\nX-B: 2", "can not be sent"),
        ("X-A", "月", "can not be sent"),
    ],
)
def test_headers_that_can_not_be_sent(name: str, value: str, why: str) -> None:
    """A configured header that would break the request is named, not sent."""
    assert why in wrong_header(((name, value),))
    assert wrong_header((("X-A", "1"), ("Cookie", "a=b"))) == ""


def test_sendable() -> None:
    """One line of Latin-1; a tab is legal."""
    assert sendable("a\tb\xe9")
    assert not sendable("a\nb")
    assert not sendable("月")
