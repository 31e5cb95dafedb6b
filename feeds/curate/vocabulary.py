"""The words without which a topic can not keep an item, as one regular expression over raw text."""

import math
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence

from feeds.curate.fold import fold
from feeds.curate.match import UNSPACED, Pattern
from feeds.curate.topicfile import Concept

_TREE_END = ""
Tree = dict[str, "Tree"]
_VARIANTS_END = 0x10000


def vocabulary_of(
    concepts: Iterable[Concept], patterns: Sequence[Pattern], start: float, near: float
) -> str | None:
    """Give the expression for `concepts` found by `patterns`, or None where an item without any would be near."""
    if near <= 0 or start >= math.log(near / (1 - near)) - 1:
        return None
    groups: set[str] = set()
    for concept in concepts:
        if concept.weight > 0:
            if concept.named:
                groups.add(concept.key)
            if concept.near and not groups.intersection(concept.near):
                groups.add(concept.near[0])
    words = sorted({_token(pattern) for pattern in patterns if pattern.group in groups})
    variants = _variants(frozenset("".join(words)), words)
    return f"[{variants['']}]|" + _branch(_tree(words), variants)


def _token(pattern: Pattern) -> str:
    """Give the longest word of a pattern: the rarest part that the text must hold in any case."""
    return max((term.text for term in pattern.terms), key=len)


def _tree(words: Iterable[str]) -> Tree:
    root: Tree = {}
    for word in words:
        branch = root
        for char in word:
            if _TREE_END in branch:
                break
            branch = branch.setdefault(char, {})
        else:
            branch.clear()
            branch[_TREE_END] = {}
    return root


def _branch(tree: Tree, variants: dict[str, str]) -> str:
    if _TREE_END in tree:
        return ""
    parts = [variants[char] + _branch(below, variants) for char, below in tree.items()]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def _variants(letters: frozenset[str], words: Sequence[str]) -> dict[str, str]:
    """Give for each letter the class of characters that fold to it; under '' those that fold to more than a letter."""
    classes: dict[str, list[str]] = {letter: [letter] for letter in letters}
    odd: list[str] = []
    joined = "\n".join(words)
    for code in range(0x80, _VARIANTS_END):
        char = chr(code)
        if (
            0xD800 <= code < 0xE000
            or UNSPACED.match(char)
            and unicodedata.normalize("NFKC", char) == char
            and fold(char) == char
        ):
            continue
        form = fold(char).strip()
        if form == char:
            continue
        if form in classes and len(form) == 1:
            classes[form].append(char)
        elif (
            not form and unicodedata.category(char) in {"Cf", "Mn", "Lm"} or len(form) > 1 and form in joined
        ):
            odd.append(char)
    table = {letter: _class(chars) for letter, chars in classes.items()}
    table[""] = (
        "".join(map(re.escape, odd))
        + "\U0001d400-\U0001d7ff\U0001f100-\U0001f1ff\u1100-\u11ff\u3099\u309a"
        + f"\U0002f800-{chr(sys.maxunicode)}"
    )
    return table


def _class(chars: Sequence[str]) -> str:
    return re.escape(chars[0]) if len(chars) == 1 else f"[{''.join(map(re.escape, chars))}]"
