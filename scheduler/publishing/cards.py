"""Figures and the topic laid out for their pages. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from feeds.curate.topic import Topic
from feeds.publish.library import ConceptCard, Figures, SpeedLine, TopicCard
from store.records import Figures as Counts

SERIES = 6
"""Languages or tags that a picture tells apart, the rest among them."""


def last_months(now: datetime, count: int) -> tuple[str, ...]:
    """Return the last months as in 2026-03, oldest first, the present one included."""
    number = now.year * 12 + now.month - 1
    return tuple(f"{each // 12:04d}-{each % 12 + 1:02d}" for each in range(number - count + 1, number + 1))


def figures_of(counts: Counts, months: Sequence[str]) -> Figures:
    """Put counts into months without gaps, the rarest languages and tags as one rest."""
    own = {month: (every, copied) for month, every, copied in counts.copies}
    return Figures(
        months=tuple(months),
        languages=_series(counts.by_language, months),
        tags=_series(counts.by_tag, months),
        reports=tuple(own.get(month, (0, 0))[0] for month in months),
        copies=tuple(own.get(month, (0, 0))[1] for month in months),
        speeds=tuple(
            SpeedLine(source=each.source, shared=each.shared, first=each.first, lag_s=each.lag_s)
            for each in counts.speeds
        ),
    )


def _series(
    rows: Sequence[tuple[str, str, int]], months: Sequence[str]
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    table: dict[str, dict[str, int]] = {}
    for month, name, count in rows:
        table.setdefault(name, {})[month] = count
    names = sorted(table, key=lambda name: (not name, -sum(table[name].values()), name))
    first, rest = names[: SERIES - 1], names[SERIES - 1 :]
    series = [(name, tuple(table[name].get(month, 0) for month in months)) for name in first]
    if rest:
        series.append(("", tuple(sum(table[name].get(month, 0) for name in rest) for month in months)))
    return tuple(series)


def topic_card(about: Topic) -> TopicCard:
    """Return a topic as its page shows it."""
    groups: dict[str, dict[str, list[str]]] = {}
    for pattern in about.patterns:
        words = groups.setdefault(pattern.group, {}).setdefault(pattern.declared or pattern.language, [])
        if pattern.source not in words:
            words.append(pattern.source)
    concepts = tuple(
        ConceptCard(
            title=concept.title or concept.name,
            weight=concept.weight,
            rule=_rule(concept.near, concept.needs, concept.unless),
            words=_words(groups.get(concept.key, {})),
        )
        for concept in about.concepts
    )
    own = {concept.key for concept in about.concepts}
    lists = tuple(
        ConceptCard(title=name.removeprefix("words."), weight=0.0, rule="", words=_words(words))
        for name, words in groups.items()
        if name not in own
    )
    return TopicCard(
        title=about.title,
        description=about.description,
        label=about.label,
        threshold=about.threshold,
        near=about.near,
        concepts=concepts,
        lists=lists,
    )


def _words(words: Mapping[str, Sequence[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((language, tuple(each)) for language, each in sorted(words.items()))


def _rule(near: Sequence[str], needs: Sequence[str], unless: Sequence[str]) -> str:
    def named(lists: Sequence[str]) -> str:
        return ", ".join(name.removeprefix("words.") for name in lists)

    parts = []
    if near:
        parts.append(f"Words of these lists close together: {named(near)}.")
    if needs:
        parts.append(f"Somewhere in the item a word of each of: {named(needs)}.")
    if unless:
        parts.append(f"Not where a word of these is near: {named(unless)}.")
    return " ".join(parts)
