"""Text in any script -> words that SQLite's full-text index can find again. Pure.

Scripts without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) become overlapping pairs of
characters, each run closed by its last character alone; so 月球科研站 is 月球 球科 科研 研站 站, and 月球 is
a word of it. All other words are folded: width and compatibility forms (NFKC), case, accents.
"""

import functools
import re
import unicodedata
from typing import Final

from feeds.later import late_pattern
from feeds.references import unescape

_SPACELESS: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_TAG: Final = late_pattern(r"<[^>]*>")
_MARKS: Final = late_pattern("[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]+")
"""Accents of Latin, Greek and Cyrillic, Hebrew points, Arabic vowel signs; no vowels of Indic scripts."""


@functools.cache
def _run() -> re.Pattern[str]:
    """Compile the pattern of a run when there is one: classes of so many characters take milliseconds."""
    return re.compile(rf"[{_SPACELESS}]+|(?:(?![{_SPACELESS}])\w)+")


@functools.cache
def _paired() -> re.Pattern[str]:
    """As `_run`, of one character of these scripts."""
    return re.compile(rf"[{_SPACELESS}]")


def fold(text: str) -> str:
    """Fold width, case and accents, so that Café, CAFÉ and cafe are one word."""
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", _MARKS.sub("", apart))


def runs(text: str) -> list[str]:
    """Folded words, and whole runs of characters of scripts without spaces, in order."""
    return _run().findall(fold(text).replace("_", " "))


def paired(run: str) -> bool:
    """Tell whether a run is of a script without spaces."""
    return bool(_paired().match(run))


def words(run: str) -> list[str]:
    """Give the words under which a run stands in the index."""
    if not paired(run):
        return [run]
    return [run[at : at + 2] for at in range(len(run))]


def segment(text: str) -> str:
    """Words of a text as they stand in the index, joined by spaces."""
    return " ".join(word for run in runs(text) for word in words(run))


def bare(markup: str) -> str:
    """Text of HTML, for the index."""
    return unescape(_TAG.sub(" ", markup))
