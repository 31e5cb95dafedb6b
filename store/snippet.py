"""The piece of a text around the words of a search, with the words marked. Pure."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Final

from feeds.model.value import Value
from store.segment import fold as fold_forms

LOOKED_AT: Final = 20_000
"""Characters of a text in which words are looked for."""

Pieces = tuple[tuple[str, bool], ...]
"""Pieces of a text in order, each with whether a searched word is in it."""


class Snippet(Value, frozen=True, kw_only=True):
    """A hit's title and text, cut into pieces."""

    title: Pieces
    text: Pieces


def snippet(title: str, text: str, marks: Sequence[str], fold: Callable[[str], str], width: int) -> Snippet:
    """Mark the words of a search in a title and in `width` characters of a text around the first of them."""
    if not marks:
        return Snippet(title=((title, False),), text=())
    pattern = re.compile("|".join(f"(?:{each})" for each in marks))
    text = text[:LOOKED_AT]
    hits = _hits(text, pattern, fold)
    start = max(0, hits[0][0] - width // 3) if hits else 0
    if start:
        start = text.find(" ", start, hits[0][0]) + 1 or start
    end = min(len(text), start + width)
    pieces = _pieces(text, start, end, hits)
    front = (("…", False),) if start else ()
    back = (("…", False),) if end < len(text) else ()
    whole = _pieces(title, 0, len(title), _hits(title, pattern, fold))
    return Snippet(title=whole, text=(*front, *pieces, *back) if hits else ())


def _hits(text: str, pattern: re.Pattern[str], fold: Callable[[str], str]) -> list[tuple[int, int]]:
    """Return where the words stand in the text itself; folding may change how long it is."""
    forms = [_form(char, fold) for char in text]
    ends, total = [], 0
    for form in forms:
        total += len(form)
        ends.append(total)
    found = []
    for match in pattern.finditer("".join(forms)):
        if match.end() > match.start():
            first, last = bisect_right(ends, match.start()), bisect_right(ends, match.end() - 1)
            found.append((first, last + 1))
    return found


def _form(char: str, fold: Callable[[str], str]) -> str:
    return char.lower() if char.isascii() else fold_forms(fold(char))


def _pieces(text: str, start: int, end: int, hits: Sequence[tuple[int, int]]) -> Pieces:
    pieces, at = [], start
    for first, last in hits:
        if first < at or last > end:
            continue
        pieces += [(text[at:first], False), (text[first:last], True)]
        at = last
    pieces.append((text[at:end], False))
    return tuple(piece for piece in pieces if piece[0])
