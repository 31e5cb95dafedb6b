"""The hand-over types: frozen values that one part of moonwire makes and the next one takes.

No behaviour beyond trivial derived properties. Times are aware UTC datetimes, sizes are bytes, durations
are seconds. Each is loaded when it is first named: a command that runs every few minutes needs few of them.
"""

from typing import TYPE_CHECKING

from feeds import later

if TYPE_CHECKING:
    from feeds.model.channel import Channel, Coverage, PublishedItem, SourceLine, Stamp, Story
    from feeds.model.check import Check, Outcome, Recorded, SourceState
    from feeds.model.entry import Enclosure, Entry, FoundFeed, ReadFailed, Reading, ReadRequest
    from feeds.model.fetching import (
        Fetched,
        FetchFailed,
        FetchOutcome,
        FetchRequest,
        Freshness,
        Hop,
        NotModified,
        Validators,
    )
    from feeds.model.head import FeedHead
    from feeds.model.identity import Identity, Related, Relation
    from feeds.model.item import Item, Reason, Verdict
    from feeds.model.judged import Judged
    from feeds.model.source import BasicAuth, Source

__all__ = [
    "BasicAuth",
    "Channel",
    "Check",
    "Coverage",
    "Enclosure",
    "Entry",
    "FeedHead",
    "FetchFailed",
    "FetchOutcome",
    "FetchRequest",
    "Fetched",
    "FoundFeed",
    "Freshness",
    "Hop",
    "Identity",
    "Item",
    "Judged",
    "NotModified",
    "Outcome",
    "PublishedItem",
    "ReadFailed",
    "ReadRequest",
    "Reading",
    "Reason",
    "Recorded",
    "Related",
    "Relation",
    "Source",
    "SourceLine",
    "SourceState",
    "Stamp",
    "Story",
    "Validators",
    "Verdict",
]

__getattr__ = later.names(
    __name__,
    {
        "channel": "Channel Coverage PublishedItem SourceLine Stamp Story",
        "check": "Check Outcome Recorded SourceState",
        "entry": "Enclosure Entry FoundFeed ReadFailed ReadRequest Reading",
        "fetching": "FetchFailed FetchOutcome FetchRequest Fetched Freshness Hop NotModified Validators",
        "head": "FeedHead",
        "identity": "Identity Related Relation",
        "item": "Item Reason Verdict",
        "judged": "Judged",
        "source": "BasicAuth Source",
    },
)
