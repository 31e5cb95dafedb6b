"""Snippets: the words of a search marked in the text itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.curate.fold import fold
from store.query import parse
from store.snippet import snippet


def marked(title: str, query: str) -> list[str]:
    """Return the marked pieces of a title."""
    found = snippet(title, "", parse(query, fold).marks, fold, 80)
    return [piece for piece, hit in found.title if hit]


@pytest.mark.parametrize(
    ("title", "query", "pieces"),
    [
        ("國際月球科研站", "国际", ["國際"]),
        ("Научную станцию построят", "станции", ["станцию"]),
        ("L'Étude d’une base", "etude", ["Étude"]),
        ("Lunar stations and a lunar base", "lunar stat", ["Lunar", "stations", "lunar"]),
        ("A base lunaire here", '"base lunaire"', ["base lunaire"]),
        ("Nothing to see", "tag:power", []),
        ("cislunar", "lunar", []),
        ("ﬁrst ﬁrm", "firm", ["ﬁrm"]),
        ("Straße", "strasse", ["Straße"]),
        ("第1号 月球", "月球", ["月球"]),
    ],
)
def test_words_are_marked_as_they_stand(title: str, query: str, pieces: list[str]) -> None:
    """In any script, with forms and accents as in the text, whole words with them."""
    assert marked(title, query) == pieces


def test_a_long_text_is_cut_around_the_first_hit() -> None:
    """An ellipsis on either side, cut at a space in front."""
    text = "word " * 200 + "reactor " + "more " * 200
    found = snippet("x", text, parse("reactor").marks, str, 100)
    joined = "".join(piece for piece, _ in found.text)
    assert joined.startswith("…word ")
    assert joined.endswith("…")
    assert ("reactor", True) in found.text
    assert len(joined) <= 102


def test_a_text_without_the_words_is_left_out() -> None:
    """The page then shows the summary."""
    assert snippet("Moon", "nothing", parse("moon").marks, str, 50).text == ()


@given(st.text(max_size=80), st.text(max_size=30))
def test_pieces_add_up_to_the_title(title: str, query: str) -> None:
    """Whatever is searched in whatever: no character is lost, added or moved."""
    found = snippet(title, title, parse(query, fold).marks, fold, 200)
    assert "".join(piece for piece, _ in found.title) == title
    assert "".join(piece for piece, _ in found.text) in {"", title}
