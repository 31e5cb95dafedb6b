"""The part of an item that comparing needs, as a value and as bytes (at most about 1.5 kB)."""

from array import array
from functools import lru_cache
from operator import attrgetter
from struct import Struct

from feeds.curate.features import is_happening, is_naming, weigh
from feeds.model.value import Value

VERSION = 1
_HEAD = Struct("<BBQQQQQQII4sIIHH")
_SAMPLED = ("phrases", "passages")
_SETS = (*_SAMPLED, "title", "words", "concepts", "headline", "numbers", "counters", "slug")
_LENGTHS = Struct(f"<{len(_SETS)}B")
_EMPTY = bytes(len(_SETS))
_sets_of = attrgetter(*_SETS)
LIMITS = {
    "phrases": 80,
    "passages": 88,
    "title": 32,
    "words": 80,
    "concepts": 32,
    "headline": 12,
    "numbers": 16,
    "counters": 8,
    "slug": 12,
}
"""Hashes kept of each set. Of the sampled ones the smallest, so that two prints keep the same part."""


class Outline(Value, frozen=True, kw_only=True):
    """What tells whether two items are the same one. Hashes are 0 where the item has no such part."""

    own_guid: bool
    """The guid is the publisher's, and not the address over again."""
    guid: int
    """Of source and guid."""
    url: int
    """Of the canonical address, when that is a page of its own."""
    page: int
    """Of the address without its language, when it carries a number or name of the page."""
    title_hash: int
    text_hash: int
    source: int
    site: int
    fragment: int
    """Of the address's fragment."""
    language: str
    minutes: int
    """Earliest publication time in minutes since 1970; 0 when unknown."""
    span: int
    """Minutes by which it may have been later: a month's or year's length when the date is no finer."""


class Print(Outline, frozen=True, kw_only=True):
    """One item as `compare` sees it."""

    length: int
    """Units (words or characters) of the text, at most 65,535."""
    size: int
    """Distinct passages of the whole text, of which `passages` is a sample."""
    phrases: frozenset[int]
    """Runs of three words (five characters)."""
    passages: frozenset[int]
    """Runs of eight words (fourteen characters): only copies share many."""
    title: frozenset[int]
    """Stems of the title, numbers and dates aside."""
    words: frozenset[int]
    """Stems of title and lead."""
    concepts: frozenset[int]
    headline: frozenset[int]
    """The concepts of the title."""
    numbers: frozenset[int]
    counters: frozenset[int]
    slug: frozenset[int]
    """Words of the address."""
    weights: tuple[float, ...] = ()
    """Together, of title, words, concepts, headline: filled by `unpack`."""
    names: frozenset[int] = frozenset()
    """The concepts that name one of many; `unpack` fills this and the next two."""
    headline_names: frozenset[int] = frozenset()
    headline_happenings: frozenset[int] = frozenset()


def pack_outline(made: Outline) -> bytes:
    """Bytes of a print in which there is nothing but an outline."""
    return _head(made, 0, 0) + _EMPTY


def pack(made: Print) -> bytes:
    """Bytes of a print: the same on every machine."""
    samples = [sorted(each)[: LIMITS[name]] for name, each in zip(_SETS, _sets_of(made), strict=True)]
    body = array("I", [value for sample in samples for value in sample])
    return _head(made, made.length, made.size) + _LENGTHS.pack(*map(len, samples)) + body.tobytes()


def _head(made: Outline, length: int, size: int) -> bytes:
    return _HEAD.pack(
        VERSION,
        made.own_guid,
        made.guid,
        made.url,
        made.page,
        made.title_hash,
        made.text_hash,
        made.source,
        made.site,
        made.fragment,
        made.language.encode("ascii", "replace")[:4],
        made.minutes,
        made.span,
        min(length, 0xFFFF),
        min(size, 0xFFFF),
    )


@lru_cache(maxsize=1024)
def unpack(data: bytes) -> Print | None:
    """Read what `pack` wrote; None when it is of another version or no fingerprint at all."""
    if len(data) < _HEAD.size + _LENGTHS.size or data[0] != VERSION:
        return None
    _, own, guid, url, page, title, text, source, site, fragment, tongue, minutes, span, length, size = (
        _HEAD.unpack_from(data)
    )
    lengths = _LENGTHS.unpack_from(data, _HEAD.size)
    values = array("I", data[_HEAD.size + _LENGTHS.size :][: 4 * sum(lengths)])
    sets: dict[str, frozenset[int]] = {}
    start = 0
    for name, count in zip(_SETS, lengths, strict=True):
        sets[name] = frozenset(values[start : start + count])
        start += count
    return Print(
        own_guid=bool(own),
        guid=guid,
        url=url,
        page=page,
        title_hash=title,
        text_hash=text,
        source=source,
        site=site,
        fragment=fragment,
        language=tongue.rstrip(b"\0").decode("ascii"),
        minutes=minutes,
        span=span,
        length=length,
        size=size,
        weights=tuple(weigh(sets[name]) for name in ("title", "words", "concepts", "headline")),
        names=frozenset(filter(is_naming, sets["concepts"])),
        headline_names=frozenset(filter(is_naming, sets["headline"])),
        headline_happenings=frozenset(filter(is_happening, sets["headline"])),
        **sets,
    )


def jaccard(a: frozenset[int], b: frozenset[int]) -> float:
    """Shared part of two sets."""
    return len(a & b) / len(a | b) if a and b else 0.0


def overlap(a: frozenset[int], b: frozenset[int], limit: int) -> tuple[float, float]:
    """Jaccard and containment of two texts from the samples of their runs (bottom-k sketches).

    Up to the smaller of the two largest values kept, both samples are complete.
    """
    if a.isdisjoint(b):
        return 0.0, 0.0
    ends = [max(sample) for sample in (a, b) if len(sample) >= limit]
    if ends:
        end = min(ends)
        a = frozenset(value for value in a if value <= end)
        b = frozenset(value for value in b if value <= end)
    shared = len(a & b)
    smaller = min(len(a), len(b))
    return shared / len(a | b), shared / smaller if smaller else 0.0
