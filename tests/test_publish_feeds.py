"""RSS, Atom, JSON Feed and OPML: valid, complete, byte-stable, and readable back."""

import json
from datetime import timedelta
from typing import Any

from lxml import etree

from feeds.model import Enclosure, Story
from feeds.publish.site import SiteFile, render
from tests.builders import (
    NOW,
    a_channel,
    a_coverage,
    a_published_item,
    a_reason,
    a_source_line,
    a_story,
    at,
)

BASE = "https://wire.example.org"
NS = {
    "a": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def rich_story() -> Story:
    """Return a story that fills every field."""
    lead = a_published_item(
        1,
        source="https://user:secret@agency.example/rss",
        source_name="新华社",
        title="国际月球科研站 <b> & more",
        summary="p < 0.05 & all\nsecond line",
        content="<p>The <b>station</b></p>",
        language="zh",
        tags=("ilrs", "power", "ilrs", " "),
        authors=("Ли Вэй", "O'Hara"),
        enclosures=(
            Enclosure(url="https://agency.example/a.mp3", type="audio/mpeg", length=1234),
            Enclosure(url="https://agency.example/a.mp3", type="audio/mpeg", length=1),
            Enclosure(url="https://agency.example/b.pdf", type="", length=-5),
            Enclosure(url="data:text/plain,x", type="text/plain", length=1),
        ),
        thumbnail="https://agency.example/t.jpg",
        reasons=(a_reason("ILRS", words="月球科研站", place="title", weight=0.8, note="by name"),),
    )
    also = (
        a_coverage(1, source_name="ТАСС", title="Станция", language="ru", relation="same-story"),
        a_coverage(2, url="", title="No address", language=""),
    )
    return a_story(1, lead=lead, also=also, updated=at(hours=5))


def site(*stories: Story, **changes: Any) -> dict[str, SiteFile]:  # noqa: ANN401 # any field of a channel
    """Render `stories` on the channel of the builders, with one source."""
    return render(a_channel(**changes), stories, [a_source_line()])


def rss_of(files: dict[str, SiteFile]) -> etree._Element:
    """Return the RSS document's channel."""
    return etree.fromstring(files["feed.rss"].body)[0]


def atom_of(files: dict[str, SiteFile]) -> etree._Element:
    """Return the Atom document's root."""
    return etree.fromstring(files["feed.atom"].body)


def json_of(files: dict[str, SiteFile]) -> dict[str, Any]:
    """Return the JSON Feed's object."""
    document: dict[str, Any] = json.loads(files["feed.json"].body)
    return document


def test_equal_stories_give_equal_bytes() -> None:
    """Nothing in any file depends on the clock or on an earlier rendering."""
    assert site(rich_story(), a_story(2)) == site(rich_story(), a_story(2))


def test_an_rss_item_says_everything() -> None:
    """Every field of a story has its element in RSS, in the form readers know."""
    item = rss_of(site(rich_story())).find("item")
    assert item is not None
    assert item.findtext("title") == "国际月球科研站 ‹b› & more"
    assert item.findtext("link") == "https://agency.example/news/1"
    assert item.findtext("description") == "p &lt; 0.05 &amp; all\nsecond line"
    guid = item.find("guid")
    assert guid is not None
    assert (guid.text, guid.get("isPermaLink")) == (rich_story().key, "false")
    assert [tag.text for tag in item.findall("category")] == ["ilrs", "power"]
    assert [name.text for name in item.findall("dc:creator", NS)] == ["Ли Вэй", "O'Hara"]
    assert item.findtext("dc:language", None, NS) == "zh"
    source = item.find("source")
    assert source is not None
    assert (source.text, source.get("url")) == ("新华社", "https://agency.example/rss")
    assert [dict(e.attrib) for e in item.findall("enclosure")] == [
        {"url": "https://agency.example/a.mp3", "length": "1234", "type": "audio/mpeg"}
    ]
    assert item.findtext("pubDate") == "Sun, 08 Mar 2026 11:00:00 +0000"
    thumbnail = item.find("media:thumbnail", NS)
    assert thumbnail is not None
    assert thumbnail.get("url") == "https://agency.example/t.jpg"


def test_the_body_of_an_entry_ends_with_why_and_who_else() -> None:
    """The footer quotes the words that decided and links to the other places."""
    for body in (
        rss_of(site(rich_story())).findtext("item/content:encoded", None, NS),
        atom_of(site(rich_story())).findtext("a:entry/a:content", None, NS),
        json_of(site(rich_story()))["items"][0]["content_html"],
    ):
        assert body
        assert "<p>The <b>station</b></p>" in body
        assert "“<bdi>月球科研站</bdi>” in the title: by name (+0.80)" in body
        assert '<a href="https://paper1.example/moon" hreflang="ru" lang="ru">Станция</a>' in body
        assert "No address" in body
        assert body.startswith('<div lang="zh" dir="auto">')


def test_the_rss_channel_has_its_links_and_dates() -> None:
    """Self and hub links, ttl in minutes, and the date of the newest change, never the clock's."""
    channel = rss_of(site(a_story(2), rich_story(), hubs=("https://hub.example/", "bad"), ttl_s=1800))
    links = [(link.get("rel"), link.get("href")) for link in channel.findall("a:link", NS)]
    assert links == [("self", BASE + "/feed.rss"), ("hub", "https://hub.example/")]
    assert channel.findtext("lastBuildDate") == "Sun, 08 Mar 2026 17:00:00 +0000"
    assert (channel.findtext("ttl"), channel.findtext("language")) == ("30", "en")
    assert channel.findtext("link") == BASE + "/"


def test_an_atom_entry_says_everything() -> None:
    """Links keep rel, type and length; language, source and both times are there."""
    root = atom_of(site(rich_story(), hubs=("https://hub.example/",)))
    entry = root.find("a:entry", NS)
    assert entry is not None
    assert entry.get(XML_LANG) == "zh"
    assert [dict(link.attrib) for link in entry.findall("a:link", NS)] == [
        {"rel": "alternate", "type": "text/html", "href": "https://agency.example/news/1"},
        {
            "rel": "enclosure",
            "type": "audio/mpeg",
            "length": "1234",
            "href": "https://agency.example/a.mp3",
        },
        {
            "rel": "enclosure",
            "type": "application/pdf",
            "length": "0",
            "href": "https://agency.example/b.pdf",
        },
    ]
    assert entry.findtext("a:updated", None, NS) == "2026-03-08T17:00:00+00:00"
    assert entry.findtext("a:published", None, NS) == "2026-03-08T11:00:00+00:00"
    assert entry.findtext("a:summary", None, NS) == "p < 0.05 & all\nsecond line"
    assert entry.findtext("a:source/a:id", None, NS) == "https://agency.example/rss"
    assert entry.findtext("a:source/a:title", None, NS) == "新华社"
    assert entry.findtext("a:source/a:updated", None, NS) == "2026-03-08T11:00:00Z"
    assert [name.text for name in entry.findall("a:author/a:name", NS)] == ["Ли Вэй", "O'Hara"]
    links = {(link.get("rel"), link.get("href")) for link in root.findall("a:link", NS)}
    assert links == {
        ("self", BASE + "/feed.atom"),
        ("hub", "https://hub.example/"),
        ("alternate", BASE + "/"),
    }
    assert root.findtext("a:id", None, NS) == "tag:moonwire,2026:feed"


def test_a_json_item_says_everything() -> None:
    """Ids, content, tags, language, attachments, and the verdict under our own extension."""
    feed = json_of(site(rich_story(), hubs=("https://hub.example/",)))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == BASE + "/feed.json"
    assert feed["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]
    item = feed["items"][0]
    assert item["id"] == rich_story().key
    assert item["tags"] == ["ilrs", "power"]
    assert item["language"] == "zh"
    assert item["date_modified"] == "2026-03-08T17:00:00Z"
    assert [part["mime_type"] for part in item["attachments"]] == ["audio/mpeg", "application/pdf"]
    ours = item["_moonwire"]
    assert ours["score"] == 0.9
    assert ours["reasons"][0]["words"] == "月球科研站"
    assert [other.get("url") for other in ours["also"]] == ["https://paper1.example/moon", None]
    assert "secret" not in site(rich_story())["feed.json"].body.decode()


def test_a_bare_story_is_still_an_entry() -> None:
    """No title, link, text, author, tag or valid source: the entry stands with what there is."""
    lead = a_published_item(
        1,
        source="not an address",
        source_name="",
        source_home="",
        url="javascript:alert(1)",
        title="",
        summary="",
        content="",
        language="no tag!",
        reasons=(),
        tags=(),
    )
    files = site(a_story(1, lead=lead))
    item = rss_of(files).find("item")
    assert item is not None
    assert item.findtext("title") == "Untitled"
    assert item.find("link") is None
    assert item.find("source") is None
    entry = atom_of(files).find("a:entry", NS)
    assert entry is not None
    assert entry.findtext("a:author/a:name", None, NS) == "unnamed source"
    assert entry.find("a:source", NS) is None
    assert "url" not in json_of(files)["items"][0]
    assert "javascript" not in files["feed.rss"].body.decode()


def test_a_huge_content_gives_way_to_the_summary() -> None:
    """One monstrous article does not make every reader fetch it at each change."""
    lead = a_published_item(1, content="<p>" + "long " * 40_000 + "</p>", summary="The gist.")
    assert "<p>The gist.</p>" in json_of(site(a_story(1, lead=lead)))["items"][0]["content_html"]


def test_an_empty_site_has_no_date_of_its_own() -> None:
    """Without stories RSS states no build date, and Atom's mandatory one is a fixed instant."""
    files = render(a_channel(title="", description="", feed_id="", language=""), [], [])
    assert rss_of(files).find("lastBuildDate") is None
    assert rss_of(files).findtext("language") == "en"
    assert atom_of(files).findtext("a:updated", None, NS) == "1970-01-01T00:00:00+00:00"
    assert atom_of(files).findtext("a:id", None, NS) == BASE + "/feed.atom"
    assert json_of(files)["items"] == []
    assert b"No source is watched yet" in files["sources.opml"].body


def test_opml_lists_the_sources_that_are_asked() -> None:
    """Disabled and retired ones, and addresses that are none, are left out; passwords too."""
    lines = [
        a_source_line(1, name="ТАСС", language="ru", kind="agency", home="https://tass.example/"),
        a_source_line(2, state="disabled"),
        a_source_line(3, state="retired"),
        a_source_line(4, url="https://u:secret@z.example/f", name="", state="failing", language="", kind=""),
        a_source_line(5, url="gopher://old.example/"),
    ]
    files = render(a_channel(), [], lines)
    outlines = [dict(o.attrib) for o in etree.fromstring(files["sources.opml"].body).iter("outline")]
    assert outlines == [
        {"type": "rss", "text": "https://z.example/f", "title": "https://z.example/f"}
        | {"xmlUrl": "https://z.example/f"},
        {"type": "rss", "text": "ТАСС", "title": "ТАСС", "xmlUrl": "https://source1.example/feed"}
        | {"htmlUrl": "https://tass.example/", "language": "ru", "category": "agency"},
    ]


def test_times_are_whole_seconds_in_utc() -> None:
    """A fraction of a second in the store does not show, nor does a foreign offset."""
    lead = a_published_item(1, published=NOW + timedelta(microseconds=7))
    item = json_of(site(a_story(1, lead=lead)))["items"][0]
    assert item["date_published"] == "2026-03-08T12:00:00Z"


def test_the_footer_can_be_left_out() -> None:
    """Each part of it alone, in every format; the JSON Feed's extension tells the verdict all the same."""
    for footer, why, also in (
        ((), False, False),
        (("why",), True, False),
        (("also covered by",), False, True),
        (("why", "also covered by"), True, True),
    ):
        found = site(rich_story(), footer=footer)
        for body in (
            rss_of(found).findtext("item/content:encoded", None, NS),
            atom_of(found).findtext("a:entry/a:content", None, NS),
            json_of(found)["items"][0]["content_html"],
        ):
            assert body
            assert ("Why it is here" in body, "Also covered by" in body) == (why, also)
            assert body.count("<hr>") == (1 if footer else 0)
            assert "<p>The <b>station</b></p>" in body
        assert json_of(found)["items"][0]["_moonwire"]["reasons"]
        assert found == site(rich_story(), footer=footer)
    assert site(rich_story(), footer=("why", "also covered by")) == site(rich_story())
