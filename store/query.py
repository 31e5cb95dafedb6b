"""What a person types into the search box -> conditions. Pure.

    base "lunar station" -tourism tag:power lang:zh source:xinhua since:2026-01 until:2026-03-08

Words are joined by AND. A word also finds longer words that begin with it (станция finds станции:
the ending is cut), a "phrase" is taken literally, a minus excludes. Filters may carry a minus too.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from feeds.later import late_pattern
from feeds.model.value import Struct, Value
from store.segment import paired, runs, words

_TOKEN: Final = late_pattern(r'(?P<minus>-)?(?:(?P<key>[a-z]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_KEYS: Final = {"tag", "lang", "source", "since", "until"}
_DATE: Final = late_pattern(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_LONGEST: Final = 500
_MOST: Final = 32
"""Characters and conditions that are looked at; what is beyond is left out and said."""


_ENDINGS: Final = late_pattern(
    "(?<=[а-я]{3})(?:ами|ями|ого|его|ому|ему|ыми|ими|иях|ией|ой|ей|ыи|ии|ая|яя|ое|ее|ые|ие|ых|их|ую|юю|ом|ем|ам|ям|ах"
    "|ях|ию|ия|[аеиоуыьюя])$|(?<=[a-z]{4})(?:(?<!s)s|e)$"
)
"""Endings that are cut before a word is looked up, of Russian words and of plurals; й is folded to и."""


class Filter(Value, frozen=True, kw_only=True):
    """A condition on a field: `tag`, `lang` or `source`."""

    key: str
    value: str
    negated: bool = False


class Query(Value, frozen=True, kw_only=True):
    """A search as conditions that all must hold. Maker: `parse`. Takers: `store.search`, pages."""

    wanted: tuple[str, ...] = ()
    """Full-text expressions in SQLite's FTS5 syntax, quoted: nothing typed can break out of them."""
    unwanted: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""
    marks: tuple[str, ...] = ()
    """Regular expressions for the wanted words in folded text: of letters, digits and gaps only."""
    problems: tuple[str, ...] = ()
    """Sentences on parts that were left out."""

    @property
    def match(self) -> str:
        """The whole full-text expression; empty when no words are asked for."""
        if not self.wanted:
            return ""
        return " AND ".join(self.wanted) + "".join(f" NOT {each}" for each in self.unwanted)


class _Parts(Struct):
    wanted: list[str]
    unwanted: list[str]
    filters: list[Filter]
    problems: list[str]
    marks: list[str]
    fold: Callable[[str], str]
    since: datetime | None = None
    until: datetime | None = None


def parse(text: str, fold: Callable[[str], str] = str) -> Query:
    """Read a search; never fails: what can not be used is named in `problems`.

    `fold` is the one that the store was opened with.
    """
    parts = _Parts([], [], [], [], [], fold)
    tokens = list(_TOKEN.finditer(text[:_LONGEST]))
    if len(text) > _LONGEST or len(tokens) > _MOST:
        parts.problems.append(
            f"the search is too long; only its first {_LONGEST} characters and {_MOST} words count"
        )
    for token in tokens[:_MOST]:
        _take(parts, token)
    if parts.unwanted and not parts.wanted:
        parts.problems.append("a search needs at least one word without a minus; the others were left out")
        parts.unwanted.clear()
    return Query(
        wanted=tuple(parts.wanted),
        unwanted=tuple(parts.unwanted),
        filters=tuple(parts.filters),
        since=parts.since,
        until=parts.until,
        marks=tuple(parts.marks),
        problems=tuple(parts.problems),
    )


def _take(parts: _Parts, token: re.Match[str]) -> None:
    key, phrase = token["key"], token["phrase"]
    value = phrase if phrase is not None else token["word"]
    negated = bool(token["minus"])
    if key in {"since", "until"}:
        _take_date(parts, key, value)
    elif key in _KEYS:
        parts.filters.append(Filter(key=key, value=value.casefold(), negated=negated))
    else:
        whole = f"{key}:{value}" if key else value
        folded, literal = parts.fold(whole), phrase is not None
        expression = _expression(folded, literal=literal)
        if expression:
            (parts.unwanted if negated else parts.wanted).append(expression)
        if expression and not negated:
            parts.marks.append(_mark(folded, literal=literal))


def _take_date(parts: _Parts, key: str, value: str) -> None:
    span = _span(value)
    if span is None:
        parts.problems.append(
            f"{key}:{value} is no date; write {key}:2026, {key}:2026-03 or {key}:2026-03-08"
        )
    elif key == "since":
        parts.since = span[0]
    else:
        parts.until = span[1]


def _span(value: str) -> tuple[datetime, datetime] | None:
    """Beginning and end (exclusive) of a year, month or day in UTC."""
    match = _DATE.fullmatch(value)
    if not match:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    try:
        start = datetime(year, month or 1, day or 1, tzinfo=UTC)
        if day:
            return start, start + timedelta(days=1)
        if month:
            return start, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        return start, datetime(year + 1, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _expression(text: str, *, literal: bool) -> str:
    """Make an FTS5 phrase of a word or phrase; empty when it holds no letter or digit.

    Words are letters and digits only, so that quoting them is safe.
    """
    parts = runs(text)
    if not parts:
        return ""
    *front, last = parts
    phrase = [word for run in front for word in words(run)]
    if paired(last):
        pairs = words(last)
        open_end = len(pairs) == 1  # one character: any pair that begins with it
        phrase += pairs if open_end else pairs[:-1]
    else:
        open_end = not literal
        phrase.append(_stem(last) if open_end and not front else last)
    return '"' + " ".join(phrase) + '"' + (" *" if open_end else "")


def _stem(word: str) -> str:
    return _ENDINGS.sub("", word)


def _mark(text: str, *, literal: bool) -> str:
    """Make a regular expression that finds a word or phrase in folded text, whole words with it."""
    parts = runs(text)
    last = parts[-1]
    if len(parts) == 1 and not literal and not paired(last):
        return rf"(?<!\w){_stem(last)}\w*"
    body = r"[\W_]*".join(parts)
    return body if paired(parts[0]) or paired(last) else rf"(?<!\w){body}\w*"
