"""Labelled items: lines of files, and the marks in the store; and how verdicts compare with them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from feeds.curate.judge import judge
from feeds.curate.learn import Figures, Lesson, figures
from feeds.curate.topic import Topic
from feeds.errors import ConfigError
from feeds.model import Item, Verdict
from feeds.model.value import Value
from scheduler import lines
from scheduler.commands.shell import opened
from store import Store

Judge = Callable[[Item], Verdict]


class Labelled(Value, frozen=True, kw_only=True):
    """An item and what a person says of it."""

    item: Item
    label: bool
    kind: str
    group: str
    place: str
    """Where the label stands, for sentences: "FILE: line 3", or "item 12"."""


def of_file(file: str) -> list[Labelled]:
    """Read JSON lines with title, summary, label (1 or 0) and optionally url, lang, kind, story."""
    with opened(file) as (stream, name):
        found = [_labelled(record, place) for place, record in lines.objects(stream, name)]
    if not found:
        raise ConfigError(f'{file}: holds no lines, expected JSON objects with "title" and "label".')
    return found


def of_store(store: Store) -> list[Labelled]:
    """Return what the operator marked."""
    return [
        Labelled(
            item=stored.item,
            label=bool(stored.mark),
            kind="mark",
            group=f"story {stored.story_id}" if stored.story_id else f"item {stored.id}",
            place=f"item {stored.id}",
        )
        for stored in store.curation.marked()
    ]


def lessons(labelled: Iterable[Labelled], topic: Topic) -> list[Lesson]:
    """Put to each item what the topic file alone says of it."""
    return [
        Lesson(item=each.item, label=each.label, verdict=judge(each.item, topic), group=each.group)
        for each in labelled
    ]


class Tested(Value, frozen=True, kw_only=True):
    """A labelled item with the verdict on it."""

    labelled: Labelled
    verdict: Verdict

    @property
    def wrong(self) -> bool:
        """Whether verdict and label differ."""
        return self.verdict.keep != self.labelled.label


def tested(labelled: Iterable[Labelled], say: Judge) -> list[Tested]:
    """Judge labelled items."""
    return [Tested(labelled=each, verdict=say(each.item)) for each in labelled]


def by_group(rows: Sequence[Tested]) -> Iterator[tuple[str, Figures]]:
    """Give the figures of all, of each language and of each kind, the largest groups first."""
    yield "all", _figures(rows)
    languages = [row.labelled.item.language or "unknown" for row in rows]
    for name, values in (("language", languages), ("kind", [row.labelled.kind for row in rows])):
        groups: dict[str, list[Tested]] = {}
        for row, value in zip(rows, values, strict=True):
            if value:
                groups.setdefault(value, []).append(row)
        for group, members in sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0])):
            yield f"{name} {group}", _figures(members)


def worst(rows: Iterable[Tested], *, threshold: float) -> list[Tested]:
    """Return the wrong verdicts, those farthest from the threshold first."""
    wrong = [row for row in rows if row.wrong]
    return sorted(wrong, key=lambda row: -abs(row.verdict.score - threshold))


def _figures(rows: Iterable[Tested]) -> Figures:
    return figures([(row.verdict.keep, row.labelled.label) for row in rows])


def _labelled(record: dict[str, Any], place: str) -> Labelled:
    label = record.get("label")
    if label not in (0, 1):
        raise ConfigError(f'{place}: "label" is {label!r}, expected 1 (keep) or 0 (reject).')
    return Labelled(
        item=lines.to_item(record, place),
        label=bool(label),
        kind=str(record.get("kind") or ""),
        group=str(record.get("story") or place),
        place=place,
    )
