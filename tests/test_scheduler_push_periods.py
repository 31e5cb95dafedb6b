"""Days and weeks in a time zone, and when each is over."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.digest import DigestKind
from feeds.publish.formats.digest import KINDS
from scheduler.config.notify_types import DigestConfig
from scheduler.push.periods import last_closed, period_of, to_close

PLAIN = DigestConfig()
BERLIN = DigestConfig(time_zone="Europe/Berlin", at=time(6, 30))
SHANGHAI = DigestConfig(time_zone="Asia/Shanghai")


def utc(*parts: int) -> datetime:
    """Return a moment."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type] # the parts of one


def test_a_day_is_a_day_of_its_zone() -> None:
    """It begins at midnight there, and its digest is made the morning after."""
    day = period_of("daily", date(2026, 3, 8), SHANGHAI)
    assert (day.name, day.zone) == ("2026-03-08", "Asia/Shanghai")
    assert (day.start, day.end) == (utc(2026, 3, 7, 16), utc(2026, 3, 8, 16))
    assert day.due == utc(2026, 3, 8, 23)


def test_a_day_may_have_23_hours() -> None:
    """Clocks go forward on 29 March 2026 in Berlin; the morning after is in summer time."""
    day = period_of("daily", date(2026, 3, 29), BERLIN)
    assert day.end - day.start == timedelta(hours=23)
    assert day.due == utc(2026, 3, 30, 4, 30)


def test_a_week_is_an_iso_week() -> None:
    """Monday to Sunday; the first days of January may belong to the last week of the year before."""
    week = period_of("weekly", date(2027, 1, 2), PLAIN)
    assert (week.name, week.start, week.end) == ("2026-W53", utc(2026, 12, 28), utc(2027, 1, 4))
    assert week.due == utc(2027, 1, 4, 7)


def test_a_period_is_closed_when_its_digest_is_due() -> None:
    """At 06:59 the day before yesterday is the latest, at 07:00 yesterday is."""
    assert last_closed("daily", utc(2026, 3, 8, 6, 59), PLAIN).name == "2026-03-06"
    assert last_closed("daily", utc(2026, 3, 8, 7), PLAIN).name == "2026-03-07"
    assert last_closed("weekly", utc(2026, 3, 9, 6, 59), PLAIN).name == "2026-W09"
    assert last_closed("weekly", utc(2026, 3, 9, 7), PLAIN).name == "2026-W10"


def test_what_was_missed_is_made_up_for() -> None:
    """After three days each day is closed, after a month the last seven; a new wire has the latest."""
    now = utc(2026, 3, 8, 12)
    days = [period.name for period in to_close("daily", "2026-03-04", now, PLAIN)]
    assert days == ["2026-03-05", "2026-03-06", "2026-03-07"]
    assert len(to_close("daily", "2026-01-01", now, PLAIN)) == 7
    assert [period.name for period in to_close("daily", None, now, PLAIN)] == ["2026-03-07"]
    assert to_close("daily", "2026-03-07", now, PLAIN) == []
    weeks = [period.name for period in to_close("weekly", "2026-W07", now, PLAIN)]
    assert weeks == ["2026-W08", "2026-W09"]


@given(
    st.datetimes(datetime(1980, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 # bounds are bare
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia"]),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.sampled_from(KINDS),
)
def test_periods_follow_each_other(now: datetime, zone: str, at: time, kind: DigestKind) -> None:
    """Whatever the zone: the latest closed one is due, and the one after it is not."""
    config = DigestConfig(time_zone=zone, at=at)
    last = last_closed(kind, now, config)
    first = last.start.astimezone(config.zone).date()
    following = period_of(kind, first + timedelta(days=7 if kind == "weekly" else 1), config)
    assert last.due <= now < following.due
    assert last.name < following.name
    assert last.end == following.start


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_the_zone_of_a_configuration(zone: str) -> None:
    """UTC needs no database of time zones."""
    found = DigestConfig(time_zone=zone).zone
    assert (found is UTC) == (zone == "UTC")
