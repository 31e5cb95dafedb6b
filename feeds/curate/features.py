"""What an item is about, free of its language: names and happenings, numbers, and how common each is.

Names and happenings come from `data/gazetteer.toml`; how common a word or a name is in the news comes
from `data/commonness.bin`, which `benchmarks/relate_fit.py` makes.
"""

import math
import tomllib
from array import array
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from feeds.curate.match import Hit, Matcher, parse
from feeds.curate.tokens import hash32
from feeds.later import late_pattern

CLASSES = ("place", "org", "mission", "person", "thing", "act")
_CLASS_SHIFT = 29
_NAMING = (CLASSES.index("place"), CLASSES.index("mission"), CLASSES.index("person"))
_TELLING = (CLASSES.index("thing"), CLASSES.index("act"))
DEFAULT_WEIGHT = 6.0
"""Of what is not in the table: seen in about one text of 400, or fewer."""
RARE = 5.5
_SCALE = 32
"""Steps of a weight of 1 in the table's bytes."""

_NUMBER = late_pattern(r"\d+(?:[.,]\d+)*")
_MONTHS = (
    r"january|february|march|april|may|june|july|august|september|october|november|december"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|январ\w|феврал\w|марта?|апрел\w|ма[йя]|июн\w|июл\w"
    r"|август\w?|сентябр\w|октябр\w|ноябр\w|декабр\w|januar|februar|marz|juni|juli|oktober|dezember|enero|febrero"
    r"|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|janvier|fevrier|avril|juin"
    r"|juillet|aout|septembre|octobre|novembre|decembre"
    r"|जनवरी|फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर|अक्टूबर|नवंबर|दिसंबर"
    r"|يناير|فبراير|مارس|ابريل|مايو|يونيو|يوليو|اغسطس|سبتمبر|اكتوبر|نوفمبر|ديسمبر"
)
_CJK_COUNT = r"[一二三四五六七八九十百]+(?=[月日期号號届屆回週周輯辑集话話])"
_COUNTERS = late_pattern(rf"\d+(?:[.,]\d+)*|(?<!\w)(?:{_MONTHS}|[ivx]{{1,5}})(?!\w)|{_CJK_COUNT}")
"""Numbers, dates and counting words: all that differs between two issues of one series."""
_ISSUED = late_pattern(
    rf"(?<!\w)(?:{_MONTHS}|issue|episode|vol|edition|part|week|day|выпуск\w?|номер|серия|неделя|folge|ausgabe"
    r"|woche|semana|numero|episodio|capitulo|semaine|हफ्ता|सप्ताह|अंक|العدد|الحلقه)(?!\w)"
    rf"|{_CJK_COUNT}|\d+(?= ?[月日期号號届屆回週周輯辑集话話호회월일])"
)
"""What makes a number of a title that of an issue: a date, or a word for a part of a series."""


def concept_names(folded: str) -> frozenset[str]:
    """Names and happenings that a folded text speaks of, as `class:name`."""
    return frozenset(_outermost(_matcher().find(folded)))


def _outermost(hits: Iterable[Hit]) -> Iterator[str]:
    """Leave out places inside the names of others: India in Indonesia, the South Pole in Antarctica."""
    last = (0, 0)
    for hit in hits:
        if hit.group.startswith("place:"):
            span = (hit.start, hit.end)
            if span[1] <= last[1] and span != last:
                continue
            last = span
        yield hit.group


@cache
def code_of(name: str) -> int:
    """Hash of `class:name`, the class in its upper bits."""
    kind = CLASSES.index(name.partition(":")[0])
    return kind << _CLASS_SHIFT | hash32(name) & ((1 << _CLASS_SHIFT) - 1)


@cache
def name_of(code: int) -> str:
    """Readable name of a concept's hash, for reasons; "" when the gazetteer no longer has it."""
    return _names().get(code, "")


def is_naming(code: int) -> bool:
    """Whether a concept names one of many (a place, mission, person), so that another contradicts it."""
    return code >> _CLASS_SHIFT in _NAMING


def is_happening(code: int) -> bool:
    """Whether a concept is a thing or an act."""
    return code >> _CLASS_SHIFT in _TELLING


def numbers(folded: str) -> frozenset[int]:
    """Numbers of two digits or more in a text, years aside."""
    found = {number.replace(",", ".") for number in _NUMBER.findall(folded)}
    return frozenset(hash32(n) for n in found if len(n) > 1 and not _is_year(n))


def counters(folded_title: str) -> frozenset[int]:
    """Find what tells two issues of a series apart: numbers, months, days of a title."""
    issued = int(_ISSUED.search(folded_title) is not None)
    return frozenset(hash32(found) & ~1 | issued for found in _COUNTERS.findall(folded_title))


def is_issue(counter: int) -> bool:
    """Whether a counter is of a title that names a date or an issue."""
    return bool(counter & 1)


def without_counters(folded_title: str) -> str:
    """Leave them out."""
    return _COUNTERS.sub(" ", folded_title)


def _is_year(number: str) -> bool:
    return len(number) == 4 and number[:2] in {"19", "20"}  # noqa: PLR2004 # four digits make a year


def weight(code: int) -> float:
    """How much it says that two texts share this: the logarithm of how rare it is."""
    return _weights().get(code, DEFAULT_WEIGHT)


def weigh(codes: Iterable[int]) -> float:
    """Their weights together."""
    known = _weights()
    return sum([known.get(code, DEFAULT_WEIGHT) for code in codes])  # 32nds add up exactly in any order


def packed_weights(rates: dict[int, float]) -> bytes:
    """Table for `data/commonness.bin` from hash -> share of texts that hold it."""
    kept = sorted((code, min(255, round(-math.log(rate) * _SCALE))) for code, rate in rates.items())
    return array("I", [code for code, _ in kept]).tobytes() + bytes(step for _, step in kept)


@cache
def _weights() -> dict[int, float]:
    data = Path(__file__).with_name("data").joinpath("commonness.bin").read_bytes()
    count = len(data) // 5
    codes = array("I", data[: 4 * count])
    return {code: step / _SCALE for code, step in zip(codes, data[4 * count :], strict=True)}


@cache
def _gazetteer() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(Path(__file__).with_name("data").joinpath("gazetteer.toml").read_text("utf-8"))


@cache
def _names() -> dict[int, str]:
    return {code_of(f"{kind}:{name}"): name for kind, names in _gazetteer().items() for name in names}


@cache
def _matcher() -> Matcher:
    made = (
        parse(alias, f"{kind}:{name}")
        for kind, names in _gazetteer().items()
        for name, aliases in names.items()
        for alias in aliases
    )
    return Matcher([pattern for pattern in made if pattern is not None])
