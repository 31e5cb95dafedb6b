"""How long a server asks to be left alone: Cache-Control, Expires, Age and Retry-After as seconds. Pure."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from feeds.later import late_pattern
from feeds.model import Freshness

_MAX_SECONDS = 2**31
"""RFC 9111 1.2.2: a larger delta-seconds is taken as this."""
_DIRECTIVE = late_pattern(r'\s*([a-z-]+)\s*(?:=\s*"?([^",]*)"?\s*)?(?:,|$)', re.IGNORECASE)


def freshness(header: Callable[[str], str], now: datetime) -> Freshness:
    """Read the hints of one answer.

    `header` gives a header's value by lower-case name, or an empty string. HTTP-dates are taken
    relative to the answer's Date, so a server with a wrong clock is still understood, and relative to
    `now` (aware) when there is none. Nonsense counts as not said. Nothing is capped: that is planning.
    """
    max_age = _max_age(header("cache-control"), header("age"))
    expires = "" if max_age is not None else header("expires")  # RFC 9111 5.3: ignored beside max-age
    silence = header("retry-after")
    asked = _delta(silence)
    return Freshness(
        max_age_s=max_age,
        expires_s=_ahead(expires, header, now),
        retry_after_s=_ahead(silence, header, now) if asked is None else asked,
    )


def http_date(value: str) -> datetime | None:
    """Read an HTTP-date (RFC 9110 5.6.7, any of its three forms) as aware UTC; None for anything else."""
    value = value.strip()
    if not value or len(value) > 64 or not any(mark in value for mark in (" ", "-")):  # noqa: PLR2004 # a date is shorter
        return None
    try:
        found = parsedate_to_datetime(value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _max_age(cache_control: str, age: str) -> int | None:
    said: int | None = None
    for match in _DIRECTIVE.finditer(cache_control[:1024]) if cache_control else ():
        name = match.group(1).lower()
        if name in {"no-cache", "no-store"}:  # RFC 9111 5.2.2.4: ask again before any use
            return 0
        if name == "max-age" and said is None:
            said = _delta(match.group(2) or "")
    if said is None:
        return None
    return max(0, said - (_delta(age) or 0))  # RFC 9111 4.2.3: what a cache on the way used up already


def _delta(value: str) -> int | None:
    value = value.strip()
    if not (value.isascii() and value.isdigit()):
        return None
    return _MAX_SECONDS if len(value) > 10 else min(int(value), _MAX_SECONDS)  # noqa: PLR2004 # digits of 2**31


def _ahead(value: str, header: Callable[[str], str], now: datetime) -> int | None:
    """Return how many seconds after the answer a stated HTTP-date is; None when it is none."""
    until = http_date(value)
    if until is None:
        return None
    at = http_date(header("date")) or now
    return min(max(0, int((until - at).total_seconds())), _MAX_SECONDS)
