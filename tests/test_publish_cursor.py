"""Cursors: how a page of a river says where the next one begins."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from feeds.publish import cursor
from tests.builders import NOW


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)), st.integers(1, 2**50))  # noqa: DTZ001 # hypothesis wants naive bounds
def test_a_cursor_comes_back(moment: datetime, number: int) -> None:
    """Whatever is handed out is read again exactly."""
    after = (moment.replace(tzinfo=NOW.tzinfo), number)
    assert cursor.read(cursor.written(after)) == after


@given(st.text(max_size=30))
def test_nothing_else_is_a_cursor(text: str) -> None:
    """Any other text is refused, and by nothing but ValueError."""
    try:
        found = cursor.read(text)
    except ValueError:
        return
    assert found is None or cursor.read(cursor.written(found)) == found
