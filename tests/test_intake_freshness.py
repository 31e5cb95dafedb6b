"""How long a server asks to be left alone."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.intake.freshness import freshness, http_date
from feeds.model import Freshness

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def hints(**headers: str) -> Freshness:
    """Read the hints of an answer with these headers; underscores stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return freshness(lambda name: named.get(name, ""), NOW)


def date(**delta: float) -> str:
    """Give an HTTP-date so much from NOW."""
    return format_datetime(NOW + timedelta(**delta), usegmt=True)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("max-age=600", 600),
        ("public, Max-Age=600, must-revalidate", 600),
        ('max-age="600"', 600),
        ("max-age = 600", 600),
        ("max-age=60, max-age=600", 60),
        ("s-maxage=600", None),
        ("max-age=banana, max-age=-1, ,,=", None),
        ("max-age=", None),
        ("max-age", None),
        ("max-age=99999999999999999999", 2**31),
        ("max-age=4000000000", 2**31),
        ("max-age=٣", None),
        ("no-cache, max-age=600", 0),
        ("max-age=600, no-store", 0),
        ("", None),
    ],
)
def test_max_age(value: str, seconds: int | None) -> None:
    """Cache-Control gives seconds, nonsense gives nothing, no-cache means at once."""
    assert hints(cache_control=value).max_age_s == seconds


def test_age_is_taken_off() -> None:
    """What a cache on the way has used up does not count again."""
    assert hints(cache_control="max-age=600", age="500").max_age_s == 100
    assert hints(cache_control="max-age=600", age="700").max_age_s == 0
    assert hints(cache_control="max-age=600", age="soon").max_age_s == 600


def test_expires_is_relative_to_the_servers_own_clock() -> None:
    """A server whose clock is a day off is still understood."""
    assert hints(date=date(days=-1), expires=date(days=-1, hours=3)).expires_s == 10_800
    assert hints(expires=date(hours=3)).expires_s == 10_800
    assert hints(date="nonsense", expires=date(hours=3)).expires_s == 10_800
    assert hints(expires=date(hours=-3)).expires_s == 0
    assert hints(expires="0").expires_s is None
    assert hints(expires=date(hours=3), cache_control="max-age=60").expires_s is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("0", 0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("315360000", 315_360_000),
        (date(hours=2), 7200),
        (date(hours=-2), 0),
    ],
)
def test_retry_after(value: str, seconds: int | None) -> None:
    """Seconds or a date; a date in the past means at once; nonsense means nothing."""
    assert hints(retry_after=value).retry_after_s == seconds
    assert hints(retry_after=value, date=date()).retry_after_s == seconds


def test_a_retry_date_is_relative_to_the_servers_own_clock() -> None:
    """The difference of two of the server's dates counts, not our clock."""
    assert hints(date=date(days=400), retry_after=date(days=400, seconds=90)).retry_after_s == 90


@pytest.mark.parametrize(
    "value",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 10:49:37 +0200",
    ],
)
def test_the_forms_of_an_http_date(value: str) -> None:
    """All three forms of RFC 9110 5.6.7, and the zone that some servers write."""
    assert http_date(value) == datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)


NO_DATES = ("", "0", "soon", "Sun, 99 Nov 1994 08:49:37 GMT", "- -", "x" * 100)


@pytest.mark.parametrize("value", NO_DATES)
def test_what_is_no_http_date(value: str) -> None:
    """Nonsense is None, never an error."""
    assert http_date(value) is None


@given(st.text(max_size=80), st.text(max_size=40))
def test_any_header_gives_sane_hints(first: str, second: str) -> None:
    """Hints are None or a sane number of seconds, whatever a server writes."""
    found = hints(cache_control=first, age=second, expires=second, retry_after=first, date=second)
    for value in (found.max_age_s, found.expires_s, found.retry_after_s):
        assert value is None or 0 <= value <= 2**31
    http_date(first)
