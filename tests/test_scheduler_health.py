"""How a source is doing, in one word and one sentence."""

from datetime import timedelta

import pytest

from feeds.model import Freshness, SourceState
from scheduler.rounds.health import Condition, health_of
from tests.builders import NOW, a_source, a_state, at


@pytest.mark.parametrize(
    ("state", "condition", "named"),
    [
        (a_state(), "new", "not asked yet"),
        (a_state(last_success=NOW), "well", "answers"),
        (a_state(source=a_source(disabled=True), retired=True), "disabled", "disabled"),
        (a_state(retired=True, failures=2), "retired", "410"),
        (a_state(failures=1, last_error="It is down."), "failing", "failed once: It is down."),
        (a_state(failures=4, last_error="It is down."), "failing", "4 times in a row"),
        (a_state(failures=1, freshness=Freshness(retry_after_s=60)), "refused", "silence"),
        (a_state(last_success=NOW, moved_to="https://new.example/"), "moving", "https://new.example/"),
        (
            a_state(last_success=NOW, posted=tuple(at(hours=-30 - n) for n in range(6))),
            "silent",
            "nothing for 1 day, though it posts every 1 hour",
        ),
        (a_state(last_success=NOW, posted=tuple(at(hours=-20 - n) for n in range(6))), "well", "answers"),
        (a_state(last_success=NOW, posted=(at(days=-400),)), "well", "answers"),
    ],
)
def test_the_gravest_thing_is_said(state: SourceState, condition: Condition, named: str) -> None:
    """One word for a list, one sentence for a person."""
    health = health_of(state, now=NOW)
    assert health.condition == condition
    assert named in health.sentence


def test_rhythm_and_silence_are_told_in_seconds() -> None:
    """The median gap of its posts, and how long the newest is ago."""
    posted = tuple(at(hours=-1) - timedelta(minutes=30 * n) for n in range(6))
    health = health_of(a_state(posted=posted, address="https://new.example/"), now=NOW)
    assert (health.expected_gap_s, health.silence_s, health.last_entry) == (1800.0, 3600.0, at(hours=-1))
    assert health.address == "https://new.example/"
    assert health_of(a_state(), now=NOW).silence_s is None
