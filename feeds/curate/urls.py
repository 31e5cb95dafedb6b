"""Addresses: a key to compare them by, and a form to show and open.

The rules that change with the web (parameters, wrappers, sites) are data in `data/urls.toml`.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from feeds.curate.url_parts import LIMIT, Address, parse, unquoted
from feeds.curate.url_rules import rules, site_rules, wrappers_of
from feeds.later import late_pattern
from feeds.model.value import Value

__all__ = ["MADE_GUID", "Address", "canonical", "clean", "guid_key", "has_own_page", "parse", "site_of"]

MADE_GUID = "urn:moonwire:"
"""How a guid begins that no publisher gave."""
_MAX_PASSES = 24

_PLAIN = re.compile(
    r"(https?://([a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+)(?=/)"
    r"((?:/(?!(?:amp|print|mobile|index|default)(?:[/.?]|$))"
    r"[A-Za-z0-9\-_~]++(?:\.(?!amp)[A-Za-z0-9\-_~]*+)*+)*+)/?+)"
    r"(?:\?([A-Za-z0-9\-._~=&]*+))?",
    re.ASCII,
)
"""Addresses that are what they seem, which most are: nothing but parameters is to be taken away."""
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PREFIX = re.compile(r"(?:www\d{0,2}|m|mobile|amp|wap|touch|print)\.(?=[^.]+\.)")
_MOBILE_LABEL = re.compile(r"(?<=[a-z])\.m\.(?=[^.]+\.)")
_SESSION_PATH = late_pattern(r";(?:jsessionid|phpsessid|sid)=[^/;?]*", re.IGNORECASE)
_VARIANT_PATH = late_pattern(
    r"(?<=[^/])/(?:amp|print|mobile)/?$|\.amp(?=\.html?$)|\.amp$|(?<=/)amp/(?=[^/]+\.html?$)"
)
_INDEX = late_pattern(r"/(?:index|default)\.(?:html?|php|aspx?|jsp|shtml)$")


class _Plain(Value, frozen=True, kw_only=True):
    """What all is asked of an address that is what it seems."""

    clean: str
    key: str
    site: str


@lru_cache(maxsize=4096)  # an item is asked about its address and guid a dozen times
def _plain(url: str) -> _Plain | None:
    """Take an address apart that is what it seems, on a host without wrappers; None for others."""
    match = _PLAIN.fullmatch(url) if len(url) < LIMIT else None  # https may add a character
    if match is None:
        return None
    page, host, path, terms = match.groups()
    site = _plain_site(host)
    if not site:
        return None
    key = f"https://{site}{path or '/'}"
    if terms is None:
        return _Plain(clean=url, key=key, site=site)
    kept = [part for part in terms.split("&") if part and not _tracks(host, part)]
    telling = [part for part in kept if not _is_variant(part)]
    return _Plain(clean=_with_query(page, kept), key=_with_query(key, sorted(telling)), site=site)


def _with_query(page: str, query: list[str]) -> str:
    return f"{page}?{'&'.join(query)}" if query else page


@lru_cache(maxsize=4096)
def _plain_site(host: str) -> str:
    """Host without its decoration, where both have the same rules and no wrappers; else empty."""
    bare = _bare_host(host)
    same = _bare_host(bare) == bare and site_rules(bare) is site_rules(host)
    return bare if same and not wrappers_of(host) and not wrappers_of(bare) else ""


def canonical(url: str) -> str:
    """Key by which two addresses of one page compare equal; "" when `url` is not http(s).

    Idempotent, never raises. Scheme, `www.`, port, credentials, fragment, tracking and session
    parameters, order of parameters, trailing slash, AMP, mobile and print variants do not count;
    redirect wrappers are replaced by the target they carry (RFC 3986 section 6 and its margins).
    """
    plain = _plain(url)
    return plain.key if plain else _canonical(url)


@lru_cache(maxsize=1024)
def _canonical(url: str) -> str:
    key = url[: LIMIT + 1]
    for _ in range(_MAX_PASSES):
        before, key = key, _key(key)
        if before == key:
            return key
        if plain := _plain(key):
            return plain.key
    return ""


def clean(url: str) -> str:
    """Address to show and open: http(s) only, else ""; credentials and tracking gone, wrappers opened.

    What is left stays as the publisher wrote it, except that characters no URI may hold
    (RFC 3986 section 2) are percent-encoded.
    """
    plain = _plain(url)
    if plain:
        return plain.clean
    address = _unwrapped(url)
    if address is None:
        return ""
    return _build(address, query=[p for p in address.query if not _tracks(address.host, p)])


def site_of(url: str) -> str:
    """Host name of the publisher without `www.` and its like, in ASCII; "" when `url` is not http(s)."""
    plain = _plain(url)
    if plain:
        return plain.site
    address = parse(url)
    return _bare_host(address.host) if address else ""


def guid_key(guid: str) -> str:
    """Comparison key of a guid: addresses lose what changes at each visit, but keep their fragment."""
    plain = _plain(guid)
    if plain:
        return plain.key
    address = parse(guid)
    if address is None:
        return guid
    return canonical(guid) + ("#" + address.fragment if address.fragment else "")


def has_own_page(key: str) -> bool:
    """Whether a canonical address names a page of its own, and not just a whole site."""
    return key[8:].partition("/")[2][:1] not in {"", "#"}


def _normal_percent(text: str) -> str:
    """One spelling for each encoded character (RFC 3986 section 6.2.2)."""
    if "%" not in text:
        return text

    def one(match: re.Match[str]) -> str:
        char = chr(int(match[0][1:], 16))
        return char if char in _UNRESERVED else match[0].upper()

    return _PERCENT.sub(one, text)


def _build(address: Address, *, query: list[str]) -> str:
    tail = ("?" + "&".join(query) if query else "") + ("#" + address.fragment if address.fragment else "")
    return f"{address.scheme}://{address.host}{address.port}{address.path}{tail}"


def _key(url: str) -> str:
    """One pass of `canonical`."""
    address = _unwrapped(url)
    if address is None:
        return ""
    host = _bare_host(address.host)
    query = sorted(
        normal
        for part in address.query
        if not _tracks(address.host, part) and not _is_variant(normal := _normal_percent(part))
    )
    fragment = address.fragment if address.fragment.startswith("!") else ""
    path = _bare_path(_normal_percent(address.path))
    tail = ("?" + "&".join(query) if query else "") + ("#" + _normal_percent(fragment) if fragment else "")
    return f"https://{host}{address.port}{path}{tail}"


def _bare_host(host: str) -> str:
    if ".m." in host:
        host = _MOBILE_LABEL.sub(".", host)
    while match := _PREFIX.match(host):
        host = host[match.end() :]
    return host


def _bare_path(path: str) -> str:
    path = _SESSION_PATH.sub("", path)
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in {"", "."}:
            parts.append(part)
    path = _VARIANT_PATH.sub("", _INDEX.sub("", "/" + "/".join(parts)))
    return path.rstrip("/") or "/"


def _name(parameter: str) -> str:
    return unquoted(parameter.partition("=")[0]).lower()


def _tracks(host: str, parameter: str) -> bool:
    """Whether a parameter only says where the reader came from, by the rules of this host."""
    return _is_tracking(host, _name(parameter))


@lru_cache(maxsize=4096)
def _is_tracking(host: str, name: str) -> bool:
    site = site_rules(host)
    if site is not None:
        if name in site.keep:
            return False
        if site.only is not None:
            return name not in site.only
        if name in site.drop:
            return True
    return name in rules().tracking


def _is_variant(parameter: str) -> bool:
    values = rules().variant.get(_name(parameter))
    return values is not None and ("*" in values or parameter.partition("=")[2].lower() in values)


def _unwrapped(url: str) -> Address | None:
    """Parse, and follow the targets that redirect wrappers carry in themselves."""
    address = parse(url)
    for _ in range(_MAX_PASSES):
        if address is None or not wrappers_of(address.host):
            return address
        target = next(_targets(address), None)
        if target is None:
            return address
        address = target
    return address


def _targets(address: Address) -> Iterator[Address]:
    for wrapper in wrappers_of(address.host):
        match = wrapper.path.match(address.path)
        if match is None:
            continue
        if wrapper.parameters:
            found = [p.partition("=")[2] for p in address.query if _name(p) in wrapper.parameters]
        else:
            rest = address.path[match.end() :]
            rest = rest if re.match(r"https?:/", rest, re.IGNORECASE) else "https://" + rest
            rest = re.sub(r"^(https?):/+", r"\1://", rest, flags=re.IGNORECASE)
            found = ["?".join(filter(None, (rest, "&".join(address.query))))]
        for text in found:
            if target := parse(unquoted(text) if wrapper.parameters else text):
                yield target
