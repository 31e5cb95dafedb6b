"""The head of an answer reads the same however it arrives: at once, as most do, or piece by piece."""

import io
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feeds.intake.answer import Answer
from feeds.intake.wire import Exchange, ExchangeError, FetchLimits

_NAMES = st.sampled_from(["ETag", "etag", "Date", "X-1", "X 1", "X-1 ", "", "Ünicode", "Server"])
_VALUES = st.sampled_from(["", " a", "  a, b \t", ' W/"x:y"', " a\rb", " caf\xe9", "\t", " a\x00b"])
_ENDS = st.sampled_from(["\r\n", "\n", "\r\r\n"])
_LINES = st.lists(
    st.one_of(
        st.builds("{}:{}{}".format, _NAMES, _VALUES, _ENDS),
        st.sampled_from([" folded\r\n", "\tfolded\n", "no colon\r\n", "\r\n", "\n", "\r", " \r\n"]),
    ),
    max_size=6,
)


class Sent:
    """The end of a connection on which some bytes have come, so many of them at a time."""

    def __init__(self, data: bytes, at_once: int, limits: FetchLimits) -> None:
        self.exchange = Exchange(limits=limits)
        self._data = data
        self._at_once = at_once

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Open what has come."""
        return io.BufferedReader(io.BytesIO(self._data), buffer_size=self._at_once)


def read(head: str, at_once: int, limits: FetchLimits | None = None) -> dict[str, list[str]] | str:
    """Read the headers of an answer; what is wrong with them in place of an error."""
    sent: Any = Sent(
        b"HTTP/1.1 304 Not Modified\r\n" + head.encode("latin-1"), at_once, limits or FetchLimits()
    )
    try:
        Answer(sent).begin()
    except ExchangeError as error:
        return error.what
    headers: dict[str, list[str]] = sent.exchange.headers
    return headers


@given(_LINES.map("".join), st.integers(0, 6))
@example("ETag: a\r\nDate: b\r\n\r\n", 2)
@example("ETag: a\r\nDate: b\r\n\r\n", 1)
def test_headers_are_the_same_at_once_and_in_pieces(head: str, most: int) -> None:
    """Names, values, order, and what is refused."""
    limits = FetchLimits(max_headers=most)
    assert read(head, 8_192, limits) == read(head, 1, limits)


@pytest.mark.parametrize("at_once", [1, 8_192])
def test_headers_are_read(at_once: int) -> None:
    """Names in lower case, values without blanks around them, several of one name in order."""
    head = 'ETag:"a:b"\r\nVia: x \r\nvia:\ty\nX-Empty:\r\n\r\n'
    assert read(head, at_once) == {"etag": ['"a:b"'], "via": ["x", "y"], "x-empty": [""]}
