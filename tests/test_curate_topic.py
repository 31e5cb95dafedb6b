"""Topic files: what loads, and the one sentence for everything that does not."""

from pathlib import Path

import pytest

from feeds.curate.topic import DEFAULT, build, load, shipped
from feeds.errors import TopicError

GOOD = """
[topic]
name = "tea"
title = "Tea"
description = "News of tea."
revision = 3
threshold = 0.6
near = 0.3
start = -2

[places]
title = 1.5

[kinds]
press = -0.2

[words.green]
en = ["green"]
[words.green.only]
sv = ["grön"]

[words.leaf]
en = ["leaf", "leaves"]

[concepts.tea]
title = "tea by name"
weight = 4
tags = ["tea"]
names.en = ["tea"]

[concepts.leaf]
weight = 2
near = ["green", "leaf"]
within = 3
ordered = true
needs = ["green"]
unless = ["leaf"]
group = "tea"

[others.tee]
weight = -3
decides = true
names.en = ["tea party"]
"""


def test_a_good_file_loads() -> None:
    """All keys arrive where the judge looks for them."""
    topic = build(GOOD, "tea.toml")
    assert (topic.name, topic.title, topic.description, topic.revision) == ("tea", "Tea", "News of tea.", 3)
    assert (topic.threshold, topic.near, topic.start, topic.label) == (0.6, 0.3, -2.0, "tea@3")
    assert topic.places.title == 1.5
    assert topic.kinds == {"press": -0.2}
    tea, leaf, tee = topic.concepts
    assert (tea.weight, tea.tags, tea.named, tea.mask) == (4.0, ("tea",), True, False)
    assert (leaf.near, leaf.within, leaf.ordered, leaf.needs, leaf.unless, leaf.group) == (
        ("green", "leaf"),
        3,
        True,
        ("green",),
        ("leaf",),
        "tea",
    )
    assert (tee.weight, tee.mask, tee.decides) == (-3.0, True, True)


def test_the_smallest_file_loads() -> None:
    """A name and one concept are enough; the rest has defaults."""
    topic = build('topic.name = "t"\n[concepts.c]\nweight = 4\nnames.en = "word"', "t.toml")
    assert (topic.title, topic.revision, topic.threshold, topic.near) == ("t", 1, 0.5, 0.25)


WRONG = [
    ("not toml", ("[topic]", "name = "), "tea.toml: this is not valid TOML"),
    (
        "unknown table",
        ("[places]", "[colours]"),
        "tea.toml: colours is not known here; known are: topic, places",
    ),
    (
        "unknown key",
        ("weight = 4", "weight = 4\ncolour = 1"),
        "tea.toml: concepts.tea.colour is not known here",
    ),
    (
        "weight of a text",
        ("weight = 4", 'weight = "high"'),
        "concepts.tea.weight is 'high', but a number from 0 to 20",
    ),
    ("weight missing", ("weight = 4", ""), "concepts.tea.weight is None, but a number from 0 to 20"),
    ("weight above", ("weight = 4", "weight = 99"), "concepts.tea.weight is 99, but a number from 0 to 20"),
    (
        "weight for an exclusion",
        ("weight = -3", "weight = 3"),
        "others.tee.weight is 3, but a number from -20 to 0",
    ),
    ("weight of a flag", ("weight = 4", "weight = true"), "concepts.tea.weight is True, but a number"),
    ("list unknown", ('near = ["green"', 'near = ["gren"'), "concepts.leaf.near names the word list 'gren'"),
    ("neither names nor near", ('names.en = ["tea"]', ""), "concepts.tea has neither names nor near"),
    (
        "empty pattern",
        ('names.en = ["tea"]', 'names.en = ["*"]'),
        "concepts.tea.names.en[0] is '*', but a pattern",
    ),
    (
        "empty text",
        ('names.en = ["tea"]', 'names.en = [""]'),
        "concepts.tea.names.en[0] is '', but a text that is",
    ),
    (
        "pattern of a number",
        ('names.en = ["tea"]', "names.en = [7]"),
        "concepts.tea.names.en[0] is 7, but a text",
    ),
    ("words of a number", ('en = ["green"]', "en = 7"), "words.green.en is 7, but a list of texts"),
    ("language unknown", ('en = ["green"]', 'English = ["green"]'), "words.green.English is no language tag"),
    (
        "no language",
        ('[words.leaf]\nen = ["leaf", "leaves"]', "[words.leaf]"),
        "words.leaf is a table, but at least",
    ),
    (
        "threshold",
        ("threshold = 0.6", "threshold = 60"),
        "topic.threshold is 60, but a number from 0.01 to 0.99",
    ),
    ("near above threshold", ("near = 0.3", "near = 0.7"), "topic.near is 0.7, but a number not above"),
    ("start above zero", ("start = -2", "start = 2"), "topic.start is 2, but a number from -20 to 0"),
    ("name missing", ('name = "tea"', ""), "topic.name is None, but a text that is not empty"),
    (
        "name with blanks",
        ('name = "tea"', 'name = "My tea"'),
        "topic.name is 'My tea', but a name of small letters",
    ),
    (
        "place unknown",
        ("title = 1.5", "headline = 1.5"),
        "places.headline is not known here; known are: title",
    ),
    ("prior too strong", ("press = -0.2", "press = -9"), "kinds.press is -9, but a number from -1 to 1"),
    ("ordered", ("ordered = true", 'ordered = "yes"'), "concepts.leaf.ordered is 'yes', but true or false"),
    ("within", ("within = 3", "within = 400"), "concepts.leaf.within is 400, but a number from 0 to 40"),
    ("concept name", ("[concepts.tea]", '[concepts."Tea Time"]'), "concepts.Tea Time is no name"),
    ("concepts no table", ("[concepts.tea]\n", "concepts = 3\n[ignored]\n"), "concepts"),
    ("long value", ('title = "tea by name"', f"title = [{'1, ' * 60}]"), "concepts.tea.title is [1, 1,"),
]


@pytest.mark.parametrize(("edit", "sentence"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_wrong_edit_is_one_sentence(edit: tuple[str, str], sentence: str) -> None:
    """Each fault names the file and the key, what stands there and what should."""
    assert GOOD.count(edit[0]) >= 1
    text = GOOD.replace(*edit, 1)
    with pytest.raises(TopicError) as caught:
        build(text, "tea.toml")
    said = str(caught.value)
    assert said.startswith("tea.toml: ")
    assert sentence in said
    assert "\n" not in said


def test_a_topic_without_concepts_would_keep_nothing() -> None:
    """Only exclusions is a fault."""
    with pytest.raises(TopicError, match="concepts is empty"):
        build('topic.name = "t"\n[others.c]\nnames.en = "word"', "t.toml")


def test_a_flood_of_brackets_is_one_sentence() -> None:
    """Hostile nesting is refused, not a crash."""
    with pytest.raises(TopicError, match="not valid TOML"):
        build("x = " + "[" * 100_000, "t.toml")


def test_files_that_can_not_be_read(tmp_path: Path) -> None:
    """Missing, not UTF-8, too large, a folder, an impossible path: one sentence each."""
    latin = tmp_path / "latin.toml"
    latin.write_bytes('x = "é"'.encode("latin-1"))
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * (2 * 1024 * 1024 + 1))
    for path, said in [
        (tmp_path / "missing.toml", "no such topic can be read"),
        (latin, "not UTF-8"),
        (large, "larger than 2 MiB"),
        (tmp_path, "no such topic can be read"),
        ("bad\0name", "no such topic can be read"),
    ]:
        with pytest.raises(TopicError, match=said):
            load(str(path))


def test_a_file_is_loaded_by_path(tmp_path: Path) -> None:
    """A path of one's own works as a shipped name does."""
    path = tmp_path / "tea.toml"
    path.write_text(GOOD, "utf-8")
    assert load(str(path)).path == str(path)


@pytest.mark.parametrize("name", shipped())
def test_shipped_topics_load(name: str) -> None:
    """Each shipped topic is called as its file is."""
    assert load(name).name == name


def test_the_default_is_shipped() -> None:
    """Without configuration there is a topic."""
    assert DEFAULT in shipped()
