"""Stories that merge, split and are mended by hand: published ids hold."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.model import Judged, Related, Relation
from store import Store
from tests.builders import NOW, a_check, a_judged, a_relation, an_identity, an_item, at
from tests.fake_compare import Answer, strangers

DIFFERENT = Related(relation=Relation.DIFFERENT, score=1.0, reasons=())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open an empty store."""
    with Store.open(tmp_path / "wire.db") as opened:
        yield opened


def report(n: int, *, text: str = "", keep: bool = True) -> Judged:
    """Make the n-th report, published n hours after the first, each by an outlet of its own."""
    item = an_item(
        n,
        source=f"https://{n:02}.example/",
        guid=f"guid-{n}",
        url=f"https://{n:02}.example/{n}",
        published=at(hours=n),
        source_name=f"Outlet {n}",
    )
    name = f"{n}{text}".encode()
    return a_judged(
        item=item,
        keep=keep,
        identity=an_identity(f"guid {n}", bands=(1,), fingerprint=name, content_hash=name),
    )


def related(*pairs: str, how: Relation = Relation.SAME_STORY, score: float = 0.9) -> Answer:
    """Make an answer: reports whose fingerprints stand in a pair, as in "1-2", relate."""
    known = {frozenset(pair.encode().split(b"-")) for pair in pairs}
    return lambda a, b: a_relation(how, score) if frozenset({a, b}) in known else DIFFERENT


def add(store: Store, *reports: Judged, compare: Answer = strangers) -> None:
    """Let the reports arrive one by one."""
    for each in reports:
        store.record(a_check(each), compare=compare)


def grouped(store: Store) -> dict[int, list[str]]:
    """Give guids by story, the lead first."""
    guid = {each.id: each.guid.removeprefix("guid-") for each in store.items(limit=0)}
    return {
        each.id: [guid[each.lead.id], *(guid[other.item_id] for other in each.also)]
        for each in store.stories(limit=99)
    }


def test_a_late_report_joins_two_stories(store: Store) -> None:
    """The older story keeps its id, the younger one leads there and comes back under its own name."""
    links = related("1-2", "2-3", "1-3")
    add(store, report(1), report(3, text=""), compare=strangers)
    first, third = (each.key for each in reversed(store.stories(limit=9)))
    add(store, report(2), compare=related("1-2", "2-3"))
    assert grouped(store) == {1: ["1", "2"], 2: ["3"]}
    edited = report(3, text=" edited")
    add(store, edited, compare=related("1-3 edited", "2-3 edited"))
    assert grouped(store) == {1: ["1", "2", "3"]}
    (story,) = store.stories(limit=9)
    assert (story.key, story.aliases) == (first, (2,))
    assert store.story(2) == story
    add(store, report(3, text=" again"), compare=links)
    assert grouped(store) == {1: ["1", "2"], 2: ["3"]}
    assert {each.key for each in store.stories(limit=9)} == {first, third}
    assert store.story(1) != store.story(2)


def test_an_earlier_report_that_comes_late_leads(store: Store) -> None:
    """The first to publish is the first source, whenever it was seen; the story keeps its key."""
    add(store, report(2), compare=strangers)
    (before,) = store.stories(limit=9)
    add(store, report(1), compare=related("1-2"))
    (after,) = store.stories(limit=9)
    assert (after.key, after.lead.guid, after.lead.when) == (before.key, "guid-1", at(hours=1))
    assert [each.item_id for each in after.also] == [before.lead.id]


def test_an_earlier_copy_that_comes_late_is_the_root(store: Store) -> None:
    """Copies point to the first to publish, whichever was stored first."""
    compare = related("1-2", "1-3", "2-3", how=Relation.SAME_ARTICLE)
    add(store, report(3), report(2), report(1), compare=compare)
    rows = {each.guid: each for each in store.items()}
    root = rows["guid-1"].id
    assert [rows[f"guid-{n}"].duplicate_of for n in (1, 2, 3)] == [None, root, root]
    (story,) = store.stories(limit=9)
    assert (story.origins, len(story.also)) == (1, 2)


def test_languages_origins_and_lags(store: Store) -> None:
    """A story knows in which languages it came out, how many wrote a text of their own, and when."""
    pairs = {"1-2": Relation.SAME_ARTICLE, "1-3": Relation.SAME_STORY, "2-3": Relation.SAME_STORY}

    def compare(a: bytes, b: bytes) -> Related:
        name = "-".join(sorted((a.decode(), b.decode())))
        return a_relation(pairs[name]) if name in pairs else DIFFERENT

    add(store, report(1), report(2), report(3), compare=compare)
    (story,) = store.stories(limit=9)
    assert (story.origins, story.languages) == (2, ("en",))
    assert [(each.when - story.lead.when).total_seconds() / 3600 for each in story.also] == [1, 2]
    assert [each.copy_of for each in story.also] == [story.lead.id, None]
    assert [each.relation for each in store.relations(3)] == ["same-story", "same-story"]


def test_joined_by_hand_stays_joined(store: Store) -> None:
    """No link is needed, and grouping anew does not take it back."""
    add(store, report(1), report(2), compare=strangers)
    assert store.join(1, 2, now=NOW) == 1
    assert grouped(store) == {1: ["1", "2"]}
    assert store.stories(limit=1)[0].also[0].reasons == ("The operator joined them.",)
    add(store, report(3), report(2, text=" edited"), compare=related("1-3"))
    assert grouped(store) == {1: ["1", "2", "3"]}
    assert store.join(1, 99, now=NOW) is None


def test_parted_by_hand_stays_parted(store: Store) -> None:
    """Neither what comes later nor an edit brings them together; joining them by hand does."""
    links = related("1-2", "1-3", "2-3", "1-4", "2-4", "3-4", "3 edited-1", "3 edited-2")
    add(store, report(1), report(2), report(3), compare=links)
    made = store.split(1, [3], now=NOW)
    assert made == 2
    assert grouped(store) == {1: ["1", "2"], 2: ["3"]}
    add(store, report(4), report(3, text=" edited"), compare=links)
    assert grouped(store) == {1: ["1", "2", "4"], 2: ["3"]}
    assert store.join(1, 3, now=NOW) == 1
    assert grouped(store) == {1: ["1", "2", "3", "4"]}


def test_items_parted_together_stay_together(store: Store) -> None:
    """Two that are only linked over the others make one story."""
    add(store, *map(report, (1, 2, 3, 4)), compare=related("1-2", "1-3", "2-3", "1-4", "2-4"))
    assert grouped(store) == {1: ["1", "2", "3", "4"]}
    assert store.split(1, [3, 4], now=NOW) == 2
    assert grouped(store) == {1: ["1", "2"], 2: ["3", "4"]}


@pytest.mark.parametrize("wrong", [[], [1, 2], [99]])
def test_only_some_items_of_a_story_are_split(wrong: list[int], store: Store) -> None:
    """None, all and others: nothing happens."""
    add(store, report(1), report(2), compare=related("1-2"))
    assert store.split(1, wrong, now=NOW) is None
    assert grouped(store) == {1: ["1", "2"]}


def test_the_founder_leaves(store: Store) -> None:
    """The next one inherits the story's name; when the founder is kept again it joins."""
    links = related("1-2", "1 off-2", "1 on-2")
    add(store, report(1), report(2), compare=links)
    (before,) = store.stories(limit=9)
    add(store, report(1, text=" off", keep=False), compare=links)
    (after,) = store.stories(limit=9)
    assert (after.key, after.lead.guid) == (before.key, "guid-2")
    add(store, report(1, text=" on"), compare=links)
    assert grouped(store) == {1: ["1", "2"]}
    assert store.stories(limit=9)[0].key == before.key


def test_a_subject_in_the_news_for_weeks_is_cut_at_its_weaker_links(store: Store) -> None:
    """Beyond forty items only surer links count, the same in any order."""

    def compare(a: bytes, b: bytes) -> Related:
        gap = abs(int(a) - int(b))
        return (
            a_relation(Relation.SAME_STORY, 0.95 if int(a) // 5 == int(b) // 5 else 0.7)
            if gap < 9
            else DIFFERENT
        )

    add(store, *map(report, range(60)), compare=compare)
    sizes = sorted(map(len, grouped(store).values()))
    assert sizes == [5] * 12
