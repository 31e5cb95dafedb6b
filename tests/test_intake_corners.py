"""Corners of reading that only odd documents reach."""

from lxml import etree

from feeds.intake import document
from feeds.intake.light import read_light
from feeds.intake.tree import children

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
