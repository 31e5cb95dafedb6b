"""A day in one entry: gathered once, by tag; the same in feed, Markdown, text, HTML and JSON."""

import json
from datetime import UTC, date
from typing import Any

import feedparser
import pytest
from lxml import etree, html

from feeds.model import Story
from feeds.model.digest import Digest, Period
from feeds.model.value import replace
from feeds.publish.formats import digest_texts
from feeds.publish.formats.digest import (
    MOST_REPORTS,
    MOST_STORIES,
    digest_html,
    digest_of,
    digest_title,
    sum_up,
)
from feeds.publish.site import bulletins
from scheduler.config.notify_types import DigestConfig
from scheduler.push.periods import period_of
from tests.builders import a_channel, a_coverage, a_published_item, a_reason, a_story, at

DAY = period_of("daily", date(2026, 3, 8), DigestConfig())
WEEK = period_of("weekly", date(2026, 3, 8), DigestConfig())
TITLES = ("国际月球科研站开工", "تبدأ أعمال القاعدة القمرية", "चंद्र आधार", "Лунная станция")


def a_tagged(n: int, *tags: str, **changes: object) -> Story:
    """Return the `n`-th story with these tags."""
    return a_story(n, lead=a_published_item(n, tags=tags, **changes))


def a_digest(*stories: Story, late: tuple[Story, ...] = (), period: Period = DAY) -> Digest:
    """Return a digest made at its hour."""
    return replace(digest_of(period, stories, late), made=period.due)


def test_stories_stand_once_under_their_most_usual_tag() -> None:
    """The fullest section first, those without a tag last; in a section the newest first, as given."""
    digest = a_digest(
        a_tagged(1, "power", "crew"), a_tagged(2), a_tagged(3, "power"), a_tagged(4, "crew", "power")
    )
    found = [(section.tag, [story.story for story in section.stories]) for section in digest.sections]
    assert found == [("power", [1, 3, 4]), ("", [2])]
    assert sum_up(digest) == "4 stories"


def test_a_story_names_all_who_told_it_and_why() -> None:
    """The first report first; languages are counted over all reports."""
    reasons = (a_reason("base", note="a base"), a_reason("power", note="a base"), a_reason("crew", words=""))
    lead = a_published_item(1, title=TITLES[0], language="zh", reasons=reasons)
    story = a_story(1, lead=lead, also=(a_coverage(1, language="ru"), a_coverage(2, language="ru")))
    digest = a_digest(story)
    (told,) = digest.stories
    assert [report.source for report in told.reports] == [lead.source_name, "Paper 1", "Paper 2"]
    assert told.why == ("“base”: a base", "crew")
    assert digest.languages == ("ru", "zh")
    assert sum_up(digest) == "1 story in 2 languages"


def test_a_digest_has_an_end() -> None:
    """What finds no room is counted; a story with a hundred copies lists some."""
    stories = [a_story(n) for n in range(MOST_STORIES + 5)]
    digest = a_digest(*stories)
    assert (len(digest.stories), digest.more) == (MOST_STORIES, 5)
    assert sum_up(digest) == f"{MOST_STORIES + 5} stories"
    for written in (digest_html(a_channel(), digest), digest_texts.text(a_channel(), digest)):
        assert "And 5 more" in written
    (told,) = a_digest(a_story(1, also=tuple(a_coverage(n) for n in range(100)))).stories
    assert len(told.reports) == MOST_REPORTS


def test_titles_name_the_period() -> None:
    """A day by its date, a week by number and days."""
    assert digest_title(a_channel(), a_digest()) == "Moonwire, 8 March 2026"
    week = a_digest(period=WEEK)
    assert digest_title(a_channel(title=""), week) == (
        "moonwire, week 10 of 2026, 2 March 2026 to 8 March 2026"
    )


@pytest.mark.parametrize("ending", ["atom", "rss", "json"])
def test_the_feed_has_one_entry_per_period(ending: str) -> None:
    """Stable ids under the feed's own, dated by when they were made; equal digests, equal bytes."""
    days = [a_digest(a_tagged(1, "power", title=title)) for title in TITLES[:1]]
    older = a_digest(a_story(2), period=period_of("daily", date(2026, 3, 7), DigestConfig()))
    files = bulletins(a_channel(), (), {"daily": [*days, older], "weekly": [a_digest(period=WEEK)]})
    assert files == bulletins(a_channel(), (), {"daily": [*days, older], "weekly": [a_digest(period=WEEK)]})
    body = files[f"digest-daily.{ending}"].body
    if ending == "json":
        items = json.loads(body)["items"]
        ids, dates = [item["id"] for item in items], [item["date_published"] for item in items]
        contents = [item["content_html"] for item in items]
    else:
        parsed = feedparser.parse(body)
        ids = [entry.id for entry in parsed.entries]
        dates = [entry.published for entry in parsed.entries]
        contents = [entry.content[0].value for entry in parsed.entries]
    assert ids == [f"tag:moonwire,2026:feed/digest-daily/2026-03-0{day}" for day in (8, 7)]
    made = "Mon, 09 Mar 2026 07:00:00 +0000" if ending == "rss" else "2026-03-09T07:00:00"
    assert dates[0].startswith(made)
    assert TITLES[0] in contents[0]
    assert "<h2>power</h2>" in contents[0]
    assert files["digest-weekly.atom"].content_type.startswith("application/atom+xml")


def test_the_html_is_safe_and_says_languages() -> None:
    """Titles are text whatever stands in them; links lead to the report and to the story's page."""
    lead = a_published_item(1, title="<script>alert(1)</script> & more", language="ar", summary="S" * 500)
    story = a_story(7, lead=lead, also=(a_coverage(1, url="", language=""), a_coverage(2)))
    late = a_story(8, lead=a_published_item(8, url="", language="", reasons=(), published=at(days=-3)))
    tree: Any = html.fromstring(digest_html(a_channel(), a_digest(story, late=(late,))))
    assert tree.xpath("//script") == []
    assert tree.xpath("//b[@lang='ar']/a/text()") == ["<script>alert(1)</script> & more"]
    assert "https://wire.example.org/story/7.html" in tree.xpath("//a/@href")
    assert "(came in late)" in tree.text_content()
    assert "S" * 300 not in tree.text_content()


def test_markdown_takes_nothing_for_markup() -> None:
    """Brackets, stars and numbers at the start of a title stay what they are."""
    lead = a_published_item(
        1, title="1. [Moon]* <b>base</b> `x` #1", url="https://a.example/x", summary="+ 5"
    )
    story = a_story(1, lead=lead, also=(a_coverage(1, title="x"), a_coverage(2, url="", language="")))
    plain = a_story(2, lead=a_published_item(2, title="Same", summary="Same", reasons=(), url=""))
    written = digest_texts.markdown(a_channel(), a_digest(story, plain))
    assert "1\\. \\[Moon\\]\\* \\<b\\>base\\</b\\> \\`x\\` \\#1](<https://a.example/x>)**" in written
    assert "  - \\+ 5\n" in written
    assert "- **Same**  \n" in written
    assert "[Paper 1 (English)](<https://paper1.example/moon>), Paper 2; [how the story" in written
    assert written.endswith("\n")
    assert written.startswith("# Moonwire, 8 March 2026\n")


def test_plain_text_is_whole() -> None:
    """A mail that is read without HTML has titles, sources, reasons and addresses."""
    lead = a_published_item(1, title=TITLES[3], language="ru", tags=())
    story = a_story(1, lead=lead, also=(a_coverage(1),))
    plain = a_story(2, lead=a_published_item(2, title="Same", summary="Same", reasons=(), url=""))
    written = digest_texts.text(a_channel(), a_digest(story, plain))
    for piece in (TITLES[3], lead.url, "Paper 1 (English)", "Why: “lunar station”", "(Russian)", "Further"):
        assert piece in written
    assert "https://wire.example.org/story/1.html" in written


def test_the_html_page_stands_alone() -> None:
    """For mail and files: a whole document, nothing loaded from anywhere."""
    tree = html.document_fromstring(digest_texts.page(a_channel(), a_digest(a_story(1))))
    assert tree.get("lang") == "en"
    assert tree.findtext("head/title") == "Moonwire, 8 March 2026"
    assert tree.xpath("//@src|//link|//script") == []


def test_the_json_has_what_is_documented() -> None:
    """Bounds and time zone of the period, and every report."""
    found = digest_texts.document(a_channel(), a_digest(a_story(1, also=(a_coverage(1),))))
    assert (found["period"], found["start"], found["time_zone"]) == (
        "2026-03-08",
        "2026-03-08T00:00:00Z",
        "UTC",
    )
    again = json.loads(json.dumps(found))
    assert len(again["sections"][0]["stories"][0]["reports"]) == 2


def test_an_empty_day_is_said_in_all_forms() -> None:
    """No story is no error."""
    digest = a_digest()
    assert digest.period.start.tzinfo is UTC
    for written in (digest_texts.markdown(a_channel(), digest), digest_texts.text(a_channel(), digest)):
        assert "0 stories." in written
    feed = etree.fromstring(bulletins(a_channel(feed_id=""), (), {"daily": []})["digest-daily.atom"].body)
    assert feed.find("{*}entry") is None
