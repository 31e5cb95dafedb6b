"""The guard: which IP addresses may be connected to; and addresses fit for sentences."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.intake.address import Guard, embedded, literal, redact, special

PUBLIC = ("93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "64:ff9b::808:808", "2002:808:808::1")
REFUSED = {
    "10.0.0.1": "private",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.168.1.1": "private",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "169.254.169.254": "link-local",
    "100.64.0.1": "carrier-grade NAT",
    "100.127.255.255": "carrier-grade NAT",
    "0.0.0.0": "unspecified",
    "0.1.2.3": "unspecified",
    "224.0.0.1": "multicast",
    "255.255.255.255": "reserved",
    "240.0.0.1": "reserved",
    "192.0.0.8": "reserved",
    "192.0.2.1": "documentation",
    "198.18.0.1": "benchmarking",
    "::": "unspecified",
    "::1": "loopback",
    "fd00::1": "unique local",
    "fd00:ec2::254": "unique local",
    "fe80::1": "link-local",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
    "::ffff:127.0.0.1": "loopback",
    "::ffff:10.1.2.3": "private",
    "::7f00:1": "loopback",
    "2002:7f00:1::1": "loopback",
    "2002:a00:1::": "private",
    "64:ff9b::a00:1": "private",
    "64:ff9b:1::1": "reserved",
    "2001::1": "reserved",
    "2001:db8::1": "documentation",
    "100::1": "reserved",
    "5f00::1": "reserved",
}


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str) -> None:
    """What the internet routes is asked, also inside NAT64 and 6to4."""
    assert special(ipaddress.ip_address(address)) == ""
    assert Guard(allow=False).refusal("feed.example", address) == ""


@pytest.mark.parametrize(("address", "word"), REFUSED.items())
def test_special_addresses_are_refused(address: str, word: str) -> None:
    """Each special range is refused, with the word that says why; True allows them all."""
    assert special(ipaddress.ip_address(address)) == word
    refusal = Guard(allow=frozenset()).refusal("feed.example", address)
    assert str(ipaddress.ip_address(address)) in refusal
    assert Guard(allow=True).refusal("feed.example", address) == ""


@given(st.ip_addresses(v=4))
def test_an_embedded_ipv4_address_is_judged_as_itself(inner: ipaddress.IPv4Address) -> None:
    """Mapped, 6to4 and NAT64 forms carry no private address past the guard."""
    value = int(inner)
    mapped = ipaddress.IPv6Address((0xFFFF << 32) | value)
    sixtofour = ipaddress.IPv6Address((0x2002 << 112) | (value << 80) | 1)
    nat64 = ipaddress.IPv6Address((0x64FF9B << 96) | value)
    for outer in (mapped, sixtofour, nat64):
        assert embedded(outer) == inner
        assert special(outer) == special(inner)


@given(st.ip_addresses())
def test_nothing_that_python_calls_private_is_called_public(address: ipaddress.IPv4Address) -> None:
    """Our table is at least as strict as the standard library's, 6to4 and NAT64 aside."""
    if embedded(address) == address and not special(address):
        assert address.is_global
        assert not address.is_multicast


def test_a_listed_address_is_allowed_under_any_name() -> None:
    """An address in the list is trusted; its neighbour is not."""
    guard = Guard(allow=frozenset({"127.0.0.1", "fd00::1", "10.1.0.0/16", "[::1]"}))
    assert guard.refusal("feed.example", "127.0.0.1") == ""
    assert guard.refusal("feed.example", "::ffff:127.0.0.1") == ""
    assert guard.refusal("feed.example", "fd00::1") == ""
    assert guard.refusal("feed.example", "::1") == ""
    assert guard.refusal("feed.example", "10.1.255.1") == ""
    assert guard.refusal("feed.example", "10.2.0.1")
    assert guard.refusal("feed.example", "127.0.0.2")


def test_a_listed_name_may_resolve_to_the_lan_but_not_to_this_machine() -> None:
    """A name opens LAN addresses to itself alone; loopback and link-local need the address listed."""
    guard = Guard(allow=frozenset({"NAS.home.arpa."}))
    assert guard.refusal("nas.home.arpa", "192.168.1.5") == ""
    assert guard.refusal("nas.home.arpa.", "fd00::5") == ""
    assert guard.refusal("nas.home.arpa", "127.0.0.2") == "127.0.0.2 is a loopback address"
    assert guard.refusal("nas.home.arpa", "169.254.169.254") == "169.254.169.254 is a link-local address"
    assert guard.refusal("other.home.arpa", "192.168.1.5") == "192.168.1.5 is a private address"


def test_localhost_in_the_list_means_its_two_addresses() -> None:
    """The name localhost stands for 127.0.0.1 and ::1 and for nothing else."""
    guard = Guard(allow=frozenset({"localhost"}))
    assert guard.refusal("localhost", "127.0.0.1") == ""
    assert guard.refusal("localhost", "::1") == ""
    assert guard.refusal("localhost", "127.0.0.2")


def test_refusals_read_as_clauses() -> None:
    """Every kind of refusal can stand in a sentence."""
    guard = Guard(allow=False)
    assert guard.refusal("x", "0.0.0.0") == "0.0.0.0 is the unspecified address"
    assert guard.refusal("x", "::ffff:10.0.0.1") == "::ffff:a00:1 (10.0.0.1) is a private address"
    assert guard.refusal("x", "8.8.8.8", own=True) == "8.8.8.8 is an address of this machine"
    assert guard.refusal("x", "/run/socket") == "/run/socket is no IP address"


def test_a_zone_is_no_part_of_the_address() -> None:
    """A scoped IPv6 address is judged without its zone."""
    assert literal("fe80::1%eth0") == ipaddress.ip_address("fe80::1")
    assert literal("feed.example") is None


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pass@feed.example/rss?a=b", "https://feed.example/rss?a=b"),
        ("https://user@feed.example/", "https://feed.example/"),
        ("https://user:p@ss@feed.example/", "https://feed.example/"),
        ("https://user:pa/ss@feed.example/", "https://feed.example/"),
        ("user:pass@feed.example/rss", "feed.example/rss"),
        ("//user:pass@feed.example", "//feed.example"),
        ("http:/user:pass@feed.example", "http:/feed.example"),
        ("https://social.example/@user", "https://social.example/@user"),
        ("https://feed.example:8443/@user", "https://feed.example:8443/@user"),
        ("https://[2001:db8::1]/@user", "https://[2001:db8::1]/@user"),
        ("https://feed.example/\r\nX-Evil: 1", "https://feed.example/�X-Evil: 1"),
    ],
)
def test_redacted_addresses_hold_no_secret(url: str, shown: str) -> None:
    """Credentials and control characters never reach a sentence; paths with an @ stay."""
    assert redact(url) == shown


def test_redacted_addresses_are_short() -> None:
    """A sentence is not drowned by an address."""
    assert len(redact("https://feed.example/" + "a" * 1000)) == 300
