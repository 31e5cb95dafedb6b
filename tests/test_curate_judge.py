"""Verdicts and their reasons, on a small topic of the tests' own."""

import pytest

from feeds.curate.judge import judge
from feeds.curate.topic import build
from feeds.errors import TopicError
from feeds.model import Item, Verdict

TEA = build(
    """
[topic]
name = "tea"
threshold = 0.5
near = 0.2
start = -3
[kinds]
"tea press" = 0.8
[words.green]
en = ["green"]
only.sv = ["grön"]
[words.leaf]
en = ["leaf", "leaves"]
zh = ["叶"]
[words.garden]
en = ["garden"]
[words.plastic]
en = ["plastic"]
[concepts.tea]
weight = 4
title = "tea by name"
tags = ["tea"]
group = "tea"
names.en = ["tea", "tea party"]
names.zh = ["茶"]
[concepts.leaves]
weight = 3.5
near = ["green", "leaf"]
within = 2
unless = ["plastic"]
group = "tea"
[concepts.garden]
weight = 1
near = ["garden", "leaf", "green"]
within = 3
ordered = true
[concepts.picking]
weight = 2
needs = ["leaf"]
names.en = ["picking"]
[concepts.note]
weight = 0
names.en = ["note"]
[others.golf]
weight = -4
names.en = ["tea time golf"]
[others.party]
weight = -1
names.en = ["party"]
[others.boston]
decides = true
weight = -0.5
names.en = ["boston tea"]
""",
    "tea.toml",
)


def item(title: str = "", summary: str = "", **more: object) -> Item:
    """Make an item with just what the judge reads."""
    return Item(source="https://feed.example/rss", guid="g", url="", title=title, summary=summary, **more)  # type: ignore[arg-type] # tests name what they set


def weights(verdict: Verdict) -> dict[str, float]:
    """Give what each concept weighed in its first place."""
    table: dict[str, float] = {}
    for reason in verdict.reasons:
        table.setdefault(reason.concept, reason.weight)
    return table


def test_a_name_in_the_title_keeps() -> None:
    """The reason names concept, words, place and weight, and the tag follows."""
    verdict = judge(item("New Tea from the hills"), TEA)
    assert verdict.keep
    assert not verdict.near
    assert verdict.tags == ("tea",)
    assert verdict.topic == "tea@1"
    (reason,) = verdict.reasons
    assert (reason.concept, reason.words, reason.place, reason.weight, reason.kind) == (
        "tea",
        "Tea",
        "title",
        5.0,
        "for",
    )
    assert reason.note == "tea by name"


def test_places_count_differently() -> None:
    """Title above summary above content above categories above the link."""
    verdicts = [
        judge(item("tea"), TEA),
        judge(item("x", "tea"), TEA),
        judge(item("x", content="<p>tea</p>"), TEA),
        judge(item("x", categories=("tea",)), TEA),
        judge(Item(source="s", guid="g", url="https://x.example/news/green-tea_harvest", title="x"), TEA),
    ]
    scores = [verdict.score for verdict in verdicts]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 5
    assert [verdict.reasons[0].place for verdict in verdicts] == [
        "title",
        "summary",
        "content",
        "categories",
        "link",
    ]


def test_mention_in_passing_is_not_the_subject() -> None:
    """The same word far down a long text counts less and less."""
    filler = "coffee news follows here "
    scores = [judge(item("x", content=filler * times + "tea"), TEA).score for times in (0, 30, 80, 200)]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4


def test_words_near_each_other() -> None:
    """Two lists within reach make a concept in either order; no further, nor by a word that forbids."""
    assert judge(item("Green young leaves"), TEA).keep
    assert judge(item("Leaves that are green"), TEA).keep
    assert not judge(item("Green is the colour that we like, leaves"), TEA).keep
    assert not judge(item("Green plastic leaves"), TEA).keep


def test_the_end_of_a_sentence_is_far() -> None:
    """Words of two sentences are further apart than they look."""
    assert judge(item("It was green of leaf"), TEA).keep
    assert not judge(item("It was green. Of a leaf"), TEA).keep


def test_order_can_be_asked_for() -> None:
    """An ordered concept wants its lists in the order of the file."""
    assert "garden" in weights(judge(item("garden leaf green"), TEA))
    assert "garden" not in weights(judge(item("green leaf garden"), TEA))


def test_companions_may_stand_anywhere() -> None:
    """What a concept needs may stand in another place of the item."""
    assert "picking" not in weights(judge(item("picking season"), TEA))
    assert "picking" in weights(judge(item("picking season", "a leaf"), TEA))


def test_gated_words_need_their_language() -> None:
    """A word of one language counts when the item declares or shows it."""
    assert not judge(item("grön leaf"), TEA).keep
    assert judge(item("grön leaf", language="sv-SE"), TEA).keep
    assert judge(item("grön leaf", "och det är inte för sent att ta med den till oss"), TEA).keep


def test_names_that_mean_something_else_take_their_words() -> None:
    """Inside a longer name that means something else, a word does not count; inside a shorter one it does."""
    golf = judge(item("Tea time golf"), TEA)
    assert not golf.keep
    assert weights(golf) == {"golf": -5.0}
    assert golf.reasons[0].kind == "against"
    party = judge(item("Tea party"), TEA)
    assert party.keep
    assert "party" not in weights(party)


def test_an_exclusion_that_decides_wins_in_the_title() -> None:
    """Whatever speaks for it, such a title is not even near."""
    verdict = judge(item("Boston tea, tea and tea", "tea, picking green leaves"), TEA)
    assert not verdict.keep
    assert not verdict.near
    assert judge(item("tea, tea", "Boston tea"), TEA).keep


def test_concepts_of_a_group_are_one_thing() -> None:
    """Saying it in several ways adds a little, not a multiple."""
    once = weights(judge(item("tea"), TEA))
    both = judge(item("tea of green leaves"), TEA)
    assert sum(reason.weight for reason in both.reasons) < once["tea"] * 1.3


def test_weight_zero_is_a_note() -> None:
    """A concept of no weight tells and tags, and moves nothing."""
    verdict = judge(item("note"), TEA)
    assert not verdict.keep
    assert verdict.reasons[0].kind == "note"


def test_the_source_is_a_bounded_prior() -> None:
    """A source that writes only about the subject needs a little less, and the verdict says so."""
    plain = judge(item("x", "picking a leaf"), TEA)
    special = judge(item("x", "picking a leaf", source_kind="tea press", source_name="Leaf Weekly"), TEA)
    assert special.score > plain.score
    reason = next(reason for reason in special.reasons if reason.concept == "source")
    assert (reason.words, reason.weight, reason.kind) == ("tea press: Leaf Weekly", 0.8, "for")


def test_nothing_found_is_a_reason_too() -> None:
    """A rejected item without any word of the topic quotes what was looked at."""
    verdict = judge(item("Coffee prices fall", "again"), TEA)
    assert (verdict.keep, verdict.near) == (False, False)
    (reason,) = verdict.reasons
    assert (reason.words, reason.place, reason.kind) == ("Coffee prices fall", "title", "note")
    assert judge(item("", "Coffee"), TEA).reasons[0].place == "summary"
    assert judge(item(), TEA).reasons[0].place == "item"


def test_words_without_a_concept_are_nothing() -> None:
    """A word that alone makes no concept leaves the item as it was."""
    assert judge(item("green"), TEA).reasons[0].concept == "nothing-found"


def test_runs_without_spaces() -> None:
    """Chinese is read inside its runs, traditional as simplified."""
    assert judge(item("飲茶之風"), TEA).keep
    assert judge(item("green 綠葉"), TEA).keep


def test_reasons_are_few_and_strongest_first() -> None:
    """A flood of finds is shown as its strongest dozen."""
    verdict = judge(
        item(
            "tea picking leaf green note party",
            "tea picking leaf note",
            content="tea picking leaf note party",
            categories=("tea", "note"),
        ),
        TEA,
    )
    sizes = [abs(reason.weight) for reason in verdict.reasons]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) <= 12


def test_a_hostile_flood_of_words_is_bounded() -> None:
    """Ten thousand repetitions cost milliseconds and no more reasons."""
    flood = "green leaf plastic " * 10_000
    verdict = judge(item("x", flood, content=flood), TEA)
    assert 1 <= len(verdict.reasons) <= 12


HARBOUR = build(
    """
topic = {name = "harbour", start = -3}
[words.ship]
en = ["ship"]
[words.paper]
en = ["paper"]
[words.crane]
en = ["crane"]
[concepts.crane-under-a-headline-on-ships]
weight = 4
near = ["crane"]
headline = ["ship"]
[concepts.harbour]
weight = 4
unless = ["paper"]
names.en = ["harbour"]
[others.toy]
weight = 0
tags = ["toy"]
names.en = ["toy ship"]
""",
    "harbour.toml",
)


def harbour(title: str, summary: str = "") -> Verdict:
    """Judge by the topic above."""
    return judge(Item(source="s", guid="g", url="", title=title, summary=summary), HARBOUR)


def test_a_concept_may_ask_for_a_word_in_the_headline() -> None:
    """The same words count only where the title has the list's word."""
    assert harbour("Ship of grain", "A new crane unloads it").keep
    assert not harbour("Grain", "A new crane unloads the ship").keep
    assert not harbour("", "A new crane unloads the ship").keep


def test_a_name_is_found_past_one_that_is_ruled_out() -> None:
    """Where a word forbids the first place of a name, the next place counts."""
    assert not harbour("Paper harbour").keep
    assert harbour("Paper harbour, and far from it, on the other side of town, a harbour").keep


def test_an_exclusion_may_carry_a_tag() -> None:
    """What a name means elsewhere can be worth a tag of its own."""
    assert harbour("A toy ship in the harbour").tags == ("toy",)


def test_a_topic_that_is_no_table_is_refused() -> None:
    """One sentence names the file and the key."""
    with pytest.raises(TopicError, match=r"bad\.toml: words is 3, but a table is expected"):
        build('words = 3\n[topic]\nname = "t"', "bad.toml")
