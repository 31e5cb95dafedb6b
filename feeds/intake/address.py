"""Which addresses may be asked: the guard that each connection passes.

The guard judges the very IP address a socket is about to connect to, after the name was resolved,
so neither a redirect, nor an odd spelling, nor a name that changes its mind (DNS rebinding) leads
into a private network.
"""

import ipaddress
from functools import cache, lru_cache

from feeds.later import late_pattern

AllowPrivate = bool | frozenset[str]
"""True allows every address; a set allows those it names: an IP address (`192.168.1.5`), a network
(`10.1.0.0/16`), or a host name, which then may resolve to a LAN address (RFC 1918, RFC 6598, RFC 4193)
but to no loopback, link-local or other special one unless that is listed as well."""

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


_MAX_SHOWN = 300
_CONTROL = late_pattern(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_USERINFO = late_pattern(r"^([a-zA-Z][\w+.-]*:(?=/))?(/*)[^/?#]*@")
_SPLIT_USERINFO = late_pattern(r"^([a-zA-Z][\w+.-]*:)?(//)(?!\[)[^/?#@]*:(?!\d*(?:[/?#]|$))[^@]*@")
"""A password with an unescaped slash ends the authority; what follows it is secret all the same."""


def redact(url: str) -> str:
    """`url` fit for sentences and logs: without credentials and control characters, at most 300 long."""
    shown = _USERINFO.sub(r"\1\2", url.strip())
    shown = _SPLIT_USERINFO.sub(r"\1\2", shown)
    shown = _CONTROL.sub("�", shown)
    return shown if len(shown) <= _MAX_SHOWN else shown[: _MAX_SHOWN - 1] + "…"


@lru_cache(maxsize=4096)  # several ask it of each address of a round, mostly of names, which takes longest
def literal(host: str) -> IPAddress | None:
    """Give the IP address that `host` spells, None when it is a name; a zone (`%eth0`) is no part of it."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


# What the special-purpose registries (RFC 6890, IANA) reserve; the word goes into the sentence.
_SPECIAL = (
    ("0.0.0.0/8", "unspecified"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "carrier-grade NAT"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link-local"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "reserved"),
    ("192.0.2.0/24", "documentation"),
    ("192.88.99.0/24", "reserved"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("fc00::/7", "unique local"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
    ("2001::/23", "reserved"),
    ("2001:db8::/32", "documentation"),
    ("3fff::/20", "documentation"),
)
_PHRASE = {"unspecified": "the unspecified address", "own": "an address of this machine"}
_LAN_WORDS = frozenset({"private", "carrier-grade NAT", "unique local"})
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_LOCALHOST = (ipaddress.IPv4Address("127.0.0.1"), ipaddress.IPv6Address("::1"))


@cache  # made when the first address is judged
def _reserved() -> tuple[tuple[IPNetwork, str], ...]:
    return tuple((ipaddress.ip_network(network), word) for network, word in _SPECIAL)


def embedded(address: IPAddress) -> IPAddress:
    """Give the IPv4 address inside an IPv6 one (mapped, compatible, 6to4, NAT64), else `address` itself.

    RFC 4291 2.5.5, RFC 3056, RFC 6052: such an address ends at the IPv4 host it carries.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    value = int(address)
    if address in _NAT64 or 1 < value < 1 << 32:
        return ipaddress.IPv4Address(value & 0xFFFFFFFF)
    return address


def special(address: IPAddress) -> str:
    """One word on why `address` is not on the public internet, or an empty string when it is."""
    inner = embedded(address)
    for network, word in _reserved():
        if inner.version == network.version and inner in network:
            return word
    if isinstance(inner, ipaddress.IPv6Address) and inner not in _GLOBAL_V6:
        return "reserved"
    return ""


class Guard:
    """Decides which IP addresses may be connected to. Immutable, shared by all threads."""

    def __init__(self, allow: AllowPrivate) -> None:
        self._all = allow is True
        self._names: set[str] = set()
        self._networks: list[IPNetwork] = []
        for entry in allow if isinstance(allow, frozenset) else ():
            self._add(entry.strip().lower().rstrip(".").removeprefix("[").removesuffix("]"))

    def _add(self, entry: str) -> None:
        try:
            self._networks.append(ipaddress.ip_network(entry, strict=False))
        except ValueError:
            self._names.add(entry)
            if entry == "localhost":  # RFC 6761 6.3: the name means these addresses and no other
                self._networks += [ipaddress.ip_network(address) for address in _LOCALHOST]

    def refusal(self, host: str, address: str, *, own: bool = False) -> str:
        """Say why `address`, to which `host` resolved, may not be asked; empty when it may.

        `own`: the address is one of this machine's. The answer is a clause for a sentence, such as
        "10.0.0.1 is a private address".
        """
        if self._all:
            return ""
        found = literal(address)
        if found is None:
            return f"{redact(address)} is no IP address"
        word = special(found) or ("own" if own else "")
        if not word or self._listed(found):
            return ""
        if word in _LAN_WORDS and host.rstrip(".") in self._names:
            return ""
        inner = embedded(found)
        shown = str(found) if inner == found else f"{found} ({inner})"
        return f"{shown} is {_PHRASE.get(word, f'a {word} address')}"

    def _listed(self, address: IPAddress) -> bool:
        inner = embedded(address)
        return any(
            (address.version == network.version and address in network)
            or (inner.version == network.version and inner in network)
            for network in self._networks
        )
