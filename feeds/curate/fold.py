"""Matching form of a text: one spelling for what readers take as the same words.

Compatibility forms and case go (Unicode NFKC and full case folding, UAX #15 and The Unicode
Standard 3.13), accents on Latin, Greek and Cyrillic letters, Arabic and Hebrew points, Indic nuktas,
zero-width characters; traditional Chinese becomes simplified; punctuation becomes a space and the
end of a sentence a lone full stop. ``L’Étoile-7``, ``L'ETOILE 7``
and ``l´étoile 7`` are all ``l etoile 7``.
"""

import functools
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from feeds.later import late_pattern

_REMEMBER = 30_000
"""Characters whose form is kept: all scripts of real news, and a bound on what hostile text can fill."""
_MANY = 64
"""Distinct characters up to which each is looked for by itself."""
_LINE = 160
"""Characters of a quotation."""
_ENDERS = frozenset(".!?…。！？؟۔।॥|•\u2028\u2029")
_KEPT_APART = {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h"}
_APOSTROPHES = dict.fromkeys("\u02b9\u02ba\u02bb\u02bc\u02bd\u02be\u02bf\ua78b\ua78c", " ")
_ARABIC = {"ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ة": "ه", "ۀ": "ه", "ہ": "ه", "ە": "ه", "ھ": "ه", "ٱ": "ا"}
_UNDOUBLED = (
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x0591, 0x05C7),
    (0x0610, 0x061A),
    (0x0640, 0x0640),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06ED),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F),
)
_NUKTAS = frozenset("\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc")
_JAMO = "\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff"
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc\u3099\u309a\uff9e\uff9f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
)
_JOINED = late_pattern(f"[{_JAMO}{_MARKS}]")
_CLUSTER = late_pattern(f"[{_JAMO}]+|.[{_MARKS}]*", re.DOTALL)
"""What folding may join to one character."""


def _simplified() -> dict[str, str]:
    lines = Path(__file__).with_name("data").joinpath("hant_hans.txt").read_text("utf-8").splitlines()
    pairs = "".join(line for line in lines if not line.startswith("#"))
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


class _Forms(dict[str, str]):
    """The form of a character, worked out when first seen; those that are their own are set apart."""

    def __init__(self) -> None:
        super().__init__()
        self.own = _KEPT_APART | _ARABIC | _APOSTROPHES | _simplified()
        self.stable: set[str] = set()

    def __missing__(self, char: str) -> str:
        form = "".join(self.own.get(part, part) for part in self._form(char))
        if len(self) + len(self.stable) < _REMEMBER:
            if form == char:
                self.stable.add(char)
            else:
                self[char] = form
        return form

    def _form(self, char: str) -> str:
        if char in self.own:
            return self.own[char]
        code = ord(char)
        category = unicodedata.category(char)
        if any(first <= code <= last for first, last in _UNDOUBLED) or char in _NUKTAS or category == "Cf":
            return ""
        if category[0] in "PSZC":
            return "." if char in _ENDERS else " "
        if category == "Nd":
            return str(unicodedata.digit(char))
        if code < 0x0530 or 0x0620 <= code < 0x0700 or 0x1E00 <= code < 0x2000:  # noqa: PLR2004 # script blocks
            return "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
        return char


_FORMS = _Forms()
_ASCII_FORMS = "".join(_FORMS[chr(code)] for code in range(128)).lower().encode("ascii") + bytes(128)
"""One for one, so that bytes can be translated: many times as fast as anything else."""


def fold(text: str) -> str:
    """Give the matching form of `text`; any Unicode string is allowed, the empty one stays empty."""
    if text.isascii():
        return text.encode("ascii").translate(_ASCII_FORMS).decode("ascii").replace(".", " . ")
    folded = unicodedata.normalize("NFKC", text).casefold()
    for char in set(folded) - _FORMS.stable:  # a text has few characters that change: quicker than one by one
        folded = folded.replace(char, _FORMS[char])
    return folded.replace(".", " . ")


class Quoter:
    """Finds the words of a text behind places of its folded form; the map is made at the first call."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._map: _Map | None = None

    def quote(self, start: int, end: int) -> str:
        """Give the original words behind ``fold(text)[start:end]``, at most a line of them."""
        if self._map is None:
            self._map = _map(self._text)
        first, stop = self._map(start), self._map(max(end - 1, start)) + 1
        while _JOINED.match(self._text, stop):
            stop += 1
        return " ".join(self._text[first:stop].split())[:_LINE]


_Map = Callable[[int], int]


class _Sizes(dict[str, int]):
    """How long the form of each character is; those of one character are set apart."""

    def __init__(self) -> None:
        super().__init__()
        self.ones: set[str] = set()

    def __missing__(self, char: str) -> int:
        size = len(fold(char))
        if len(self) < _REMEMBER:
            self[char] = size
            if size == 1:
                self.ones.add(char)
        return size


_SIZES = _Sizes()


def _map(text: str) -> _Map:
    """Give the function from a place of the folded text to the character of `text` it was made from."""
    if _JOINED.search(text):
        clusters = list(_CLUSTER.finditer(text))
        ends = list(accumulate(_SIZES[cluster[0]] for cluster in clusters))
        firsts = [cluster.start() for cluster in clusters]
        return lambda place: firsts[bisect_right(ends, place)] if ends and place < ends[-1] else len(text)
    odd = {char for char in set(text) - _SIZES.ones if _SIZES[char] != 1}
    if len(odd) > _MANY:
        ends = list(accumulate(map(_SIZES.__getitem__, text)))
        return lambda place: bisect_right(ends, place)
    shifts = sorted((place, _SIZES[char]) for char in odd for place in _places(text, char))
    return functools.partial(_shifted, shifts)


def _places(text: str, char: str) -> Iterator[int]:
    place = text.find(char)
    while place >= 0:
        yield place
        place = text.find(char, place + 1)


def _shifted(shifts: Sequence[tuple[int, int]], place: int) -> int:
    """Give the place before folding: `shifts` are the characters whose forms are not of one character."""
    longer = 0
    for own, size in shifts:
        if own + longer > place:
            break
        if own + longer + size > place:
            return own
        longer += size - 1
    return place - longer
