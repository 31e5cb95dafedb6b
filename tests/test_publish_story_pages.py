"""The page and the JSON of a story."""

import json
from typing import Any

from feeds.model import Coverage, Story
from feeds.publish.pages.story import story_files
from feeds.publish.site import History, render
from tests.builders import a_channel, a_published_item, a_story, at


def told(**changes: Any) -> Story:  # noqa: ANN401 # fields of Story
    """Make a story of three reports in two languages."""
    lead = a_published_item(1, title="One <b>lands</b>", published=at(hours=0))
    also = (
        Coverage(
            source_name="Копия",
            url="https://b.example/1",
            title="Села <b>",
            language="ru",
            when=at(hours=26),
            relation="same-story",
            item_id=2,
            score=0.9,
            reasons=("Both speak of <i>landing</i>.",),
        ),
        Coverage(
            source_name="",
            url="javascript:alert(1)",
            title="",
            language="",
            when=at(minutes=65),
            relation="same-article",
            item_id=3,
            copy_of=1,
        ),
    )
    values: dict[str, Any] = {"lead": lead, "also": also, "languages": ("en", "ru"), "origins": 2}
    return a_story(12, **values | changes)


def test_the_page_tells_who_came_when() -> None:
    """First source, lags, relations and reasons, all escaped; no link that is none."""
    files = story_files(a_channel(), [told()])
    page = files["story/12.html"].body.decode()
    for part in (
        "3 reports from 2 independent origins, in English, Russian",
        "the first report",
        "1 d 2 h later, the same story",
        "1 h 5 min later, the same text",
        "Both speak of &lt;i&gt;landing&lt;/i&gt;.",
        'href="../moonwire.css',
        "unnamed source",
    ):
        assert part in page
    assert "<b>" not in page
    assert "javascript:" not in page


def test_the_json_holds_the_same() -> None:
    """Every report with its lag in seconds and what it copies."""
    document = json.loads(story_files(a_channel(), [told()])["story/12.json"].body)
    assert document["url"] == "https://wire.example.org/story/12.html"
    assert (document["origins"], document["languages"]) == (2, ["en", "ru"])
    reports = document["reports"]
    assert [(each["item"], each["lag_s"], each["relation"], each["copy_of"]) for each in reports] == [
        (1, 0, "first", None),
        (2, 93600, "same-story", None),
        (3, 3900, "same-article", 1),
    ]
    assert reports[2]["url"] == ""


def test_a_story_that_was_taken_in_answers_at_its_old_address() -> None:
    """Both addresses hold the same page, which names the lasting one."""
    files = story_files(a_channel(), [told(aliases=(15,))])
    assert files["story/15.html"].body == files["story/12.html"].body
    assert json.loads(files["story/15.json"].body)["story"] == 12


def test_index_and_feeds_lead_to_it() -> None:
    """Where there is further coverage, and only there."""
    site = render(a_channel(), [told(), a_story(2)], [], history=History())
    assert {"story/12.html", "story/12.json", "story/2.html"} <= site.keys()
    assert b'href="story/12.html"' in site["index.html"].body
    assert b'href="story/2.html"' not in site["index.html"].body
    for name in ("feed.rss", "feed.atom", "feed.json"):
        assert b"https://wire.example.org/story/12.html" in site[name].body
        assert b"story/2.html" not in site[name].body
