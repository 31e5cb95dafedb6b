"""The words without which a topic can not keep an item, as one regular expression over raw text."""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from string import ascii_uppercase
from typing import NamedTuple

from feeds.curate.fold import fold
from feeds.curate.match import Pattern
from feeds.curate.topicfile import Concept

Tree = dict[str, "Tree"]
_END = ""
"""Marks in a tree the end of a stem: anything may follow."""
_WHOLE = " "
"""Marks in a tree the end of a whole word."""
_DENSE_SCRIPTS = 0x30
"""From U+3000 on the first letters are many; they make one group."""
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
_BEFORE, _AFTER = r"(?<![^\W_\u02b9-\u02bf\ua78b\ua78c])", r"(?![^\W_\u02b9-\u02bf\ua78b\ua78c])"
"""Where a word begins and ends: underscores and the apostrophes among the letters are spaces when folded."""
_CLITIC_SCRIPTS = "\u0590"
"""From here on words may have others written on to them, or marks that the engine takes for their end."""
_LOWEST_PRIOR = 1.0
"""What a source may add before any word counts."""


def vocabulary_of(
    concepts: Iterable[Concept], patterns: Sequence[Pattern], start: float, near: float
) -> str | None:
    """Give the expression for `concepts` found by `patterns`, or None where an item without any is near."""
    if near <= 0 or start + _LOWEST_PRIOR >= math.log(near / (1 - near)):
        return None
    needed = _needed([concept for concept in concepts if concept.weight > 0])
    words = _words([pattern for pattern in patterns if pattern.group in needed])
    letters, odd = _spellings([word.text for word in words])
    inside = [word.text for word in words if word.inside]
    stems = [word.text for word in words if not word.inside and word.stem]
    whole = [word.text for word in words if not word.inside and not word.stem]
    begun = _tree(stems, whole)
    parts = [f"{_BEFORE}{_by_script(begun, letters)}"] if begun else []
    parts += [f"[{odd}]"]
    parts += [_by_script(_tree(inside, ()), letters)] if inside else []
    return f"(?-i:{'|'.join(parts)})"


def _by_script(tree: Tree, letters: dict[str, str]) -> str:
    """Give the expression of a tree; one look at the first letter rules out all words of other scripts."""
    scripts: dict[int, Tree] = {}
    for char, below in tree.items():
        scripts.setdefault(min(ord(char) >> 8, _DENSE_SCRIPTS), {})[char] = below
    parts = []
    for group in scripts.values():
        first = "".join(letters[char].strip("[]") for char in group)
        parts.append(f"(?=[{first}]){_branch(group, letters)}")
    return f"(?:{'|'.join(parts)})"


def _needed(concepts: Sequence[Concept]) -> frozenset[str]:
    """Give groups of which one is found whenever any of `concepts` is, reusing what others need already."""
    choices = sorted((_choices(concept) for concept in concepts), key=len)
    needed: set[str] = set()
    for groups in choices:
        if not needed.intersection(groups):
            needed.add(groups[0])
    return frozenset(needed)


def _choices(concept: Concept) -> tuple[str, ...]:
    """Give the groups that must all be found for `concept`; its own names make those of `near` optional."""
    if concept.named and concept.near:
        return concept.needs or (concept.key,)
    return (*((concept.key,) if concept.named else concept.near), *concept.needs)


class _Word(NamedTuple):
    """One word to look for: inside others (no spaces, or clitics before it), as a stem, or as it is."""

    text: str
    stem: bool
    inside: bool


def _words(patterns: Sequence[Pattern]) -> list[_Word]:
    """Give words of which each pattern holds one: the lone ones, then the rarest of those not yet covered."""
    words: dict[str, _Word] = {}
    for pattern in sorted(patterns, key=lambda pattern: len(pattern.terms)):
        candidates = [
            _Word(t.text, t.stem, pattern.unspaced or t.text[0] >= _CLITIC_SCRIPTS) for t in pattern.terms
        ]
        if len(candidates) > 1 and any(_covered(word, words) for word in candidates):
            continue
        word = max(candidates, key=lambda word: len(word.text))
        known = words.get(word.text, word)
        words[word.text] = _Word(word.text, word.stem or known.stem, word.inside or known.inside)
    return sorted(words.values())


def _covered(word: _Word, words: dict[str, _Word]) -> bool:
    if word.text in words and (words[word.text].stem or not word.stem or words[word.text].inside):
        return True
    beginnings = (words.get(word.text[:size]) for size in range(1, len(word.text)))
    return any(found is not None and (found.stem or found.inside) for found in beginnings)


def _tree(stems: Iterable[str], whole: Iterable[str]) -> Tree:
    """Make a tree of letters; a word that begins with a stem is left out, for the stem finds it."""
    root: Tree = {}
    for word, end in (*((stem, _END) for stem in stems), *((word, _WHOLE) for word in whole)):
        branch = root
        for char in word:
            if _END in branch:
                break
            branch = branch.setdefault(char, {})
        else:
            if end == _END:
                branch.clear()
            if _END not in branch:
                branch[end] = {}
    return root


def _branch(tree: Tree, letters: dict[str, str]) -> str:
    if _END in tree:
        return ""
    parts = [
        _AFTER if char == _WHOLE else letters[char] + _branch(below, letters) for char, below in tree.items()
    ]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def _spellings(words: Sequence[str]) -> tuple[dict[str, str], str]:
    """Give for each letter of `words` the class of characters that fold to it, and the odd ones.

    Odd are those that vanish when folded or become several letters that stand in a word: their mere
    presence counts as a find.
    """
    joined = "\n".join(words)
    classes = {letter: [letter] for letter in sorted(set(joined) - {"\n"})}
    odd: list[str] = []
    for char in (*ascii_uppercase, *_changed()):
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
