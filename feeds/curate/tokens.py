"""Text to comparable units: words where a script parts them by spaces, characters where not."""

import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from zlib import crc32

from feeds.later import late_pattern

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_LETTER = rf"(?:(?![{_UNSPACED}])[\w\u0900-\u0963\u0966-\u0dff])"
"""Of a word: the vowel signs of Indian scripts are no letters to `\\w`, and would cut words to pieces."""
_UNIT = late_pattern(rf"[{_UNSPACED}]|{_LETTER}+")
_RUN = late_pattern(rf"[{_UNSPACED}]+|{_LETTER}+")
_ASCII_WORD = re.compile(r"\w+")
"""What both find in ASCII, without the wait until they are compiled."""
_IS_UNSPACED = late_pattern(f"[{_UNSPACED}]")
_STEM = 6
"""Letters of a word that are compared: most inflection comes after them."""
_HASH = blake2b(digest_size=8)
"""Copied for each text, which is quicker than making one of this size."""
_MIX = 0x9E3779B1
"""Odd multiplier (2 to the 32 over the golden ratio) that spreads a checksum over all bits."""


def units(folded: str) -> list[str]:
    """Words of a folded text in order; in scripts without spaces each character is one."""
    return (_ASCII_WORD if folded.isascii() else _UNIT).findall(folded)


def stems(folded: str) -> list[str]:
    """Beginnings of words in order; a run of a script without spaces gives its character pairs."""
    made: list[str] = []
    for run in (_ASCII_WORD if folded.isascii() else _RUN).findall(folded):
        if run.isascii() or not _IS_UNSPACED.match(run):
            made.append(run[:_STEM])
        elif len(run) == 1:
            made.append(run)
        else:
            made.extend(run[i : i + 2] for i in range(len(run) - 1))
    return made


def is_unspaced(words: Sequence[str]) -> bool:
    """Whether a text is mostly of a script without spaces."""
    return sum(1 for word in words if not word.isascii() and _IS_UNSPACED.match(word)) * 2 > len(words)


def grams(words: Sequence[str], size: int) -> list[int]:
    """Hashes of all runs of `size` units in order; of the whole when it is shorter."""
    if len(words) <= size:
        return [hash32(" ".join(words))] if words else []
    return [hash32(" ".join(words[start : start + size])) for start in range(len(words) - size + 1)]


def hash32(text: str) -> int:
    """Stable 32-bit hash: the same on every machine and Python, quick, of no use against enemies."""
    return crc32(text.encode("utf-8", "replace")) * _MIX & 0xFFFFFFFF


def hash64(*parts: str) -> int:
    """Stable 64-bit hash of several texts; never 0, which stands for "none"."""
    made = _HASH.copy()
    made.update("\x1f".join(parts).encode("utf-8", "replace"))
    return int.from_bytes(made.digest(), "little") or 1


def hashes(words: Iterable[str]) -> frozenset[int]:
    """Their 32-bit hashes."""
    return frozenset(map(hash32, words))
