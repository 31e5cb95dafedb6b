"""The look at an address before it is added: what feed is there, or which feeds are behind it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from feeds.errors import ConfigError
from feeds.model import Fetched, FetchFailed, FetchOutcome, FetchRequest, FoundFeed, Source
from feeds.model.value import Value, replace
from scheduler import times
from scheduler.config.types import Config
from scheduler.rounds import once, pipeline
from scheduler.rounds.hosts import HostBook, host_of

LOOK_S = 20.0
"""Seconds that a look from the pages may take before its last request."""
_REQUEST_S = 15.0


class Found(Value, frozen=True, kw_only=True):
    """What is at an address. Maker: `feeds_at`. Takers: the command `sources add`, the pages."""

    feeds: tuple[FoundFeed, ...]
    """The feed itself, or those behind the page."""
    direct: once.Look | None = None
    """The look at the address when it is a feed itself."""
    error: str = ""
    """Why there is no feed at the address itself."""


def feeds_at(
    source: Source, tools: pipeline.Tools, *, now: datetime, told: Callable[[str], None] = lambda _: None
) -> Found:
    """Ask an address once, and for the feeds behind it where it is a page; `told` hears what takes longer."""
    feeds = once.feed_by_rule(source.url, tools, now=now)
    if feeds:
        return Found(feeds=feeds)
    looked = once.look(source, tools, now=now)
    if looked.check.error is None:
        head = looked.check.state.head
        return Found(feeds=(FoundFeed(url=source.url, title=head.title, type=head.format),), direct=looked)
    if looked.page and not looked.feeds:
        told(f"{source.url} names no feed; trying the usual addresses.")
    return Found(feeds=once.feeds_behind(looked, tools, now=now), error=looked.check.error)


@contextmanager
def opened_beside(
    config: Config, book: HostBook, clock: Callable[[], datetime], wait: Callable[[float], None] = time.sleep
) -> Iterator[pipeline.Tools]:
    """Open the tools for one look beside a running wire, whose memory of hosts is `book`.

    The look keeps the pauses between requests to a host, leaves alone who asked for it, and gives up with
    ConfigError when that would take longer than `LOOK_S`.
    """
    shorter = replace(config.fetch, timeout_s=min(config.fetch.timeout_s, _REQUEST_S))
    ends = time.monotonic() + LOOK_S

    def wait_a_little(seconds: float) -> None:
        if time.monotonic() + seconds > ends:
            raise ConfigError(
                f"The look took longer than {LOOK_S:g} s, for there are pauses between requests to one host; "
                "give the address of the feed itself, or add it unseen."
            )
        wait(seconds)

    with once.opened(replace(config, fetch=shorter)) as tools:
        spaced = once.Spaced(tools.fetcher, book, wait_a_little)
        yield replace(tools, fetcher=_Mannered(spaced, book, clock))


class _Mannered(Value, frozen=True):
    """Leaves alone hosts that are held, and remembers what a host answered as a round does."""

    fetcher: pipeline.Fetches
    book: HostBook
    clock: Callable[[], datetime]

    def fetch(self, request: FetchRequest) -> FetchOutcome:
        until = self.book.held_until(request.url, now=self.clock())
        if until is not None:
            host = host_of(request.url)
            raise ConfigError(
                f"{host} refuses requests and is left alone until {times.rfc3339(until)}; try again then."
            )
        outcome = self.fetcher.fetch(request)
        status = outcome.status if isinstance(outcome, Fetched | FetchFailed) else None
        wait_s = outcome.freshness.retry_after_s
        self.book.answered(outcome.url, status, now=self.clock(), retry_after_s=wait_s)
        return outcome
