"""Learning from labels within bounds: the model, what it may move, and whether it is trusted."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.curate.judge import judge
from feeds.curate.learn import Figures, Lesson, figures, fit, learn
from feeds.curate.model import REACH, Model, grams_of, logit_of, readable, telling_words, unpack, words_of
from feeds.curate.topic import Topic, build
from feeds.curate.tune import LEARNED, PRIOR, source_prior, tuned, tuning, verdict_of
from feeds.errors import MoonwireError
from feeds.model import Item
from feeds.model.value import replace
from tests.builders import an_item

TEA = """
[topic]
name = "tea"
start = -3
[words.drink]
any = ["drink", "茶"]
[concepts.tea]
weight = 3
names.any = ["tea", "чай", "茶"]
[concepts.ceremony]
weight = 9
names.en = ["tea ceremony"]
[others.party]
weight = 0
names.en = ["tea party"]
[others.shirt]
weight = -1
names.en = ["tea shirt"]
"""


@pytest.fixture(scope="module")
def tea() -> Topic:
    """Build a topic that leaves much open: "tea" alone stands just at the threshold."""
    return build(TEA, "tea.toml")


def told(title: str, *, summary: str = "") -> Item:
    """Make an item of a title."""
    return an_item(title=title, summary=summary, content="", url="")


def lesson(topic: Topic, title: str, *, label: bool, group: str) -> Lesson:
    """Label a title."""
    item = told(title)
    return Lesson(item=item, label=label, verdict=judge(item, topic), group=group)


GOOD = ("harvest", "leaf", "oolong", "garden", "brewing")
BAD = ("cricket", "election", "album", "goal", "minister")


def lessons(topic: Topic, count: int = 60, *, seed: int = 0, noise: bool = False) -> list[Lesson]:
    """Make titles on tea, of which only those with words of farming are wanted; or, with noise, any."""
    pick = random.Random(seed)  # noqa: S311 # test data
    made = []
    for n in range(count):
        label = bool(n % 2)
        words = [*GOOD, *BAD] if noise else GOOD if label else BAD
        title = f"tea and {pick.choice(words)} {pick.choice(words)} {n}"
        made.append(lesson(topic, title, label=label, group=f"story {n // 2}"))
    return made


def test_what_can_be_learned_is_learned_and_switched_on(tea: Topic) -> None:
    """On stories it has not seen, topic and model together beat the topic file."""
    learned = learn(lessons(tea), tea)
    assert learned.active
    assert learned.together.f1 > learned.alone.f1 + 0.2
    assert (learned.lessons, learned.groups) == (60, 30)
    assert learned.mended - learned.broken >= 20
    assert learned.sentence.startswith("It is switched on")
    terms = dict(learned.model.terms(200))
    assert terms["oolong-"] > 0 > terms["minist-"]
    assert len(learned.model.terms(3)) == 3
    by = tuning(tea, learned.model)
    assert verdict_of(told("tea and oolong harvest"), by).keep
    assert not verdict_of(told("tea and cricket goal"), by).keep


def test_what_can_not_be_learned_stays_off(tea: Topic) -> None:
    """Labels by chance: on unseen stories the model is no better, and it says so."""
    learned = learn(lessons(tea, noise=True), tea)
    assert not learned.active
    assert "does not beat the topic file" in learned.sentence


@pytest.mark.parametrize("count", [2, 18])
def test_too_few_labels_teach_nothing(tea: Topic, count: int) -> None:
    """A handful of marks is no reason to change anything."""
    learned = learn(lessons(tea, count), tea)
    assert not learned.active
    assert "too few" in learned.sentence


def test_no_labels_are_too_few(tea: Topic) -> None:
    """An empty list is no crash."""
    assert "too few" in learn([], tea).sentence


def test_stories_are_not_on_both_sides_of_a_trial(tea: Topic) -> None:
    """One story told forty times looks learnable only where its reports are on both sides."""
    titles = [(f"tea and {word} {n}", word in GOOD) for n, word in enumerate((*GOOD, *BAD) * 4)]
    apart = [lesson(tea, t, label=label, group=t) for t, label in titles]
    assert learn(apart, tea).active
    by_word = [lesson(tea, t, label=label, group=t.split()[2]) for t, label in titles]
    assert not learn(by_word, tea).active


def test_equal_lessons_give_an_equal_model(tea: Topic) -> None:
    """In any order: the model's name is part of verdicts."""
    some = lessons(tea, 24)
    assert learn(some, tea).model.id == learn(some[::-1], tea).model.id
    assert learn(some, tea).model.id != learn(some[:-2], tea).model.id


def test_a_model_survives_the_store(tea: Topic) -> None:
    """Packed and unpacked it says the same; anything else is one sentence."""
    model = fit(lessons(tea))
    again = unpack(model.pack())
    assert again.id == model.id
    grams = grams_of(words_of(told("tea and oolong")))
    assert logit_of(again, grams) == pytest.approx(logit_of(model, grams), abs=0.01)
    for broken in (b"", b"rubbish", Model(bias=0, weights={}).pack()[:-8], b"x\x9c\x03\x00\x00\x00\x00\x01"):
        with pytest.raises(MoonwireError, match="topic train"):
            unpack(broken)


def test_a_strong_match_can_not_be_hidden(tea: Topic) -> None:
    """What the topic names outright stays, and the verdict says who held learning back."""
    against = Model(bias=-9.0, weights={})
    item = told("A tea ceremony, a tea shirt and a tea shirt")
    outright = replace(judge(item, tea), score=0.6, keep=True)
    verdict = tuned(outright, item, tuning(tea, against))
    assert verdict.keep
    assert verdict.score == tea.threshold
    assert "can not hide" in verdict.reasons[-1].note
    assert not tuned(judge(told("tea"), tea), told("tea"), tuning(tea, against)).keep


@pytest.mark.parametrize("title", ["A tea shirt and tea", "A tea party, and tea"])
def test_what_an_exclusion_names_can_not_be_kept(title: str) -> None:
    """Also one that only takes words and has no weight of its own."""
    strong = build(TEA.replace("start = -3", "start = -4"), "tea.toml")
    item = told(title)
    alone = judge(item, strong)
    assert not alone.keep
    verdict = tuned(alone, item, tuning(strong, Model(bias=9.0, weights={})))
    assert (verdict.keep, verdict.score) == (False, alone.score)
    assert "can not keep" in verdict.reasons[-1].note
    assert verdict_of(told("and tea"), tuning(strong, Model(bias=9.0, weights={}))).keep


def test_nothing_found_is_nothing_learned(tea: Topic) -> None:
    """Everyday news stays out whatever was learned: only what the topic found is tuned."""
    item = told("Football")
    by = tuning(tea, Model(bias=9.0, weights={" footba": 9.0}), {item.source: (100, 100)})
    verdict = verdict_of(item, by)
    assert not verdict.keep
    assert verdict.reasons == judge(item, tea).reasons
    assert verdict.topic == by.label


def test_clear_items_are_left_alone(tea: Topic) -> None:
    """Far from the threshold learning has nothing to say: it tunes."""
    item = told("The tea ceremony")
    by = tuning(tea, Model(bias=-1.0, weights={}))
    assert verdict_of(item, by).reasons == judge(item, tea).reasons


def test_learned_words_are_quoted_as_they_stand(tea: Topic) -> None:
    """Reasons name the words that moved most, in the text's own spelling, and add up to the whole."""
    model = Model(bias=0.2, weights={" harves": 2.0, " garden": -0.5, "月的": 1.0})
    item = told("Tea HARVESTING", summary="Gardens 月的")
    verdict = verdict_of(item, tuning(tea, model))
    steps = [reason for reason in verdict.reasons if reason.concept == LEARNED]
    assert [(step.words, step.place) for step in steps[:2]] == [("HARVESTING", "title"), ("月的", "summary")]
    whole = logit_of(model, grams_of(words_of(item)))
    assert sum(step.weight for step in steps) == pytest.approx(whole, abs=0.01)
    before = judge(item, tea).score
    moved = math.log(verdict.score / (1 - verdict.score)) - math.log(before / (1 - before))
    assert moved == pytest.approx(whole, abs=0.01)


@given(
    st.text(max_size=200), st.text(max_size=200), st.floats(-50, 50), st.integers(0, 500), st.integers(0, 500)
)
def test_bounds_hold_for_any_text(
    tea: Topic, title: str, summary: str, bias: float, judged: int, kept: int
) -> None:
    """Never further than the model's reach and the prior's; no text raises, scores stay probabilities."""
    item = told(f"tea {title}", summary=f"{summary} 茶 {title}")
    kept = min(kept, judged)
    by = tuning(tea, Model(bias=bias, weights={" tea": bias, title[:4]: 1.0}), {item.source: (judged, kept)})
    alone, verdict = judge(item, tea), verdict_of(item, by)
    assert 0.0 <= verdict.score <= 1.0
    assert verdict.keep == (verdict.score >= tea.threshold)
    assert not (verdict.keep and verdict.near)
    moved = abs(math.log(verdict.score / (1 - verdict.score)) - math.log(alone.score / (1 - alone.score)))
    assert moved <= REACH + 0.6 + 0.01
    for reason in verdict.reasons:
        if reason.place in {"title", "summary"}:
            assert reason.words in " ".join(getattr(item, reason.place).split())


def test_the_history_of_a_source_counts_a_little(tea: Topic) -> None:
    """A source that writes only about the subject needs less, a general wire more; shown, and bounded."""
    item = told("tea")
    alone = judge(item, tea).score
    for (judged, kept), better in (((200, 150), True), ((5000, 3), False)):
        verdict = verdict_of(item, tuning(tea, None, {item.source: (judged, kept)}))
        assert (verdict.score > alone) is better
        reason = verdict.reasons[-1]
        assert (reason.concept, reason.place, reason.kind) == (
            PRIOR,
            "source",
            "for" if better else "against",
        )
        assert reason.note == f"{kept} of {judged} items of this source were kept so far"
        assert reason.words == item.source_name
    assert verdict_of(item, tuning(tea, None, {"https://other.example/": (10, 10)})).score == alone


def test_prior_is_smooth_and_bounded() -> None:
    """Nothing is known of a new source; more kept of as many is never less; few items say little."""
    assert source_prior(0, 0) == 0
    assert abs(source_prior(1, 0)) < 0.05
    assert source_prior(10**6, 0) == -0.4
    assert source_prior(10**6, 10**6) == 0.6
    values = [source_prior(100, kept) for kept in range(101)]
    assert values == sorted(values)


def test_words_of_every_script() -> None:
    """Words where they stand apart, characters where not; all spellings folded."""
    grams = grams_of(words_of(told("Чайная роза 月球基地", summary="قمر É x")))
    assert {" чаиная", " чаиная роза", "чаин", "月球", "月球基", "球基地", " قمر", " e", " x"} <= grams
    assert grams_of(words_of(told("月"))) == {"月"}
    assert readable(" harves") == "harves-"
    assert readable(" tea drink") == "tea drink"
    assert readable("^tea") == "tea"
    assert telling_words(Model(bias=0, weights={}), words_of(told("tea")), 1) == []


def test_figures_count_what_they_say() -> None:
    """Precision, recall and F1; zero where there is nothing to divide by."""
    found = figures([(True, True), (True, True), (True, False), (False, True), (False, False)])
    assert (found.items, found.hits, found.false, found.missed) == (5, 2, 1, 1)
    assert (found.precision, found.recall, found.f1) == (2 / 3, 2 / 3, 2 / 3)
    assert (Figures().precision, Figures().recall, Figures().f1) == (0.0, 0.0, 0.0)
