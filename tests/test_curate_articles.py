"""Full articles in seven scripts, excerpts hard to tell apart, events of one week in many languages."""

import itertools
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest

from feeds.curate.identity import compare, identify, relate
from feeds.curate.text import plain
from feeds.model import Identity, Relation
from feeds.model.value import replace
from tests.builders import at
from tests.corpora import Told, an_item, articles, events, pairs

COPIES = {Relation.SAME_ITEM, Relation.SAME_ARTICLE}


@cache
def known(name: str) -> list[tuple[Told, Identity]]:
    """Identify the full articles ("articles") or the reports of a file of events, once."""
    return [(each, identify(each.item)) for each in (articles() if name == "articles" else events(name))]


def related(name: str) -> Iterator[tuple[Told, Told, Relation]]:
    """Relate each two of them as the store does, by their fingerprints."""
    for (a, one), (b, other) in itertools.combinations(known(name), 2):
        yield a, b, compare(one.fingerprint, other.fingerprint).relation


def test_versions_of_an_article_are_one_and_others_are_not() -> None:
    """Edited heads, halves, additions, new figures, against own texts, follow-ups, quotes, templates."""
    right: Counter[str] = Counter()
    wrong: list[tuple[str, ...]] = []
    for a, b, relation in related("articles"):
        same = a.subject == b.subject
        right["copies" if same else "hard" if a.item.language == b.item.language else "strangers"] += 1
        if (relation in COPIES) is not same:
            wrong.append((a.subject, a.version, b.subject, b.version))
    assert right["copies"] >= 100
    assert right["hard"] >= 500
    missed = sum(one == other for one, _, other, _ in wrong)
    false = len(wrong) - missed
    assert (right["copies"] - missed) / (right["copies"] - missed + false) >= 0.98, wrong
    assert (right["copies"] - missed) / right["copies"] >= 0.98, wrong


def test_articles_are_of_many_scripts_and_long() -> None:
    """Eight languages, seven scripts; no original is shorter than a news report."""
    told = articles()
    assert {each.item.language for each in told} == {"ar", "en", "es", "hi", "ja", "ko", "ru", "zh"}
    dense = {"zh": 450, "ja": 450, "ko": 450}
    short = [
        each.subject
        for each in told
        if each.version == "original"
        and len(plain(each.item.content, 9000)) < dense.get(each.item.language, 900)
    ]
    assert short == []


def test_versions_of_an_article_are_found_by_look_up() -> None:
    """Each two versions of one text share a band, by which the store finds one from the other."""
    missed = [
        (a.subject, a.version, b.version)
        for (a, one), (b, other) in itertools.combinations(known("articles"), 2)
        if a.subject == b.subject and not set(one.bands) & set(other.bands)
    ]
    assert missed == []


@pytest.mark.parametrize("name", ["pairs-1", "pairs-2", "pairs-3", "pairs-4"])
def test_excerpts_that_are_hard_to_tell_apart(name: str) -> None:
    """Copies at precision .95; of stories all but few are found, follow-ups of a few words still join."""
    copies, stories = [0, 0, 0], [0, 0, 0]
    for _, label, a, b in pairs(name):
        relation = relate(a, b).relation
        said, true = relation in COPIES, label == "dup"
        copies = [copies[0] + (said and true), copies[1] + said, copies[2] + true]
        if not true:
            said, true = relation is not Relation.DIFFERENT, label == "story"
            stories = [stories[0] + (said and true), stories[1] + said, stories[2] + true]
    assert copies[0] / copies[1] >= 0.95
    assert copies[0] / copies[2] >= 0.85
    assert stories[0] / stories[1] >= 0.7
    assert stories[0] / stories[2] >= 0.95


def test_events_of_one_week_join_across_languages() -> None:
    """Fourteen events in four languages each, within six days, by the same agencies and missions."""
    languages = Counter(each.subject for each, _ in known("events-2"))
    assert len(languages) >= 12
    assert min(languages.values()) >= 4
    found = {True: [0, 0], False: [0, 0]}
    for a, b, relation in related("events-2"):
        found[a.subject == b.subject][relation is not Relation.DIFFERENT] += 1
    missed, hits = found[True]
    assert hits / (hits + missed) >= 0.95
    assert hits / (hits + found[False][True]) >= 0.9


def test_events_of_one_week_are_found_by_their_features() -> None:
    """Two reports of one event share at least two features, by which the store looks them up."""
    poor = [
        (a.subject, a.version, b.version)
        for (a, one), (b, other) in itertools.combinations(known("events-2"), 2)
        if a.subject == b.subject and len(set(one.features) & set(other.features)) < 2
    ]
    assert poor == []


TITLE = "Swarm of forty small rovers will map the ground under the lunar station by radar"
TEXT = "Forty rovers no bigger than a shoebox are to drive in rows and listen for echoes, a team writes."


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (TITLE, "https://observer.example/science/2026/swarm-of-forty-small-rovers"),
        (f"{TITLE} - The Northern Observer", f"{TITLE} The Northern Observer"),
        (TITLE, "www.observer.example /science/swarm-of-forty-small-rovers-will-map/"),
        (TITLE, ""),
    ],
    ids=["address", "publisher", "broken address", "nothing"],
)
def test_links_are_the_article(title: str, text: str) -> None:
    """An entry that has an article's long title and no text of its own is that article, passed on."""
    article = an_item(1, title=TITLE, summary=TEXT, language="en")
    assert relate(article, an_item(2, title=title, summary=text, language="en")).relation in COPIES


@pytest.mark.parametrize(
    ("title", "text", "site"),
    [
        (TITLE, "Engineers explain why it takes forty, and what each of them costs.", "b.example"),
        ("Small rovers", "https://observer.example/small-rovers", "b.example"),
        (TITLE.replace("radar", "sonar"), "", "b.example"),
        (TITLE.replace("forty", "40"), "", "b.example"),
        (TITLE, "", "site1.example"),
    ],
    ids=["own text", "short title", "another title", "another count", "one site"],
)
def test_what_is_no_link(title: str, text: str, site: str) -> None:
    """Own words, a title that many could have, another title: at most one story."""
    base = TITLE if len(title) > 20 else "Small rovers"
    article = an_item(1, title=base.replace("forty", "41") if "40" in title else base, summary=TEXT)
    assert relate(article, an_item(2, title=title, summary=text, site=site)).relation not in COPIES


def test_a_frame_is_no_news() -> None:
    """Two short items that share a publisher's closing words are neither one article nor one story."""
    frame = (
        " You are reading a free story. Three stories a month are free; after that we ask for the price of a"
        " coffee. Already a member? Log in. Questions about your bill? Write to us."
    )
    for site in ("site1.example", "site2.example"):
        a = an_item(1, title="Antenna mast bends in heat", summary="A mast has bent at noon." + frame)
        b = an_item(
            2, title="Robot cook burns dinner", summary="A cook of tin burned rice." + frame, site=site
        )
        assert relate(a, b).relation is Relation.DIFFERENT


def test_two_entries_of_one_site_under_one_description_are_two() -> None:
    """A channel writes the same hundred words below every film; a text of an article's length is one."""
    text = " ".join(f"word{number}" for number in range(300))
    a = an_item(1, title="The year in chairs: what we sat on", summary=text[:800])
    b = an_item(2, title="The year in lamps: who saw the light", summary=text[:800], site="site1.example")
    assert relate(a, b).relation not in COPIES
    long = replace(b, summary=text)
    assert relate(replace(a, summary=text), long).relation is Relation.SAME_ARTICLE


def test_a_frame_is_no_rewording() -> None:
    """A changed word in each closing sentence does not make two items one."""
    a = an_item(
        1, title="Mast bends", summary="A mast bent. " + "This text was made by machine from a wire. " * 3
    )
    b = an_item(
        2, title="Rice burns", summary="Rice burned. " + "This text was made by machine from a wire. " * 3
    )
    assert relate(a, b).relation not in COPIES


def test_a_corrected_count_is_no_issue() -> None:
    """Two outlets count the hurt differently: one event; one site's dated lists are two things."""
    text = "{} workers were hurt when a tank burst at the rocket plant on Sunday night, officials said."
    a = an_item(1, title="12 hurt in blast at rocket plant", summary=text.format(12))
    b = an_item(2, title="14 hurt in blast at rocket plant", summary=text.format(14))
    assert relate(a, b).relation is not Relation.DIFFERENT


def test_a_long_japanese_article_is_one_under_two_heads() -> None:
    """900 characters and more, a new headline and another first paragraph."""
    told = {each.version: each.item for each in articles() if each.subject == "ja onsen"}
    original, extended = told["original"], told["kahitsu"]
    assert len(plain(extended.content, 9000)) >= 900
    assert relate(original, extended).relation is Relation.SAME_ARTICLE
    assert relate(extended, told["kakikae"]).relation is Relation.SAME_ARTICLE


def test_words_of_indian_scripts_are_whole() -> None:
    """Vowel signs do not cut a Hindi sentence to pieces: two that share a few letters share nothing."""
    a = an_item(1, title="चंद्र स्टेशन की रसोई", summary="पुणे में बनी मशीन चार कप चाय उबालती है और गाती भी है।" * 2)
    b = an_item(2, title="चंद्र स्टेशन की रसोई", summary="बेंगलुरु में छह देशों ने बर्तन धोने के नियम पर बहस की थी।" * 2)
    assert relate(a, b).relation not in COPIES


def test_later_the_same_names_are_the_next_event() -> None:
    """A country that was reported to join is told to join again in another language ten days later."""
    a = an_item(1, title="Peru joins lunar research station", summary="Peru signed in Lima.", language="en")
    b = an_item(2, title="Перу присоединилась к лунной станции", summary="Перу подписала.", language="ru")
    assert relate(a, replace(b, published=at(days=2))).relation is Relation.SAME_STORY
    assert relate(a, replace(b, published=at(days=10))).relation is Relation.DIFFERENT
