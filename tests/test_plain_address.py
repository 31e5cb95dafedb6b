"""Plain addresses are taken apart as the long way takes them apart; all others are left to it."""

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feeds.intake.target import AddressError, Target, _parts, parse
from feeds.plain_address import PORTS, plain
from scheduler.config.check import address_key
from scheduler.config.kinds import SOURCE_ADDRESS, split_credentials
from scheduler.rounds import hosts

_SIGNS = "aZ09-._~/:@!$&'()*+,;=%?#[]\\ \t\n\x00é月A"
SCHEMES = st.sampled_from(["http://", "https://", "HTTP://", "ftp://", "http:/", "//", ""])
HOSTS = st.sampled_from(
    ["a.example", "a-b_c.example.", "127.0.0.1", "127.1", "[::1]", "A.example", "u@h", "."]
)
PORT = st.one_of(
    st.just(""), st.just(":"), st.integers(-1, 70_000).map(lambda port: f":{port}"), st.just(":080")
)
ADDRESSES = st.builds(
    "{}{}{}{}".format,
    SCHEMES,
    HOSTS,
    PORT,
    st.one_of(st.just(""), st.text(_SIGNS, max_size=12).map("/{}".format)),
)


def by_long_way(url: str) -> Target | str:
    """Take an address apart for good; what is wrong with it in place of an error."""
    try:
        return _parts(url)
    except AddressError as error:
        return str(error)


@given(ADDRESSES)
@example("http://a.example:65535/")
@example("https://a.example/a?b=c?d")
@example("http://a.example/?")
@example("http://a.example:80/")
@example("https://a.example:80/")
def test_what_is_plain_is_what_the_long_way_finds(url: str) -> None:
    """Scheme, host, port, path and query, at each place that asks."""
    found = plain(url)
    if found is None:
        return
    scheme, host, port, path = found
    parts = urlsplit(url)
    assert (parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme]) == (scheme, host, port)
    assert path == parts.path + (f"?{parts.query}" if parts.query else "")
    assert parts.username is None
    assert not parts.fragment
    assert hosts.host_of(url) == f"{host}:{port}"
    assert hosts.name_of(url) == host
    where = host if port == PORTS[scheme] else f"{host}:{port}"
    assert address_key(url) == f"{scheme}://{where}{parts.path}?{parts.query}"
    assert split_credentials(url) == (url, None)
    assert SOURCE_ADDRESS.read(url) == url
    try:
        sent: Target | str = parse(url)
    except AddressError as error:
        sent = str(error)
    assert sent == by_long_way(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example",
        "http://A.example/",
        "HTTP://a.example/",
        "http://u:p@a.example/",
        "http://a.example/#b",
        "http://a.example/?",
        "http://a.example/a b",
        "http://a.example/%7E",
        "http://a.example/a?b[]=c",
        "http://a.example:0/",
        "http://a.example:65536/",
        "http://[::1]/",
        "http://a.example/月",
        "http://a.example/\n",
        "ftp://a.example/",
        "http://a.example/" + "a" * 2_048,
    ],
)
def test_what_needs_a_look_is_not_plain(url: str) -> None:
    """Whatever is sent otherwise than written, or must be checked."""
    assert plain(url) is None


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://a.example/", ("http", "a.example", 80, "/")),
        (
            "https://feeds.a-b.example/x/y.xml?n=1&m=(2)",
            ("https", "feeds.a-b.example", 443, "/x/y.xml?n=1&m=(2)"),
        ),
        ("http://127.0.0.1:8380/f", ("http", "127.0.0.1", 8380, "/f")),
    ],
)
def test_usual_addresses_are_plain(url: str, found: tuple[str, str, int, str]) -> None:
    """What stands in most lists of feeds."""
    assert plain(url) == found
