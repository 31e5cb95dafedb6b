"""Days and weeks in a time zone: which one a date is in, and which were closed at a moment. Pure.

A period begins at midnight of the zone, however long its day is there. Its digest is made at a time of the
day after it: what was published in its last hours has come in by then.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from feeds.model.digest import DigestKind, Period
from scheduler.config.notify_types import DigestConfig

_DAYS: dict[DigestKind, int] = {"daily": 1, "weekly": 7}
_MOST: dict[DigestKind, int] = {"daily": 7, "weekly": 4}
"""Periods that are made up for after the wire was switched off."""


def period_of(kind: DigestKind, day: date, config: DigestConfig) -> Period:
    """Return the day or ISO week that a date of the zone lies in."""
    first = day - timedelta(days=day.weekday()) if kind == "weekly" else day
    after = first + timedelta(days=_DAYS[kind])
    year, week, _ = first.isocalendar()
    return Period(
        kind=kind,
        name=f"{year:04d}-W{week:02d}" if kind == "weekly" else first.isoformat(),
        zone=config.time_zone,
        start=_moment(first, time(), config.zone),
        end=_moment(after, time(), config.zone),
        due=_moment(after, config.at, config.zone),
    )


def last_closed(kind: DigestKind, now: datetime, config: DigestConfig) -> Period:
    """Return the latest period whose digest is due at `now`."""
    today = now.astimezone(config.zone).date()
    for back in (1, 2, 3):
        period = period_of(kind, today - timedelta(days=(back - 1) * _DAYS[kind]), config)
        if period.due <= now:
            return period
    raise AssertionError("the day before yesterday is not over")


def to_close(kind: DigestKind, last: str | None, now: datetime, config: DigestConfig) -> list[Period]:
    """Return the periods that are due and not closed, oldest first; `last` is the name of the latest closed.

    A wire that closes its first one begins with the latest.
    """
    found: list[Period] = []
    period = last_closed(kind, now, config)
    while (last is None or period.name > last) and len(found) < _MOST[kind]:
        found.append(period)
        if last is None:
            break
        day = period.start.astimezone(config.zone).date()
        period = period_of(kind, day - timedelta(days=1), config)
    return found[::-1]


def _moment(day: date, at: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
