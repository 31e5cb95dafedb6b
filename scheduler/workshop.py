"""Everything one run of moonwire works with, opened together and closed together."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from feeds.curate import topic
from feeds.curate.fold import fold
from feeds.curate.tune import Tuning, dull_verdict, tuning, verdict_of
from feeds.intake.fetch import Fetcher, FetchLimits
from feeds.model import (
    Check,
    Entry,
    FeedHead,
    Item,
    Judged,
    ReadFailed,
    Reading,
    ReadRequest,
    Recorded,
    Related,
    Source,
)
from scheduler import hosts, pipeline, plan
from scheduler.config_types import Config, FetchConfig
from scheduler.learned import Tuner
from store import Store

if TYPE_CHECKING:
    from feeds.intake.isolate import IsolatedReader

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """Return the time of day, aware UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Store, tools and topic of one configuration. Made by `open_workshop`; used by one thread."""

    config: Config
    store: Store
    topic: topic.Topic
    tools: pipeline.Tools
    tuner: Tuner
    hosts: hosts.HostBook
    clock: Clock
    jitter: Callable[[], float]

    @property
    def workers(self) -> int:
        """Checks in flight at most."""
        return self.config.fetch.workers

    def record(self, check: Check) -> Recorded:
        """Keep a check in one transaction."""
        return self.store.record(check, compare=_compare)


@contextmanager
def open_workshop(
    config: Config, *, clock: Clock = wall_clock, book: hosts.HostBook | None = None, sync: bool = True
) -> Iterator[Workshop]:
    """Open the store and make the tools; TopicError and StoreError end it before anything is asked.

    `sync` makes the configured sources those of the store; `book` carries what is known of hosts
    over from an earlier workshop.
    """
    judged_by = topic.load(config.topic.file)
    with ExitStack() as stack:
        store = stack.enter_context(Store.open(config.store.path, fold=fold))
        tuner = Tuner(judged_by, store)
        tools = stack.enter_context(open_tools(config, judged_by, tuner))
        book = book or host_book(config.fetch)
        book.remember(store.health.holds(), store.health.keep_hold)
        if sync:
            store.sync_sources(config.sources, origin=config.sources_origin, now=clock())
        yield Workshop(
            config=config,
            store=store,
            topic=judged_by,
            tools=tools,
            tuner=tuner,
            hosts=book,
            clock=clock,
            jitter=random.random,
        )


@contextmanager
def open_tools(
    config: Config, judged_by: topic.Topic, tuned: Callable[[], Tuning] | None = None
) -> Iterator[pipeline.Tools]:
    """Make the tools of a configuration; `tuned` gives what was learned, by a store."""
    fetch = config.fetch
    plain = tuning(judged_by)
    with (
        Fetcher(
            limits=FetchLimits(total_s=fetch.timeout_s, max_bytes=fetch.max_bytes),
            allow_private=fetch.allow_private,
            user_agent=fetch.user_agent,
        ) as fetcher,
        _Reader() as reader,
    ):
        yield pipeline.Tools(
            fetcher=fetcher,
            reader=reader,
            curate=curation(tuned or (lambda: plain)),
            vocabulary=judged_by.vocabulary,
            pace=pace_of(config),
        )


def curation(tuned: Callable[[], Tuning]) -> pipeline.Curate:
    """Return the way from entries to judged items; `tuned` is asked once for each document."""

    def curate(entries: Sequence[Entry], source: Source, head: FeedHead, now: datetime) -> tuple[Judged, ...]:
        if not entries:
            return ()
        from feeds.curate.normalise import normalise  # noqa: PLC0415 # slow to load; mostly nothing is new

        by = tuned()
        dull = {entry.raw_hash for entry in entries if entry.dull}
        items = normalise(entries, source, head, now=now)
        return tuple(_judged(item, by, raw, dull=raw in dull) for item, raw in items)

    return curate


def _judged(item: Item, by: Tuning, raw: bytes, *, dull: bool) -> Judged:
    """Judge and identify one item; nobody will compare the text of one that is far from the topic."""
    from feeds.curate import identity  # noqa: PLC0415 # as above

    verdict = dull_verdict(item, by) if dull else verdict_of(item, by)
    who = identity.identify if verdict.keep or verdict.near else identity.outline
    return Judged(item=item, verdict=verdict, identity=who(item), raw_hash=raw)


def _compare(a: bytes, b: bytes) -> Related:
    from feeds.curate.identity import compare  # noqa: PLC0415 # as above

    return compare(a, b)


class _Reader:
    """The isolated reader, loaded at the first document: parsers load slowly, and mostly nothing is new."""

    def __init__(self) -> None:
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

                self._reader = IsolatedReader()
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

    def unspaced(url: str) -> bool:
        if isinstance(allowed, bool):
            return allowed and hosts.is_private(url)
        return hosts.name_of(url) in allowed

    return hosts.HostBook(spacing_s=fetch.host_spacing_s, per_host=fetch.per_host, unspaced=unspaced)
