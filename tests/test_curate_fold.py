"""Matching forms: what readers take as the same words folds to the same text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.curate import fold as folding
from feeds.curate.fold import Quoter, fold


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Chang’e-7", "CHANG'E 7"),
        ("Chang´e 7", "chang e‑7"),
        ("國際月球科研站", "国际月球科研站"),
        ("ＩＬＲＳ", "ilrs"),
        ("Königsberg", "KONIGSBERG"),
        ("Straße", "STRASSE"),
        ("Ещё", "ЕЩЕ"),
        ("лу\u0301нный", "лунный"),
        ("قَمَر", "قمر"),
        ("قـــمر", "قمر"),
        ("ایستگاه", "ايستگاه"),
        ("أرض", "ارض"),
        ("יָרֵחַ", "ירח"),
        ("बेस़", "बेस"),
        ("ル\u30caナ", "ルナナ"),
        ("ﾊﾟﾋﾟ", "パピ"),
        ("mo\u200bon", "moon"),
        ("mo\u00adon", "moon"),
        ("ﬁnal", "final"),
        ("İstanbul", "istanbul"),
        ("Łódź", "lodz"),
        ("Ærø", "aero"),
        ("٢٠٣٥", "2035"),
        ("e\u0301cole", "école"),
        ("달", "\u1103\u1161\u11af"),
    ],
)
def test_readers_spellings_are_one(left: str, right: str) -> None:
    """Case, width, accents, points, apostrophes and script variants do not part what is the same word."""
    assert fold(left) == fold(right)


def test_sentence_ends_stand_alone() -> None:
    """The end of a sentence is a word of its own, other punctuation is a space."""
    assert fold("On the rim. (Built!) Yes, now").split() == [
        "on",
        "the",
        "rim",
        ".",
        "built",
        ".",
        "yes",
        "now",
    ]


def test_empty_stays_empty() -> None:
    """Nothing folds to nothing."""
    assert fold("") == ""


def test_different_words_stay_different() -> None:
    """Folding does not merge words of one script that merely look alike."""
    assert fold("баз") != fold("6a3")
    assert fold("月") != fold("日")


@given(st.text())
def test_folding_twice_is_folding_once_for_single_characters(text: str) -> None:
    """A form is made of characters that are their own form."""
    for char in text:
        once = fold(char)
        assert fold(once).split() == once.split()


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_folds_as_it_does_beside_other_letters(text: str) -> None:
    """The short way for ASCII is no other way."""
    assert fold(text) + "月" == fold(text + "月")


@given(st.text())
def test_any_text_folds(text: str) -> None:
    """No string raises, and no control character or capital is left."""
    folded = fold(text)
    assert not any(char in folded for char in "\n\t\u200b'\"")
    assert folded.isascii() <= (folded == folded.lower())


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("A base on the Moon", "moon", "Moon"),
        ("No. A base. On the Moon.", "base", "base"),
        ("Am Fluß entlang", "fluss", "Fluß"),
        ("Am Südpol: Ｍｏｎｄ-Basis", "mond basis", "Ｍｏｎｄ-Basis"),
        ("中國將建國際月球科研站!", "国际月球科研站", "國際月球科研站"),
        ("на лу\u0301нной базе", "лунной", "лу\u0301нной"),
        ("лу\u0301на\u0301 взошла", "луна", "лу\u0301на\u0301"),
        ("Chang’e-8 lifts off", "chang e 8", "Chang’e-8"),
        ("قاعدة على القَمَر", "القمر", "القَمَر"),
    ],
)
def test_quotations_are_the_original_words(text: str, word: str, expected: str) -> None:
    """What was found in the folded text is quoted as it was written."""
    folded = fold(word)
    start = fold(text).index(folded)
    assert Quoter(text).quote(start, start + len(folded)) == expected


@given(st.text(max_size=60), st.integers(0, 80), st.integers(1, 80))
def test_any_place_can_be_quoted(text: str, start: int, length: int) -> None:
    """A quotation is one line of the text itself, whatever the text holds."""
    quoted = Quoter(text).quote(start, start + length)
    assert quoted in " ".join(text.split())
    assert len(quoted) <= 160


def test_quotation_of_a_long_find_is_one_line() -> None:
    """Quotations are cut to 160 characters."""
    text = "word " * 100
    quoter = Quoter(text)
    assert len(quoter.quote(0, len(text))) == 160
    assert quoter.quote(5, 9) == "word"


def test_quotation_from_a_text_of_many_odd_letters() -> None:
    """Where very many letters fold to other lengths, places are counted letter by letter."""
    odd = "".join(map(chr, range(0x2488, 0x249C))) + "".join(map(chr, range(0x3220, 0x3240)))
    odd += "".join(map(chr, range(0x249C, 0x24B6)))
    text = f"{odd} Moon base"
    start = fold(text).index("moon")
    assert len({char for char in odd if len(fold(char)) != 1}) > 64
    assert Quoter(text).quote(start, start + 9) == "Moon base"


def test_memory_of_letters_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood of distinct letters is folded and quoted as ever, and not remembered."""
    monkeypatch.setattr(folding, "_REMEMBER", 0)
    monkeypatch.setattr(folding, "_FORMS", forms := folding._Forms())
    monkeypatch.setattr(folding, "_SIZES", sizes := folding._Sizes())
    assert fold("É。國") == "e . 国"
    assert Quoter("É。國").quote(4, 5) == "國"
    assert (len(forms), len(forms.stable), len(sizes), len(sizes.ones)) == (0, 0, 0, 0)
