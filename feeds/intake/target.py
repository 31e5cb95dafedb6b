"""URLs as they are sent: split, checked, ASCII. Pure."""

import re
from functools import lru_cache
from urllib.parse import quote, unquote, urljoin, urlsplit

from feeds.intake.address import literal
from feeds.later import late_pattern
from feeds.model import BasicAuth
from feeds.model.value import Value
from feeds.plain_address import PORTS, plain

_MAX_URL = 8_192
_PATH_SAFE = "/%:@!$&'()*+,;=-._~"
_QUERY_SAFE = _PATH_SAFE + "?[]"
_HOST_NAME = late_pattern(r"(?=.{1,253}\.?$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*\.?")
_ENDS_IN_NUMBER = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\.?$")
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class AddressError(ValueError):
    """An address that can not or may not be asked; `str(error)` is a clause on why, without the address."""


class Target(Value, frozen=True, kw_only=True):
    """An address split into what a connection and a request line need; all ASCII."""

    UNSHOWN = frozenset(("auth",))

    scheme: str
    host: str
    """Lower case, IDNA-encoded (RFC 5891); an IPv6 address without brackets."""
    port: int
    path: str
    """Path and query as sent in the request line."""
    auth: BasicAuth | None = None
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
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


@lru_cache(maxsize=4096)
def parse(url: str) -> Target:
    """Split `url` for sending; raises AddressError when it is no http(s) address of a real host.

    Characters outside ASCII are percent-encoded as UTF-8 (RFC 3987 3.1), the fragment is dropped,
    credentials move into `auth`.
    """
    url = url.strip()
    if len(url) > _MAX_URL:
        raise AddressError(f"the address is longer than {_MAX_URL} characters")
    if found := plain(url):
        scheme, host, port, path = found
        return Target(scheme=scheme, host=_host(host), port=port, path=path)
    return _parts(url)


def _parts(url: str) -> Target:
    """Take apart what must be checked or written otherwise."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressError("the address is malformed") from None
    scheme = parts.scheme.lower()
    if scheme not in PORTS:
        named = f"{_show(scheme)}: addresses are" if scheme else "an address without a scheme is"
        raise AddressError(f"{named} not asked, only http and https")
    if port == 0:
        raise AddressError("port 0 can not be asked")
    if "\\" in parts.netloc:  # browsers read it as a slash: two readers would see two hosts
        raise AddressError("the host name is not valid")
    host = _host(parts.hostname or "")
    path = _quoted(parts.path or "/", _PATH_SAFE)
    if parts.query:
        path += "?" + _quoted(parts.query, _QUERY_SAFE)
    auth = _auth(parts.username, parts.password)
    return Target(scheme=scheme, host=host, port=port or PORTS[scheme], path=path, auth=auth)


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


def _host(host: str) -> str:
    if not host:
        raise AddressError("the address names no host")
    if ":" in host:
        if "%" in host or literal(host) is None:
            raise AddressError("the host is no valid IPv6 address")
        return str(literal(host))
    if not host.isascii():
        import idna  # noqa: PLC0415 # most hosts are ASCII

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
