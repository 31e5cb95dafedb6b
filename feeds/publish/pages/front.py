"""The pages for people, by Jinja2 templates: no script, nothing from third parties. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from feeds.model import Channel, SourceLine
from feeds.model.value import Value
from feeds.publish import clean, words
from feeds.publish.formats.normal import Publication
from feeds.publish.pages.frame import Frame, alternates, front_page, page
from feeds.publish.slug import in_address, slug_of

_IDLE = frozenset({"disabled", "retired"})
_FOLLOWED = 6
"""Tags, and as many languages, whose feeds the head of the front page names."""


class Watch(Value, frozen=True, kw_only=True):
    """How the sources stand, as far as a page says it."""

    sources: tuple[SourceLine, ...]
    """Those that are asked, neither disabled nor retired, by name."""
    offline: bool
    """No source can be reached at present."""
    next_check: datetime | None
    """When the next source is asked, rounded up to a minute."""


def watch(sources: Iterable[SourceLine], *, offline: bool | None = None) -> Watch:
    """Sum up `sources`; `offline` None means: when every one of them is failing."""
    active = tuple(source for source in sources if source.state not in _IDLE)
    checks = [source.next_check for source in active if source.next_check]
    failing = bool(active) and all(source.state == "failing" for source in active)
    return Watch(
        sources=tuple(sorted(active, key=lambda source: (clean.line(source.name).casefold(), source.url))),
        offline=failing if offline is None else offline,
        next_check=words.next_minute(min(checks)) if checks else None,
    )


def index(channel: Channel, entries: Sequence[Publication], status: Watch, *, live: bool = False) -> bytes:
    """Return the front page: `entries` as given, newest first, under their UTC days.

    The time of the next check is told only while there is no story or no source can be reached;
    elsewhere it would change the page, and its ETag, at every round.
    """
    frame = Frame(
        channel=channel,
        heading="",
        about=clean.line(channel.description),
        here=front_page(live=live),
        live=live,
    )
    values = {
        "days": _days(entries),
        "status": status,
        "sources": [_source(source) for source in status.sources],
        "followed": _followed(channel, entries),
    }
    return page("index.html", frame, values)


def near(channel: Channel, about: Channel, entries: Sequence[Publication], *, live: bool = False) -> bytes:
    """Return the page of near misses: `entries` of the channel `about`, beside the page of `channel`."""
    frame = Frame(
        channel=channel,
        heading="Near misses",
        about=clean.line(about.description),
        here="near.html",
        alternates=alternates("near"),
        live=live,
    )
    return page("near.html", frame, {"days": _days(entries)})


def _days(entries: Sequence[Publication]) -> list[tuple[str, list[Publication]]]:
    return [(name, list(group)) for name, group in groupby(entries, key=lambda e: words.day(e.published))]


def _followed(channel: Channel, entries: Sequence[Publication]) -> list[tuple[str, str]]:
    """Return title and address of the feeds of the tags and languages most usual on a page."""
    title = clean.line(channel.title) or "moonwire"
    tags = Counter(tag for entry in entries for tag in entry.tags)
    languages = Counter(entry.language for entry in entries if entry.language)
    found = [(tag, f"tag/{slug_of(tag)}") for tag, _ in tags.most_common(_FOLLOWED)]
    found += [
        (words.language_name(tag), f"lang/{slug_of(tag)}") for tag, _ in languages.most_common(_FOLLOWED)
    ]
    return [(f"{title}: {name}", f"{in_address(path)}.atom") for name, path in found]


def _source(source: SourceLine) -> dict[str, object]:
    address = clean.address(source.url)
    return {
        "name": clean.line(source.name) or address,
        "href": clean.address(source.home) or address,
        "feed": address,
        "language": clean.language(source.language),
        "kind": clean.line(source.kind),
        "failing": source.state == "failing",
    }
