"""Subscription lists."""

import pytest

from feeds.errors import MoonwireError
from feeds.intake.opml import parse_opml
from feeds.model.source import Source


def test_nested_outlines() -> None:
    """Outlines at any depth and of any type count once, whatever the case of names."""
    data = """<?xml version="1.0" encoding="utf-8"?><!DOCTYPE opml [<!ENTITY x "y">]>
    <!-- mine --><opml version="2.0"><head><title>T</title></head><body>
      <outline text="Moon">
        <outline text="News &amp; more" title="" type="rss" xmlUrl=" https://a.example/feed "/>
        <outline text="deep">
          <outline title="Луна" text="x" XMLURL="http://b.example/" language="ru" category="/a"/></outline>
      </outline>
      <outline text="again" xmlUrl="https://a.example/feed"/>
      <outline text="feed scheme" xmlUrl="feed://c.example/x" language="unknown"/>
      <outline text="feed scheme" xmlUrl="feed:https://d.example/x"/>
      <outline text="bad" xmlUrl="javascript:1"/><outline text="none" htmlUrl="https://e.example/"/>
    </body></opml>"""
    assert parse_opml(data.encode()) == (
        Source(url="https://a.example/feed", name="News & more"),
        Source(url="http://b.example/", name="Луна", language="ru"),
        Source(url="http://c.example/x", name="feed scheme"),
        Source(url="https://d.example/x", name="feed scheme"),
    )


def test_broken_lists_are_read_as_far_as_possible() -> None:
    """A bare ampersand and a missing end spoil nothing else."""
    data = b'<opml><body><outline text="a & b" xmlUrl="https://a.example/"/><outline xmlUrl="https://b.example/">'
    assert [source.url for source in parse_opml(data)] == ["https://a.example/", "https://b.example/"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no OPML file"),
        (b"<rss/>", "no OPML file"),
        (b"<!-- <opml>", "no OPML file"),
        (b"<opmlx/>", "no OPML file"),
        (b"<opml><body/></opml>", "names no feed"),
        (b" " * (8 << 20) + b"x", "larger than 8 MiB"),
        (
            b"<opml>"
            + b"".join(b'<outline xmlUrl="http://a.example/%d"/>' % number for number in range(20_001)),
            "more than 20000",
        ),
    ],
)
def test_refused(data: bytes, words: str) -> None:
    """One sentence says what is wrong."""
    with pytest.raises(MoonwireError, match=words):
        parse_opml(data)


def test_bombs() -> None:
    """Entities are not expanded and depth ends."""
    dtd = b'<!DOCTYPE opml [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>'
    laughs = dtd + b'<opml><outline xmlUrl="http://a.example/" text="&b;"/></opml>'
    assert parse_opml(laughs)[0].url == "http://a.example/"
    with pytest.raises(MoonwireError):
        parse_opml(b"<opml>" + b"<outline>" * 100_000)
