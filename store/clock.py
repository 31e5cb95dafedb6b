"""What was written while the clock of this machine was wrong, put right."""

import sqlite3
from datetime import datetime, timedelta
from typing import Final

from store.codec import micros

_AHEAD: Final = timedelta(hours=1)
"""By how much a check may lie in the future: clocks are put right in small steps all the time."""


def put_right(conn: sqlite3.Connection, now: datetime) -> bool:
    """Let sources be asked that were asked in the future; True when there are any.

    Nobody would ask them before that future has come, which may be years.
    """
    sql = (
        "UPDATE sources SET last_check = :now, next_check = :now,"
        " next_check_why = 'the clock was ahead at its last check' WHERE last_check > :ahead"
    )
    return conn.execute(sql, {"now": micros(now), "ahead": micros(now + _AHEAD)}).rowcount > 0
