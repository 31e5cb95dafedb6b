"""How values become columns and back: exact times, compact JSON, 64-bit hashes. Pure."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from struct import Struct
from typing import Any, TypeVar

import msgspec

from feeds.model.value import Value, replace

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_INT64 = Struct(">q")
T = TypeVar("T")
Unreadable = msgspec.DecodeError
"""What is raised for columns that nobody here wrote so."""


def micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC of an aware time, exact."""
    return (moment - EPOCH) // _TICK


def micros_or_none(moment: datetime | None) -> int | None:
    """`micros`, with None for no time."""
    return None if moment is None else micros(moment)


def moment(ticks: int) -> datetime:
    """Give the aware UTC time of microseconds since 1970."""
    return EPOCH + ticks * _TICK


def moment_or_none(ticks: int | None) -> datetime | None:
    """`moment`, with None for no time."""
    return None if ticks is None else moment(ticks)


@lru_cache(maxsize=1024)  # of a source, asked when it is read and when its check is kept, mostly unchanged
def moments(text: str) -> tuple[datetime, ...]:
    """Give the times of a JSON list of microseconds."""
    return tuple(moment(each) for each in from_json(text, list[int]))


def hash64(text: str) -> int:
    """Map a text to a signed 64-bit integer; equal texts give equal integers in every process."""
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    value: int = _INT64.unpack(digest)[0]
    return value


def to_json(value: object) -> str:
    """Compact JSON of model values."""
    return msgspec.json.encode(value).decode()


def from_json(text: str, kind: type[T]) -> T:
    """Read what `to_json` wrote."""
    return msgspec.json.decode(text, type=kind)


def storable(value: T) -> T:
    """Make sure that a dataclass fits into columns: lone surrogates become `?`.

    They come from hostile documents, UTF-8 has no form for them, and one would stop a whole transaction.
    """
    try:
        msgspec.json.encode(value)
    except UnicodeEncodeError:
        mended: T = _mend(value)
        return mended
    return value


def _mend(value: Any) -> Any:  # noqa: ANN401 # any part of a model value
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Value):
        return replace(value, **{name: _mend(getattr(value, name)) for name in value.__struct_fields__})
    if isinstance(value, tuple):
        return tuple(_mend(part) for part in value)
    return value
