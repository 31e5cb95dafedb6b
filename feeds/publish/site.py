"""Everything that is published, as bytes by path. Pure and byte-stable: equal input, equal bytes."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from feeds.model import Channel, PublishedItem, SourceLine, Stamp, Story
from feeds.model.digest import Digest, DigestKind
from feeds.model.event import SourceEvent
from feeds.model.value import Value
from feeds.publish import clean
from feeds.publish.formats.digest import digest_channel, digest_publications, feed_name
from feeds.publish.formats.documents import STYLE, UTF8, Place, SiteFile, archive_name, feed_files
from feeds.publish.formats.health import NAME as HEALTH
from feeds.publish.formats.health import health_channel, health_publications
from feeds.publish.formats.near import near_channel, near_publications
from feeds.publish.formats.normal import publications
from feeds.publish.formats.opml import OPML_TYPE, opml
from feeds.publish.pages import front as pages
from feeds.publish.pages.favicon import favicon
from feeds.publish.pages.frame import feed_style, stylesheet
from feeds.publish.pages.story import story_files
from feeds.publish.words import whole_second

__all__ = ["NO_HISTORY", "History", "SiteFile", "render", "stamp"]


class History(Value, frozen=True, kw_only=True):
    """What there is besides the newest stories. Maker: `scheduler.publishing.history`."""

    tail: tuple[Story, ...] = ()
    """Stories that no archive holds yet, whatever their date."""
    newest: int = 0
    """Number of the newest archive; 0 when there is none."""
    live: bool = False
    """An application answers for all that was ever stored, not only a folder."""

    @property
    def place(self) -> Place:
        """Where the feed stands that leads to the archives."""
        return Place(name="feed", older=archive_name(self.newest) if self.newest else "")

    def with_tail(self, stories: Sequence[Story]) -> list[Story]:
        """Return the stories of the feed: the newest, and those that would else be nowhere."""
        known = {story.id for story in stories}
        extra = [story for story in self.tail if story.id not in known]
        extra.sort(key=lambda story: (story.lead.when, story.id), reverse=True)
        return [*stories, *extra]


NO_HISTORY = History()


def render(
    channel: Channel,
    stories: Sequence[Story],
    sources: Sequence[SourceLine],
    *,
    near: Sequence[PublishedItem] = (),
    history: History = NO_HISTORY,
    offline: bool | None = None,
) -> dict[str, SiteFile]:
    """Return every file of the site by its path without a leading slash.

    `stories` come newest first and keep their order, so do `near`: items that were rejected but came
    close. `history` is what the feeds lead on to. `offline` True makes the page say that no
    source can be reached; None derives it from the sources' states.
    """
    told = history.with_tail(stories)
    entries = publications(told)
    status = pages.watch(sources, offline=offline)
    title = f"{clean.line(channel.title) or 'moonwire'}: sources"
    return {
        "index.html": SiteFile(
            body=pages.index(channel, entries[: len(stories)], status, live=history.live),
            content_type="text/html" + UTF8,
            outside=channel.images == "keep",
        ),
        **feed_files(channel, entries, history.place),
        **_near(channel, near, live=history.live),
        **story_files(channel, told, live=history.live),
        "sources.opml": SiteFile(body=opml(title, status.sources), content_type=OPML_TYPE + UTF8),
        "moonwire.css": SiteFile(body=stylesheet(), content_type="text/css" + UTF8),
        STYLE: SiteFile(body=feed_style(), content_type="text/css" + UTF8),
        "favicon.ico": SiteFile(body=favicon(), content_type="image/x-icon"),
    }


def _near(channel: Channel, items: Sequence[PublishedItem], *, live: bool) -> dict[str, SiteFile]:
    """Return the page and feeds for the weekly look at what came close."""
    about = near_channel(channel)
    entries = near_publications(items)
    page = SiteFile(
        body=pages.near(channel, about, entries, live=live),
        content_type="text/html" + UTF8,
        outside=channel.images == "keep",
    )
    return {"near.html": page, **feed_files(about, entries, Place(name="near", page="near.html"))}


def bulletins(
    channel: Channel, events: Sequence[SourceEvent], digests: Mapping[DigestKind, Sequence[Digest]]
) -> dict[str, SiteFile]:
    """Return the feeds in which the wire sums up: what happened to sources, days and weeks; newest first."""
    about = health_channel(channel)
    files = feed_files(about, health_publications(events), Place(name=HEALTH, page="feeds.html"))
    for kind, made in digests.items():
        entries = digest_publications(channel, made)
        files |= feed_files(digest_channel(channel, kind), entries, Place(name=feed_name(kind)))
    return files


def stamp(files: Mapping[str, SiteFile], previous: Mapping[str, Stamp], now: datetime) -> dict[str, Stamp]:
    """Return the stamp of every file: the previous one where its bytes are the same, else a new one.

    A new stamp is later than the one before by at least the second that Last-Modified resolves, even
    when the clock stood still or went back: a reader that sends only If-Modified-Since would else
    never see the change.
    """
    stamps = {}
    for path, file in files.items():
        digest = hashlib.blake2b(file.body, digest_size=16).hexdigest()
        known = previous.get(path)
        if known is None:
            stamps[path] = Stamp(digest=digest, changed_at=whole_second(now))
        elif known.digest == digest:
            stamps[path] = known
        else:
            later = max(whole_second(now), whole_second(known.changed_at) + timedelta(seconds=1))
            stamps[path] = Stamp(digest=digest, changed_at=later)
    return stamps
