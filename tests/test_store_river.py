"""Rivers: filters, searches and pages over stored stories."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.curate.fold import fold
from feeds.model import Judged, Related, Relation
from store import Store, parse, river
from store.river import NEWEST
from tests.builders import a_check, a_judged, a_source, a_state, a_verdict, an_identity, an_item, at
from tests.fake_compare import strangers

OTHER = "https://other.example/feed"


def one_story(a: bytes, b: bytes) -> Related:
    """Relate all items that share the first letter of their fingerprint."""
    same = a[:1] == b[:1]
    return Related(
        relation=Relation.SAME_STORY if same else Relation.DIFFERENT, score=float(same), reasons=()
    )


def report(n: int, title: str, language: str, *tags: str, **more: object) -> Judged:
    """Return a kept report, published `n` hours before now."""
    item = an_item(n, title=title, language=language, summary="", content="", published=at(hours=-n), **more)
    return a_judged(n, item=item, identity=an_identity(f"{n}"), verdict=a_verdict(tags=tags))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Open a store with reports in four languages from two sources."""
    with Store.open(tmp_path_factory.mktemp("river") / "wire.db", fold=fold) as opened:
        first = [
            report(1, "國際月球科研站合作", "zh", "Partners"),
            report(2, "国际月球科研站选址", "zh", "site"),
            report(3, "Россия построит научную станцию", "ru", "site", "Partners"),
            report(4, "Une base lunaire à l'étude", "fr"),
        ]
        opened.record(a_check(*first), compare=strangers)
        second = [report(5, "Lunar stations need power", "en", "power", source=OTHER)]
        state = a_state(OTHER, source=a_source(OTHER, name="Другая газета"))
        opened.record(a_check(*second, state=state), compare=strangers)
        yield opened


def found(store: Store, query: str, limit: int = 10) -> list[int]:
    """Return the numbers of the reports that fit, page by page."""
    numbers, before = list[int](), None
    while True:
        page = store.rivers.page(parse(query, fold), limit=limit, before=before)
        numbers += [int(story.lead.guid.removeprefix("guid-")) for story in page.stories]
        before = page.after
        if before is None:
            return numbers


@pytest.mark.parametrize("limit", [1, 2, 10])
@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("国际", [1, 2]),
        ("國際", [1, 2]),
        ("科研站", [1, 2]),
        ("月球", [1, 2]),
        ("станции", [3]),
        ("станция", [3]),
        ("étude", [4]),
        ("ETUDE", [4]),
        ("lun", [4, 5]),
        ('"lunar stations"', [5]),
        ("lun -power", [4]),
        ("tag:partners", [1, 3]),
        ("tag:PARTNERS lang:ru", [3]),
        ("-tag:partners", [2, 4, 5]),
        ("lang:zh", [1, 2]),
        ("lang:zh -tag:site", [1]),
        ("source:газета", [5]),
        ("-source:газета lang:zh", [1, 2]),
        ("source:nobody", []),
        ("lang:zh lang:ru", []),
        ("since:2026-03-08", [1, 2, 3, 4, 5]),
        ("since:2026-04", []),
        ("until:2026-03-07", []),
        ("until:2026-03 tag:site", [2, 3]),
    ],
)
def test_a_river_fits_its_query_on_pages_of_any_size(
    store: Store, query: str, numbers: list[int], limit: int
) -> None:
    """Newest first, each story once, none lost between pages."""
    assert found(store, query, limit) == numbers


def test_facets_count_what_was_kept(store: Store) -> None:
    """Most usual first, then by name; rejected items do not count."""
    store.record(a_check(a_judged(9, keep=False)), compare=strangers)
    assert store.rivers.facet("tag", limit=9) == (("partners", 2), ("site", 2), ("power", 1))
    assert store.rivers.facet("lang", limit=2) == (("zh", 2), ("en", 1))
    assert store.rivers.facet("source", limit=1)[0][1] == 4


def test_a_source_has_its_own_stories(store: Store) -> None:
    """By its exact address; an unknown one has none."""
    assert [story.lead.guid for story in store.rivers.of_source(OTHER, limit=5)] == ["guid-5"]
    assert store.rivers.of_source("https://unknown.example/", limit=5) == ()


def test_items_are_listed_like_stories(store: Store) -> None:
    """For the interface: reports one by one, with the same conditions and a cursor."""
    first = store.rivers.items(parse("lang:zh", fold), limit=1)
    rest = store.rivers.items(parse("lang:zh", fold), limit=9, before=(first[0].when, first[0].id))
    assert [item.guid for item in (*first, *rest)] == ["guid-1", "guid-2"]
    assert [item.guid for item in store.rivers.items(parse("lunar", fold), limit=9)] == ["guid-5"]


def test_a_filtered_story_is_told_by_its_first_report_that_fits(tmp_path: Path) -> None:
    """A Russian reader gets the Russian report, under the story's own key."""
    with Store.open(tmp_path / "wire.db") as store:
        prints = {n: an_identity(f"{n}", fingerprint=b"A", bands=(1,)) for n in (1, 2, 3)}
        judged = [
            a_judged(
                n,
                item=an_item(n, language=language, published=at(hours=-n)),
                identity=prints[n],
            )
            for n, language in ((3, "en"), (2, "ru"), (1, "ru"))
        ]
        store.record(a_check(*judged), compare=one_story)
        (story,) = store.stories(limit=5)
        assert story.lead.guid == "guid-3"
        page = store.rivers.page(parse("lang:ru"), limit=5)
        (told,) = page.stories
        assert (told.key, told.lead.guid) == (story.key, "guid-2")
        assert {other.url for other in told.also} == {
            "https://agency.example/news/3",
            "https://agency.example/news/1",
        }


def test_tags_follow_the_verdict(tmp_path: Path) -> None:
    """An item that is edited, rejected or pruned leaves the list of its tag."""
    with Store.open(tmp_path / "wire.db") as store:
        store.record(
            a_check(report(1, "One", "en", "power"), report(2, "Two", "en", "power")), compare=strangers
        )
        edited = report(1, "One again", "en", "rover")
        identity = an_identity("1", content_hash=b"edited")
        changed = a_judged(1, item=edited.item, verdict=edited.verdict, identity=identity)
        store.record(a_check(changed, at=at(hours=1)), compare=strangers)
        assert store.rivers.facet("tag", limit=9) == (("power", 1), ("rover", 1))
        store.prune(at(days=30), now=at(days=31), kept=True)
        assert store.rivers.facet("tag", limit=9) == ()
        assert store.archives.tail() == ()


def test_searches_look_at_a_bounded_number_of_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond it, the page says that there is more."""
    monkeypatch.setattr("store.river.NEWEST", 3)
    with Store.open(tmp_path / "wire.db") as store:
        store.record(a_check(*(report(n, "Moon", "en") for n in range(1, 6))), compare=strangers)
        assert store.rivers.page(parse("moon"), limit=9).capped
        assert len(store.rivers.page(parse("moon"), limit=9).stories) == 3
        assert NEWEST > 1000


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("tag:site", "USING PRIMARY KEY (tag=?)"),
        ("lang:zh", "USING COVERING INDEX items_language|USING INDEX items_language"),
        ("-tag:site", "USING INDEX items_status"),
    ],
)
def test_a_walk_reads_an_index_in_order(store: Store, query: str, index: str) -> None:
    """No filter scans or sorts all items: what a page costs does not grow with the store."""
    with store._db.reading() as conn:
        asked = list[str]()
        conn.set_trace_callback(asked.append)
        parsed = parse(query)
        river._walked(conn, parsed, river._conditions(conn, parsed), 5, None)
        conn.set_trace_callback(None)
        plan = [row["detail"] for row in conn.execute(f"EXPLAIN QUERY PLAN {asked[-1]}")]  # our own query
    assert any(each in plan[0] for each in index.split("|"))
    assert not any("TEMP B-TREE" in line for line in plan)
