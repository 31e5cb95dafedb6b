"""The words without which a topic can not keep an item, as one regular expression over raw text."""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from feeds.curate.fold import fold
from feeds.curate.match import Pattern
from feeds.curate.topicfile import Concept

Tree = dict[str, "Tree"]
_END = ""
_SURROGATES = range(0xD800, 0xE000)
_UNCHANGED = (range(0x3400, 0x4E00), range(0xAC00, 0xD7A4), _SURROGATES, range(0xE000, 0xF900))
"""Blocks whose characters fold to themselves: not worth the time to ask each."""
_BEYOND = (
    "\U0001d400-\U0001d7ff\U0001f100-\U0001f1ff\U0001fbf0-\U0001fbf9"
    "\U0002f800-\U0002fa1f\U000e0000-\U000e01ef"
)
"""Letters of mathematics, enclosed letters, ideographs of compatibility, tags: beyond the first plane."""
_COMPOSING = "\u1100-\u11ff\u3099\u309a"
"""Characters that become others together with their neighbours."""
_LOWEST_PRIOR = 1.0
"""What a source may add before any word counts."""


def vocabulary_of(
    concepts: Iterable[Concept], patterns: Sequence[Pattern], start: float, near: float
) -> str | None:
    """Give the expression for `concepts` found by `patterns`, or None where an item without any is near."""
    if near <= 0 or start + _LOWEST_PRIOR >= math.log(near / (1 - near)):
        return None
    groups: set[str] = set()
    for concept in concepts:
        if concept.weight > 0:
            if concept.named:
                groups.add(concept.key)
            if concept.near and not groups.intersection(concept.near):
                groups.add(concept.near[0])
    words = sorted({_rarest(pattern) for pattern in patterns if pattern.group in groups})
    letters, odd = _spellings(words)
    return f"[{odd}]|" + _branch(_tree(words), letters)


def _rarest(pattern: Pattern) -> str:
    """Give the longest word of a pattern: a part that the text must hold in any case."""
    return max((term.text for term in pattern.terms), key=len)


def _tree(words: Iterable[str]) -> Tree:
    """Make a tree of letters; a word that begins with another is left out, the shorter one finds it."""
    root: Tree = {}
    for word in words:
        branch = root
        for char in word:
            if _END in branch:
                break
            branch = branch.setdefault(char, {})
        else:
            branch.clear()
            branch[_END] = {}
    return root


def _branch(tree: Tree, letters: dict[str, str]) -> str:
    if _END in tree:
        return ""
    parts = [letters[char] + _branch(below, letters) for char, below in tree.items()]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def _spellings(words: Sequence[str]) -> tuple[dict[str, str], str]:
    """Give for each letter of `words` the class of characters that fold to it, and the odd ones.

    Odd are those that vanish when folded or become several letters that stand in a word: their mere
    presence counts as a find.
    """
    joined = "\n".join(words)
    classes = {letter: [letter] for letter in sorted(set(joined) - {"\n"})}
    odd = []
    for char in _changed():
        form = fold(char).strip()
        if form in classes:
            classes[form].append(char)
        elif len(form) > 1:
            odd += [char] if form in joined else []
        elif not form and unicodedata.category(char) in {"Cf", "Mn", "Lm"}:
            odd.append(char)
    letters = {letter: _class(chars) for letter, chars in classes.items()}
    return letters, "".join(map(re.escape, odd)) + _COMPOSING + _BEYOND


def _changed() -> Iterator[str]:
    """Give the characters of the first plane beyond ASCII that do not fold to themselves."""
    for code in range(0x80, 0x10000):
        if not any(code in block for block in _UNCHANGED) and fold(chr(code)) != chr(code):
            yield chr(code)


def _class(chars: Sequence[str]) -> str:
    return re.escape(chars[0]) if len(chars) == 1 else f"[{''.join(map(re.escape, chars))}]"
