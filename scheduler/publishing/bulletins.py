"""The feeds in which the wire sums up, rendered only when there is something new in them.

A site is rendered at each news; digests and events come a few times a day, and rendering a month of days
costs more than all else. What a store's feeds were made of is remembered with it.
"""

from datetime import datetime
from weakref import WeakKeyDictionary

from feeds.model import Channel
from feeds.model.value import Value
from feeds.publish.formats.digest import ENTRIES
from feeds.publish.formats.health import MOST
from feeds.publish.site import SiteFile, bulletins
from store import Store


class _Made(Value, frozen=True):
    """What feeds were made of, and the feeds."""

    channel: Channel
    event: int
    digests: tuple[tuple[str, datetime] | None, ...]
    files: dict[str, SiteFile]


_MADE: WeakKeyDictionary[Store, _Made] = WeakKeyDictionary()


def bulletin_files(store: Store, channel: Channel) -> dict[str, SiteFile]:
    """Return the feeds of digests and of what happened to sources; equal content, equal bytes."""
    event, digests = store.events.last(), tuple(store.digests.last(kind) for kind in ENTRIES)
    known = _MADE.get(store)
    if known is None or (known.channel, known.event, known.digests) != (channel, event, digests):
        newest = {kind: store.digests.newest(kind, limit=most) for kind, most in ENTRIES.items()}
        files = bulletins(channel, store.events.newest(limit=MOST), newest)
        known = _MADE[store] = _Made(channel, event, digests, files)
    return known.files
