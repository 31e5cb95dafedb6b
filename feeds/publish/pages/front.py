"""The pages for people, by Jinja2 templates: no script, nothing from third parties. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from itertools import groupby

from feeds.model import Channel, SourceLine
from feeds.publish import clean, words
from feeds.publish.formats.normal import Publication
from feeds.publish.templating import environment

_IDLE = frozenset({"disabled", "retired"})
_SUMMARY = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
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


@cache
def stylesheet() -> bytes:
    """Return the site's one stylesheet."""
    folder = resources.files("feeds.publish").joinpath("static")
    return b"".join(folder.joinpath(name).read_bytes() for name in ("moonwire.css", "live.css"))


def index(channel: Channel, entries: Sequence[Publication], status: Watch, *, live: bool = False) -> bytes:
    """Return the front page: `entries` as given, newest first, under their UTC days.

    The time of the next check is told only while there is no story or no source can be reached;
    elsewhere it would change the page, and its ETag, at every round.
    """
    days = [(name, list(group)) for name, group in groupby(entries, key=lambda e: words.day(e.published))]
    page = (
        environment()
        .get_template("index.html")
        .render(
            channel=channel,
            language=clean.language(channel.language) or "en",
            title=clean.line(channel.title) or "moonwire",
            description=clean.line(channel.description),
            days=days,
            live=live,
            status=status,
            sources=[_source(source) for source in status.sources],
            summary_length=_SUMMARY,
            style_version=hashlib.sha256(stylesheet()).hexdigest()[:8],
        )
    )
    return page.encode()


def near(channel: Channel, about: Channel, entries: Sequence[Publication]) -> bytes:
    """Return the page of near misses: `entries` of the channel `about`, beside the page of `channel`."""
    days = [(name, list(group)) for name, group in groupby(entries, key=lambda e: words.day(e.published))]
    page = (
        environment()
        .get_template("near.html")
        .render(
            language=clean.language(channel.language) or "en",
            home=clean.line(channel.title) or "moonwire",
            title=clean.line(about.title),
            description=clean.line(about.description),
            days=days,
            summary_length=_SUMMARY,
            style_version=hashlib.sha256(stylesheet()).hexdigest()[:8],
        )
    )
    return page.encode()


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
