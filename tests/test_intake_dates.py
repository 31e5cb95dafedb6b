"""Dates as feeds write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.intake.calendar_words import month_of, zone_minutes
from feeds.intake.dates import _fold, _general, _quick, parse_date

NOW = datetime(2024, 11, 1, tzinfo=UTC)


def at(*parts: int) -> datetime:
    """Build an aware UTC moment."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type] # year, month, day and so on


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Tue, 22 Oct 2024 10:00:00 GMT", "", at(2024, 10, 22, 10)),
        ("Tue, 22 Oct 2024 10:00:00 -0330", "", at(2024, 10, 22, 13, 30)),
        ("Mon, 22 Oct 2024 10:00:00 EST", "", at(2024, 10, 22, 15)),
        ("22 Oct 24 10:00 CST", "", at(2024, 10, 22, 16)),
        ("22 Oct 24 10:00 CST", "zh-CN", at(2024, 10, 22, 2)),
        ("22 Oct 2024 10:00 IST", "", at(2024, 10, 22, 4, 30)),
        ("22 Oct 2024 10:00 IST", "he", at(2024, 10, 22, 8)),
        ("22 Oct 2024 10:00 MSK", "ru", at(2024, 10, 22, 7)),
        ("22 Oct 2024 10:00 JST", "", at(2024, 10, 22, 1)),
        ("22 Oct 2024 10:00 (KST)", "", at(2024, 10, 22, 1)),
        ("Tuesday, 22 October 2024 10:00:00", "", at(2024, 10, 22, 10)),
        ("Sunday, 08-Mar-24 12:00:00 GMT", "", at(2024, 3, 8, 12)),
        ("Fri, 08 Mar 2024 12:00:00 GMT+0300", "", at(2024, 3, 8, 9)),
        ("Fri Mar  8 12:00:00 MSK 2024", "", at(2024, 3, 8, 9)),
        ("31 Dec 99 00:00 GMT", "", at(1999, 12, 31)),
        ("March 8th, 2024 3:05 p.m. EST", "", at(2024, 3, 8, 20, 5)),
        ("5pm March 8 2024", "", at(2024, 3, 8, 17)),
        ("12:30 am, March 8, 2024", "", at(2024, 3, 8, 0, 30)),
        ("Sept. 5, 2024", "", at(2024, 9, 5)),
        ("March 2024", "", at(2024, 3, 1)),
        ("2024-03-08T12:00:00.123456789+08:00", "", at(2024, 3, 8, 4, 0, 0, 123456)),
        ("2024-10-22 10:00:00,5", "", at(2024, 10, 22, 10, 0, 0, 500000)),
        ("2024-03-08T12:00:00", "", at(2024, 3, 8, 12)),
        ("2024-03-08t12:00:00z", "", at(2024, 3, 8, 12)),
        ("2024-03-08T12:00:00+03", "", at(2024, 3, 8, 9)),
        ("2024-03-08T24:00:00Z", "", at(2024, 3, 9)),
        ("Fri, 08 Mar 2024 23:59:60 UTC", "", at(2024, 3, 8, 23, 59, 59)),
        ("2024-03-08T12:00:00+03:00[Europe/Moscow]", "", at(2024, 3, 8, 9)),
        ("2024-3-8 1:02", "", at(2024, 3, 8, 1, 2)),
        ("2024-03", "", at(2024, 3, 1)),
        ("20240308", "", at(2024, 3, 8)),
        ("20240308T120000Z", "", at(2024, 3, 8, 12)),
        ("20240308120000", "", at(2024, 3, 8, 12)),
        ("20240308T120000.25+0100", "", at(2024, 3, 8, 11, 0, 0, 250000)),
        ("2024/03/08", "", at(2024, 3, 8)),
        ("03/08/2024", "", at(2024, 3, 8)),
        ("03/08/2024", "fr", at(2024, 8, 3)),
        ("25/12/2024", "en-US", at(2024, 12, 25)),
        ("08.03.2024", "", at(2024, 3, 8)),
        ("12:00 08.03.2024", "ru", at(2024, 3, 8, 12)),
        ("31.12.99", "de", at(1999, 12, 31)),
        ("1729591200", "", at(2024, 10, 22, 10)),
        ("1729591200.5", "", at(2024, 10, 22, 10, 0, 0, 500000)),
        ("1729591200000", "", at(2024, 10, 22, 10)),
        ("1729591200000000", "", at(2024, 10, 22, 10)),
        ("2024年03月08日 12:00", "zh", at(2024, 3, 8, 12)),
        ("2024年3月8日 下午3:05", "zh", at(2024, 3, 8, 15, 5)),
        ("2024年3月8日15时5分30秒", "zh", at(2024, 3, 8, 15, 5, 30)),
        ("二〇二四年十二月二十一日", "zh", at(2024, 12, 21)),
        ("二〇二四年三月十日", "zh", at(2024, 3, 10)),
        ("星期五, 08 三月 2024 12:00", "zh", at(2024, 3, 8, 12)),
        ("令和6年3月8日", "ja", at(2024, 3, 8)),
        ("令和元年5月1日", "ja", at(2019, 5, 1)),
        ("2024年3月8日 午後3時", "ja", at(2024, 3, 8, 15)),
        ("2024년 3월 8일 오후 3:05", "ko", at(2024, 3, 8, 15, 5)),
        ("2024. 3. 8. 오전 3:05", "ko", at(2024, 3, 8, 3, 5)),
        ("22 октября 2024 10:00", "ru", at(2024, 10, 22, 10)),
        ("Пт, 08 мар 2024 12:00:00 +0300", "ru", at(2024, 3, 8, 9)),
        ("8 мая 2024 г.", "ru", at(2024, 5, 8)),
        ("8 березня 2024", "uk", at(2024, 3, 8)),
        ("8. März 2024, 14:00 Uhr", "de", at(2024, 3, 8, 14)),
        ("8 mars 2024 à 10h30", "fr", at(2024, 3, 8, 10, 30)),
        ("mar. 8 oct. 2024", "fr", at(2024, 10, 8)),
        ("15 août 2024", "fr", at(2024, 8, 15)),
        ("8 de marzo de 2024", "es", at(2024, 3, 8)),
        ("8 agosto 2024", "it", at(2024, 8, 8)),
        ("8 de março de 2024", "pt", at(2024, 3, 8)),
        ("8 listopada 2024", "pl", at(2024, 11, 8)),
        ("8 listopada 2024", "hr", at(2024, 10, 8)),
        ("8 Ağustos 2024", "tr", at(2024, 8, 8)),
        ("8 Kasım 2024", "tr", at(2024, 11, 8)),
        ("٨ مارس ٢٠٢٤", "ar", at(2024, 3, 8)),
        ("8 मार्च 2024", "hi", at(2024, 3, 8)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "", at(1970, 1, 1)),
        ("8 Mar 10:00", "", at(2024, 3, 8, 10)),
        ("31 Dec", "", at(2023, 12, 31)),
        ("3月8日 12:00", "zh", at(2024, 3, 8, 12)),
    ],
)
def test_reads(text: str, language: str, expected: datetime) -> None:
    """Each form is read to the moment it means."""
    assert parse_date(text, language=language, now=NOW) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "yesterday noon",
        "0000-00-00",
        "0000-00-00 00:00:00",
        "0000-00-00T00:00:00",
        "1800-01-01T00:00:00Z",
        "Mon, 99 Foo 99999 99:99:99 +9999",
        "Mon, 01 Jan 2024 10:00:00 +9959",
        "22 Oct 2024 10:00 +2300",
        "Wed, 31 Apr 2024 10:00:00 GMT",
        "2024-13-01",
        "2024-02-30T00:00:00Z",
        "99999999999999999",
        "2024",
        "42",
        "March",
        "123 March 12345",
        "29 Feb",
        "13月8日",
    ],
)
def test_nonsense_is_no_date(text: str) -> None:
    """What names no moment gives None; 29 February without a year only exists in leap years."""
    assert parse_date(text, now=datetime(2023, 1, 1, tzinfo=UTC)) is None


def test_no_year_needs_a_now() -> None:
    """Without knowing the present, a date without a year is no date."""
    assert parse_date("8 Mar 10:00") is None


def test_words_and_zones() -> None:
    """Inflected and abbreviated names are months; zones are known by abbreviation."""
    assert month_of("октябрю") == month_of("octobre") == month_of("okt.") == 10
    assert month_of("moon") == 0
    assert zone_minutes("msk") == 180
    assert zone_minutes("nowhere") is None


@given(st.text(max_size=60), st.sampled_from(["", "en", "zh", "ru", "x-y"]))
@settings(max_examples=100)
def test_never_raises(text: str, language: str) -> None:
    """Any text gives an aware UTC moment or None."""
    moment = parse_date(text, language=language, now=NOW)
    assert moment is None or moment.utcoffset() is not None


@given(st.text(alphabet="0123456789-/:.,+TZ 年月日時十MarOctpmGST", max_size=40))
@settings(max_examples=100)
def test_never_raises_on_what_looks_like_dates(text: str) -> None:
    """Figures and separators in any order do no harm either."""
    moment = parse_date(text, now=NOW)
    assert moment is None or moment.utcoffset() is not None


@given(st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2099, 12, 31)))  # noqa: DTZ001 # made aware below
@settings(max_examples=50)
def test_reads_what_standards_write(moment: datetime) -> None:
    """RFC 5322 and RFC 3339 come back to the second."""
    aware = moment.replace(microsecond=0, tzinfo=UTC)
    assert parse_date(aware.strftime("%a, %d %b %Y %H:%M:%S +0000")) == aware
    assert parse_date(aware.isoformat()) == aware


@given(
    st.sampled_from(["", "Tue, ", "Tue,"]),
    st.sampled_from(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]),
    st.sampled_from(["0000", "1899", "1900", "1969", "2024", "9999"]),
    st.tuples(*(st.integers(0, top) for top in (32, 25, 60, 60))),
    st.sampled_from(
        ["GMT", "UTC", "Z", "+0000", "-0000", "+0530", "-1400", "+1401", "+0075", "-1399", "+2360"]
    ),
)
@settings(max_examples=300)
def test_the_quick_way_says_what_the_long_way_says(
    weekday: str, month: str, year: str, numbers: tuple[int, ...], zone: str
) -> None:
    """A date written by the book is read without the many rules, and never otherwise than by them."""
    day, hour, minute, second = numbers
    text = f"{weekday}{day} {month} {year} {hour:02}:{minute:02}:{second:02} {zone}"
    quick = _quick(text)
    assert quick is None or quick == _general(_fold(text), "", None)
    assert _quick(f"{weekday}9 {month} 2024 10:00:00 -1400") is not None
