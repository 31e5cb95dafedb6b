"""Patterns in folded text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.curate import match
from feeds.curate.fold import fold
from feeds.curate.match import Matcher, Pattern, parse


def pattern(source: str, language: str = "") -> Pattern:
    """Parse what the test knows to be a pattern."""
    parsed = parse(source, "list", language)
    assert parsed is not None
    return parsed


def found(source: str, text: str) -> list[str]:
    """Give the folded words that a pattern finds in a text."""
    folded = fold(text)
    return [folded[hit.start : hit.end] for hit in Matcher([pattern(source)]).find(folded)]


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("tea", "Tea, teas and tea", ["tea", "tea"]),
        ("tea*", "Tea, teas", ["tea", "teas"]),
        ("green tea", "Green Tea; green iced tea", ["green tea"]),
        ("green .. tea", "green and very good tea", ["green and very good tea"]),
        ("green .. tea", "green one two three four tea", []),
        ("зелен* ча*", "о зелёном чае", ["зеленом чае"]),
        ("ай-чай", "Ай чай", ["аи чаи"]),
        ("d'été", "jour d’été", ["d ete"]),
        ("绿茶", "喝綠茶好", ["绿茶"]),
        ("绿..茶", "绿色的好茶", ["绿色的好茶"]),
        ("绿..茶", "绿一二三四五六七八九茶", []),
        ("ชา เขียว", "ดื่มชาเขียว", ["ชาเขียว"]),
        ("شاي", "والشاي بارد", ["والشاي"]),
        ("شاي", "بشاي", ["بشاي"]),
        ("شاي اخضر", "الشاي الأخضر", ["الشاي الاخضر"]),
        ("شاي* اخضر*", "الشايان الأخضران", ["الشايان الاخضران"]),
        ("תה", "והתה חם", []),
        ("תהים", "והתהים", ["והתהים"]),
        ("tea of the isles", "the tea of the isles", ["tea of the isles"]),
        ("tea of the isles", "tea of the", []),
        ("the very old teahouse*", "very old teahouse", []),
        ("的", "的的", ["的", "的"]),
    ],
)
def test_patterns_find_what_they_say(source: str, text: str, expected: list[str]) -> None:
    """Words, stems, gaps, clitics and runs without spaces."""
    assert found(source, text) == expected


@pytest.mark.parametrize("source", ["", "  ", "*", "..", " .. * ", "'’-"])
def test_a_pattern_needs_letters(source: str) -> None:
    """Nothing to look for is no pattern."""
    assert parse(source, "list") is None


def test_led_by_names_the_patterns_of_a_rarest_word() -> None:
    """A word leads to the patterns looked up by it, and most words to none."""
    matcher = Matcher([pattern("green tea"), pattern("tea*")])
    assert {found.source for word in ("green", "tea") for found in matcher.led_by(word)} == {
        "green tea",
        "tea*",
    }
    assert matcher.led_by("coffee") == ()


def test_memory_of_words_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood of distinct words does not grow the matcher without end."""
    monkeypatch.setattr(match, "_REMEMBER", 10)
    matcher = Matcher([pattern("tea*")])
    assert len(matcher.find(" ".join(f"tea{number} x{number}" for number in range(100)))) == 100
    assert len(matcher._known) <= 10


@given(
    st.text(),
    st.lists(st.sampled_from(["green", "tea", "teas", "茶", "绿", ".", "و", "والشاي"]), max_size=12),
)
def test_finds_lie_inside_the_text_in_order(text: str, words: list[str]) -> None:
    """Every hit is a stretch of the text, and the stretches come in order."""
    matcher = Matcher([pattern("green .. tea*"), pattern("绿..茶"), pattern("شاي"), pattern("茶")])
    folded = fold(" ".join([text, *words]))
    hits = matcher.find(folded)
    assert all(0 <= hit.start < hit.end <= len(folded) for hit in hits)
    assert hits == sorted(hits, key=lambda hit: (hit.start, -hit.end))
