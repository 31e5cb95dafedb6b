"""Matching form of a text: one spelling for what readers take as the same words.

Compatibility forms and case go (Unicode NFKC and full case folding, UAX #15 and The Unicode
Standard 3.13), accents on Latin, Greek and Cyrillic letters, Arabic and Hebrew points, Indic nuktas,
zero-width characters; traditional Chinese becomes simplified; punctuation becomes a space and the
end of a sentence a lone full stop. ``L’Étoile-7``, ``L'ETOILE 7``
and ``l´étoile 7`` are all ``l etoile 7``.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from importlib.resources import files
from itertools import accumulate

_REMEMBER = 30_000
"""Characters whose form is kept: all scripts of real news, and a bound on what hostile text can fill."""
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
_JOINED = re.compile(f"[{_JAMO}{_MARKS}]")
_CLUSTER = re.compile(f"[{_JAMO}]+|.[{_MARKS}]*", re.DOTALL)
"""What folding may join to one character."""


def _simplified() -> dict[str, str]:
    lines = files(__package__).joinpath("data", "hant_hans.txt").read_text("utf-8").splitlines()
    pairs = "".join(line for line in lines if not line.startswith("#"))
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


class _Forms(dict[int, str]):
    """`str.translate` table that works out a character's form when it is first seen."""

    def __init__(self) -> None:
        super().__init__()
        self.own = _KEPT_APART | _ARABIC | _APOSTROPHES | _simplified()

    def __missing__(self, code: int) -> str:
        form = self._form(code)
        if len(self) < _REMEMBER:
            self[code] = form
        return form

    def _form(self, code: int) -> str:
        char = chr(code)
        if char in self.own:
            return self.own[char]
        category = unicodedata.category(char)
        if any(first <= code <= last for first, last in _UNDOUBLED) or char in _NUKTAS or category == "Cf":
            return ""
        if category[0] in "PSZC":
            return " . " if char in _ENDERS else " "
        if category == "Nd":
            return str(unicodedata.digit(char))
        if code < 0x0530 or 0x0620 <= code < 0x0700 or 0x1E00 <= code < 0x2000:  # noqa: PLR2004 # script blocks
            return "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
        return char


_FORMS = _Forms()


def fold(text: str) -> str:
    """Give the matching form of `text`; any Unicode string is allowed, the empty one stays empty."""
    if text.isascii():
        return text.lower().translate(_FORMS)
    return unicodedata.normalize("NFKC", text).casefold().translate(_FORMS)


class Quoter:
    """Finds the words of a text behind places of its folded form; the map is made at the first call."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._own: Sequence[int] = ()
        self._ends: Sequence[int] | None = None

    def quote(self, start: int, end: int) -> str:
        """Give the original words behind ``fold(text)[start:end]``, at most a line of them."""
        if self._ends is None:
            self._own, self._ends = _map(self._text)
        if not self._ends:
            return ""
        first = self._own[min(bisect_right(self._ends, start), len(self._own) - 1)]
        last = bisect_left(self._ends, end) + 1
        stop = self._own[last] if last < len(self._own) else len(self._text)
        return " ".join(self._text[first:stop].split())[:_LINE]


class _Sizes(dict[str, int]):
    """How long the form of each character is."""

    def __missing__(self, char: str) -> int:
        size = len(fold(char))
        if len(self) < _REMEMBER:
            self[char] = size
        return size


_SIZES = _Sizes()


def _map(text: str) -> tuple[Sequence[int], Sequence[int]]:
    """Give where each cluster of `text` begins, and where its form ends in the folded text."""
    if _JOINED.search(text):
        clusters = list(_CLUSTER.finditer(text))
        sizes = (_SIZES[cluster[0]] for cluster in clusters)
        return [cluster.start() for cluster in clusters], list(accumulate(sizes))
    return range(len(text)), list(accumulate(map(_SIZES.__getitem__, text)))
