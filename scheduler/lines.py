"""JSON lines from outside, checked one by one, and the items they describe."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn
from urllib.parse import urlsplit

from feeds.errors import ConfigError
from feeds.model import Item
from scheduler import times

MAX_LINE = 4 * 1024 * 1024
TITLE_CHARS, SUMMARY_CHARS = 500, 2000
"""Where a feed's texts are cut too, so that a verdict here is the verdict there."""
_LONGEST_SHOWN = 60
_TEXTS = ("title", "summary", "url", "lang", "published", "site")


def objects(lines: Iterable[bytes], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return each line's object with its place ("FILE: line N"); blank lines are skipped."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            place = f"{name}: line {number}"
            yield place, _object(line, place)


def to_item(record: Mapping[str, Any], place: str) -> Item:
    """Return the item that a record describes; every field may be missing or null."""
    texts = {key: _text(record, key, place) for key in _TEXTS}
    site = texts["site"] or _host(texts["url"])
    return Item(
        source="",
        guid=texts["url"],
        url=texts["url"],
        title=" ".join(texts["title"].split())[:TITLE_CHARS],
        summary=texts["summary"].strip()[:SUMMARY_CHARS],
        language=texts["lang"].lower().partition("-")[0],
        published=times.published(texts["published"]),
        published_raw=texts["published"],
        site=site,
    )


def pair(record: Mapping[str, Any], place: str) -> tuple[Item, Item]:
    """Return the two items of a record with the fields `a` and `b`."""
    both = []
    for side in ("a", "b"):
        found = record.get(side)
        if not isinstance(found, dict):
            raise ConfigError(
                f'{place}: found no object under "{side}", expected {{"a": {{...}}, "b": {{...}}}}.'
            )
        both.append(to_item(found, f'{place}, "{side}"'))
    return both[0], both[1]


def _object(line: bytes, place: str) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        raise ConfigError(f"{place}: is longer than {MAX_LINE} bytes, expected one JSON object.")
    try:
        text = line.decode("utf-8-sig")
        found = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError:
        raise ConfigError(f"{place}: is not UTF-8, expected one JSON object in UTF-8.") from None
    except (ValueError, RecursionError) as error:
        deep = isinstance(error, RecursionError)
        what = "nested too deeply" if deep else str(error).partition(":")[0].lower()
        raise ConfigError(f"{place}: is not JSON ({what}), expected one JSON object per line.") from None
    if not isinstance(found, dict):
        shown = json.dumps(found, ensure_ascii=False)[:_LONGEST_SHOWN]
        raise ConfigError(f"{place}: found {shown}, expected a JSON object.")
    return found


def _text(record: Mapping[str, Any], key: str, place: str) -> str:
    found = record.get(key)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise ConfigError(
            f'{place}: "{key}" is {json.dumps(found)[:_LONGEST_SHOWN]}, expected a string or null.'
        )
    return found.encode("utf-8", "replace").decode(
        "utf-8"
    )  # a lone surrogate can be neither stored nor shown


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits[:_LONGEST_SHOWN]} is too large a number")
    return number
