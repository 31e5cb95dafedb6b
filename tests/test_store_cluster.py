"""How items are grouped: copies first, then texts by average linkage, within what the operator said."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from store.cluster import NEARLY, SAME_ARTICLE, SAME_ITEM, SAME_STORY, Grouping, Link, Rulings, group


def story(one: int, other: int, score: float = 0.9) -> Link:
    """Link two texts on one event."""
    return Link(one=one, other=other, relation=SAME_STORY, score=score)


def copy(one: int, other: int, relation: int = SAME_ARTICLE) -> Link:
    """Link two copies."""
    return Link(one=one, other=other, relation=relation, score=1.0)


def grouped(count: int, *links: Link, **rulings: Any) -> Grouping:  # noqa: ANN401 # fields of Rulings
    """Group the items 1 to `count`, in that order."""
    return group(range(1, count + 1), links, Rulings(**{k: frozenset(v) for k, v in rulings.items()}))


def test_strangers_stay_alone() -> None:
    """Each is a story and an article of its own."""
    assert grouped(2) == Grouping(stories=((1,), (2,)), roots={1: 1, 2: 2})


def test_copies_of_copies_have_one_root() -> None:
    """The first of them, whatever links them."""
    assert grouped(3, copy(2, 3), copy(1, 3, SAME_ITEM)) == Grouping(
        stories=((1, 2, 3),), roots={1: 1, 2: 1, 3: 1}
    )


def test_a_round_up_does_not_join_two_events() -> None:
    """2 is related to 1 and to 3, which have nothing to do with each other: the surer link wins."""
    assert grouped(3, story(1, 2, 0.8), story(2, 3, 0.9)).stories == ((1,), (2, 3))


def test_of_equally_sure_links_the_earlier_counts() -> None:
    """Order of the items, not of the links."""
    links = [story(1, 2), story(2, 3)]
    assert grouped(3, *links).stories == grouped(3, *links[::-1]).stories == ((1, 2), (3,))


def test_a_report_that_misses_one_of_three_joins() -> None:
    """Two of three pairs are enough."""
    links = [story(1, 2), story(1, 3), story(2, 3), story(1, 4), story(2, 4)]
    assert grouped(4, *links).stories == ((1, 2, 3, 4),)


def test_a_near_miss_counts_for_what_it_is() -> None:
    """1 and 3 just miss each other: 2, which knows both, joins them; by itself a near miss joins nothing."""
    miss = Link(one=1, other=3, relation=NEARLY, score=0.5)
    assert grouped(3, story(1, 2), story(2, 3), miss).stories == ((1, 2, 3),)
    assert grouped(3, Link(one=1, other=3, relation=NEARLY, score=0.65)).stories == ((1,), (2,), (3,))


def test_copies_count_as_one_text() -> None:
    """Ten copies of a text do not outvote it, nor water it down."""
    links = [copy(1, 2), copy(1, 3), copy(1, 4), story(3, 5, 0.7)]
    assert grouped(5, *links).stories == ((1, 2, 3, 4, 5),)


def test_what_the_operator_joined_is_one() -> None:
    """Without any link; they are no copies."""
    assert grouped(2, together=[(1, 2)]) == Grouping(stories=((1, 2),), roots={1: 1, 2: 2})


def test_what_the_operator_parted_never_meets() -> None:
    """Neither as copies, nor over a third that is related to both."""
    assert grouped(2, copy(1, 2), apart=[(1, 2)]) == Grouping(stories=((1,), (2,)), roots={1: 1, 2: 2})
    links = [story(1, 2), story(2, 3), story(1, 3)]
    assert grouped(3, *links, apart=[(1, 3)]).stories == ((1, 2), (3,))


LINKS = st.lists(
    st.builds(
        Link,
        one=st.integers(1, 8),
        other=st.integers(1, 8),
        relation=st.sampled_from([SAME_ITEM, SAME_ARTICLE, SAME_STORY, SAME_STORY, NEARLY]),
        score=st.sampled_from([0.7, 0.8, 0.9, 1.0]),
    ).filter(lambda link: link.one < link.other),
    max_size=20,
    unique_by=lambda link: (link.one, link.other),
)
PAIRS = st.frozensets(
    st.tuples(st.integers(1, 8), st.integers(1, 8)).filter(lambda pair: pair[0] < pair[1]), max_size=3
)


@settings(max_examples=100)
@given(links=LINKS, apart=PAIRS, together=PAIRS, names=st.permutations(range(1, 9)), data=st.data())
def test_grouping_knows_neither_names_nor_order_of_links(
    links: list[Link], apart: frozenset[Any], together: frozenset[Any], names: list[int], data: st.DataObject
) -> None:
    """Other ids and another order of the links give the same groups; all items are in one of them."""
    together -= apart
    plain = group(range(1, 9), links, Rulings(together=together, apart=apart))
    assert sorted(item for members in plain.stories for item in members) == list(range(1, 9))
    for members in plain.stories:
        assert not any(set(pair) <= set(members) for pair in apart)
        assert list(members) == sorted(members)
    name = dict(enumerate(names, start=1))
    renamed = [
        Link(one=name[each.one], other=name[each.other], relation=each.relation, score=each.score)
        for each in data.draw(st.permutations(links))
    ]
    other = group(
        names,
        renamed,
        Rulings(
            together=frozenset((name[a], name[b]) for a, b in together),
            apart=frozenset((name[a], name[b]) for a, b in apart),
        ),
    )
    assert other.stories == tuple(tuple(name[item] for item in members) for members in plain.stories)
    assert other.roots == {name[item]: name[root] for item, root in plain.roots.items()}
