"""How times, languages and reasons are put for a person. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from feeds.model import Reason
from feeds.model.value import Value
from feeds.publish import clean

_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905 # a table that reads as one line
)
_PLACES = {
    "title": "in the title",
    "summary": "in the summary",
    "content": "in the text",
    "categories": "among its categories",
    "source": "in the name of the source",
    "link": "in the address",
    "item": "in the item",
}
_LANGUAGES = {
    "ar": "Arabic",
    "bn": "Bengali",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "ms": "Malay",
    "nb": "Norwegian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
_FEW_REASONS = 5
_FEW_PHRASES = 3
_SLIGHT = 0.05
"""Less than this moved no verdict: it would only lengthen the list."""
_RELATIONS = {"same-item": "the same item", "same-article": "the same text", "same-story": "the same story"}


class ReasonLine(Value, frozen=True, kw_only=True):
    """A step of a verdict in parts that a page or feed can set: “words” place: because (weight)."""

    words: str
    place: str
    because: str
    weight: str


def reason_line(reason: Reason) -> ReasonLine:
    """Put `reason` in words; `words` is empty for a note on what is missing."""
    words = clean.line(reason.words)
    note, concept = clean.line(reason.note), clean.line(reason.concept)
    return ReasonLine(
        words=words,
        place=_PLACES[reason.place] if words else "",
        because=note or concept,
        weight=f"{reason.weight:+.2f}".replace("-", "−") if reason.weight else "",
    )


def telling(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """Return the few reasons that decided, strongest first; `moonwire why` has them all."""
    moved = [reason for reason in reasons if abs(reason.weight) >= _SLIGHT]
    moved.sort(key=lambda reason: -abs(reason.weight))
    return tuple(moved[:_FEW_REASONS]) or tuple(reasons[:1])


def phrases(reasons: Sequence[Reason]) -> tuple[str, ...]:
    """Return what decided as a few phrases of plain text, each concept once, as in “Mondbasis”: a base."""
    told: dict[str, str] = {}
    for reason in telling(reasons):
        line = reason_line(reason)
        quoted = f"“{line.words}”" if line.words else ""
        told.setdefault(line.because, ": ".join(part for part in (quoted, line.because) if part))
    return tuple(told.values())[:_FEW_PHRASES]


def relation(name: str) -> str:
    """Return how a further place carried a story, as a phrase."""
    return _RELATIONS.get(name, "the same story")


def language_name(tag: str) -> str:
    """Return the English name of a BCP 47 tag, or the tag itself where we know none."""
    return _LANGUAGES.get(tag.partition("-")[0].lower(), tag)


def day(when: datetime) -> str:
    """Return the UTC date as in 22 November 2026; month names do not depend on any locale."""
    return date_name(when.astimezone(UTC).date())


def date_name(when: date) -> str:
    """Return a date as in 22 November 2026."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def clock(when: datetime) -> str:
    """Return the UTC time of day as in 08:05 UTC."""
    return f"{when.astimezone(UTC):%H:%M} UTC"


def lag(behind: timedelta) -> str:
    """Return a time span as in 2 d 3 h, 3 h 5 min or 5 min."""
    minutes = round(behind.total_seconds() / 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def whole_second(when: datetime) -> datetime:
    """Return `when` in UTC without its fraction of a second."""
    return when.astimezone(UTC).replace(microsecond=0)


def next_minute(when: datetime) -> datetime:
    """Return `when` rounded up to a minute: what is promised for 08:05 has not come at 08:04:59."""
    floor = when.astimezone(UTC).replace(second=0, microsecond=0)
    return floor if floor == when else floor + timedelta(minutes=1)


def rfc3339(when: datetime) -> str:
    """Return `when` as RFC 3339 in UTC with whole seconds and a Z."""
    return whole_second(when).isoformat().replace("+00:00", "Z")


def shorten(value: str, limit: int) -> str:
    """Return at most `limit` characters of `value`, cut at a space where one is near, with an ellipsis."""
    if len(value) <= limit:
        return value
    cut = value[: limit - 1]
    head, space, tail = cut.rpartition(" ")
    near = space and len(tail) < limit // 5
    return (head if near else cut).rstrip(" ,;:.–—-") + "…"
