"""Times as people type them and as machines read them."""

from datetime import UTC, datetime, timedelta

from feeds.errors import ConfigError
from feeds.later import late_pattern

_SPAN = late_pattern(r"(\d{1,6})\s*([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_PARTIAL = late_pattern(r"(\d{4})(?:-(\d{2}))?")


def rfc3339(when: datetime | None) -> str | None:
    """Return an aware time as RFC 3339 in UTC with Z and whole seconds; None stays None."""
    if when is None:
        return None
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def since(text: str, *, now: datetime, option: str = "--since") -> datetime:
    """Return the time that an `option` means: 3d, 12h, 2024-04-01 or RFC 3339; UTC unless said."""
    text = text.strip()
    if span := _SPAN.fullmatch(text):
        try:
            return now - timedelta(**{_UNITS[span[2]]: int(span[1])})
        except OverflowError:
            return datetime.min.replace(tzinfo=UTC)
    when = _iso(text)
    if when is None:
        raise ConfigError(
            f'{option}: found "{text}", expected a span such as 3d or 12h, a date such as 2024-04-01, '
            "or a time such as 2024-04-01T08:00:00Z."
        )
    return when


def published(text: str) -> datetime | None:
    """Return a publication time: of a day its noon, of a month or year its middle; None if unreadable."""
    text = text.strip()
    if found := _PARTIAL.fullmatch(text):
        year, month = int(found[1]), found[2]
        try:
            return (
                datetime(year, int(month), 15, 12, tzinfo=UTC) if month else datetime(year, 7, 1, tzinfo=UTC)
            )
        except ValueError:
            return None
    when = _iso(text)
    return when + timedelta(hours=12) if when and len(text) == len("2024-04-01") else when


def _iso(text: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(text)
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
