"""How reasons are put for a person."""

from typing import Literal

from feeds.model import Reason
from feeds.publish import words


def reason(
    weight: float, kind: Literal["for", "against", "note"] = "for", *, concept: str = "base", note: str = ""
) -> Reason:
    """Make a reason of this weight."""
    return Reason(concept=concept, words="lunar base", place="title", weight=weight, kind=kind, note=note)


def test_only_what_moved_the_score_is_told_strongest_first() -> None:
    """A reader wants the few words that decided; the rest stays in `why`."""
    reasons = (reason(0.1), reason(0.0), reason(-2.0, "against"), reason(6.5))
    assert [r.weight for r in words.telling(reasons)] == [6.5, -2.0, 0.1]


def test_a_long_list_is_cut() -> None:
    """Five reasons are enough."""
    assert [r.weight for r in words.telling([reason(float(n)) for n in range(1, 9)])] == [8, 7, 6, 5, 4]


def test_something_is_told_when_nothing_moved() -> None:
    """A verdict without weights still gives its first note, and none gives none."""
    note = reason(0.0, "note")
    assert words.telling([note, reason(0.0)]) == (note,)
    assert words.telling([]) == ()


def test_the_note_speaks_for_the_concept() -> None:
    """The name of a rule is for topic writers; a reader gets its explanation where there is one."""
    assert words.reason_line(reason(1.0, note="a base on the Moon")).because == "a base on the Moon"
    assert words.reason_line(reason(1.0)).because == "base"
