"""Dates as feeds write them, in any language, to aware UTC.

Read are RFC 822 and its relatives as they are found in the wild, ISO 8601 and RFC 3339 with every
separator people use, dates in figures and in words of many languages, and epochs. What can be
read in two ways is read so: `03/04/2024` by month first when the language is English or unknown, by day
first otherwise; CST is China's in Chinese and America's elsewhere; a time without zone is UTC;
a year of two digits is 1950 to 2049 (RFC 5322 4.3). Weekdays are not believed.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

from feeds.intake.calendar_words import half_of_day, month_of, zone_minutes
from feeds.later import late_pattern
from feeds.model.value import Struct

_MAX = 120
_RFC5322 = re.compile(
    r"(?:[A-Z][a-z]{2}, ?)?([0-9]{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ([0-9]{4}) "
    r"([0-9]{2}:[0-9]{2}:[0-9]{2}) (?:GMT|UTC|Z|([+-](?:(?:0[0-9]|1[0-3])[0-5][0-9]|1400)))"
)
_EPOCH = late_pattern(r"([0-9]{9,11})(?:\.[0-9]+)?|([0-9]{12,14})|([0-9]{15,16})")
_COMPACT = late_pattern(
    r"([0-9]{4})(0[1-9]|1[0-2])([0-9]{2})(?:[t ]?([0-9]{2}):?([0-9]{2}):?([0-9]{2})?(?:[.,]([0-9]+))?)?(.*)"
)
_TIME = late_pattern(
    r"(?<![0-9:])([0-9]{1,2})\s*[:h]\s*([0-9]{2})(?:\s*:\s*([0-9]{2})(?:[.,]([0-9]{1,9})[0-9]*)?)?(?![0-9])"
)
_HOUR_ONLY = late_pattern(r"(?<![0-9:.])([0-9]{1,2})()()()\s*(?=(?:am|pm|a\.m\.?|p\.m\.?)(?![a-z]))")
_OFFSET = late_pattern(r"(?:(?:gmt|utc|ut)\s*)?([+-])([0-9]{1,2}):?([0-9]{2})?(?::[0-9]{2})?(?![0-9])")
_FIGURES = late_pattern(
    r"(?<![0-9])([0-9]{1,4})\s?([-/.])\s?([0-9]{1,2})\s?[-/.]\s?([0-9]{4}|[0-9]{1,2})(?![0-9])"
)
_YEAR_MONTH = late_pattern(r"(?<![0-9])([0-9]{4})[-/]([0-9]{1,2})(?![0-9-])")
_LETTER = r"(?:[^\W\d_]|[\u0900-\u0963\u0970-\u097f])"
"""Letters, and the vowel signs of Devanagari, which `\\w` leaves out."""
_WORDS = late_pattern(rf"{_LETTER}+(?:\.{_LETTER}+)*\.?|[0-9]+")
_CJK_MARKS = late_pattern(r"([0-9]+)\s*([年년月월日號号일])\s*")
_CJK_TIME = late_pattern(
    r"([0-9]{1,2})\s*[時时點点시]\s*([0-9]{1,2})?\s*[分분]?\s*(?:([0-9]{1,2})\s*[秒초])?"
)
_CJK_MONTH = late_pattern(r"([0-9]{1,2})\s*[月월]")
_ERA = late_pattern(r"(令和|平成|昭和|民[國国])\s*([0-9]+|元)\s*年")
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
_MONTH_NAMES = ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTHS = {name.title(): f"{number:02}" for number, name in enumerate(_MONTH_NAMES)}
_CJK_WEEKDAY = late_pattern(
    r"(?:星期|礼拜|禮拜|周|週)[一二三四五六日天]|[月火水木金土日]曜日?|[월화수목금토일]요일"
)
_CJK_NUMBERS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_DASHES = str.maketrans("‐‑‒–—−", "------")
_EARLIEST = 1900
_MAX_OFFSET = 14 * 60
_PIVOT = 50


class _Parts(Struct):
    year: int = 0
    month: int = 0
    day: int = 0
    hour: int = 0
    minute: int = 0
    second: int = 0
    micro: int = 0
    offset: int = 0


def parse_date(text: str, *, language: str = "", now: datetime | None = None) -> datetime | None:
    """Read a date string: the moment it names, as aware UTC, or None when it names none.

    `language` is the BCP 47 tag of the feed and decides what is ambiguous. A date without a year is
    read only when `now` is given: it is then the latest such day that is not more than a day ahead.
    Never raises; linear in the text, of which 120 characters are looked at.
    """
    text = text[:_MAX].strip()
    if quick := _quick(text):
        return quick
    text = _fold(text)
    language = language.partition("-")[0].partition("_")[0].lower()
    if not text or not any(char.isdigit() for char in text):
        return None
    try:
        return _epoch(text) or _compact(text, language) or _general(text, language, now)
    except (ValueError, OverflowError):
        return None


def _quick(text: str) -> datetime | None:
    """Read what is written exactly by the book, which most dates are (RFC 5322 3.3, RFC 3339)."""
    if match := _RFC5322.fullmatch(text):
        day, month, year, time, zone = match.groups("Z")
        text = f"{year}-{_MONTHS[month]}-{day:0>2}T{time}{zone}"
    elif text[4:5] != "-" or text[10:11] != "T":
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.year < _EARLIEST:
            return None
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _fold(text: str) -> str:
    """Case-folded, without accents, digits of every script as ASCII, and CJK dates with plain separators."""
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES).strip()
    if plain.isascii():
        return plain.lower()
    plain = "".join(str(unicodedata.digit(char, char)) if not char.isascii() else char for char in plain)
    if any(mark in plain for mark in "年月日년월일號号"):
        plain = _cjk(plain)
    if any("\u0900" <= char <= "\u0dff" for char in plain):
        return plain  # vowel signs of Indian scripts are combining marks too
    parts = unicodedata.normalize("NFD", plain.casefold().replace("ı", "i").replace("ł", "l"))
    # й is и with a breve: only marks on Latin and Greek letters go
    kept = [
        char
        for i, char in enumerate(parts)
        if not (unicodedata.combining(char) and i and parts[i - 1] < "\u0400")
    ]
    return unicodedata.normalize("NFC", "".join(kept))


def _cjk(text: str) -> str:
    text = _CJK_WEEKDAY.sub(" ", text)
    text = re.sub(
        r"十([一二三四五六七八九])", r"1\1", re.sub(r"([一二三])十([一二三四五六七八九])", r"\1\2", text)
    )
    text = re.sub(r"([二三])十", r"\g<1>0", text).replace("十", "10").translate(_CJK_NUMBERS)
    text = _ERA.sub(lambda m: f"{_ERAS[m[1]] + (1 if m[2] == '元' else int(m[2]))}年", text)
    if "年" not in text and "년" not in text:
        text = _CJK_MONTH.sub(lambda m: f" {_MONTH_NAMES[int(m[1]) % 13]} ", text)
    text = _CJK_TIME.sub(lambda m: f" {m[1]}:{(m[2] or '0'):0>2}:{(m[3] or '0'):0>2} ", text)
    return _CJK_MARKS.sub(lambda m: m[1] + (" " if m[2] in "日號号일" else "-"), text)


def _epoch(text: str) -> datetime | None:
    match = _EPOCH.fullmatch(text)
    if match is None:
        return None
    if match[3]:
        seconds = int(match[3]) / 1_000_000
    elif match[2]:
        if _COMPACT.fullmatch(text) and 1990 <= int(text[:4]) < 2100:  # noqa: PLR2004 # 20240308120000 is no epoch
            return None
        seconds = int(match[2]) / 1_000
    else:
        seconds = float(match[0])
    return datetime.fromtimestamp(seconds, UTC)


def _compact(text: str, language: str) -> datetime | None:
    match = _COMPACT.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    parts = _Parts(year=year, month=month, day=day, hour=hour, minute=minute, second=second)
    parts.micro = int((match[7] or "0")[:6].ljust(6, "0"))
    parts.offset = _zone(match[8], language)
    return _moment(parts)


def _general(text: str, language: str, now: datetime | None) -> datetime | None:
    parts = _Parts()
    rest, behind = _take_time(text, parts)
    if behind is not None:
        parts.offset = _zone(behind, language)
    if not (_in_figures(rest, parts, language) or _in_words(f"{rest} {behind or ''}", parts, language)):
        return None
    if parts.year == 0:
        return _latest(parts, now)
    return _moment(parts)


def _take_time(text: str, parts: _Parts) -> tuple[str, str | None]:
    """Take the time of day out; what stands before it, and behind it (None when there is no time)."""
    match = _TIME.search(text) or _HOUR_ONLY.search(text)
    if match is None:
        return text, None
    parts.hour, parts.minute, parts.second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    parts.micro = int((match[4] or "0")[:6].ljust(6, "0"))
    before, behind = text[: match.start()], text[match.end() :]
    words = [*_WORDS.findall(before)[-1:], *_WORDS.findall(behind)[:1]]
    half = max((half_of_day(word) for word in words), default=-1)
    if half >= 0 and 1 <= parts.hour <= 12:  # noqa: PLR2004 # hours of a clock face
        parts.hour = parts.hour % 12 + half
    if not any(char.isdigit() for char in before):
        return f"{before} {_OFFSET.sub(' ', behind)}", behind
    return before.removesuffix("t"), behind


def _zone(text: str, language: str) -> int:
    """Offset in minutes that stands in the text behind a time; 0 (UTC) when none does."""
    text = text.partition("[")[0]
    offset = _OFFSET.search(text)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if minutes > _MAX_OFFSET:
            raise ValueError(text)
        return -minutes if offset[1] == "-" else minutes
    for word in _WORDS.findall(text):
        minutes_or_none = zone_minutes(word.rstrip("."), language)
        if minutes_or_none is not None:
            return minutes_or_none
    return 0


def _in_figures(text: str, parts: _Parts, language: str) -> bool:
    """Take a date of three numbers, or of year and month."""
    match = _FIGURES.search(text)
    if match is None:
        pair = _YEAR_MONTH.search(text)
        if pair:
            parts.year, parts.month, parts.day = int(pair[1]), int(pair[2]), 1
        return pair is not None
    first, second, third = int(match[1]), int(match[3]), int(match[4])
    if len(match[1]) >= 3:  # noqa: PLR2004 # three digits are a year, and a wrong one
        parts.year, parts.month, parts.day = first, second, third
        return True
    month_first = match[2] == "/" and language in {"", "en"}
    if first > 12 or (second <= 12 and not month_first):  # noqa: PLR2004 # months
        first, second = second, first
    parts.month, parts.day, parts.year = first, second, _full_year(third, match[4])
    return True


def _in_words(text: str, parts: _Parts, language: str) -> bool:
    """Take a date whose month is a word: the numbers around it are day and year."""
    numbers: list[str] = []
    for word in _WORDS.findall(_OFFSET.sub(" ", text)):
        if word.isdecimal():
            numbers.append(word)
        elif zone_minutes(word) is None and (month := month_of(word, language)):
            parts.month = month  # the last one: `mar.` is also a weekday in Romance languages
    if not parts.month or not numbers:
        return False
    years = [number for number in numbers if len(number) == 4]  # noqa: PLR2004 # digits of a year
    days = [number for number in numbers if len(number) <= 2]  # noqa: PLR2004 # digits of a day
    if years:
        parts.year = int(years[0])
        parts.day = int(days[0]) if days else 1
    elif days:
        parts.day = int(days[0])
        parts.year = _full_year(int(days[1]), days[1]) if len(days) > 1 else 0
    return bool(years or days)


def _full_year(year: int, digits: str) -> int:
    if len(digits) > 2:  # noqa: PLR2004 # written in full
        return year
    return year + (2000 if year < _PIVOT else 1900)


def _latest(parts: _Parts, now: datetime | None) -> datetime | None:
    if now is None:
        return None
    for year in (now.year + 1, now.year, now.year - 1):
        parts.year = year
        moment = _moment(parts)
        if moment and moment <= now + timedelta(days=1):
            return moment
    return None


def _moment(parts: _Parts) -> datetime | None:
    """Put the parts together as UTC; 24:00 is the next day, a leap second the second before it."""
    if parts.year < _EARLIEST or parts.day == 0:
        return None
    extra = timedelta(days=1) if (parts.hour, parts.minute) == (24, 0) else timedelta()
    local = datetime(
        parts.year,
        parts.month,
        parts.day,
        0 if extra else parts.hour,
        parts.minute,
        min(parts.second, 59) if parts.second <= 60 else parts.second,  # noqa: PLR2004 # leap second
        parts.micro,
        tzinfo=timezone(timedelta(minutes=parts.offset)),
    )
    return (local + extra).astimezone(UTC)
