"""Where a list goes on, as a short text for addresses: time in microseconds and id, hexadecimal. Pure."""

import re
from datetime import UTC, datetime, timedelta

_FORM = re.compile(r"(-?[0-9a-f]{1,14})\.([0-9a-f]{1,15})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def written(after: tuple[datetime, int] | None) -> str:
    """Return a cursor as text; empty for none."""
    if after is None:
        return ""
    return f"{(after[0] - _EPOCH) // timedelta(microseconds=1):x}.{after[1]:x}"


def read(text: str) -> tuple[datetime, int] | None:
    """Read what `written` wrote; ValueError for anything else, None for the empty text."""
    if not text:
        return None
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError("no cursor of ours")
    try:
        return _EPOCH + timedelta(microseconds=int(match[1], 16)), int(match[2], 16)
    except OverflowError as error:
        raise ValueError("no time of ours") from error
