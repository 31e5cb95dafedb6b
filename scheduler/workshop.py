"""Everything one run of moonwire works with, opened together and closed together."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Self

from feeds.model.value import Value
from scheduler.config.types import Config, FetchConfig
from scheduler.judging.criteria import Criteria
from scheduler.rounds import hosts, pipeline, plan
from scheduler.rounds.turn import Turn
from store import Store

if TYPE_CHECKING:
    import ssl

    from feeds.curate.topic import Topic
    from feeds.curate.tune import Tuning
    from feeds.intake.fetch import Fetcher
    from feeds.intake.isolate import IsolatedReader
    from feeds.model import (
        Check,
        Entry,
        FeedHead,
        FetchOutcome,
        FetchRequest,
        Judged,
        ReadFailed,
        Reading,
        ReadRequest,
        Recorded,
        Related,
        Source,
    )
    from scheduler.judging.learned import Tuner

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """Return the time of day, aware UTC."""
    return datetime.now(UTC)


class Workshop(Value, frozen=True, kw_only=True):
    """Store, tools and topic of one configuration. Made by `open_workshop`; used by one thread."""

    config: Config
    store: Store
    criteria: Criteria
    tools: pipeline.Tools
    hosts: hosts.HostBook
    clock: Clock
    jitter: Callable[[], float]

    @property
    def topic(self) -> Topic:
        """What counts as news."""
        return self.criteria.topic

    @property
    def tuner(self) -> Tuner:
        """What was learned for the topic."""
        return self.criteria.tuner

    @property
    def workers(self) -> int:
        """Checks in flight at most."""
        return self.config.fetch.workers

    def record(self, check: Check) -> Recorded:
        """Keep a check in one transaction."""
        return self.record_all([check])[0]

    def record_all(self, checks: Sequence[Check]) -> list[Recorded]:
        """Keep several checks in one transaction, all or none."""
        with self.tools.turn:
            return self.store.record_all(checks, compare=_compare)


@contextmanager
def open_workshop(
    config: Config, *, clock: Clock = wall_clock, book: hosts.HostBook | None = None, sync: bool = True
) -> Iterator[Workshop]:
    """Open the store and make the tools; TopicError and StoreError end it before anything is asked.

    `sync` makes the configured sources those of the store; `book` carries what is known of hosts
    over from an earlier workshop.
    """
    with ExitStack() as stack:
        store = stack.enter_context(Store.open(config.store.path, fold=folded))
        criteria = Criteria(config.topic.file, store)
        tools = stack.enter_context(open_tools(config, criteria, store))
        book = book or host_book(config.fetch)
        book.remember(store.health.holds(), store.health.keep_hold)
        if sync:
            store.sync_sources(config.sources, origin=config.sources_origin, now=clock())
        yield Workshop(
            config=config,
            store=store,
            criteria=criteria,
            tools=tools,
            hosts=book,
            clock=clock,
            jitter=random.random,
        )


@contextmanager
def open_tools(config: Config, criteria: Criteria, store: Store | None = None) -> Iterator[pipeline.Tools]:
    """Make the tools of a configuration; `store` holds what was seen of its sources."""
    turn = Turn()
    with _Fetcher(config.fetch) as fetcher, _Reader(turn) as reader:
        yield pipeline.Tools(
            fetcher=fetcher,
            reader=reader,
            curate=curation(criteria.tuned),
            vocabulary=criteria.vocabulary,
            wanted=criteria.wanted,
            recall=store.seen if store else (lambda _url: frozenset()),
            pace=pace_of(config),
            turn=turn,
            warm=fetcher.made,
        )


def curation(tuned: Callable[[], Tuning]) -> pipeline.Curate:
    """Return the way from entries to judged items; `tuned` is asked once for each document."""

    def curate(entries: Sequence[Entry], source: Source, head: FeedHead, now: datetime) -> tuple[Judged, ...]:
        if not entries:
            return ()
        from feeds.curate.assess import assess  # noqa: PLC0415 # slow to load; mostly nothing is new

        return assess(entries, source, head, tuned(), now=now)

    return curate


def _compare(a: bytes, b: bytes) -> Related:
    from feeds.curate.identity import compare  # noqa: PLC0415 # as above

    return compare(a, b)


def folded(text: str) -> str:
    """Bring forms of a letter together, as the judge does: what the store indexes words by."""
    from feeds.curate.fold import fold  # noqa: PLC0415 # mostly there is no text to index

    return fold(text)


class _Fetcher:
    """The fetcher, loaded at the first request: HTTP and TLS load slowly, and mostly nothing is due."""

    def __init__(self, config: FetchConfig) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._fetcher: Fetcher | None = None
        odd = not (config.user_agent.isascii() and config.user_agent.isprintable())
        if odd or config.ca_file is not None:
            self.made()  # raises a ConfigError before anything is asked

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._fetcher is not None:
                self._fetcher.close()

    def fetch(self, request: FetchRequest) -> FetchOutcome:
        return self.made().fetch(request)

    def made(self) -> Fetcher:
        with self._lock:
            if self._fetcher is None:
                from feeds.intake.fetch import Fetcher, FetchLimits  # noqa: PLC0415 # see above

                self._fetcher = Fetcher(
                    limits=FetchLimits(total_s=self._config.timeout_s, max_bytes=self._config.max_bytes),
                    allow_private=self._config.allow_private,
                    user_agent=self._config.user_agent,
                    context=self._context(),
                )
            return self._fetcher

    def _context(self) -> ssl.SSLContext | None:
        if self._config.ca_file is None:
            return None  # made by the fetcher at the first https address
        from feeds.intake.roots import verified_context  # noqa: PLC0415 # loads the roots, which takes 25 ms

        return verified_context(self._config.ca_file)


class _Reader:
    """The isolated reader, loaded at the first document: parsers load slowly, and mostly nothing is new."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._lock = threading.Lock()
        self._reader: IsolatedReader | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._reader is not None:
                self._reader.close()

    def read(self, request: ReadRequest) -> Reading | ReadFailed:
        with self._lock:
            if self._reader is None:
                from feeds.intake.isolate import IsolatedReader  # noqa: PLC0415 # see above

                self._reader = IsolatedReader(waiting=self._turn.aside)
        return self._reader.read(request)


def pace_of(config: Config) -> plan.Pace:
    """Return the operator's bounds for the plan."""
    schedule = config.schedule
    return plan.Pace(
        floor_s=schedule.min_interval_s,
        default_s=schedule.default_interval_s,
        ceiling_s=schedule.max_interval_s,
    )


def host_book(fetch: FetchConfig) -> hosts.HostBook:
    """Return an empty memory of hosts; allowed private hosts need no pause between requests."""
    allowed = fetch.allow_private

    @lru_cache(maxsize=4096)  # asked three times for each source of a round
    def unspaced(url: str) -> bool:
        if isinstance(allowed, bool):
            return allowed and hosts.is_private(url)
        return hosts.name_of(url) in allowed

    return hosts.HostBook(spacing_s=fetch.host_spacing_s, per_host=fetch.per_host, unspaced=unspaced)
