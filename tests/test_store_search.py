"""Search: words in any script, and the little language of the search box."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Judged
from store import Store, parse
from store.query import Filter, Query
from store.segment import fold, runs, segment
from tests.builders import a_check, a_judged, a_verdict, an_identity, an_item, at
from tests.fake_compare import strangers

TITLES = {
    "zh": "中俄国际月球科研站选址完成，嫦娥7号将发射",
    "ru": "Россия и Китай построят научную станцию на Луне",
    "fr": "Une base lunaire à l'étude : décision à CAFÉ Küste",
    "ja": "月面基地の建設計画を発表",
    "ko": "달 기지를 건설하는 국제 협력",
    "hi": "चंद्रमा पर स्टेशन की योजना",
    "ar": "مَحَطَّة قمرية دولية جديدة",
    "th": "สถานีวิจัยบนดวงจันทร์",
    "en": "Lunar stations need power; Chang'e-8 carries bricks",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Open a store with one item per language, a rejected one and a near one."""
    with Store.open(tmp_path_factory.mktemp("search") / "wire.db") as opened:
        judged = [_titled(n, lang, title) for n, (lang, title) in enumerate(TITLES.items(), start=1)]
        rejected = a_judged(50, item=an_item(50, title="Lunar new year"), keep=False)
        near = a_judged(51, item=an_item(51, title="Lunar rocks"), verdict=a_verdict(keep=False, near=True))
        opened.record(a_check(*judged, rejected, near), compare=strangers)
        yield opened


def _titled(n: int, language: str, title: str) -> Judged:
    content = "<p>Body of <b>text</b> &amp; reactor&nbsp;module</p>" if language == "en" else ""
    item = an_item(n, title=title, language=language, summary="", content=content, published=at(days=-10 * n))
    return a_judged(n, item=item, verdict=a_verdict(tags=("Power",) if language == "en" else ()))


def _found(store: Store, query: str) -> list[str]:
    return [each.language for each in store.search(query, limit=50)]


@pytest.mark.parametrize(
    ("query", "languages"),
    [
        ("月球", ["zh"]),
        ("科研站", ["zh"]),
        ("月球科研站", ["zh"]),
        ("嫦娥7号", ["zh"]),
        ("球站", []),
        ("月", ["zh", "ja"]),
        ("射", ["zh"]),
        ("月面基地", ["ja"]),
        ("建設", ["ja"]),
        ("станция", ["ru"]),
        ("станции", ["ru"]),
        ("СТАНЦИЮ", ["ru"]),
        ("научная", ["ru"]),
        ("луна", ["ru"]),
        ("cafe", ["fr"]),
        ("etude", ["fr"]),
        ("étude kuste", ["fr"]),
        ("기지", ["ko"]),
        ("स्टेशन", ["hi"]),
        ("محطة", ["ar"]),
        ("ดวงจันทร์", ["th"]),
        ("station", ["en"]),
        ("stations", ["en"]),
        ('"lunar station"', []),
        ('"lunar stations"', ["en"]),
        ('"stations lunar"', []),
        ("chang'e-8", ["en"]),
        ("reactor module", ["en"]),
        ("lunar", ["en"]),
        ("lun", ["fr", "en"]),
        ("b", ["fr", "en"]),
        ("lun -base", ["en"]),
        ('lun -"need power"', ["fr"]),
        ("lang:ja", ["ja"]),
        ("lang:ja lang:zh", []),
        ("tag:power", ["en"]),
        ("lun -tag:power", ["fr"]),
        ("source:agency.example lun -lang:fr", ["en"]),
        ('source:"NAME OF" 月球', ["zh"]),
        ("since:2026-02", ["zh", "ru", "fr"]),
        ("until:2025-12-31", ["ar", "th", "en"]),
        ("nothing", []),
        ("!!! ...", list(TITLES)),
    ],
)
def test_what_a_search_finds(query: str, languages: list[str], store: Store) -> None:
    """Kept items only, newest first."""
    assert _found(store, query) == languages


def test_limit(store: Store) -> None:
    """No more than asked for."""
    assert len(store.search("", limit=4)) == 4


def test_edits_are_found_by_their_new_words_only(tmp_path: Path) -> None:
    """The old text of an edited item is out of the index."""
    with Store.open(tmp_path / "wire.db") as store:
        store.record(a_check(a_judged(1)), compare=strangers)
        edited = a_judged(
            item=an_item(1, title="Regolith", summary="", content=""),
            identity=an_identity("1", content_hash=b"2"),
        )
        store.record(a_check(edited, at=at(hours=1)), compare=strangers)
        assert [len(store.search(word, limit=5)) for word in ("regolith", "milestone")] == [1, 0]


@given(text=st.text(max_size=60))
def test_no_text_breaks_out_of_the_query(text: str, store: Store) -> None:
    """Whatever is typed is a search: SQLite accepts every expression that parse makes."""
    store.search(text, limit=1)
    store.search(f'"{text}', limit=1)
    store.search(f"-{text} tag:{text} since:{text}", limit=1)


@given(st.text(max_size=40))
def test_a_title_is_found_by_itself(text: str) -> None:
    """Every word of a text stands in the index as the query looks for it."""
    words = f" {segment(text)} "
    for expression in parse(f'"{text.replace(chr(34), " ")}"').wanted:
        phrase = expression.removesuffix(" *").strip('"')
        assert f" {phrase}" in words


@given(st.text(max_size=40))
def test_folding_is_stable(text: str) -> None:
    """Folded text is folded already, and its words hold no space."""
    assert runs(fold(text)) == runs(text)
    assert all(word.strip() for word in segment(text).split(" ") if word)


def test_segments() -> None:
    """Pairs and a last single character for scripts without spaces, folded words for others."""
    assert segment("月球站 Ｍoon_Base ÉTÉ й") == "月球 球站 站 moon base ete и"


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("since:2026 until:2026", (2026, 1, 1), (2027, 1, 1)),
        ("since:2026-12 until:2026-12", (2026, 12, 1), (2027, 1, 1)),
        ("since:2026-3-8 until:2026-03-08", (2026, 3, 8), (2026, 3, 9)),
    ],
)
def test_dates(text: str, since: tuple[int, int, int], until: tuple[int, int, int]) -> None:
    """A date is a year, month or day in UTC; until includes it."""
    query = parse(text)
    assert (query.since, query.until) == (datetime(*since, tzinfo=UTC), datetime(*until, tzinfo=UTC))


@pytest.mark.parametrize(
    "text", ["since:soon", "until:2026-13", "since:2026-02-30", "until:9999", "since:0000"]
)
def test_bad_dates_are_named(text: str) -> None:
    """A date that is none is left out and said."""
    query = parse(text)
    assert (query.since, query.until) == (None, None)
    assert text in query.problems[0]


def test_only_minus_words_is_no_search() -> None:
    """Everything but a word is not looked up."""
    query = parse("-moon")
    assert (query.match, len(query.problems)) == ("", 1)


def test_too_long_a_search_is_cut() -> None:
    """A page of text costs no more than a line."""
    query = parse("moon " * 1000)
    assert len(query.wanted) == 32
    assert "too long" in query.problems[0]


def test_parts_of_a_query() -> None:
    """Filters keep their order; an unknown key is a word like any other."""
    query = parse('tag:Power -lang:RU http://x a:"b c" "open end')
    assert query.filters == (Filter(key="tag", value="power"), Filter(key="lang", value="ru", negated=True))
    assert query.wanted == ('"http x" *', '"a b c"', '"open end"')
    assert parse("") == Query()
