"""Kinds of values that only rules, digests and mail have."""

import re
from datetime import time

from scheduler.config.kinds import LANGUAGE, Kind, WrongError, text

_CLOCK_TIME = r"([01][0-9]|2[0-3]):([0-5][0-9])"
_MAILBOX = r"[^\s@<>(),;:\\\"\[\]\x00-\x1f\x7f]{1,64}@[^\s@<>(),;:\\\"\[\]\x00-\x1f\x7f]{1,253}"
"""The addresses that people have (RFC 5321 4.1.2 without quoted forms, RFC 6531 with any script)."""
_MOST = 100


def _clock_time(value: object) -> time:
    found = re.fullmatch(_CLOCK_TIME, value) if isinstance(value, str) else None
    if found is None:
        raise WrongError
    return time(int(found[1]), int(found[2]))


def _zone(value: object) -> str:
    if not isinstance(value, str):
        raise WrongError
    if value != "UTC":
        from zoneinfo import ZoneInfo  # noqa: PLC0415 # most files name none

        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):  # OSError: the name of a folder of the database
            raise WrongError(
                'the name of a time zone, such as "Europe/Berlin" or "UTC" (if it is right, this machine has '
                "no time zone database: install the Python package tzdata)"
            ) from None
    return value


def _mailbox(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(_MAILBOX, value.strip()):
        raise WrongError
    return value.strip()


def _mailboxes(value: object) -> tuple[str, ...]:
    found = value if isinstance(value, list) else [value]
    if len(found) > _MOST:
        raise WrongError(f"at most {_MOST} addresses; a mailing list serves more")
    return tuple(dict.fromkeys(_mailbox(each) for each in found))


def _several(kind: Kind) -> "Kind":
    """Return the kind of one such text or a list of them, in the order given."""

    def read(value: object) -> tuple[str, ...]:
        found = value if isinstance(value, list) else [value]
        if len(found) > _MOST:
            raise WrongError(f"at most {_MOST} of them")
        read_ones = [kind.read(each) for each in found]
        if not all(read_ones):
            raise WrongError
        return tuple(dict.fromkeys(read_ones))

    return Kind(f"{kind.expected}, or a list of such", read)


CLOCK_TIME = Kind('a time of day, such as "07:00"', _clock_time)
ZONE = Kind('the name of a time zone, such as "Europe/Berlin" or "UTC"', _zone)
MAILBOX = Kind('a mail address, such as "desk@example.org"', _mailbox)
MAILBOXES = Kind('a mail address, such as "desk@example.org", or a list of them', _mailboxes)
WORDS = _several(text(100, empty=False))
LANGUAGES = _several(LANGUAGE)
