"""Entries of the wire's own making, in the form that all feeds are made from. Pure."""

from datetime import datetime

from feeds.model import Channel
from feeds.publish import clean, words
from feeds.publish.formats.normal import Publication


def bulletin(  # noqa: PLR0913 # an entry has many parts, each named by the caller
    *, key: str, title: str, url: str, summary: str, content: str, source: str, home: str, at: datetime
) -> Publication:
    """Return an entry that reports on reports or on sources; `content` is HTML of ours, the rest plain.

    `source` and `home` name who is spoken of; its feed's address is not told.
    """
    return Publication(
        key=key,
        title=clean.title(title),
        full_title=clean.line(title),
        url=clean.address(url),
        summary=clean.text(summary).strip(),
        content=clean.markup(content).strip(),
        language="en",
        tags=(),
        authors=(),
        source=clean.title(source) or "moonwire",
        source_url="",
        source_home=clean.address(home),
        published=words.whole_second(at),
        updated=words.whole_second(at),
        enclosures=(),
        thumbnail="",
        score=1.0,
        reasons=(),
        also=(),
    )


def beside(channel: Channel, *, name: str, title: str, description: str) -> Channel:
    """Return the channel of such entries beside the main one; it has no hubs, for nobody waits for it."""
    return Channel(
        title=f"{clean.line(channel.title) or 'moonwire'}: {title}",
        description=description,
        base_url=channel.base_url,
        language=channel.language,
        feed_id=f"{channel.feed_id}/{name}" if channel.feed_id else "",
        ttl_s=channel.ttl_s,
    )
