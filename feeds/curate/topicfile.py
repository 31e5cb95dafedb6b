"""From the tables of a topic file to checked values; every fault is one sentence with file and key."""

import re
from collections.abc import Mapping
from typing import NoReturn

from feeds.curate.match import Pattern, parse
from feeds.errors import TopicError
from feeds.model.value import Value

_TOP = ("topic", "places", "kinds", "words", "concepts", "others")
_TOPIC = ("name", "title", "description", "revision", "threshold", "near", "start")
_CONCEPT = (
    "title",
    "weight",
    "names",
    "near",
    "within",
    "ordered",
    "needs",
    "unless",
    "headline",
    "group",
    "tags",
    "decides",
)
_LANGUAGE = re.compile(r"[a-z]{2,3}$")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*$")
_MAX_WEIGHT = 20.0
_MAX_WITHIN = 40
ANY = "any"
ONLY = "only"


class Places(Value, frozen=True, kw_only=True):
    """How much a find counts by where it stands; 1 is full weight."""

    title: float = 1.25
    summary: float = 1.0
    content: float = 0.7
    categories: float = 0.6
    link: float = 0.5
    source: float = 0.3


class Concept(Value, frozen=True, kw_only=True):
    """One thing a topic file knows by name: for the topic (weight above 0) or against it."""

    key: str
    """Where it stands in the file: ``concepts.base``."""
    name: str
    title: str
    weight: float
    named: bool
    """It has names of its own (patterns of the group called `key`)."""
    near: tuple[str, ...] = ()
    """Word lists that must all stand within `within` words of each other."""
    within: int = 4
    ordered: bool = False
    needs: tuple[str, ...] = ()
    """Word lists of which each must stand somewhere in the item."""
    unless: tuple[str, ...] = ()
    """Word lists of which none may stand within `within` words."""
    headline: tuple[str, ...] = ()
    """Word lists of which each must stand in the title of the item."""
    group: str = ""
    """Concepts of one group are one thing said in several ways."""
    tags: tuple[str, ...] = ()
    mask: bool = False
    """Its words mean something else: nothing inside them counts for another concept."""
    decides: bool = False
    """For an exclusion: in the title it settles the matter."""


class Content(Value, frozen=True, kw_only=True):
    """All that a topic file says. Maker: `read_table`. Taker: `topic.build`."""

    UNSHOWN = frozenset(("patterns",))

    name: str
    title: str
    description: str
    revision: int
    threshold: float
    near: float
    start: float
    places: Places
    kinds: Mapping[str, float]
    concepts: tuple[Concept, ...]
    patterns: tuple[Pattern, ...]


class Reader:
    """Takes values out of a parsed table and refuses what is not as it should be."""

    def __init__(self, path: str) -> None:
        self.path = path

    def refuse(self, key: str, found: object, expected: str) -> NoReturn:
        """Raise the one sentence that names file, key, found and expected."""
        shown = "a table" if isinstance(found, dict) else repr(found)
        if len(shown) > 80:  # noqa: PLR2004 # a line of a terminal
            shown = shown[:77] + "..."
        raise TopicError(f"{self.path}: {key} is {shown}, but {expected} is expected.")

    def table(self, value: object, key: str, known: tuple[str, ...] | None = None) -> dict[str, object]:
        """Take a table; with `known`, no other keys may stand in it."""
        if not isinstance(value, dict):
            self.refuse(key, value, "a table")
        for name in value:
            if known is not None and name not in known:
                where = f"{key}.{name}" if key else name
                raise TopicError(f"{self.path}: {where} is not known here; known are: {', '.join(known)}.")
        return value

    def text(self, value: object, key: str) -> str:
        """Take a text that is not empty."""
        if not isinstance(value, str) or not value.strip():
            self.refuse(key, value, "a text that is not empty")
        return value.strip()

    def number(self, value: object, key: str, low: float, high: float) -> float:
        """Take a number from `low` to `high`."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            self.refuse(key, value, f"a number from {low:g} to {high:g}")
        return float(value)

    def flag(self, value: object, key: str) -> bool:
        """Take true or false."""
        if not isinstance(value, bool):
            self.refuse(key, value, "true or false")
        return value

    def texts(self, value: object, key: str) -> tuple[str, ...]:
        """Take a list of texts; a text alone is a list of one."""
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list):
            self.refuse(key, value, "a list of texts")
        return tuple(self.text(entry, f"{key}[{place}]") for place, entry in enumerate(values))


def read_table(table: Mapping[str, object], path: str) -> Content:
    """Check the parsed `table` of the topic file `path`. Raises `TopicError`."""
    reader = Reader(path)
    top = reader.table(dict(table), "", _TOP)
    head = reader.table(top.get("topic", {}), "topic", _TOPIC)
    patterns: list[Pattern] = []
    lists = _read_words(reader, top.get("words", {}), patterns)
    concepts = (
        *_read_concepts(reader, top, lists, patterns, kind="concepts"),
        *_read_concepts(reader, top, lists, patterns, kind="others"),
    )
    if not any(concept.weight > 0 for concept in concepts):
        raise TopicError(
            f"{path}: concepts is empty, so nothing would ever be kept; describe at least one concept."
        )
    name = reader.text(head.get("name"), "topic.name")
    if not _NAME.match(name):
        reader.refuse("topic.name", name, "a name of small letters, digits and hyphens")
    threshold = reader.number(head.get("threshold", 0.5), "topic.threshold", 0.01, 0.99)
    near = reader.number(head.get("near", threshold / 2), "topic.near", 0.0, 1.0)
    if near > threshold:
        reader.refuse("topic.near", near, f"a number not above topic.threshold ({threshold:g})")
    return Content(
        name=name,
        title=reader.text(head.get("title", name), "topic.title"),
        description=reader.text(head.get("description", name), "topic.description"),
        revision=int(reader.number(head.get("revision", 1), "topic.revision", 1, 1e6)),
        threshold=threshold,
        near=near,
        start=reader.number(head.get("start", -3.5), "topic.start", -_MAX_WEIGHT, 0),
        places=_read_places(reader, top.get("places", {})),
        kinds={
            kind: reader.number(value, f"kinds.{kind}", -1, 1)
            for kind, value in reader.table(top.get("kinds", {}), "kinds").items()
        },
        concepts=concepts,
        patterns=tuple(patterns),
    )


def _read_places(reader: Reader, value: object) -> Places:
    names = Places.__struct_fields__
    table = reader.table(value, "places", names)
    return Places(**{name: reader.number(number, f"places.{name}", 0, 3) for name, number in table.items()})


def _read_words(reader: Reader, value: object, patterns: list[Pattern]) -> frozenset[str]:
    table = reader.table(value, "words")
    for name, lists in table.items():
        _read_patterns(reader, lists, f"words.{name}", patterns, group=name)
    return frozenset(table)


def _read_patterns(reader: Reader, value: object, key: str, patterns: list[Pattern], *, group: str) -> None:
    table = reader.table(value, key)
    gated = reader.table(table.get(ONLY, {}), f"{key}.{ONLY}")
    pairs = [(language, words, "") for language, words in table.items() if language != ONLY]
    pairs += [(language, words, language) for language, words in gated.items()]
    if not pairs:
        reader.refuse(key, table, "at least one language with words")
    for language, words, only in pairs:
        where = f"{key}.{ONLY}.{language}" if only else f"{key}.{language}"
        if not _LANGUAGE.match(language):
            raise TopicError(
                f"{reader.path}: {where} is no language tag; write two or three small letters, or any."
            )
        for place, source in enumerate(reader.texts(words, where)):
            pattern = parse(source, group, only, declared=language)
            if pattern is None:
                reader.refuse(f"{where}[{place}]", source, "a pattern with at least one letter or digit")
            patterns.append(pattern)


def _read_concepts(
    reader: Reader, top: Mapping[str, object], lists: frozenset[str], patterns: list[Pattern], *, kind: str
) -> list[Concept]:
    table = reader.table(top.get(kind, {}), kind)
    found = []
    for name, value in table.items():
        key = f"{kind}.{name}"
        if not _NAME.match(name):
            raise TopicError(f"{reader.path}: {key} is no name; use small letters, digits and hyphens.")
        body = reader.table(value, key, _CONCEPT)
        if "names" in body:
            _read_patterns(reader, body["names"], f"{key}.names", patterns, group=key)
        found.append(_read_concept(reader, body, name, lists, kind=kind))
    return found


def _read_concept(
    reader: Reader, body: Mapping[str, object], name: str, lists: frozenset[str], *, kind: str
) -> Concept:
    key = f"{kind}.{name}"
    low, high = (0.0, _MAX_WEIGHT) if kind == "concepts" else (-_MAX_WEIGHT, 0.0)
    weight = reader.number(body.get("weight", 0.0 if kind == "others" else None), f"{key}.weight", low, high)
    refers = {
        word: _lists(reader, body.get(word, []), f"{key}.{word}", lists)
        for word in ("near", "needs", "unless", "headline")
    }
    if "names" not in body and not refers["near"]:
        raise TopicError(
            f"{reader.path}: {key} has neither names nor near, so it could never be found; add one."
        )
    return Concept(
        key=key,
        name=name,
        title=reader.text(body.get("title", name.replace("-", " ")), f"{key}.title"),
        weight=weight,
        named="names" in body,
        near=refers["near"],
        within=int(reader.number(body.get("within", 4), f"{key}.within", 0, _MAX_WITHIN)),
        ordered=reader.flag(body.get("ordered", False), f"{key}.ordered"),
        needs=refers["needs"],
        unless=refers["unless"],
        headline=refers["headline"],
        group=reader.text(body.get("group", name), f"{key}.group"),
        tags=reader.texts(body.get("tags", []), f"{key}.tags"),
        mask=kind == "others",
        decides=reader.flag(body.get("decides", False), f"{key}.decides"),
    )


def _lists(reader: Reader, value: object, key: str, lists: frozenset[str]) -> tuple[str, ...]:
    names = reader.texts(value, key)
    for name in names:
        if name not in lists:
            known = ", ".join(sorted(lists)) or "none"
            raise TopicError(
                f"{reader.path}: {key} names the word list {name!r}, which is not under words;"
                f" known: {known}."
            )
    return names
