"""Checks that leave no trace: what `sources check` and `fetch URL` show without storing it."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from feeds.intake import discover
from feeds.model import (
    Check,
    Fetched,
    FetchOutcome,
    FetchRequest,
    FoundFeed,
    ReadFailed,
    Reading,
    ReadRequest,
    Recorded,
    Source,
    SourceState,
)
from feeds.model.value import Value, replace
from scheduler import workshop
from scheduler.config.types import Config
from scheduler.judging.criteria import Criteria
from scheduler.rounds import hosts, pipeline

_BUSY_S = 1.0
"""Seconds after which a host with enough open requests is looked at again."""


@dataclass(slots=True)
class Watched:
    """A fetcher and reader that also remember their last answer; for one check at a time."""

    tools: pipeline.Tools
    outcome: FetchOutcome | None = None
    reading: Reading | ReadFailed | None = None

    def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Fetch and remember."""
        self.outcome = self.tools.fetcher.fetch(request)
        return self.outcome

    def read(self, request: ReadRequest) -> Reading | ReadFailed:
        """Read and remember."""
        self.reading = self.tools.reader.read(request)
        return self.reading


class Look(Value, frozen=True, kw_only=True):
    """One look at one address."""

    check: Check
    answered: str
    """The address that answered, after redirects."""
    feeds: tuple[FoundFeed, ...] = ()
    """Feeds behind the page, when it was one."""
    page: bool = False
    """Whether something answered that is no feed but may have one."""

    @property
    def newest(self) -> datetime | None:
        """Publication time of the newest entry."""
        return max((j.item.published for j in self.check.judged if j.item.published), default=None)


def look(source: Source, tools: pipeline.Tools, *, now: datetime) -> Look:
    """Ask one address as if for the first time."""
    watched = Watched(tools)
    watching = replace(tools, fetcher=watched, reader=watched)
    state = SourceState(source=source, origin="once")
    check = pipeline.check(state, watching, now=now, force=True)
    answered = watched.outcome.url if isinstance(watched.outcome, Fetched) else source.url
    if not isinstance(watched.reading, ReadFailed):
        return Look(check=check, answered=answered)
    page = watched.reading.kind in {"page", "not-a-feed"}
    return Look(check=check, answered=answered, feeds=watched.reading.feeds, page=page)


def feeds_behind(
    first: Look, tools: pipeline.Tools, *, now: datetime, most: int = 12
) -> tuple[FoundFeed, ...]:
    """Return the feeds behind a page: those it links to, else the first guessed address that has one.

    No further address is tried once the host refuses or gives no answer.
    """
    if first.feeds or not first.page:
        return first.feeds
    return _first_feed(discover.guesses(first.answered)[:most], tools, now)


def feed_by_rule(url: str, tools: pipeline.Tools, *, now: datetime) -> tuple[FoundFeed, ...]:
    """Return the feed that the rule of a known service gives for a page, without asking for the page."""
    return _first_feed(discover.known(url), tools, now)


def _first_feed(tries: Iterable[FoundFeed], tools: pipeline.Tools, now: datetime) -> tuple[FoundFeed, ...]:
    for guess in tries:
        check = look(Source(url=guess.url), tools, now=now).check
        if check.error is None:  # further guesses are other spellings of the same feed
            head = check.state.head
            return (FoundFeed(url=guess.url, title=head.title or guess.title, type=head.format),)
        if check.status is None or check.status in hosts.REFUSALS:
            break
    return ()


class Spaced:
    """A fetcher that keeps the pauses between requests to one host; for one thread."""

    def __init__(
        self, fetcher: pipeline.Fetches, book: hosts.HostBook, wait: Callable[[float], None]
    ) -> None:
        self._fetcher = fetcher
        self._book = book
        self._wait = wait

    def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Wait for the host's turn, then ask."""
        while (pause := self._pause(request.url)) > 0:
            self._wait(pause)
        self._book.start(request.url, time.monotonic())
        try:
            return self._fetcher.fetch(request)
        finally:
            self._book.finish(request.url)

    def _pause(self, url: str) -> float:
        now, ready = time.monotonic(), self._book.ready_at(url)
        return _BUSY_S if ready is None else ready - now


@dataclass(slots=True)
class Shown:
    """What a round works with when nothing is to be stored; `Means` without a store."""

    tools: pipeline.Tools
    hosts: hosts.HostBook
    workers: int
    now: datetime

    def clock(self) -> datetime:
        """Return the time of day of the one round."""
        return self.now

    def jitter(self) -> float:
        """Return the middle: a single look needs no spread."""
        return 0.5

    def record(self, check: Check) -> Recorded:
        """Count what a store would have kept of a first visit."""
        return Recorded(new=len(check.judged), kept=sum(judged.verdict.keep for judged in check.judged))

    def record_all(self, checks: Sequence[Check]) -> list[Recorded]:
        """Count each."""
        return [self.record(check) for check in checks]


@contextmanager
def opened(config: Config) -> Iterator[pipeline.Tools]:
    """Open the tools of a configuration without its store."""
    with workshop.open_tools(config, Criteria(config.topic.file)) as tools:
        yield tools


@contextmanager
def opened_spaced(config: Config, *, wait: Callable[[float], None] = time.sleep) -> Iterator[pipeline.Tools]:
    """Open the tools for looks one after the other, with the configured pauses between them."""
    with opened(config) as tools:
        yield replace(tools, fetcher=Spaced(tools.fetcher, workshop.host_book(config.fetch), wait))


def shown(config: Config, tools: pipeline.Tools, *, now: datetime) -> Shown:
    """Return the means of a round that stores nothing."""
    return Shown(tools, workshop.host_book(config.fetch), config.fetch.workers, now)
