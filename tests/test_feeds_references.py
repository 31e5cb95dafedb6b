"""Character references resolved."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.curate import text
from feeds.references import unescape


@given(st.text(alphabet="&#x;0123456789abltgmp \u6708", max_size=60))
def test_as_the_standard_library(markup: str) -> None:
    """What it can read is read alike."""
    assert unescape(markup) == html.unescape(markup)


@pytest.mark.parametrize("endless", ["9" * 5_000, "0" * 5_000 + "65", "1" * 100_000])
def test_endless_numbers(endless: str) -> None:
    """A number that Python does not read is no character, and the rest is read."""
    assert unescape(f"&#{endless}; &amp; &#26376;") == "\ufffd & \u6708"
    assert unescape(f"&lt;&#{endless}") == "<\ufffd"


def test_endless_numbers_in_an_item() -> None:
    """They spoil neither title nor text."""
    assert text.plain(f"Moon &#{'7' * 9_000}; base", 200) == "Moon \ufffd base"
