"""Times as people write them, and as they are printed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.errors import ConfigError
from scheduler import times

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3d", NOW - timedelta(days=3)),
        ("12h", NOW - timedelta(hours=12)),
        ("90 m", NOW - timedelta(minutes=90)),
        ("2w", NOW - timedelta(weeks=2)),
        ("2026-05-01", datetime(2026, 5, 1, tzinfo=UTC)),
        ("2026-05-01T08:00:00Z", datetime(2026, 5, 1, 8, tzinfo=UTC)),
        ("2026-05-01T08:00:00+03:00", datetime(2026, 5, 1, 5, tzinfo=UTC)),
        ("999999w", datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_since(text: str, expected: datetime) -> None:
    """Spans count back from now; dates and times without a zone are UTC."""
    assert times.since(text, now=NOW) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "3y", "2026-13-01", "-3d"])
def test_since_says_what_it_takes(text: str) -> None:
    """What is no time is refused with examples of what is."""
    with pytest.raises(ConfigError, match="3d or 12h"):
        times.since(text, now=NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024", datetime(2024, 7, 1, tzinfo=UTC)),
        ("2024-04", datetime(2024, 4, 15, 12, tzinfo=UTC)),
        ("2024-04-03", datetime(2024, 4, 3, 12, tzinfo=UTC)),
        ("2024-04-03T08:00:00Z", datetime(2024, 4, 3, 8, tzinfo=UTC)),
        ("2024-13", None),
        ("0000", None),
        ("April", None),
        ("", None),
    ],
)
def test_published_may_be_partial(text: str, expected: datetime | None) -> None:
    """A day, month or year stands for its middle, so that it is never far from the truth."""
    assert times.published(text) == expected


def test_rfc3339_is_utc_with_z() -> None:
    """Times are printed in UTC, whole seconds, with four digits of year."""
    east = datetime(2026, 5, 4, 2, 30, 15, 999, tzinfo=timezone(timedelta(hours=8)))
    assert times.rfc3339(east) == "2026-05-03T18:30:15Z"
    assert times.rfc3339(datetime(33, 1, 1, tzinfo=UTC)) == "0033-01-01T00:00:00Z"
    assert times.rfc3339(None) is None


@given(st.datetimes(timezones=st.just(UTC)))
def test_rfc3339_comes_back(when: datetime) -> None:
    """What is printed reads back as the same second."""
    assert times.published(times.rfc3339(when) or "") == when.replace(microsecond=0)
