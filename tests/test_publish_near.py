"""Near misses: a page and feeds of what was left out but came close."""

import json

from lxml import etree

from feeds.model import PublishedItem
from feeds.publish.serving.prepared import prepare
from feeds.publish.site import SiteFile, render, stamp
from tests.builders import NOW, a_channel, a_published_item, a_reason, a_source_line, a_story

ATOM = "{http://www.w3.org/2005/Atom}"


def a_near_item(n: int = 7, **changes: object) -> PublishedItem:
    """Build an item that came close, with a reason either way."""
    reasons = (a_reason("moon", weight=1.5), a_reason("game", weight=-2.0, kind="against"))
    values = {"keep": False, "near": True, "score": 0.31, "reasons": reasons, "story_id": None}
    return a_published_item(n, **values | changes)


def site(*near: PublishedItem, hubs: tuple[str, ...] = ()) -> dict[str, SiteFile]:
    """Render a site with one story and these near misses."""
    return render(a_channel(hubs=hubs), [a_story(1)], [a_source_line()], near=near)


def test_the_page_says_what_spoke_for_and_against() -> None:
    """Title, score, reasons both ways, and the command that keeps it."""
    page = site(a_near_item(7, title="A <b>base</b> in a game"))["near.html"].body.decode()
    assert "A &lt;b&gt;base&lt;/b&gt; in a game" in page
    assert "What spoke for and against it" in page
    assert "Score 0.31" in page
    assert "moonwire mark 7 keep" in page
    assert "−2.00" in page


def test_the_front_page_links_to_it_and_holds_none_of_it() -> None:
    """The wire's own page and feeds do not change by a near miss."""
    without, with_one = site(), site(a_near_item())
    assert 'href="near.html"' in without["index.html"].body.decode()
    for path in ("index.html", "feed.rss", "feed.atom", "feed.json", "sources.opml"):
        assert without[path].body == with_one[path].body
    assert "mark" not in without["index.html"].body.decode()


def test_feeds_of_near_misses_have_ids_of_their_own() -> None:
    """An item that is kept later comes with another guid: readers see it as new in the wire's feed."""
    files = site(a_near_item(7), a_near_item(8), hubs=("https://hub.example/",))
    feed = etree.fromstring(files["near.atom"].body)
    assert feed.findtext(f"{ATOM}id") == "tag:moonwire,2026:feed/near"
    assert str(feed.findtext(f"{ATOM}title")).endswith(": near misses")
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert len(set(ids)) == 2
    assert all(str(each).startswith("tag:moonwire,2026:near/") for each in ids)
    assert [each["id"] for each in json.loads(files["near.json"].body)["items"]] == ids
    assert len(etree.fromstring(files["near.rss"].body)[0].findall("item")) == 2
    assert files["near.atom"].links == (("self", "https://wire.example.org/near.atom"),)


def test_an_empty_list_is_still_published() -> None:
    """The addresses are there from the start."""
    files = render(a_channel(feed_id="", title=""), [], [])
    assert "Nothing came close" in files["near.html"].body.decode()
    assert {"near.rss", "near.atom", "near.json"} <= set(files)


def test_it_is_served_under_its_short_address() -> None:
    """/near is the page."""
    files = site(a_near_item())
    served = prepare(files, stamp(files, {}, NOW)).files
    assert served["/near"] is served["/near.html"]
