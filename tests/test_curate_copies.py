"""Copies: one article whatever was trimmed, framed, reworded or converted, and what only looks like one."""

import pytest

from feeds.model import Relation
from tests.articles import CHINESE, ENGLISH, an_article, elsewhere, relation
from tests.builders import at

JAPANESE = (
    "月面の研究基地に電力を送る計画について、十一か国の代表が火曜日に会合を開き、原子炉を最初の乗組員より先に着陸させる"
    "ことで合意した。主任設計者によると、原子炉は二つの居住棟と作業場、クレーターの縁に置かれる掘削機に電力を供給する。"
    "参加国は年末までに電力の割り当てを予約でき、自国の観測機器を持ち込む国が優先される。次の会合は秋に予定されており、"
    "場所の選定結果と輸送の日程が公表される見通しだ。専門家は、電力の確保が基地建設の成否を左右すると指摘し、"
    "地上での試験をすべて終えたうえで、月面に予備の装置を置く必要があると述べた。"
) * 3


@pytest.mark.parametrize(
    ("title", "summary"),
    [
        ("Eleven countries agree on power for the lunar station", ENGLISH),
        ("Another headline altogether", ENGLISH),
        ("", ENGLISH),
        ("Power for the Moon", "HAINAN, March 8 (Reuters) - " + ENGLISH + " Reporting by A. Writer"),
        ("Power for the Moon", ENGLISH[: len(ENGLISH) // 2]),
        (
            "Power for the Moon",
            "Our correspondents follow the meeting. " + ENGLISH + " Read more on our site.",
        ),
        (
            "Power for the Moon",
            ENGLISH.replace("Tuesday", "this week").replace("chief designer", "head designer"),
        ),
    ],
    ids=["byte for byte", "new title", "no title", "dateline", "excerpt", "frame", "edited words"],
)
def test_copies_are_one_article(title: str, summary: str) -> None:
    """Edited titles, trimmed text, datelines and frames do not make another article."""
    assert relation(an_article(), elsewhere(title=title, summary=summary)) is Relation.SAME_ARTICLE


def test_a_short_chinese_copy_is_caught() -> None:
    """220 characters without a space, byte for byte, under another title; in traditional characters too."""
    short = CHINESE[:220]
    assert len(short) == 220
    a = an_article(title="科研站供电方案敲定", summary=short, language="zh")
    assert (
        relation(a, elsewhere(title="十一国海南开会", summary=short, language="zh")) is Relation.SAME_ARTICLE
    )
    traditional = (
        short.replace("国际", "國際").replace("两", "兩").replace("电", "電").replace("会议", "會議")
    )
    assert (
        relation(a, elsewhere(title="供電方案", summary=traditional, language="zh")) is Relation.SAME_ARTICLE
    )


def test_a_japanese_near_copy_is_caught() -> None:
    """900 characters of which some sentences were changed."""
    edited = JAPANESE.replace("火曜日", "この日").replace("主任設計者によると、", "")
    a = an_article(title="月面基地の電力計画で合意", summary=JAPANESE[:900], language="ja")
    b = elsewhere(title="月の基地、原子炉を先に", summary=edited[:900], language="ja")
    assert relation(a, b) is Relation.SAME_ARTICLE


def test_full_content_counts_where_there_is_more_of_it() -> None:
    """One feed gives the whole text as HTML, the other an excerpt of it."""
    paragraphs = "".join(f"<p>{part}.</p>" for part in ENGLISH.split(". "))
    full = an_article(summary="In short.", content=paragraphs)
    assert relation(full, elsewhere(summary=ENGLISH[:240])) is Relation.SAME_ARTICLE
    assert relation(
        an_article(summary=ENGLISH, content="<p>no more than this</p>" + "<br>" * 200), elsewhere()
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Launch schedule, 12 May", "Launch schedule, 19 May"),
        ("Lunar weekly roundup #14", "Lunar weekly roundup #15"),
        ("This week on the Moon: March 1", "This week on the Moon: March 8"),
        ("月球周报第十二期", "月球周报第十三期"),
        ("Расписание пусков на 12 мая", "Расписание пусков на 19 мая"),
        ("Лунный дневник. Выпуск 40", "Лунный дневник. Выпуск 41"),
        ("月の暦 六月第一週", "月の暦 六月第二週"),
        ("이번 주 달 소식 제31호", "이번 주 달 소식 제32호"),
        ("इस सप्ताह का आकाश: 1 से 7 जून", "इस सप्ताह का आकाश: 8 से 14 जून"),
    ],
)
def test_issues_of_a_series_are_two_things(one: str, other: str) -> None:
    """Titles that differ in a number or date alone are a template, however alike the texts."""
    a = an_article(title=one, summary=ENGLISH, published=at(days=-7))
    b = an_article(title=other, summary=ENGLISH, url="https://news.example/b")
    assert relation(a, b) is Relation.DIFFERENT
    if "#" not in one:  # a bare number could be a count: of two outlets only dates and issues are sure
        assert relation(a, elsewhere(title=other)) is Relation.DIFFERENT


def test_templates_of_one_site_are_not_copies() -> None:
    """A site fills one form with other figures; or ends every summary the same way."""
    form = "The station at site {} drew {} kilowatts over the day, and the crew spent {} hours outside. "
    text = "All figures are preliminary and will be confirmed by the operators within the week, as always."
    a = an_article(title="Log of Alpha", summary=form.format(11, 230, 14) + text)
    b = an_article(title="Log of Beta", summary=form.format(47, 650, 31) + text, url="https://news.example/b")
    assert relation(a, b) is not Relation.SAME_ARTICLE
    c = an_article(title="Drill reaches ice", summary=text)
    d = an_article(title="Antenna mast arrives", summary=text, url="https://news.example/b")
    assert relation(c, d) is not Relation.SAME_ARTICLE


def test_a_few_words_in_common_are_no_copy() -> None:
    """A summary of two words says nothing."""
    a, b = (
        an_article(title="Drill reaches ice", summary="Read more"),
        elsewhere(title="Mast", summary="Read more"),
    )
    assert relation(a, b) is not Relation.SAME_ARTICLE


def test_one_page_in_two_languages_is_one_article() -> None:
    """A page that differs in its language alone is a translation."""
    a = an_article(
        url="https://news.example/en/post/123456789", title="Power", summary="Power for the station"
    )
    b = an_article(
        url="https://news.example/pt/post/123456789", title="Energia", summary="Energia", language="pt"
    )
    assert relation(a, b) is Relation.SAME_ARTICLE
