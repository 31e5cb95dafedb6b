"""Addresses taken apart as a browser would (RFC 3986, the WHATWG URL Standard at the margins)."""

import re
from functools import lru_cache
from urllib.parse import unquote

from feeds.later import late_pattern
from feeds.model.value import Value

LIMIT = 4096
"""Characters; longer addresses are not addresses of articles."""

_SPLIT = re.compile(
    r"(?P<scheme>https?):[/\\]{2,}(?P<authority>[^/\\?#]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_EDGES = "".join(map(chr, range(33))) + "\x7f\xa0\u200b\u2060\u3000\ufeff"
_INNER = late_pattern(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\t\r\n\ud800-\udfff\u200b\u2060\ufeff]")
_HOST = late_pattern(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]{2,45}\]")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNSAFE = late_pattern(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/?#%\[\]]")


class Address(Value, frozen=True, kw_only=True):
    """An http(s) address in parts: `host` lower-case ASCII, `port` with its colon unless default."""

    scheme: str
    host: str
    port: str
    path: str
    query: tuple[str, ...]
    fragment: str


@lru_cache(maxsize=512)  # an item is asked about the same few addresses a dozen times
def parse(url: str) -> Address | None:
    """Read an absolute http(s) address as a browser would; None when it is none."""
    text = _INNER.sub("", url[: LIMIT + 1].strip(_EDGES))
    match = _SPLIT.fullmatch(text)
    if match is None or len(text) > LIMIT:
        return None
    authority = match["authority"].rpartition("@")[2]
    name, port = _host_and_port(authority)
    host = _ascii_host(name)
    if not _HOST.fullmatch(host):
        return None
    scheme = match["scheme"].lower()
    if port is None:
        return None
    default = {"http": "80", "https": "443"}[scheme]
    tail = _escape(match["query"] or "")
    return Address(
        scheme=scheme,
        host=host,
        port="" if port in {"", default} else ":" + port,
        path=_escape(match["path"].replace("\\", "/")) or "/",
        query=tuple(part for part in tail.split("&") if part),
        fragment=_escape(match["fragment"] or ""),
    )


def _host_and_port(authority: str) -> tuple[str, str | None]:
    """Port is "" when none is given and None when it is nonsense."""
    match = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::(\d{0,5}))?", authority, re.ASCII)
    if match is None:
        return "", None
    port = (match[2] or "").lstrip("0")
    return match[1], port if not port or int(port) < 1 << 16 else None


@lru_cache(maxsize=4096)
def _ascii_host(name: str) -> str:
    """Host in the form the DNS sees (RFC 5891), or "" when there is no such form."""
    host = unquoted(name).lower().rstrip(".")
    if host.isascii():
        return host
    if len(host) > 253:  # noqa: PLR2004 # RFC 1035 2.3.4; the codec is slow on longer ones
        return ""
    try:
        return host.encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError:
        return ""


def _escape(text: str) -> str:
    """Percent-encode what no URI may hold, and percent signs that encode nothing."""
    text = _BAD_PERCENT.sub("%25", text)
    return _UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), text)


def unquoted(text: str) -> str:
    """Resolve percent signs, where there are any."""
    return unquote(text, errors="replace") if "%" in text else text
