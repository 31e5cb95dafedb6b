"""One event, one story: across languages and headlines, and no further."""

from datetime import datetime

import pytest

from feeds.curate.identity import relate
from feeds.model import Item, Relation
from tests.articles import EVENT, an_article, elsewhere, relation
from tests.builders import NOW, at


@pytest.mark.parametrize("one", EVENT, ids=lambda row: row[0])
@pytest.mark.parametrize("other", EVENT, ids=lambda row: row[0])
def test_one_event_is_one_story_across_languages(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    """Independent reports of one agreement join, whatever their language."""
    a = an_article(language=one[0], title=one[1], summary=one[2])
    b = elsewhere(language=other[0], title=other[1], summary=other[2], published=at(hours=9))
    expected = {Relation.SAME_STORY} if one != other else {Relation.SAME_STORY, Relation.SAME_ARTICLE}
    assert relation(a, b) in expected


def test_chinese_headlines_share_a_story() -> None:
    """Two outlets, two headlines, no text in common but the event."""
    a = an_article(language="zh", title="嫦娥七号探测器运抵文昌发射场", summary="")
    b = elsewhere(language="zh", title="嫦娥七号运抵海南文昌 拟8月发射", summary="", published=at(hours=5))
    assert relation(a, b) is Relation.SAME_STORY


@pytest.mark.parametrize(
    ("title", "summary", "published"),
    [
        (
            "China and Thailand seal lunar station pact",
            "The two countries signed a memorandum on the ILRS.",
            at(days=90),
        ),
        (
            "Senegal joins China's lunar research station",
            "Senegal and China signed an agreement on the International Lunar Research Station.",
            at(days=6),
        ),
        (
            "Rover reaches the rim of its crater",
            "The vehicle drove four kilometres, its operators say, and will rest for the lunar night.",
            at(hours=5),
        ),
    ],
    ids=["months later", "another country", "another event"],
)
def test_other_events_are_other_stories(title: str, summary: str, published: datetime) -> None:
    """The same words about another country, at another time, or other words, are no story in common."""
    a = an_article(title=EVENT[0][1], summary=EVENT[0][2])
    assert relation(a, elsewhere(title=title, summary=summary, published=published)) is Relation.DIFFERENT


def test_things_alone_join_no_languages() -> None:
    """Bricks, soil and building are what the topic speaks of; a name that both bear makes it an event."""
    home = an_item_of(
        "en", "Bricks & mortar: how to build a Moon base from dust", "I baked lunar soil at home."
    )
    title, text = "着陆器将在月面试制月壤砖", "装置将熔化月壤,烧制建造科研站所需的砖块。"
    assert relation(home, an_item_of("zh", title, text)) is Relation.DIFFERENT
    named = an_item_of("en", f"{home.title} on Chang'e-8", home.summary)
    assert relation(named, an_item_of("zh", f"嫦娥八号{title}", text)) is Relation.SAME_STORY


def an_item_of(language: str, title: str, summary: str) -> Item:
    """Make an item of a source for each language, all of one hour."""
    name = f"{language}.example"
    return Item(
        source=f"https://{name}/feed",
        guid=title,
        url=f"https://{name}/1",
        site=name,
        title=title,
        summary=summary,
        language=language,
        published=NOW,
    )


def test_dates_may_be_as_coarse_as_a_month() -> None:
    """A publisher who names only the month is not weeks away from one who names the day."""
    a = an_article(title=EVENT[0][1], summary=EVENT[0][2], published=at(days=20))
    b = elsewhere(
        title=EVENT[3][1], summary=EVENT[3][2], language="es", published=at(days=-7), published_raw="2026-03"
    )
    assert relation(a, b) is Relation.SAME_STORY
    year = elsewhere(
        title=EVENT[3][1], summary=EVENT[3][2], language="es", published=at(days=-7), published_raw="2026"
    )
    assert relation(a, year) is Relation.SAME_STORY


def test_undated_items_can_be_related() -> None:
    """No date is no evidence, neither for nor against."""
    a = an_article(title=EVENT[0][1], summary=EVENT[0][2], published=None)
    assert (
        relation(a, elsewhere(title=EVENT[0][1], summary=EVENT[1][2], published=None)) is Relation.SAME_STORY
    )


def test_reasons_name_what_both_speak_of() -> None:
    """A person can see why two items were joined."""
    a = an_article(title=EVENT[0][1], summary=EVENT[0][2])
    b = elsewhere(title=EVENT[1][1], summary=EVENT[1][2], language="zh", published=at(days=2))
    reasons = " ".join(relate(a, b).reasons)
    assert "thailand" in reasons
    assert "2 days apart" in reasons
