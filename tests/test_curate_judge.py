"""Verdicts and their reasons, on a small topic of the tests' own and on the shipped ones."""

import html
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.curate.judge import judge
from feeds.curate.topic import Topic, build, load
from feeds.model import Item, Verdict

CORPUS = Path(__file__).parent / "corpus"
LABELLED = Path("/work/shared/relevance/dev.jsonl")
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
    """An item with just what the judge reads."""
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
    """Two lists within reach make a concept, in either order; further apart, or beside a word that forbids, not."""
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


LUNAR = load("lunar-station")
TRAINS = load("night-trains")


def corpus(path: Path) -> list[dict[str, object]]:
    """Read labelled lines."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def labelled(row: dict[str, object], *, summary: bool = True) -> Item:
    """Make the item that `moonwire judge` would make of a line."""
    return Item(
        source="https://feed.example/rss",
        guid=str(row["id"]),
        url=str(row.get("url") or ""),
        title=str(row["title"] or ""),
        summary=str(row["summary"] or "") if summary else "",
        language=str(row.get("lang") or ""),
    )


@pytest.mark.parametrize(
    "row", corpus(CORPUS / "everyday.jsonl"), ids=lambda row: f"{row['lang']}-{row['id']}"
)
def test_everyday_news_stays_out(row: dict[str, object]) -> None:
    """Sport, politics, business, weather in sixty languages: nothing kept, with or without the summary."""
    assert not judge(labelled(row), LUNAR).keep
    assert not judge(labelled(row, summary=False), LUNAR).keep


@pytest.mark.parametrize("row", corpus(CORPUS / "lunar.jsonl"), ids=lambda row: f"{row['lang']}-{row['id']}")
def test_news_of_a_base_is_kept(row: dict[str, object]) -> None:
    """News of a base or station on the Moon in sixty languages: all kept, and reasons quote the text."""
    verdict = judge(labelled(row), LUNAR)
    assert verdict.keep
    text = " ".join(f"{row['title']} {row['summary']}".split())
    assert all(reason.words in text for reason in verdict.reasons)


def figures(rows: list[dict[str, object]], *, summary: bool = True) -> tuple[float, float, float]:
    """Give precision, recall and F1 of the shipped topic on labelled lines."""
    pairs = [(judge(labelled(row, summary=summary), LUNAR).keep, bool(row["label"])) for row in rows]
    right = pairs.count((True, True))
    kept = sum(keep for keep, _ in pairs)
    wanted = sum(label for _, label in pairs)
    precision, recall = right / max(kept, 1), right / max(wanted, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def test_near_relatives_are_told_apart() -> None:
    """Landers, crews, stations in Earth orbit or Antarctica, games and eclipses are not the subject."""
    precision, recall, f1 = figures(corpus(CORPUS / "hard.jsonl"))
    assert min(precision, recall, f1) >= 0.95


@pytest.mark.material
@pytest.mark.skipif(not LABELLED.exists(), reason="the labelled material is not beside this checkout")
def test_figures_on_labelled_material() -> None:
    """The figures that the topic must reach on re-written real news; the items are paraphrased test data."""
    rows = corpus(LABELLED)
    precision, recall, f1 = figures(rows)
    assert (precision >= 0.93, recall >= 0.93, f1 >= 0.95) == (True, True, True)
    assert figures([row for row in rows if row["lang"] == "en"])[2] >= 0.95
    assert figures([row for row in rows if row["lang"] == "zh"])[2] >= 0.93
    assert figures([row for row in rows if row["lang"] == "ru"])[2] >= 0.93
    assert figures([row for row in rows if row["lang"] not in {"en", "zh", "ru"}])[2] >= 0.88
    assert figures([row for row in rows if row["title"]], summary=False)[2] >= 0.84


@pytest.mark.parametrize(
    ("title", "keep"),
    [
        ("Neuer Nachtzug von Wien nach Genua", True),
        ("Sleeper train to the Highlands gets new carriages", True),
        ("Le retour du train de nuit entre Paris et Nice", True),
        ("日本最後の寝台特急が走る", True),
        ("Roman „Nachtzug nach Lissabon“ neu verfilmt", False),
        ("Base on the Moon gets a reactor", False),
    ],
)
def test_another_topic_is_only_another_file(title: str, keep: bool) -> None:  # noqa: FBT001 # a column of the table
    """A topic far from the first works by its file alone."""
    assert judge(item(title), TRAINS).keep is keep


def vocabulary_finds(topic: Topic, text: str) -> bool:
    """Ask the vocabulary as the reader of feeds does."""
    assert topic.vocabulary is not None
    return re.search(topic.vocabulary, html.unescape(text), re.IGNORECASE) is not None


@pytest.mark.parametrize("name", ["lunar.jsonl", "hard.jsonl", "everyday.jsonl"])
def test_vocabulary_finds_what_could_be_kept(name: str) -> None:
    """No item that is kept or near could be skipped by the light reading; most everyday news can."""
    skipped = 0
    for row in corpus(CORPUS / name):
        verdict = judge(labelled(row), LUNAR)
        found = vocabulary_finds(LUNAR, f"{row['title']} {row['summary']}")
        assert found or not (verdict.keep or verdict.near)
        skipped += not found
    assert skipped > 0 or name != "everyday.jsonl"


SPELLINGS = [
    lambda text: text,
    str.upper,
    lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    lambda text: "\u200b".join(text),
    lambda text: "".join(c + "\u0301" if c in "aeiou" else c for c in text),
    lambda text: text.replace("a", "ä").replace("o", "ő").replace("n", "ñ"),
    lambda text: text.replace("国", "國").replace("际", "際").replace("月", "⽉"),
    lambda text: text.replace("a", "\U0001d41a"),
]
PATTERNS = [pattern.source.replace("*", "").replace("..", " ") for pattern in LUNAR.matcher.patterns]


@given(
    st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=4),
    st.sampled_from(SPELLINGS),
    st.text(max_size=10),
)
def test_vocabulary_holds_for_any_spelling(words: list[str], spell: object, noise: str) -> None:
    """Whatever the judge could keep or call near, in odd letters too, the vocabulary finds."""
    assert callable(spell)
    text = spell(f"{' '.join(words)} {noise}")
    verdict = judge(item(text), LUNAR)
    assert vocabulary_finds(LUNAR, text) or not (verdict.keep or verdict.near)


def test_a_topic_that_starts_near_has_no_vocabulary() -> None:
    """Where an item without any word might be near, nothing may be skipped."""
    topic = build('topic = {name = "t", start = 0}\n[concepts.c]\nweight = 1\nnames.en = "word"', "t.toml")
    assert topic.vocabulary is None


@given(st.text(max_size=300), st.text(max_size=300), st.lists(st.sampled_from(PATTERNS), max_size=6))
def test_any_item_gets_a_verdict(title: str, summary: str, words: list[str]) -> None:
    """No text raises; a verdict has reasons, each quotes the item or notes what is missing, and scores are chances."""
    subject = item(title, f"{summary} {' '.join(words)}", content=f"<p>{summary}</p>", categories=(title,))
    verdict = judge(subject, LUNAR)
    assert 0.0 <= verdict.score <= 1.0
    assert verdict.keep == (verdict.score >= LUNAR.threshold)
    assert not (verdict.keep and verdict.near)
    assert verdict.reasons
    for reason in verdict.reasons:
        if reason.place in {"title", "summary"}:
            assert reason.words
            assert reason.words in " ".join(getattr(subject, reason.place).split())
