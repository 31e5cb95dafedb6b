"""What archives hold, which documents are missing, and figures over the store."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feeds.model import Related, Relation
from store import Store
from store.archives import Written
from tests.builders import NOW, a_check, a_judged, a_source, a_state, an_identity, an_item, at
from tests.fake_compare import strangers

A, B = "https://a.example", "https://b.example"


def fill(store: Store, count: int) -> None:
    """Store kept reports, each a story of its own."""
    judged = [a_judged(n, identity=an_identity(f"{n}")) for n in range(1, count + 1)]
    store.record(a_check(*judged), compare=strangers)


def write(store: Store, number: int, base: str) -> None:
    """Keep a document of an archive."""
    document = Written(path=f"archive/{number}.atom", body=f"{number} {base}".encode(), digest=base)
    store.archives.write(number, base, [document], now=NOW)


def test_a_story_is_in_the_tail_or_in_one_archive(tmp_path: Path) -> None:
    """Closing an archive takes its stories out of the tail, for ever."""
    with Store.open(tmp_path / "wire.db") as store:
        assert (store.archives.newest(), store.archives.tail()) == (0, ())
        fill(store, 5)
        tail = store.archives.tail()
        assert store.archives.close(tail[:3]) == 1
        assert store.archives.close(tail[3:4]) == 2
        assert store.archives.members(1) == tail[:3]
        assert store.archives.tail() == tail[4:]
        assert store.records.sums().stories == 5


def test_a_document_is_kept_as_written(tmp_path: Path) -> None:
    """By its path; another address of the site replaces it."""
    with Store.open(tmp_path / "wire.db") as store:
        fill(store, 2)
        store.archives.close(store.archives.tail())
        write(store, 1, A)
        found = store.archives.document("archive/1.atom")
        assert found is not None
        assert (found.body, found.mark.changed_at, found.mark.number) == (f"1 {A}".encode(), NOW, 1)
        write(store, 1, B)
        assert store.archives.marks()["archive/1.atom"].digest == B
        assert store.archives.document("archive/9.atom") is None


@settings(max_examples=40)
@example(stops=[(B, 6), (A, 2), (B, 1)], last=B).via(
    "the oldest and the newest were written, one between was not"
)
@given(
    stops=st.lists(st.tuples(st.sampled_from([A, B]), st.integers(0, 6)), max_size=5),
    last=st.sampled_from([A, B]),
)
def test_what_is_missing_is_found_after_any_crash(
    tmp_path_factory: pytest.TempPathFactory, stops: list[tuple[str, int]], last: str
) -> None:
    """However often writing for one address or the other was cut short, the next walk completes it."""
    with Store.open(tmp_path_factory.mktemp("crash") / "wire.db") as store:
        fill(store, 6)
        for each in store.archives.tail():
            store.archives.close([each])
        for base, most in stops:
            for number in store.archives.unwritten(base)[:most]:
                write(store, number, base)
        for number in store.archives.unwritten(last):
            write(store, number, last)
        assert {mark.digest for mark in store.archives.marks().values()} == {last}
        assert len(store.archives.marks()) == 6
        assert store.archives.unwritten(last) == ()


def test_figures_tell_who_was_first_and_who_copied(tmp_path: Path) -> None:
    """Counts per month, and for shared stories the first source and the usual lag."""

    def one(_a: bytes, _b: bytes) -> Related:
        return Related(relation=Relation.SAME_ARTICLE, score=1.0, reasons=())

    with Store.open(tmp_path / "wire.db") as store:
        for hours, name in ((0, "Slow"), (-6, "Quick"), (-2, "Middle")):
            url = f"https://{name}.example/feed"
            item = an_item(1, source=url, published=at(hours=hours), language="ru", guid=name, url=f"{url}/1")
            judged = a_judged(1, item=item, identity=an_identity(name, bands=(1,)))
            state = a_state(url, source=a_source(url, name=name))
            store.record(a_check(judged, state=state), compare=one)
        figures = store.records.figures(at(days=-30))
        assert figures.by_language == (("2026-03", "ru", 3),)
        assert figures.by_tag == (("2026-03", "station", 3),)
        assert figures.copies == (("2026-03", 3, 2),)
        assert [(s.source, s.first, s.shared, s.lag_s) for s in figures.speeds] == [
            ("Quick", 1, 1, 0.0),
            ("Middle", 0, 1, 4 * 3600.0),
            ("Slow", 0, 1, 6 * 3600.0),
        ]
        assert store.records.figures(at(days=1)).speeds == ()
        assert store.records.provenance(99) is None
        found = store.records.provenance(1)
        assert found is not None
        assert found.checked == (NOW, "changed", 200)


def test_the_check_that_brought_an_item_is_found_wherever_it_lies(tmp_path: Path) -> None:
    """Not only in the first place of its source's ring."""
    with Store.open(tmp_path / "wire.db") as store:
        store.record(a_check(at=at(hours=-1)), compare=strangers)
        store.record(a_check(a_judged(1, item=an_item(1)), at=NOW), compare=strangers)
        found = store.records.provenance(1)
        assert found is not None
        assert found.checked == (NOW, "changed", 200)
