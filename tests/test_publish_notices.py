"""What somebody is told at once, and the feed of what happens to sources."""

import json

import feedparser

from feeds.model.event import SourceEvent
from feeds.model.value import replace
from feeds.publish.formats.health import event_key, health_publications
from feeds.publish.notices import sample_notice, silence_notice, story_notice
from feeds.publish.site import bulletins
from tests.builders import NOW, a_channel, a_coverage, a_published_item, a_story, at

QUIET = SourceEvent(
    source="https://user:pass@a.example/feed?key=hunter2",
    name="Agency",
    home="https://a.example/",
    kind="quiet",
    at=NOW,
    sentence="Nothing for 7 days, though it posts every 1 day.",
)


def test_a_story_is_told_with_all_that_a_program_needs() -> None:
    """The same id as in the feeds, who told it, why, and who else has it."""
    lead = a_published_item(1, title="月球科研站", language="zh", tags=("power",))
    story = a_story(1, lead=lead, also=(a_coverage(1),), languages=("zh", "en", "x y"), origins=2)
    notice = story_notice("my rule", a_channel(), story)
    told = json.loads(notice.document)
    assert (told["version"], told["kind"], told["rule"], told["id"]) == (1, "story", "my rule", story.key)
    assert (told["title"], told["url"]) == ("月球科研站", lead.url)
    assert told["page"] == "https://wire.example.org/story/1.html"
    assert (told["languages"], told["origins"], told["tags"]) == (["zh", "en"], 2, ["power"])
    assert told["also"][0]["source"] == "Paper 1"
    assert told["why"] == ["“lunar station”: lunar station"]
    assert notice.document == story_notice("my rule", a_channel(), story).document
    assert (notice.id, notice.title, notice.text) == (story.key, told["title"], told["text"])
    for piece in ("The station passed review", "Chinese", "1 more report", lead.url):
        assert piece in notice.text


def test_a_short_story_has_a_short_text() -> None:
    """Nothing is said that is not known."""
    lead = a_published_item(1, title="Same", summary="Same", language="", reasons=(), url="")
    notice = story_notice("rule", a_channel(), a_story(1, lead=lead))
    assert notice.text == lead.source_name
    many = story_notice("rule", a_channel(), a_story(1, also=(a_coverage(1), a_coverage(2))))
    assert "and 2 more reports" in many.text


def test_a_silence_is_told_without_the_address() -> None:
    """Name, home and sentence; the address of the feed may be a key to it."""
    notice = silence_notice("rule", QUIET)
    told = json.loads(notice.document)
    assert (told["kind"], told["title"]) == ("quiet source", "Agency: quiet")
    assert told["source"] == {"name": "Agency", "home": "https://a.example/"}
    assert notice.text == f"{QUIET.sentence}\nhttps://a.example/"
    for secret in (b"pass", b"hunter2"):
        assert secret not in notice.document


def test_a_test_says_that_it_is_one() -> None:
    """No program takes it for news."""
    notice = sample_notice("rule\x00", a_channel(title=""), NOW)
    told = json.loads(notice.document)
    assert told["kind"] == "test"
    assert told["rule"] == "rule"
    assert "This is a test of the rule “rule” of moonwire" in notice.text


def test_the_health_feed_tells_each_event_once() -> None:
    """Ids are made of source, kind and time; no credential of an address is in any format."""
    moved = replace(QUIET, source="b", name="", home="", kind="moved", at=at(days=-1), sentence="It moved.")
    events = (QUIET, moved)
    files = bulletins(a_channel(), events, {})
    assert set(files) == {"health.rss", "health.atom", "health.json"}
    entries = feedparser.parse(files["health.atom"].body).entries
    assert [entry.id for entry in entries] == [event_key(event) for event in events]
    assert entries[0].title == "Agency: quiet"
    assert entries[0].link == "https://a.example/"
    assert QUIET.sentence in entries[0].content[0].value
    for file in files.values():
        for secret in (b"pass", b"hunter2", b"a.example/feed"):
            assert secret not in file.body


def test_one_source_seen_twice_has_two_ids() -> None:
    """Failing again next month is another event."""
    again = replace(QUIET, at=at(days=30))
    assert len({entry.key for entry in health_publications((QUIET, again))}) == 2
