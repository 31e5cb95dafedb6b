"""Near misses: what was rejected but came close, for a person's weekly look. Pure."""

import base64
import hashlib
from collections.abc import Iterable

from feeds.model import Channel, PublishedItem, Story
from feeds.model.value import replace
from feeds.publish import clean
from feeds.publish.formats.normal import Publication, publications


def near_channel(channel: Channel) -> Channel:
    """Return the channel of near misses beside `channel`; it has no hubs, for nobody waits for it."""
    title = clean.line(channel.title) or "moonwire"
    return replace(
        channel,
        title=f"{title}: near misses",
        description=f"Items that were left out of {title} but came close, and what spoke for and against.",
        feed_id=f"{channel.feed_id}/near" if channel.feed_id else "",
        hubs=(),
    )


def near_publications(items: Iterable[PublishedItem]) -> tuple[Publication, ...]:
    """Return one clean publication per item, in the order given; each item has a guid of its own for ever."""
    return publications(Story(id=item.id, key=_key(item), lead=item, updated=item.when) for item in items)


def _key(item: PublishedItem) -> str:
    name = f"{item.source}\0{item.guid}".encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(name, digest_size=16).digest()
    return "tag:moonwire,2026:near/" + base64.b32encode(digest).decode().rstrip("=").lower()
