"""The part of an item that comparing needs, as a value and as bytes (at most about 1.5 kB)."""

from array import array
from dataclasses import dataclass
from functools import lru_cache
from struct import Struct

VERSION = 1
_HEAD = Struct("<BBQQQQQI4sII")
_LENGTHS = Struct("<5B")
_SETS = ("title", "shingles", "words", "names", "numbers")
LIMITS = {"title": 40, "shingles": 120, "words": 90, "names": 60, "numbers": 30}
"""Hashes kept of each set: the smallest ones, so that two prints keep the same part (bottom-k sketch)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """One item as `compare` sees it. Hashes are 0 where the item has no such part."""

    own_guid: bool
    guid: int
    """Of source and guid."""
    url: int
    """Of the canonical address, when that is a page of its own."""
    title_hash: int
    text_hash: int
    source: int
    site: int
    language: str
    minutes: int
    """Publication time in minutes since 1970; 0 when unknown."""
    length: int
    """Shingles of the whole text, of which `shingles` is a sample."""
    title: frozenset[int]
    shingles: frozenset[int]
    words: frozenset[int]
    names: frozenset[int]
    numbers: frozenset[int]


def pack(made: Print) -> bytes:
    """Bytes of a print: the same on every machine."""
    head = _HEAD.pack(
        VERSION,
        int(made.own_guid),
        made.guid,
        made.url,
        made.title_hash,
        made.text_hash,
        made.source,
        made.site,
        made.language.encode("ascii", "replace")[:4],
        made.minutes,
        made.length,
    )
    samples = [smallest(getattr(made, name), LIMITS[name]) for name in _SETS]
    body = array("I", [value for sample in samples for value in sample])
    if body.itemsize != 4:  # pragma: no cover  # noqa: PLR2004 # no platform of today
        raise AssertionError("array('I') must hold 32-bit values")
    return head + _LENGTHS.pack(*map(len, samples)) + body.tobytes()


@lru_cache(maxsize=1024)
def unpack(data: bytes) -> Print:
    """Read what `pack` wrote."""
    _, own_guid, guid, url, title, text, source, site, language, minutes, length = _HEAD.unpack_from(data)
    lengths = _LENGTHS.unpack_from(data, _HEAD.size)
    values = array("I", data[_HEAD.size + _LENGTHS.size :])
    sets: list[frozenset[int]] = []
    start = 0
    for size in lengths:
        sets.append(frozenset(values[start : start + size]))
        start += size
    return Print(
        own_guid=bool(own_guid),
        guid=guid,
        url=url,
        title_hash=title,
        text_hash=text,
        source=source,
        site=site,
        language=language.rstrip(b"\0").decode("ascii"),
        minutes=minutes,
        length=length,
        **dict(zip(_SETS, sets, strict=True)),
    )


def smallest(values: frozenset[int] | set[int], count: int) -> list[int]:
    """Return the `count` smallest values in order."""
    return sorted(values)[:count]
