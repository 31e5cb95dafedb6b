"""Text to comparable units: words where a script parts them by spaces, pairs of characters where not."""

import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from struct import unpack

from feeds.curate.fold import fold

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_UNSPACED}]+|(?:(?![{_UNSPACED}])\w)+(?:[.,](?=\d)(?:(?![{_UNSPACED}])\w)+)*")
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")
SHINGLE_WORDS = 3
SHINGLE_CHARACTERS = 5


def tokens(text: str) -> list[str]:
    """Folded words in order; a run of a script without spaces gives its overlapping character pairs."""
    return list(_tokens(fold(text)))


def _tokens(folded: str) -> Iterator[str]:
    for match in _WORD.finditer(folded):
        run = match[0]
        if _IS_UNSPACED.match(run) and len(run) > 1:
            yield from (run[i : i + 2] for i in range(len(run) - 1))
        else:
            yield run


def shingles(text: str) -> set[int]:
    """Hashes of overlapping word triples, and of character quintuples in scripts without spaces."""
    units: list[str] = []
    for match in _WORD.finditer(fold(text)):
        run = match[0]
        if _IS_UNSPACED.match(run):
            units.extend(run)
        else:
            units.append(run)
    return set(map(hash32, _grams(units)))


def _grams(units: list[str]) -> Iterator[str]:
    """Yield overlapping runs of units: more of them where a unit is a single character."""
    size = SHINGLE_CHARACTERS if sum(map(_is_unspaced, units)) * 2 > len(units) else SHINGLE_WORDS
    if len(units) < size:
        if units:
            yield " ".join(units)
        return
    for start in range(len(units) - size + 1):
        yield " ".join(units[start : start + size])


def _is_unspaced(unit: str) -> bool:
    return bool(_IS_UNSPACED.match(unit))


def hash32(text: str) -> int:
    """Stable 32-bit hash (BLAKE2s is the same on every machine and Python)."""
    value: int = unpack("<I", blake2b(text.encode("utf-8", "replace"), digest_size=4).digest())[0]
    return value


def hash64(*parts: str) -> int:
    """Stable 64-bit hash of several texts; never 0, which stands for "none"."""
    joined = "\x1f".join(parts).encode("utf-8", "replace")
    value: int = unpack("<Q", blake2b(joined, digest_size=8).digest())[0]
    return value or 1


def hashes(words: Iterable[str]) -> set[int]:
    """Their 32-bit hashes."""
    return set(map(hash32, words))
