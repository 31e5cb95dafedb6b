"""Stand-ins with verbs: a fetcher that is told what to answer, a reader, a record keeper, a clock.

`web.feed("https://a.example/x", "body")`, `web.not_modified(url)`, `web.fails(url, "dns")`.
"""

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from feeds.model import (
    Check,
    Entry,
    Fetched,
    FetchFailed,
    FetchOutcome,
    FetchRequest,
    Hop,
    Identity,
    Judged,
    NotModified,
    ReadFailed,
    Reading,
    ReadRequest,
    Recorded,
    Source,
    SourceState,
    Validators,
    Verdict,
)
from feeds.model.fetching import FailureKind, Freshness
from feeds.model.head import FeedHead
from feeds.model.value import replace
from scheduler.rounds import pipeline, plan
from scheduler.rounds.hosts import HostBook
from tests.builders import NOW, an_item, digest


class FakeClock:
    """A clock that only moves when told."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now

    def ticks(self, **spans: float) -> datetime:
        """Move on by a timedelta's worth and tell the time."""
        self.now += timedelta(**spans)
        return self.now


class FakeFetcher:
    """Answers as told, per address in order; the last answer stays. Remembers all requests."""

    def __init__(self) -> None:
        self.requests: list[FetchRequest] = []
        self._answers: dict[str, deque[FetchOutcome | Exception]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._gates: dict[str, threading.Event] = {}
        self.began = threading.Semaphore(0)
        """Released at the start of each fetch."""
        self.open = 0
        self.most_open = 0

    def feed(
        self,
        url: str,
        body: bytes = b"<rss/>",
        *,
        status: int = 200,
        etag: str | None = None,
        freshness: Freshness = Freshness(),
        hops: tuple[Hop, ...] = (),
    ) -> None:
        """Answer 200 with this body."""
        self._add(
            url,
            Fetched(
                url=hops[-1].target if hops else url,
                status=status,
                body=body,
                content_type="application/rss+xml",
                validators=Validators(etag=etag),
                freshness=freshness,
                hops=hops,
                wire_bytes=len(body),
            ),
        )

    def not_modified(
        self,
        url: str,
        *,
        etag: str | None = None,
        freshness: Freshness = Freshness(),
        hops: tuple[Hop, ...] = (),
    ) -> None:
        """Answer 304."""
        self._add(url, NotModified(url=url, validators=Validators(etag=etag), freshness=freshness, hops=hops))

    def fails(
        self,
        url: str,
        kind: FailureKind = "status",
        *,
        status: int | None = None,
        retry_after_s: int | None = None,
        hops: tuple[Hop, ...] = (),
    ) -> None:
        """Fail in one way."""
        self._add(
            url,
            FetchFailed(
                url=url,
                kind=kind,
                sentence=f"{url}: {kind} {status or ''}".strip(),
                status=status,
                freshness=Freshness(retry_after_s=retry_after_s),
                hops=hops,
            ),
        )

    def breaks(self, url: str) -> None:
        """Raise, as only a defect would."""
        self._add(url, RuntimeError("a defect"))

    def blocks(self, url: str) -> threading.Event:
        """Hold every fetch of this address until the event that is returned is set."""
        return self._gates.setdefault(url, threading.Event())

    def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Give the next answer."""
        with self._lock:
            self.requests.append(request)
            self.open += 1
            self.most_open = max(self.most_open, self.open)
        self.began.release()
        try:
            gate = self._gates.get(request.url)
            if gate is not None and not gate.wait(30):
                raise AssertionError(f"nobody opened the gate of {request.url}")
            answers = self._answers[request.url]
            answer = answers[0] if len(answers) == 1 else answers.popleft()
        finally:
            with self._lock:
                self.open -= 1
        if isinstance(answer, Exception):
            raise answer
        return answer

    def asked(self, url: str) -> int:
        """Count the requests for an address."""
        return sum(request.url == url for request in self.requests)

    def _add(self, url: str, answer: FetchOutcome | Exception) -> None:
        self._answers[url].append(answer)


class FakeReader:
    """Takes a body of lines for a feed: one entry a line; `broken` bodies can not be read."""

    def __init__(self, head: FeedHead = FeedHead()) -> None:
        self.head = head
        self.reads = 0

    def read(self, request: ReadRequest) -> Reading | ReadFailed:
        """Read lines as entries; empty or "broken" bodies fail."""
        self.reads += 1
        if request.body == b"broken":
            return ReadFailed(kind="broken", sentence=f"{request.url} is no feed.")
        lines = request.body.decode().split("\n") if request.body else []
        hashes = tuple(digest(line) for line in lines)
        fresh = zip(lines, hashes, strict=True)
        return Reading(
            head=self.head,
            entries=tuple(
                Entry(guid=line, title=line, raw_hash=raw) for line, raw in fresh if raw not in request.seen
            ),
            hashes=hashes,
            total=len(lines),
        )


def curate(entries: Sequence[Entry], source: Source, head: FeedHead, now: datetime) -> tuple[Judged, ...]:
    """Keep every entry that speaks of the moon; date each by its place, an hour apart."""
    del head
    return tuple(
        Judged(
            item=replace(
                an_item(),
                source=source.url,
                guid=entry.guid,
                title=entry.title,
                published=now - timedelta(hours=n),
            ),
            verdict=Verdict(keep="moon" in entry.title, near=False, score=1.0, reasons=()),
            identity=Identity(keys=(entry.guid,)),
            raw_hash=entry.raw_hash,
        )
        for n, entry in enumerate(entries)
    )


class FakeStore:
    """Keeps the checks it is given and the states in them."""

    def __init__(self) -> None:
        self.checks: list[Check] = []
        self.states: dict[str, SourceState] = {}
        self.threads: set[int] = set()
        self.poison: set[str] = set()
        """Sources whose judged items can not be stored: only a defect would do that."""

    def record(self, check: Check) -> Recorded:
        """Remember the check."""
        url = check.state.source.url
        self.threads.add(threading.get_ident())
        if url in self.poison and check.judged:
            raise ValueError("a defect in storing")
        self.checks.append(check)
        self.states[url] = check.state
        return Recorded(new=len(check.judged), kept=sum(one.verdict.keep for one in check.judged))


@dataclass
class FakeWorkshop:
    """What a round needs, all fake: no network, no store, no wall clock."""

    web: FakeFetcher = field(default_factory=FakeFetcher)
    reader: FakeReader = field(default_factory=FakeReader)
    store: FakeStore = field(default_factory=FakeStore)
    now: FakeClock = field(default_factory=FakeClock)
    hosts: HostBook = field(default_factory=lambda: HostBook(spacing_s=0.0))
    workers: int = 4
    pace: plan.Pace = field(default_factory=plan.Pace)
    chance: Callable[[], float] = lambda: 0.5

    @property
    def tools(self) -> pipeline.Tools:
        """The fakes as tools."""
        return pipeline.Tools(fetcher=self.web, reader=self.reader, curate=curate, pace=self.pace)

    def clock(self) -> datetime:
        """Tell the fake time."""
        return self.now()

    def jitter(self) -> float:
        """Tell the number set as chance."""
        return self.chance()

    def record(self, check: Check) -> Recorded:
        """Keep a check in memory."""
        return self.store.record(check)

    def record_all(self, checks: Sequence[Check]) -> list[Recorded]:
        """Keep several."""
        return [self.record(check) for check in checks]


def hanging(
    shop: FakeWorkshop, urls: Sequence[str], hangs: str
) -> tuple[list[str], Callable[[Check, Recorded], None]]:
    """Give each address a feed, one of which hangs until all others are recorded.

    Returns the order in which they are, and what a round is to tell of each.
    """
    gate = shop.web.blocks(hangs)
    for url in urls:
        shop.web.feed(url, b"one")
    order: list[str] = []

    def on_check(check: Check, _: Recorded) -> None:
        order.append(check.state.source.url)
        if len(order) == len(urls) - 1:
            gate.set()

    return order, on_check
