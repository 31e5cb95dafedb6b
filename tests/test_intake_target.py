"""Addresses split for sending: ASCII, no fragment, no odd hosts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.intake.target import AddressError, follow, may_share, parse, same_origin
from feeds.model import BasicAuth


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://feed.example", "http://feed.example/"),
        (" HTTPS://Feed.Example:443/a#top ", "https://feed.example/a"),
        ("http://feed.example:8080/a?b=c&d=%20", "http://feed.example:8080/a?b=c&d=%20"),
        ("http://feed.example/a b?c d", "http://feed.example/a%20b?c%20d"),
        ("http://feed.example/100%", "http://feed.example/100%25"),
        ("http://feed.example/月球/é", "http://feed.example/%E6%9C%88%E7%90%83/%C3%A9"),
        ("http://月球.example/", "http://xn--7ovw20a.example/"),
        ("http://straße.example/", "http://xn--strae-oqa.example/"),
        ("http://user:p%40ss@feed.example/", "http://feed.example/"),
        ("http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080/"),
        ("http://127.0.0.1/", "http://127.0.0.1/"),
        ("http://feed.example?q", "http://feed.example/?q"),
        ("http://my_host/", "http://my_host/"),
    ],
)
def test_addresses_are_made_fit_for_the_wire(url: str, sent: str) -> None:
    """What is sent is ASCII, lower-case in the host, and names the same resource."""
    assert parse(url).url == sent


def test_credentials_are_set_apart() -> None:
    """User and password leave the address and are unescaped."""
    assert parse("http://user:p%40ss@feed.example/").auth == BasicAuth(user="user", password="p@ss")
    assert parse("http://user@feed.example/").auth == BasicAuth(user="user", password="")
    assert parse("http://feed.example/").auth is None
    assert "p@ss" not in repr(parse("http://user:p%40ss@feed.example/"))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("file:///etc/passwd", "file: addresses are not asked"),
        ("gopher://feed.example/", "gopher: addresses"),
        ("averyveryverylongscheme://x", "averyveryverylongsch…: addresses"),
        ("feed.example/rss", "without a scheme"),
        ("http://", "names no host"),
        ("http:///path", "names no host"),
        ("http://feed.example:99999/", "malformed"),
        ("http://feed.example:0/", "port 0"),
        ("http://[::1/", "malformed"),
        ("http://[fe80::1%25eth0]/", "no valid IPv6"),
        ("http://2130706433/", "no plain IPv4"),
        ("http://0x7f000001/", "no plain IPv4"),
        ("http://0x7f.1/", "no plain IPv4"),
        ("http://127.1/", "no plain IPv4"),
        ("http://0177.0.0.1/", "no plain IPv4"),
        ("http://127.0.0.1./", "no plain IPv4"),
        ("http://１２７.1/", "no plain IPv4"),
        ("http://a..b/", "not valid"),
        ("http://a b.example/", "not valid"),
        ("http://-bad-.example\\@127.0.0.1/", "not valid"),
        ("http://xn--\u0378.example/", "not valid"),
        ("http://" + "a" * 9000, "longer than"),
    ],
)
def test_odd_addresses_are_refused(url: str, why: str) -> None:
    """Other schemes, numbers in disguise and broken hosts are refused with a clause on why."""
    with pytest.raises(AddressError, match=why):
        parse(url)


@pytest.mark.parametrize(
    ("location", "sent"),
    [
        ("/new", "http://feed.example/new"),
        ("new?x#y", "http://feed.example/old/new?x"),
        ("//other.example/rss", "http://other.example/rss"),
        ("https://other.example", "https://other.example/"),
        ("/é".encode().decode("latin-1"), "http://feed.example/%C3%A9"),
        ("/\xe9", "http://feed.example/%E9"),
        ("/a\rX: 1", "http://feed.example/a%0DX:%201"),
        ("http://月.example/".encode().decode("latin-1"), "http://xn--7ov.example/"),
        ("?page=2", "http://feed.example/old/rss?page=2"),
    ],
)
def test_redirect_targets(location: str, sent: str) -> None:
    """Locations may be relative, without a scheme, raw UTF-8, or raw Latin-1."""
    assert follow(parse("http://feed.example/old/rss"), location).url == sent


@pytest.mark.parametrize("location", ["javascript:alert(1)", "http://[", "mailto:a@b", "http://127.1/"])
def test_redirect_targets_that_are_refused(location: str) -> None:
    """A redirect is held to the same rules as a configured address."""
    with pytest.raises(AddressError):
        follow(parse("http://feed.example/"), location)


def test_origins() -> None:
    """Secrets stay with scheme, host and port; the step to https of the same host may keep them."""
    assert same_origin("http://a.example/x", "http://A.example:80/y")
    assert same_origin("http://a.example/x", "https://a.example/y")
    assert not same_origin("https://a.example/", "http://a.example/")
    assert not same_origin("http://a.example:8080/", "https://a.example/")
    assert not same_origin("http://a.example/", "http://b.example/")
    assert not same_origin("http://a.example/", "https://b.example/")
    assert not same_origin("http://a.example/", "http://a.example:81/")
    assert not same_origin("http://a.example/", "nonsense")
    assert may_share(parse("https://a.example/"), parse("https://a.example/b"))


@given(st.text(max_size=60))
def test_any_text_is_sendable_or_refused(text: str) -> None:
    """Whatever stands in an address, what is sent is one ASCII line, and parsing it again changes nothing."""
    for url in (text, f"http://{text}", f"http://feed.example/{text}", f"http://feed.example/?{text}"):
        try:
            target = parse(url)
        except AddressError:
            continue
        assert target.path.isascii()
        assert target.host.isascii()
        assert not any(char <= " " or char == "\x7f" for char in target.url)
        assert parse(target.url).url == target.url


@given(st.binary(max_size=60))
def test_any_location_is_sendable_or_refused(value: bytes) -> None:
    """Whatever bytes a Location holds, the next request line is one ASCII line."""
    try:
        target = follow(parse("http://feed.example/a/b"), value.decode("latin-1"))
    except AddressError:
        return
    assert target.url.isascii()
    assert not any(char <= " " or char == "\x7f" for char in target.url)
