"""What a configuration value may be: each kind says what it expects and reads what it was given."""

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

from feeds.model.value import Value
from feeds.plain_address import plain

_LONGEST_SHOWN = 60
# Patterns are texts where few files have to do with them: `re` compiles them when they are asked, and once.
_HEADER_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # RFC 9110 5.6.2
_HEADER_VALUE = r"[\t\x20-\x7e\xa0-\xff]*"  # RFC 9110 5.5
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_USERINFO = re.compile(r"(?<=://)[^/?#\s@]*@")
_TAG = r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"  # RFC 5646, without its registry
_HOST = (
    r"(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?"
)
_VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
# What frames a request or makes it conditional; a configured one would contradict moonwire's own.
_OWN_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "if-modified-since",
        "if-none-match",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


class WrongError(ValueError):
    """The value is not of this kind; the text, if any, says more than the kind's own expectation."""


class Kind(Value, frozen=True):
    """`expected` completes "expected ..."; `read` returns the value or raises WrongError."""

    expected: str
    read: Callable[[object], Any]


def shown(value: object) -> str:
    """Return a found value as a person wrote it, cut, with the name of its type."""
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "text", list: "a list"}
    names |= {dict: "a table", datetime: "a date", date: "a date", time: "a time of day"}
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, str):
        text = '"' + _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", _USERINFO.sub("…@", value)) + '"'
    elif isinstance(value, dict):
        text = "{" + ", ".join(f"{key} = ..." for key in value) + "}"
    else:
        text = str(value)
    if len(text) > _LONGEST_SHOWN:
        text = text[:_LONGEST_SHOWN] + "\N{HORIZONTAL ELLIPSIS}"
    return f"{text} ({names.get(type(value), type(value).__name__)})"


def whole(least: int, most: int) -> Kind:
    """Return the kind of whole numbers between two bounds, both included."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise WrongError
        return value

    return Kind(f"a whole number from {least} to {most}", read)


def number(least: float, most: float) -> Kind:
    """Return the kind of numbers between two bounds, both included."""

    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise WrongError
        if math.isnan(value) or not least <= value <= most:
            raise WrongError
        return float(value)

    return Kind(f"a number from {least:g} to {most:g}", read)


def text(most: int, *, empty: bool = True) -> Kind:
    """Return the kind of one-line texts of at most `most` characters."""

    def read(value: object) -> str:
        if not isinstance(value, str) or len(value) > most or _CONTROLS.search(value):
            raise WrongError
        if not empty and not value.strip():
            raise WrongError
        return value.strip()

    return Kind(f"one line of text of {'at most' if empty else '1 to'} {most} characters", read)


def one_of(*choices: str) -> Kind:
    """Return the kind of texts that are one of a few."""

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in choices:
            raise WrongError
        return value

    *most, last = (f'"{choice}"' for choice in choices)
    return Kind(f"{', '.join(most)} or {last}", read)


def some_of(*choices: str) -> Kind:
    """Return the kind of lists that hold some of a few texts, or none."""

    def read(value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(each in choices for each in value):
            raise WrongError
        return tuple(choice for choice in choices if choice in value)

    named = ", ".join(f'"{choice}"' for choice in choices)
    return Kind(f"a list that holds some of {named}, or none", read)


def matching(pattern: str, expected: str) -> Kind:
    """Return the kind of texts that match a pattern as a whole, or are empty."""

    def read(value: object) -> str:
        if not isinstance(value, str) or (value and not re.fullmatch(pattern, value)):
            raise WrongError
        return value

    return Kind(expected, read)


def _web_address(value: object) -> str:
    if not isinstance(value, str) or _CONTROLS.search(value) or " " in value.strip():
        raise WrongError
    value = value.strip()
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise WrongError from None
    if not usable or len(value) > 4096:  # noqa: PLR2004 # no server reads longer ones
        raise WrongError
    if parts.username is not None or parts.password is not None:
        raise WrongError("an address without user name and password (set user and password_env instead)")
    return value


def split_credentials(url: str) -> tuple[str, tuple[str, str] | None]:
    """Return an address without the user name and password that stand in it (RFC 3986 3.2.1), and those."""
    if plain(url):
        return url, None
    netloc = urlsplit(url).netloc
    userinfo, at, host = netloc.rpartition("@")
    if not at:
        return url, None
    user, _, password = userinfo.partition(":")
    return url.replace(netloc, host, 1), (unquote(user), unquote(password))


def _source_address(value: object) -> str:
    if not isinstance(value, str):
        raise WrongError
    if plain(value):
        return value
    try:
        bare, credentials = split_credentials(value.strip())
    except ValueError:
        raise WrongError from None
    _web_address(bare)
    if credentials is not None and (":" in credentials[0] or _CONTROLS.search("".join(credentials))):
        raise WrongError("a user name without a colon or control characters in the address (RFC 7617)")
    return value.strip()


def _optional_address(value: object) -> str:
    return "" if value == "" else _web_address(value).rstrip("/")


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise WrongError
    return value


def _host(value: object) -> str:
    if not isinstance(value, str):
        raise WrongError
    bare = value.strip().removeprefix("[").removesuffix("]")
    try:
        return str(ip_address(bare))
    except ValueError:
        if not re.fullmatch(_HOST, bare):
            raise WrongError from None
    return bare.lower().rstrip(".")


def _allowed(value: object) -> bool | frozenset[str]:
    if isinstance(value, bool):
        return value
    if not isinstance(value, list):
        raise WrongError
    return frozenset(_host(one) for one in value)


def _addresses(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise WrongError
    return tuple(_web_address(one) for one in value)


def _headers(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise WrongError
    for name, content in value.items():
        if not re.fullmatch(_HEADER_NAME, name):
            raise WrongError(
                f'header names of letters, digits and hyphens only, not "{name[:_LONGEST_SHOWN]}"'
            )
        if name.lower() in _OWN_HEADERS:
            raise WrongError(f'no header "{name}", which moonwire sets itself')
        if not isinstance(content, str) or not re.fullmatch(_HEADER_VALUE, content):
            raise WrongError(f'one line of Latin-1 text as the value of header "{name}"')
    return tuple(value.items())


FLAG = Kind("true or false", _flag)
ADDRESS = Kind("an address that starts with http:// or https:// and names a host", _web_address)
SOURCE_ADDRESS = Kind("an address that starts with http:// or https:// and names a host", _source_address)
OPTIONAL_ADDRESS = Kind("an address that starts with http:// or https:// and names a host", _optional_address)
ADDRESSES = Kind("a list of http:// or https:// addresses", _addresses)
HOST = Kind("a host name or an IP address", _host)
ALLOWED = Kind('true, or a list of host names and addresses, such as ["127.0.0.1", "nas.home"]', _allowed)
HEADERS = Kind('a table of header names and values, such as { Accept-Language = "ru" }', _headers)
LANGUAGE = matching(_TAG, 'a language tag (BCP 47), such as "en", "zh" or "pt-BR"')
VARIABLE = matching(_VARIABLE, "the name of an environment variable")
