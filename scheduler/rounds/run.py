"""One round: the sources that are due, asked in parallel, recorded one by one.

Workers only make `Check` values; the thread that called records them, so the store has a single
writer. Work in flight is bounded by `Flights`, hosts are kept apart by `HostQueue`. Checks that brought
nothing are recorded some at a time: each transaction costs more than such a check.
"""

import logging
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from feeds.errors import StoreError
from feeds.model import Check, Recorded, SourceState
from scheduler.log import check_line, redact
from scheduler.rounds import line, moves, pipeline, plan
from scheduler.rounds.flights import Flight, Flights
from scheduler.rounds.hosts import HostBook, HostQueue, host_of
from scheduler.rounds.line import LineWatch
from scheduler.rounds.report import RoundReport

__all__ = ["Means", "RoundReport", "run_round"]

DRAIN_S = 8.0
"""Seconds that checks in flight may take to end once the round is told to stop."""
HOLD_SPREAD_S = 300
CALM = 32
"""Checks without news that one transaction takes."""
CALM_S = 0.5
"""Seconds that a check without news waits for others."""

_log = logging.getLogger("moonwire.round")
OnCheck = Callable[[Check, Recorded], None]


class Means(Protocol):
    """What a round works with: the workshop, or a small one of the tests."""

    @property
    def tools(self) -> pipeline.Tools:
        """Fetcher, reader and curation."""
        ...

    @property
    def hosts(self) -> HostBook:
        """What is known of each host."""
        ...

    @property
    def workers(self) -> int:
        """Checks at work at the same time; those that only wait for a slow host come on top."""
        ...

    def clock(self) -> datetime:
        """Return the time of day, aware UTC."""
        ...

    def jitter(self) -> float:
        """Return a number in [0, 1), a new one at each call."""
        ...

    def record(self, check: Check) -> Recorded:
        """Keep a check in one transaction."""
        ...

    def record_all(self, checks: Sequence[Check]) -> list[Recorded]:
        """Keep several checks in one transaction, all or none."""
        ...


def run_round(
    means: Means,
    states: Iterable[SourceState],
    *,
    force: bool = False,
    on_check: OnCheck | None = None,
    stop: threading.Event | None = None,
    patience_s: float | None = None,
) -> RoundReport:
    """Ask every given source once and record what came of it; results are recorded as they end.

    `force` asks whatever the plan says. Once `stop` is set nothing new is started and what runs
    may end within `DRAIN_S`; after `patience_s` seconds the sources that still wait for their host
    are left for the next round. `on_check` is called in this thread after each record.
    """
    limits = _Limits(force=force, stop=stop or threading.Event(), patience_s=patience_s)
    return _Round(means, limits, on_check).run(list(states))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    force: bool
    stop: threading.Event
    patience_s: float | None


class _Round:
    """The bookkeeping of one round; lives for one call of `run_round`."""

    def __init__(self, means: Means, limits: _Limits, on_check: OnCheck | None) -> None:
        self._means = means
        self._limits = limits
        self._on_check = on_check
        self._queue: HostQueue[SourceState] = HostQueue(means.hosts)
        self._jobs: queue.SimpleQueue[Flight | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[tuple[Flight, Check]] = queue.SimpleQueue()
        self._flights = Flights(means.workers)
        self._threads = 0
        self._counts: Counter[str] = Counter()
        self._calm: list[tuple[SourceState, Check]] = []
        self._calm_since = 0.0

    def run(self, states: Sequence[SourceState]) -> RoundReport:
        began = self._flights.open(len(states))
        watch = LineWatch(host_of(moves.address_of(state)) for state in states)
        for state in sorted(
            states, key=lambda state: state.failures > 0
        ):  # who may keep us waiting goes last
            self._queue.add(moves.address_of(state), state)
        try:
            left = self._work(began, watch)
            now, jitter = self._means.clock(), self._means.jitter()
            rest = watch.settle(now=now, jitter=jitter)
            self._record_all(rest, quiet=watch.down)
        finally:
            self._record_calm()
            for _ in range(self._threads):
                self._jobs.put(None)
        return RoundReport(
            **self._counts, left=left, line_down=watch.down, elapsed_s=time.monotonic() - began
        )

    def _work(self, began: float, watch: LineWatch) -> int:
        patience = self._limits.patience_s
        give_up = None if patience is None else began + patience
        drain_until: float | None = None
        left = 0
        while len(self._queue) or len(self._flights):
            now = time.monotonic()
            if self._limits.stop.is_set() and drain_until is None:
                drain_until = now + DRAIN_S
            if len(self._queue) and (drain_until is not None or (give_up is not None and now >= give_up)):
                left += len(self._queue.rest())
            if drain_until is not None and now >= drain_until:
                return left + len(self._flights)
            if not self._start_one(now):
                self._take_result(self._pause(now, drain_until), watch)
                self._cut(watch)
        return left

    def _cut(self, watch: LineWatch) -> None:
        """End the waiting for hosts that keep a whole round from ending."""
        for flight in self._flights.overdue(time.monotonic()):
            self._landed(flight, _still_answering(flight.state, self._means), watch)

    def _start_one(self, now: float) -> bool:
        """Hand one source to a worker; False when none may start now."""
        if not self._flights.room(now):
            return False
        taken = self._queue.take(now)
        if taken is None:
            return False
        url, state = taken
        at = self._means.clock()
        until = self._means.hosts.held_until(url, now=at)
        if until is not None:
            self._queue.done(url)
            later = until + timedelta(seconds=self._means.jitter() * HOLD_SPREAD_S)
            why = f"the host {host_of(url)} refuses requests (403, 429): all of its sources wait"
            self._record(state, pipeline.deferred(state, plan.Planned(later, why), now=at))
            return True
        flight = self._flights.start(state, now)
        if self._threads < len(self._flights):
            self._threads += 1
            threading.Thread(target=self._worker, name=f"check-{self._threads}", daemon=True).start()
        self._jobs.put(flight)
        return True

    def _pause(self, now: float, drain_until: float | None) -> float:
        """Seconds to wait for a result: never past the next host's turn, the drain or a look at `stop`."""
        pauses = [0.25]
        wait = self._queue.wait_s(now)
        if wait is not None and self._flights.room(now):
            pauses.append(wait)
        if drain_until is not None:
            pauses.append(max(0.0, drain_until - now))
        return min(pauses)

    def _take_result(self, timeout: float, watch: LineWatch) -> None:
        try:
            flight, check = self._results.get(timeout=timeout) if timeout > 0 else self._results.get_nowait()
        except queue.Empty:
            self._record_calm()
            return
        if not flight.cut:
            self._landed(flight, check, watch)

    def _landed(self, flight: Flight, check: Check, watch: LineWatch) -> None:
        self._flights.end(flight, time.monotonic())
        url = moves.address_of(flight.state)
        self._queue.done(url)
        if check.requests:
            retry_after = check.state.freshness.retry_after_s
            who = check.hops[-1].target if check.hops else url
            self._means.hosts.answered(who, check.status, now=check.at, retry_after_s=retry_after)
        self._record_all(watch.weigh(flight.state, check, host_of(url)))

    def _record_all(self, checks: Iterable[tuple[SourceState, Check]], *, quiet: bool = False) -> None:
        for before, check in checks:
            if check.outcome == "unchanged" and not check.judged:
                self._calm_since = self._calm_since if self._calm else time.monotonic()
                self._calm.append((before, check))
            else:
                self._record_calm()
                self._record(before, check, quiet=quiet)
        if len(self._calm) >= CALM or (self._calm and time.monotonic() - self._calm_since >= CALM_S):
            self._record_calm()

    def _record_calm(self) -> None:
        calm, self._calm = self._calm, []
        if not calm:
            return
        try:
            recorded = self._means.record_all([check for _, check in calm])
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 # one of them is poison: each on its own
            for before, check in calm:
                self._record(before, check)
            return
        for (_, check), one in zip(calm, recorded, strict=True):
            self._tell(check, one)

    def _record(self, before: SourceState, check: Check, *, quiet: bool = False) -> None:
        try:
            recorded = self._means.record(check)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 # one source's poison must not end the round for the rest
            check = _broken(before, check.at, error, self._means)
            recorded = self._means.record(check)
        self._tell(check, recorded, quiet=quiet)

    def _tell(self, check: Check, recorded: Recorded, *, quiet: bool = False) -> None:
        self._counts[check.outcome] += 1
        self._counts["unreached"] += line.unreached(check)
        for name in ("new", "kept", "updated"):
            self._counts[name] += getattr(recorded, name)
        check_line(_log, check, recorded, quiet=quiet)
        if self._on_check is not None:
            self._on_check(check, recorded)

    def _worker(self) -> None:
        means = self._means
        while (flight := self._jobs.get()) is not None:
            now = means.clock()
            tools = replace(means.tools, fetcher=flight.watching(means.tools.fetcher))
            try:
                check = pipeline.check(
                    flight.state, tools, now=now, jitter=means.jitter(), force=self._limits.force
                )
            except Exception as error:  # noqa: BLE001 # a defect in one check must not end the round for the rest
                check = _broken(flight.state, now, error, means)
            self._results.put((flight, check))


def _broken(state: SourceState, now: datetime, error: Exception, means: Means) -> Check:
    """Return the check on which our own code failed: logged whole, told in one sentence, backed off."""
    _log.error("defect while checking %s", state.source.url, exc_info=error, extra={"action": "defect"})
    sentence = f"moonwire itself failed on this source ({type(error).__name__}); please report it."
    return _failed(state, now, means, sentence=sentence, cause="defect")


def _still_answering(state: SourceState, means: Means) -> Check:
    """Return the check of a host that had not answered in full when all others had."""
    url = moves.address_of(state)
    sentence = (
        f"{redact(url)}: it had not answered when the rest of the round was done; it is asked again later."
    )
    check = _failed(state, means.clock(), means, sentence=sentence, cause="timeout")
    return replace(check, requests=1, asked=url)


def _failed(state: SourceState, now: datetime, means: Means, *, sentence: str, cause: str) -> Check:
    after = pipeline.failed(state, now=now, sentence=sentence)
    at, why = plan.next_check(after, now=now, pace=means.tools.pace, jitter=means.jitter())
    return Check(
        at=now,
        outcome="failed",
        state=replace(after, next_check=at, next_check_why=why),
        error=sentence,
        cause=cause,
    )
