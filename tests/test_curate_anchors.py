"""Words of patterns looked for all at once."""

import pytest
from ahocorasick_rs import Implementation

from feeds.curate import anchors
from feeds.curate.anchors import Anchors, Signs
from feeds.curate.match import Pattern, parse


def patterns(*sources: str) -> list[Pattern]:
    """Read patterns, each its own group."""
    found = [parse(source, source) for source in sources]
    return [pattern for pattern in found if pattern]


def test_signs_are_the_same_to_few_and_to_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quicker automaton is made once, for those who ask often."""
    made: list[Implementation] = []
    automaton = anchors._Automaton

    class Watched(automaton):  # type: ignore[valid-type, misc] # as it is now
        def __init__(self, words: list[bytes], implementation: Implementation) -> None:
            made.append(implementation)
            super().__init__(words, implementation)

    monkeypatch.setattr(anchors, "_Automaton", Watched)
    signs = Signs(patterns("lunar station", "moon", "月球"))
    for asked in range(3 * anchors._FEW):
        assert signs.stand_in(b" the station ")
        assert not signs.stand_in(b" the lunar stations ")
        assert signs.stand_in(" 在月球上 ".encode())
        if asked == 1:
            assert made == [Implementation.ContiguousNFA]
    assert made == [Implementation.ContiguousNFA, Implementation.DFA]


def test_patterns_are_led_by_one_word_and_need_all() -> None:
    """Each time they are looked for, of one word or of some, and in scripts without spaces."""
    found = Anchors(patterns("moon", "moon base", "lunar station", "stati*", "月球 base"))
    for _ in range(2):
        assert found.groups(b" a moon and a base ") == {"moon", "moon base"}
        assert found.groups(b" a lunar station ") == {"lunar station", "stati*"}
        assert found.groups(b" a lunar base ") == set()
        assert found.groups(" 在月球上的base ".encode()) == {"月球 base"}
        assert found.places(b" moon base ", 9) == {"moon": [(0, 6, 1)], "moon base": [(0, 6, 2)]}
