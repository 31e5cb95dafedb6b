"""Corners of reading that only odd documents reach."""

import time

from lxml import etree

from feeds.intake import document
from feeds.intake.light import read_light
from feeds.intake.links import absolute
from feeds.intake.nodes import children
from feeds.intake.wire import Exchange, FetchLimits

NOTED = b"""<rss version="2.0"><channel><item><!-- a note --><title>Base</title>
<link>https://a.example/1</link><?app hint?><guid isPermaLink="false">g1</guid></item></channel></rss>"""


def test_comments_inside_an_entry_are_no_fields() -> None:
    """The cheap reading passes over comments and instructions."""
    (entry,) = read_light(NOTED, url="https://a.example/feed")
    assert entry is not None
    assert (entry.title, entry.link, entry.guid) == ("Base", "https://a.example/1", "g1")


def test_children_are_elements() -> None:
    """Comments and instructions between them are left out."""
    node = etree.XML(b"<a><!-- x --><b/><?y?><c/></a>")
    assert [local for _, local, _ in children(node)] == ["b", "c"]


def test_end_tags_in_comments_do_not_end_a_document() -> None:
    """Eight of them and the search is given up: then there is no end that can be relied on."""
    noted = b"<rss><!-- " + b"</rss> " * 9 + b"-->"
    assert document._end_of_root(noted, b"rss", 0) is None
    assert document._end_of_root(b"<rss></rss><!-- </rss> -->", b"rss", 0) == 11


def test_references_to_unknown_entities_are_no_fields() -> None:
    """Where nothing says what a reference stands for, the fields round it are read all the same."""
    data = NOTED.replace(b"<!-- a note -->", b"&unheard;")
    (entry,) = read_light(data, url="https://a.example/feed", strict=False)
    assert entry is not None
    assert entry.title == "Base"


def test_an_address_that_can_not_be_taken_apart_is_none() -> None:
    """A bracket that is never closed makes no host."""
    assert absolute("", "http://[::1") == ""


def test_a_long_answer_that_keeps_its_pace_is_no_drip() -> None:
    """Only bytes per second count, however long it takes."""
    now = time.monotonic()
    exchange = Exchange(limits=FetchLimits(drip_s=0.0, least_rate=10), deadline=now + 60)
    exchange.answered, exchange.since, exchange.came = True, now - 20, 100_000
    exchange.spend(10)
    assert exchange.wire_bytes == 10
