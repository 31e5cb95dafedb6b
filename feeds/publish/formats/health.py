"""What happened to sources, as a feed: for whoever looks after the wire. Pure."""

from collections.abc import Iterable, Mapping

from feeds.model import Channel
from feeds.model.event import Happening, SourceEvent
from feeds.publish import clean, words
from feeds.publish.formats.bulletin import beside, bulletin
from feeds.publish.formats.normal import Publication
from feeds.publish.slug import hashed
from feeds.publish.templating import environment

NAME = "health"
MOST = 100
"""Events in the feed."""
HEADINGS: Mapping[Happening, str] = {
    "failing": "failing",
    "unheard": "never heard",
    "gone": "gone",
    "quiet": "quiet",
    "moved": "moved",
    "recovered": "well again",
}


def health_channel(channel: Channel) -> Channel:
    """Return the channel of what happened to the sources of `channel`."""
    title = clean.line(channel.title) or "moonwire"
    return beside(
        channel,
        name=NAME,
        title="health of sources",
        description=f"Sources of {title} that fail, fall silent, move, end or recover.",
    )


def health_publications(events: Iterable[SourceEvent]) -> tuple[Publication, ...]:
    """Return one entry per event, in the order given; equal events give equal entries for ever."""
    return tuple(_entry(event) for event in events)


def event_key(event: SourceEvent) -> str:
    """Return the id of an event: which source, what, when; nothing of its address can be read from it."""
    when = words.rfc3339(event.at)
    return f"tag:moonwire,2026:health/{hashed(event.source)}/{event.kind}/{when.replace(':', '')}"


def event_title(event: SourceEvent) -> str:
    """Return an event in a few words."""
    return f"{clean.line(event.name)}: {HEADINGS[event.kind]}"


def _entry(event: SourceEvent) -> Publication:
    home, sentence = clean.address(event.home), clean.line(event.sentence)
    content = environment().get_template("event.html").render(sentence=sentence, at=event.at, home=home)
    return bulletin(
        key=event_key(event),
        title=event_title(event),
        url=home,
        summary=sentence,
        content=content,
        source=event.name,
        home=home,
        at=event.at,
    )
