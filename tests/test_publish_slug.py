"""Slugs: names that are safe in an address, and told apart."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.publish.slug import slug_of


@given(st.text(min_size=1, max_size=60))
def test_slugs_are_safe_names(value: str) -> None:
    """No slash, no dot, no space, no control character, never empty, never long."""
    slug = slug_of(value)
    assert 0 < len(slug) <= 60
    assert not re.search(r"[/.\s\x00-\x1f]", slug)


@pytest.mark.parametrize(
    ("value", "slug"), [("Power", "power"), ("crewed landing", "crewed-landing"), ("月球", "月球")]
)
def test_usual_names_are_readable(value: str, slug: str) -> None:
    """Where nothing is lost there is no hash."""
    assert slug_of(value) == slug


def test_names_that_lose_something_are_told_apart() -> None:
    """a/b and a.b are two tags."""
    assert len({slug_of(value) for value in ("a/b", "a.b", "a b", "a--b", "…", "!")}) == 6
