"""Which addresses may be asked: URLs as they are sent, and the guard that each connection passes.

The guard judges the very IP address a socket is about to connect to, after the name was resolved,
so neither a redirect, nor an odd spelling, nor a name that changes its mind (DNS rebinding) leads
into a private network.
"""

import ipaddress
import re
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote, unquote, urljoin, urlsplit

import idna

from feeds.model import BasicAuth

AllowPrivate = bool | frozenset[str]
"""True allows every address; a set allows those it names: an IP address (`192.168.1.5`), a network
(`10.1.0.0/16`), or a host name, which then may resolve to a LAN address (RFC 1918, RFC 6598, RFC 4193)
but to no loopback, link-local or other special one unless that is listed as well."""

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_MAX_URL = 8_192
_MAX_SHOWN = 300
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PATH_SAFE = "/%:@!$&'()*+,;=-._~"
_QUERY_SAFE = _PATH_SAFE + "?"
_HOST_NAME = re.compile(r"(?=.{1,253}\.?$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*\.?")
_ENDS_IN_NUMBER = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\.?$")
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_USERINFO = re.compile(r"^([a-zA-Z][a-zA-Z0-9+.-]*:)?(//)[^/?#]*@")


class AddressError(ValueError):
    """An address that can not or may not be asked; `str(error)` is a clause on why, without the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address split into what a connection and a request line need; all ASCII."""

    scheme: str
    host: str
    """Lower case, IDNA-encoded (RFC 5891); an IPv6 address without brackets."""
    port: int
    path: str
    """Path and query as sent in the request line."""
    auth: BasicAuth | None = field(default=None, repr=False)
    """Credentials that stood in the address (RFC 3986 3.2.1)."""

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port (RFC 6454 4)."""
        return (self.scheme, self.host, self.port)

    @property
    def url(self) -> str:
        """Absolute, without credentials and fragment."""
        return f"{self.scheme}://{self.netloc}{self.path}"

    @property
    def netloc(self) -> str:
        """Host as the Host header carries it: brackets around IPv6, the port only if not the default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


@lru_cache(maxsize=4096)
def parse(url: str) -> Target:
    """Split `url` for sending; raises AddressError when it is no http(s) address of a real host.

    Characters outside ASCII are percent-encoded as UTF-8 (RFC 3987 3.1), the fragment is dropped,
    credentials move into `auth`.
    """
    url = url.strip()
    if len(url) > _MAX_URL:
        raise AddressError(f"the address is longer than {_MAX_URL} characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressError("the address is malformed") from None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS:
        named = f"{_show(scheme)}: addresses are" if scheme else "an address without a scheme is"
        raise AddressError(f"{named} not asked, only http and https")
    if port == 0:
        raise AddressError("port 0 can not be asked")
    host = _host(parts.hostname or "")
    path = _quoted(parts.path or "/", _PATH_SAFE)
    if parts.query:
        path += "?" + _quoted(parts.query, _QUERY_SAFE)
    auth = _auth(parts.username, parts.password)
    return Target(scheme=scheme, host=host, port=port or _DEFAULT_PORTS[scheme], path=path, auth=auth)


def follow(base: Target, location: str) -> Target:
    """Give the target of a Location header (RFC 9110 10.2.2) in an answer of `base`.

    `location` is the header's bytes read as latin-1, as `http.client` gives them; raw UTF-8 in it
    is understood, other bytes are percent-encoded as they are. Raises AddressError.
    """
    raw = location.encode("latin-1", "replace")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = "".join(chr(byte) if byte < 128 else f"%{byte:02X}" for byte in raw)  # noqa: PLR2004 # ASCII ends there
    text = _CONTROL.sub(lambda found: quote(found.group()), text.strip())
    try:
        joined = urljoin(base.url, text)
    except ValueError:
        raise AddressError("the address is malformed") from None
    return parse(joined)


def redact(url: str) -> str:
    """`url` fit for sentences and logs: without credentials and control characters, at most 300 long."""
    shown = _USERINFO.sub(r"\1\2", url.strip())
    shown = _CONTROL.sub("�", shown)
    return shown if len(shown) <= _MAX_SHOWN else shown[: _MAX_SHOWN - 1] + "…"


def same_origin(one: str, other: str) -> bool:
    """Say whether credentials for address `one` may go to `other`: same scheme, host, port (RFC 6454).

    The step from http to https on the default ports of one host counts as the same origin.
    """
    try:
        return may_share(parse(one), parse(other))
    except AddressError:
        return False


def may_share(one: Target, other: Target) -> bool:
    """As `same_origin`, for addresses that are split already."""
    if one.origin == other.origin:
        return True
    upgrade = (one.scheme, one.port, other.scheme, other.port) == ("http", 80, "https", 443)
    return upgrade and one.host == other.host


def literal(host: str) -> IPAddress | None:
    """Give the IP address that `host` spells, None when it is a name; a zone (`%eth0`) is no part of it."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _host(host: str) -> str:
    if not host:
        raise AddressError("the address names no host")
    if ":" in host:
        if "%" in host or literal(host) is None:
            raise AddressError("the host is no valid IPv6 address")
        return str(literal(host))
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise AddressError("the host name is not valid") from None
    host = host.lower()
    if _ENDS_IN_NUMBER.search(host):
        if literal(host) is None:
            raise AddressError("the host is a number that is no plain IPv4 address (write a.b.c.d)")
        return host
    if not _HOST_NAME.fullmatch(host):
        raise AddressError("the host name is not valid")
    return host


def _quoted(text: str, safe: str) -> str:
    return _BROKEN_PERCENT.sub("%25", quote(text, safe=safe, errors="replace"))


def _auth(user: str | None, password: str | None) -> BasicAuth | None:
    if user is None and password is None:
        return None
    return BasicAuth(user=unquote(user or ""), password=unquote(password or ""))


def _show(text: str) -> str:
    return text if len(text) <= 20 else text[:20] + "…"  # noqa: PLR2004 # enough to know a scheme by


# What the special-purpose registries (RFC 6890, IANA) reserve; the word goes into the sentence.
_SPECIAL: tuple[tuple[IPNetwork, str], ...] = tuple(
    (ipaddress.ip_network(network), word)
    for network, word in (
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
)
_LAN_WORDS = frozenset({"private", "carrier-grade NAT", "unique local"})
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_LOCALHOST = (ipaddress.IPv4Address("127.0.0.1"), ipaddress.IPv6Address("::1"))


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
    for network, word in _SPECIAL:
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

    def refusal(self, host: str, address: str) -> str:
        """Why `address`, to which `host` resolved, may not be connected to; empty when it may.

        A clause for a sentence, such as "10.0.0.1 is a private address".
        """
        if self._all:
            return ""
        found = literal(address)
        if found is None:
            return f"{redact(address)} is no IP address"
        word = special(found)
        if not word or self._listed(found):
            return ""
        if word in _LAN_WORDS and host.rstrip(".") in self._names:
            return ""
        return f"{found} is {_article(word)} {word} address"

    def _listed(self, address: IPAddress) -> bool:
        inner = embedded(address)
        return any(
            (address.version == network.version and address in network)
            or (inner.version == network.version and inner in network)
            for network in self._networks
        )


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"
