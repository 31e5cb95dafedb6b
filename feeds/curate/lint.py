"""What is wrong with a topic file that loads: patterns that are dead, shadowed, doubled or collide."""

from collections.abc import Iterable, Iterator
from typing import Literal

from feeds.curate.fold import fold
from feeds.curate.language import small_words
from feeds.curate.match import Matcher, Pattern
from feeds.curate.topic import Topic, load
from feeds.model.value import Value

Kind = Literal["unused", "doubled", "shadowed", "dead", "colliding"]
_LANGUAGES_SHOWN = 3


class Finding(Value, frozen=True, kw_only=True):
    """One thing to mend in a topic file."""

    kind: Kind
    key: str
    """Where it stands: ``words.moon.en``."""
    sentence: str
    """What is wrong and how to mend it."""


def lint(name_or_path: str) -> tuple[Finding, ...]:
    """Look over a topic file as `load` takes it; raises `TopicError` where it can not be loaded."""
    return look_over(load(name_or_path))


def look_over(topic: Topic) -> tuple[Finding, ...]:
    """Look over a loaded topic: findings in the order unused, doubled, shadowed, dead, colliding."""
    patterns = topic.patterns
    return (
        *_unused(topic),
        *_doubled(patterns),
        *_shadowed(patterns),
        *_dead(patterns),
        *_colliding(patterns),
    )


def key_of(pattern: Pattern) -> str:
    """Name the place of a pattern in its file."""
    list_key = f"{pattern.group}.names" if "." in pattern.group else f"words.{pattern.group}"
    return f"{list_key}.only.{pattern.language}" if pattern.language else f"{list_key}.{pattern.declared}"


def _unused(topic: Topic) -> Iterator[Finding]:
    used: set[str] = set()
    for concept in topic.concepts:
        used.update(concept.near, concept.needs, concept.unless, concept.headline)
    groups = dict.fromkeys(pattern.group for pattern in topic.patterns if "." not in pattern.group)
    for group in groups:
        if group not in used:
            yield Finding(
                kind="unused",
                key=f"words.{group}",
                sentence=f"words.{group} is used by no concept; name it in near, needs, unless or headline.",
            )


def _doubled(patterns: Iterable[Pattern]) -> Iterator[Finding]:
    seen: dict[tuple[object, ...], Pattern] = {}
    for pattern in patterns:
        earlier = seen.setdefault((pattern.group, pattern.declared, pattern.language, pattern.terms), pattern)
        if earlier is not pattern:
            yield Finding(
                kind="doubled",
                key=key_of(pattern),
                sentence=f"{key_of(pattern)}: {pattern.source!r} is already in {key_of(earlier)}; keep one.",
            )


def _shadowed(patterns: Iterable[Pattern]) -> Iterator[Finding]:
    stems = [
        pattern
        for pattern in patterns
        if len(pattern.terms) == 1 and pattern.terms[0].stem and not pattern.language and not pattern.unspaced
    ]
    for pattern in patterns:
        key = key_of(pattern)
        if len(pattern.terms) != 1 or pattern.unspaced:
            continue
        for stem in stems:
            if (stem.group, stem.declared) == (pattern.group, pattern.declared) and _covers(stem, pattern):
                yield Finding(
                    kind="shadowed",
                    key=key_of(pattern),
                    sentence=f"{key}: {pattern.source!r} is found by {stem.source!r} anyway; remove it.",
                )
                break


def _covers(stem: Pattern, pattern: Pattern) -> bool:
    wide, narrow = stem.terms[0].text, pattern.terms[0].text
    return narrow.startswith(wide) and narrow != wide


def _dead(patterns: Iterable[Pattern]) -> Iterator[Finding]:
    """Words that an exclusion takes as a whole can never count."""
    masks = {pattern.terms: pattern for pattern in patterns if pattern.group.startswith("others.")}
    for pattern in patterns:
        mask = masks.get(pattern.terms)
        if mask is not None and not pattern.group.startswith("others."):
            yield Finding(
                kind="dead",
                key=key_of(pattern),
                sentence=f"{key_of(pattern)}: {pattern.source!r} never counts: {key_of(mask)} takes it;"
                " remove one.",
            )


def _colliding(patterns: Iterable[Pattern]) -> Iterator[Finding]:
    """Words that are small words of other languages would be found everywhere."""
    lone = [p for p in patterns if not p.language and not p.unspaced and len(p.terms) == 1]
    matcher = Matcher(lone)
    collisions: dict[int, dict[str, None]] = {}
    for language, words in small_words().items():
        for hit in matcher.find(fold(" ".join(sorted(words)))):
            if hit.pattern.declared != language:
                collisions.setdefault(id(hit.pattern), {})[language] = None
    for pattern in lone:
        if id(pattern) in collisions:
            shown = ", ".join(list(collisions[id(pattern)])[:_LANGUAGES_SHOWN])
            yield Finding(
                kind="colliding",
                key=key_of(pattern),
                sentence=f"{key_of(pattern)}: {pattern.source!r} is an everyday word in {shown};"
                f" write it under only.{pattern.declared}, or as part of a longer pattern.",
            )
