"""Who an item is: keys, copies, stories, whatever the language and the order."""

import subprocess
import sys
from datetime import datetime
from hashlib import blake2b
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.curate import features, likeness, tokens
from feeds.curate.fingerprint import LIMITS, overlap, pack, unpack
from feeds.curate.fold import fold
from feeds.curate.identity import compare, fingerprint, identify, outline, relate
from feeds.model import Identity, Item, Related, Relation
from tests.builders import NOW, at

ENGLISH = (
    "Delegates from eleven countries met in Hainan on Tuesday to agree on the power supply of the lunar "
    "research station. The reactor is to be landed before the first crew, said the project's chief "
    "designer, and will feed two habitats, a workshop and the drill at the rim of the crater. "
    "Partners may book a share of the output until the end of the year, he added, and those who bring "
    "instruments of their own will be served first. A second meeting is planned for the autumn."
)
CHINESE = (
    "国际月球科研站供电方案周二在海南敲定，来自十一个国家的代表出席会议。项目总设计师表示，反应堆将在首批航天员到达之前"
    "着陆，为两座居住舱、一座工坊和环形山边缘的钻机供电。合作方可在年底前预订电力份额，自带仪器的伙伴优先。"
    "第二次会议计划于秋季举行，届时将公布选址结果、运输时间表以及各方的分工。与会专家认为，供电是整个科研站建设的关键，"
    "必须提前在地面完成全部试验，并在月面留有备份。会议还讨论了数据共享和人员培训等问题，并商定成立联络小组，每月通报一次。"
)
JAPANESE = (
    "月面の研究基地に電力を送る計画について、十一か国の代表が火曜日に会合を開き、原子炉を最初の乗組員より先に着陸させる"
    "ことで合意した。主任設計者によると、原子炉は二つの居住棟と作業場、クレーターの縁に置かれる掘削機に電力を供給する。"
    "参加国は年末までに電力の割り当てを予約でき、自国の観測機器を持ち込む国が優先される。次の会合は秋に予定されており、"
    "場所の選定結果と輸送の日程が公表される見通しだ。専門家は、電力の確保が基地建設の成否を左右すると指摘し、"
    "地上での試験をすべて終えたうえで、月面に予備の装置を置く必要があると述べた。"
) * 3


def an_article(**changes: Any) -> Item:  # noqa: ANN401 # any field of the item
    """Make an item with text, of a site of its own unless told otherwise."""
    site = changes.get("site", "news.example")
    values: dict[str, Any] = {
        "source": f"https://{site}/feed",
        "guid": changes.get("url", f"https://{site}/a"),
        "url": f"https://{site}/a",
        "title": "Eleven countries agree on power for the lunar station",
        "summary": ENGLISH,
        "language": "en",
        "published": NOW,
        "site": site,
    }
    return Item(**values | changes)


def relation(a: Item, b: Item) -> Relation:
    """Relate two items in both orders, which must agree."""
    one, other = relate(a, b), relate(b, a)
    assert one == other
    assert one.reasons
    return one.relation


def elsewhere(**changes: Any) -> Item:  # noqa: ANN401 # any field of the item
    """Make an item of another site."""
    return an_article(**{"site": "copy.example", "url": "https://copy.example/z"} | changes)


def test_an_address_in_another_spelling_is_the_same_item() -> None:
    """Two sources that link to one page carry one item."""
    other = elsewhere(
        url="http://www.news.example/a/?utm_source=x", title="Other title", summary="Other text"
    )
    assert relation(an_article(), other) is Relation.SAME_ITEM


def test_a_guid_holds_only_at_its_source() -> None:
    """Post number 7 of two blogs are two posts."""
    a = an_article(guid="7", summary="One text about nothing in particular", title="One")
    b = elsewhere(guid="7", summary="Something else entirely, of another kind", title="Two")
    assert relation(a, b) is not Relation.SAME_ITEM


def test_entries_of_one_page_are_several_items() -> None:
    """A change log links every entry to one page; their guids tell them apart."""
    a = an_article(guid="log-1", title="Version 1", summary="First release of the flight software")
    b = an_article(guid="log-2", title="Version 2", summary="Fixes of the ground segment")
    assert relation(a, b) is not Relation.SAME_ITEM
    c = an_article(guid="urn:moonwire:1", url="https://news.example/a#one", title="One", summary="First text")
    d = an_article(guid="urn:moonwire:2", url="https://news.example/a#two", title="Two", summary="Second")
    assert relation(c, d) is not Relation.SAME_ITEM


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


EVENT = (
    (
        "en",
        "Thailand joins China's lunar research station",
        "Thailand and China signed a memorandum on the International Lunar Research Station, the CNSA said.",
    ),
    (
        "zh",
        "泰国加入国际月球科研站",
        "中国国家航天局表示，中国和泰国签署了关于国际月球科研站合作的谅解备忘录。",
    ),
    (
        "ru",
        "Таиланд присоединился к лунной станции Китая и России",
        "Китай и Таиланд подписали меморандум о Международной научной лунной станции, сообщила КНКА.",
    ),
    (
        "es",
        "Tailandia se une a la estación lunar de China",
        "China y Tailandia firmaron un memorando sobre la Estación Internacional de Investigación Lunar.",
    ),
    (
        "ja",
        "タイ、月研究基地計画に参加",
        "中国とタイ王国は国際月面研究ステーションに関する覚書に署名した。国家航天局が発表した。",
    ),
)


@pytest.mark.parametrize("one", EVENT, ids=lambda row: row[0])
@pytest.mark.parametrize("other", EVENT, ids=lambda row: row[0])
def test_one_event_is_one_story_across_languages(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    """Independent reports of one agreement join, whatever their language."""
    a = an_article(language=one[0], title=one[1], summary=one[2])
    b = elsewhere(language=other[0], title=other[1], summary=other[2], published=at(hours=9))
    expected = {Relation.SAME_STORY} if one != other else {Relation.SAME_STORY, Relation.SAME_ARTICLE}
    assert relation(a, b) in expected


def test_chinese_headlines_share_a_story() -> None:
    """Two outlets, two headlines, no text in common but the event."""
    a = an_article(language="zh", title="嫦娥七号探测器运抵文昌发射场", summary="")
    b = elsewhere(language="zh", title="嫦娥七号运抵海南文昌 拟8月发射", summary="", published=at(hours=5))
    assert relation(a, b) is Relation.SAME_STORY


@pytest.mark.parametrize(
    ("title", "summary", "published"),
    [
        (
            "China and Thailand seal lunar station pact",
            "The two countries signed a memorandum on the ILRS.",
            at(days=90),
        ),
        (
            "Senegal joins China's lunar research station",
            "Senegal and China signed an agreement on the International Lunar Research Station.",
            at(days=6),
        ),
        (
            "Rover reaches the rim of its crater",
            "The vehicle drove four kilometres, its operators say, and will rest for the lunar night.",
            at(hours=5),
        ),
    ],
    ids=["months later", "another country", "another event"],
)
def test_other_events_are_other_stories(title: str, summary: str, published: datetime) -> None:
    """The same words about another country, at another time, or other words, are no story in common."""
    a = an_article(title=EVENT[0][1], summary=EVENT[0][2])
    assert relation(a, elsewhere(title=title, summary=summary, published=published)) is Relation.DIFFERENT


def test_things_alone_join_no_languages() -> None:
    """Bricks, soil and building are what the topic speaks of; a name that both bear makes it an event."""
    home = an_item_of(
        "en", "Bricks & mortar: how to build a Moon base from dust", "I baked lunar soil at home."
    )
    title, text = "着陆器将在月面试制月壤砖", "装置将熔化月壤,烧制建造科研站所需的砖块。"
    assert relation(home, an_item_of("zh", title, text)) is Relation.DIFFERENT
    named = an_item_of("en", f"{home.title} on Chang'e-8", home.summary)
    assert relation(named, an_item_of("zh", f"嫦娥八号{title}", text)) is Relation.SAME_STORY


def an_item_of(language: str, title: str, summary: str) -> Item:
    """Make an item of a source for each language, all of one hour."""
    name = f"{language}.example"
    return Item(
        source=f"https://{name}/feed",
        guid=title,
        url=f"https://{name}/1",
        site=name,
        title=title,
        summary=summary,
        language=language,
        published=NOW,
    )


def test_dates_may_be_as_coarse_as_a_month() -> None:
    """A publisher who names only the month is not weeks away from one who names the day."""
    a = an_article(title=EVENT[0][1], summary=EVENT[0][2], published=at(days=20))
    b = elsewhere(
        title=EVENT[3][1], summary=EVENT[3][2], language="es", published=at(days=-7), published_raw="2026-03"
    )
    assert relation(a, b) is Relation.SAME_STORY
    year = elsewhere(
        title=EVENT[3][1], summary=EVENT[3][2], language="es", published=at(days=-7), published_raw="2026"
    )
    assert relation(a, year) is Relation.SAME_STORY


def test_undated_items_can_be_related() -> None:
    """No date is no evidence, neither for nor against."""
    a = an_article(title=EVENT[0][1], summary=EVENT[0][2], published=None)
    assert (
        relation(a, elsewhere(title=EVENT[0][1], summary=EVENT[1][2], published=None)) is Relation.SAME_STORY
    )


def test_relatives_are_told_by_how_close_they_are() -> None:
    """A stranger, the same story, the same article and the same item, each for what it is."""
    others = (
        elsewhere(title="Rover rests", summary="The rover rests for the night."),
        elsewhere(summary="Delegates settled on a reactor and solar masts to feed the lunar station."),
        elsewhere(title="Copy"),
        an_article(title="Old title"),
    )
    assert [relation(an_article(), other) for other in others] == [
        Relation.DIFFERENT,
        Relation.SAME_STORY,
        Relation.SAME_ARTICLE,
        Relation.SAME_ITEM,
    ]


def test_fingerprints_of_another_version_are_strangers() -> None:
    """An upgrade never trips over what an older version wrote."""
    known = fingerprint(an_article())
    for odd in (b"", b"\xff" + known[1:], known[:20]):
        assert unpack(odd) is None
        assert compare(known, odd).relation is Relation.DIFFERENT


def shared_bands(a: Item, b: Item) -> set[int]:
    """Return the look-up keys two items share."""
    return set(identify(a).bands) & set(identify(b).bands)


def test_copies_share_a_band_and_strangers_do_not() -> None:
    """The store finds copies by look-up, without a scan."""
    assert shared_bands(an_article(), elsewhere(title="Other", summary=ENGLISH[60:260]))
    assert shared_bands(
        an_article(title="甲", summary=CHINESE, language="zh"), elsewhere(title="乙", summary=CHINESE[40:120])
    )
    assert shared_bands(an_article(summary="One"), elsewhere(summary="Two"))
    assert not shared_bands(
        an_article(), elsewhere(title="Rover", summary="The rover rests for the lunar night.")
    )
    assert identify(an_article(title="", summary="", url="", guid="x")).bands == ()


def test_features_do_not_depend_on_language() -> None:
    """Reports of one event share at least two features, so that the store finds them."""
    found = [
        set(identify(an_article(language=tongue, title=title, summary=summary)).features)
        for tongue, title, summary in EVENT
    ]
    assert all(len(a & b) >= 2 for a in found for b in found)


def test_reasons_name_what_both_speak_of() -> None:
    """A person can see why two items were joined."""
    a = an_article(title=EVENT[0][1], summary=EVENT[0][2])
    b = elsewhere(title=EVENT[1][1], summary=EVENT[1][2], language="zh", published=at(days=2))
    reasons = " ".join(relate(a, b).reasons)
    assert "thailand" in reasons
    assert "2 days apart" in reasons


def test_edits_change_the_content_hash() -> None:
    """Title, text, content and address count; where it came from does not."""
    known = identify(an_article()).content_hash
    assert identify(an_article(source="https://other.example/feed")).content_hash == known
    for change in (
        {"title": "x"},
        {"summary": "x"},
        {"content": "<p>x</p>"},
        {"url": "https://news.example/b"},
    ):
        assert identify(an_article(**change)).content_hash != known


def test_fingerprints_are_stable_and_small() -> None:
    """Another process, with another hash seed, makes the same bytes; the longest text stays small."""
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from tests.test_curate_identity import an_article\n"
        "from feeds.curate.identity import identify\n"
        "print(identify(an_article()))"
    )
    made = {
        subprocess.run(  # noqa: S603 # our own interpreter and code
            [sys.executable, "-c", code, *sys.path],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(made) == 1
    words = " ".join(f"word{n} 月球{n}" for n in range(3000))
    full = an_article(
        title=words[:500], summary=words[:2000], content=words, url="https://news.example/" + "a-b1" * 60
    )
    assert len(fingerprint(full)) <= 1600
    assert len(identify(full).bands) <= 42


ITEMS = st.builds(
    Item,
    source=st.sampled_from(["https://a.example/feed", "https://b.example/feed"]),
    guid=st.sampled_from(["1", "urn:moonwire:2", "https://a.example/1"]),
    url=st.sampled_from(
        [
            "",
            "https://a.example/1",
            "https://a.example/1#x",
            "https://b.example/a-b-c-d",
            "https://b.example/",
        ]
    ),
    title=st.one_of(st.text(max_size=30), st.sampled_from([row[1] for row in EVENT])),
    summary=st.one_of(st.text(max_size=60), st.sampled_from([row[2] for row in EVENT] + [ENGLISH, CHINESE])),
    language=st.sampled_from(["", "en", "zh", "ru"]),
    site=st.sampled_from(["", "a.example", "b.example"]),
    published=st.sampled_from([None, NOW, at(days=-3), at(days=-300)]),
    published_raw=st.sampled_from(["", "2026", "2026-03", "soon"]),
)


@given(ITEMS, ITEMS)
def test_relations_are_symmetric_and_sure(a: Item, b: Item) -> None:
    """relate(a, b) is relate(b, a), an item is itself, and scores are probabilities."""
    found = relate(a, b)
    assert found == relate(b, a)
    assert 0 <= found.score <= 1
    assert relate(a, a).relation is Relation.SAME_ITEM


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_can_be_identified(title: str, summary: str) -> None:
    """No text raises, and fingerprints come back as they were."""
    item = an_article(title=title, summary=summary)
    made = identify(item)
    known = unpack(made.fingerprint)
    assert known is not None
    assert pack(known) == made.fingerprint
    assert all(-(1 << 63) <= band < 1 << 63 for band in made.bands)
    assert made.keys


@given(ITEMS, st.booleans())
def test_an_outline_is_a_print_with_nothing_else(item: Item, brief: bool) -> None:  # noqa: FBT001 # drawn
    """The bytes of an outline are those of a print whose sets are empty, and name the same item."""
    made = outline(item, brief=brief)
    known = unpack(made.fingerprint)
    assert known is not None
    assert not known.length
    assert pack(known) == made.fingerprint
    assert made.keys == identify(item).keys or brief


@pytest.mark.parametrize("parts", [("",), ("月\ud800",), ("https://news.example/feed", "a")])
def test_hashes_of_texts_stay_what_they_are(parts: tuple[str, ...]) -> None:
    """They are stored: the first eight bytes of BLAKE2b over the parts, little end first."""
    joined = "\x1f".join(parts).encode("utf-8", "replace")
    assert tokens.hash64(*parts) == int.from_bytes(blake2b(joined, digest_size=8).digest(), "little")


@given(st.sets(st.integers(0, 10_000), max_size=400), st.sets(st.integers(0, 10_000), max_size=400))
def test_samples_estimate_overlap(a: set[int], b: set[int]) -> None:
    """The sampled overlap is exact for small sets and never leaves its range."""
    limit = LIMITS["passages"]
    one, other = (frozenset(sorted(whole)[:limit]) for whole in (a, b))
    shared, inside = overlap(one, other, limit)
    assert 0 <= shared <= inside <= 1
    if a and b and len(a) < limit and len(b) < limit:
        assert (shared, inside) == (len(a & b) / len(a | b), len(a & b) / min(len(a), len(b)))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("印度尼西亚的火箭", "indonesia"),
        ("インドネシアの衛星", "indonesia"),
        ("中国南极洲考察", "antarctica"),
    ],
)
def test_a_place_inside_the_name_of_another_is_none(text: str, place: str) -> None:
    """Indonesia is not India, although its Chinese and Japanese names hold India's."""
    found = features.concept_names(fold(text))
    assert f"place:{place}" in found
    assert not found & {"place:india", "place:southpole"}


def test_the_gazetteer_is_sound() -> None:
    """Each pattern can be found, no two concepts have one hash, every measure has a weight."""
    names = [f"{kind}:{name}" for kind, group in features._gazetteer().items() for name in group]
    assert set(features._gazetteer()) == set(features.CLASSES)
    assert len({features.code_of(name) for name in names}) == len(names)
    for kind, group in features._gazetteer().items():
        for name, aliases in group.items():
            for alias in aliases:
                assert f"{kind}:{name}" in features.concept_names(
                    fold(alias.replace("*", "").replace("..", ""))
                ), alias
    assert features.name_of(0) == ""
    assert len(likeness.story_model().weights) == len(likeness.MEASURES)


def test_the_table_of_weights_comes_back() -> None:
    """What the fitting writes is what is read: common words weigh little, unknown ones the default."""
    packed = features.packed_weights({7: 0.5, 5: 0.001})
    assert packed == bytes([5, 0, 0, 0, 7, 0, 0, 0, 221, 22])
    assert (
        features.weight(features.code_of("place:china")) < 2 < features.weight(features.code_of("place:peru"))
    )
    assert features.weight(1) == features.DEFAULT_WEIGHT


def test_results_are_values_of_the_model() -> None:
    """What the store takes is what the model promises."""
    made = identify(an_article())
    assert isinstance(made, Identity)
    assert isinstance(relate(an_article(), elsewhere()), Related)
