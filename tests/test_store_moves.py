"""Which coverage moves a story's date."""

import pytest

from feeds.model import Coverage
from store.moves import CHOICES, DEFAULT, Moves, is_official, moved
from tests.builders import a_published_item, at

LEAD = a_published_item(1, published=at(hours=0), language="en")


def report(hours: float, language: str = "en", kind: str = "press", relation: str = "same-story") -> Coverage:
    """Make a report some hours after the first."""
    return Coverage(
        source_name="S",
        url="",
        title="",
        language=language,
        when=at(hours=hours),
        relation=relation,
        kind=kind,
    )


ALSO = (
    report(1),
    report(2, relation="same-article"),
    report(3, "ru", relation="same-article"),
    report(4, "ru"),
    report(5, "", kind="Space Agency", relation="same-article"),
    report(6, relation="same-item"),
)


@pytest.mark.parametrize(
    ("moves", "hours"),
    [("every-source", 4), ("first-of-a-language", 3), ("official-source", 5), ("never", 0)],
)
def test_the_rule_says_when(moves: Moves, hours: int) -> None:
    """Copies move nothing but where they bring a language; the report's own time counts."""
    assert moved(LEAD, ALSO, moves) == at(hours=hours)


def test_nothing_moves_a_story_of_one() -> None:
    """Its date is that of its lead."""
    assert {moved(LEAD, (), moves) for moves in CHOICES} == {LEAD.when}
    assert DEFAULT in CHOICES


def test_who_speaks_officially() -> None:
    """The kind of a source in its words."""
    assert is_official("space agency")
    assert is_official("Government")
    assert not is_official("press")
    assert not is_official("news agencyless")
