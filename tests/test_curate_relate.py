"""Copies and stories on a corpus of our own: full articles in seven scripts, one event in many languages."""

import itertools
import json
import random
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.curate import copies, likeness
from feeds.curate.fingerprint import Print, unpack
from feeds.curate.identity import fingerprint, identify, relate
from feeds.model import Item, Relation
from tests import corpora
from tests.corpora import an_item, rows

MATERIAL = Path(__file__).resolve().parents[2] / "shared" / "relevance" / "pairs-dev.jsonl"
COPIES = {Relation.SAME_ITEM, Relation.SAME_ARTICLE}


def sentences(text: str) -> list[str]:
    """Split a text after the full stops of its script."""
    return [part for part in re.split(r"(?<=[.。।])\s*", text) if part]


def _every_fourth_word(text: str) -> str:
    words = text.split(" ")
    if len(words) > 20:
        return " ".join("x" if index % 16 == 7 else word for index, word in enumerate(words))
    return "".join("某" if index % 40 == 9 else char for index, char in enumerate(text))


EDITS: dict[str, Callable[[str], str]] = {
    "whole": lambda text: text,
    "first half": lambda text: " ".join(sentences(text)[: len(sentences(text)) // 2]),
    "last half": lambda text: " ".join(sentences(text)[len(sentences(text)) // 2 :]),
    "sentences left out": lambda text: " ".join(s for i, s in enumerate(sentences(text)) if i % 4 != 1),
    "other lead": lambda text: " ".join(["2026. +++ 123 +++", *sentences(text)[1:], "© site.example"]),
    "words changed": _every_fourth_word,
    "as HTML": lambda text: "".join(f"<p>{sentence}</p>" for sentence in sentences(text)),
}


def copied_pairs() -> Iterator[tuple[str, Item, Item]]:
    """Yield each article with each of its edits."""
    for number, row in enumerate(rows("articles")):
        original = an_item(number, title=row["title"], summary=row["text"], language=row["language"])
        for place, (name, edit) in enumerate(EDITS.items()):
            made = edit(row["text"])
            field = "content" if name == "as HTML" else "summary"
            title = "" if place % 2 else row["title"][::-1]
            copy = an_item(100 + place, title=title, language=row["language"], **{field: made})
            yield f"{row['language']} {row['subject']}: {name}", original, copy


def test_copies_of_full_articles_are_found() -> None:
    """Of 98 copies in seven scripts, edited in seven ways, all are found, and by look-up too."""
    missed = []
    count = 0
    for name, original, copy in copied_pairs():
        count += 1
        found = relate(original, copy).relation in COPIES
        looked_up = set(identify(original).bands) & set(identify(copy).bands)
        if not found or not looked_up:
            missed.append(name)
    assert count >= 60
    assert missed == []


def test_other_articles_are_no_copies() -> None:
    """Two articles of one author on neighbouring subjects are two, within and across languages."""
    items = [
        an_item(number, title=row["title"], summary=row["text"], language=row["language"])
        for number, row in enumerate(rows("articles"))
    ]
    pairs = list(itertools.combinations(items, 2))
    assert len(pairs) >= 60
    assert [(a.title, b.title) for a, b in pairs if relate(a, b).relation in COPIES] == []


def events() -> list[tuple[str, Item]]:
    """Read one item per report: thirteen events in five languages each."""
    return [(told.subject, told.item) for told in corpora.events("events")]


def test_events_join_across_languages() -> None:
    """Reports of one event are one story in nearly every pair of languages; those of two events are not."""
    reports = events()
    assert len({event for event, _ in reports}) >= 12
    found = {True: [0, 0], False: [0, 0]}
    for (one, a), (other, b) in itertools.combinations(reports, 2):
        joined = relate(a, b).relation is not Relation.DIFFERENT
        found[one == other][joined] += 1
    missed, hits = found[True]
    assert hits / (hits + missed) >= 0.95
    assert found[False][True] <= 3


def test_events_are_found_by_their_features() -> None:
    """Any two reports of one event share at least two features, by which the store looks them up."""
    known = [(event, set(identify(item).features)) for event, item in events()]
    poor = [
        one for (one, a), (other, b) in itertools.combinations(known, 2) if one == other and len(a & b) < 2
    ]
    assert poor == []


def prints() -> list[tuple[str, Print]]:
    """Fingerprint everything in the corpus, with what names its subject."""
    made: list[tuple[str, Item]] = [*events()]
    made += [
        (f"{row['subject']} {row['language']}", an_item(n, title=row["title"], summary=row["text"]))
        for n, row in enumerate(rows("articles"))
    ]
    pairs = [(subject, unpack(fingerprint(item))) for subject, item in made]
    return [(subject, known) for subject, known in pairs if known is not None]


def test_measures_are_symmetric() -> None:
    """No measure depends on which of two items came first."""
    known = [made for _, made in prints()]
    chance = random.Random(5)  # noqa: S311 # a sample, no secret
    for _ in range(400):
        a, b = chance.sample(known, 2)
        assert likeness.measures(a, b) == likeness.measures(b, a)
        assert copies.copied(a, b) == copies.copied(b, a)
        assert likeness.days_apart(a, b) == likeness.days_apart(b, a)


@pytest.mark.material
@pytest.mark.skipif(not MATERIAL.exists(), reason="the shared test material is not beside the checkout")
def test_labelled_pairs() -> None:
    """The aims on short excerpts: copies at precision .95, stories at .92, with most of them found."""
    copies, stories = [0, 0, 0], [0, 0, 0]
    for number, line in enumerate(MATERIAL.read_text("utf-8").splitlines()):
        pair = json.loads(line)
        one, other = (
            an_item(
                2 * number + place,
                title=row["title"] or "",
                summary=row["summary"] or "",
                url=row["url"],
                guid=row["url"],
                site=row["site"].removeprefix("www."),
                language=row["lang"],
                published=datetime.fromisoformat((row["published"] + "-01-01")[:10]).replace(tzinfo=UTC)
                if row["published"]
                else None,
                published_raw=row["published"] or "",
            )
            for place, row in enumerate((pair["a"], pair["b"]))
        )
        relation = relate(one, other).relation
        said, true = relation in COPIES, pair["label"] == "dup"
        copies = [copies[0] + (said and true), copies[1] + said, copies[2] + true]
        if pair["label"] != "dup":
            said, true = relation is not Relation.DIFFERENT, pair["label"] == "same_story"
            stories = [stories[0] + (said and true), stories[1] + said, stories[2] + true]
    assert copies[0] / copies[1] >= 0.95
    assert copies[0] / copies[2] >= 0.75
    assert stories[0] / stories[1] >= 0.92
    assert stories[0] / stories[2] >= 0.88
