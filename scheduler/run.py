"""One round: the sources that are due, asked in parallel, recorded one by one.

Workers only make `Check` values; the thread that called records them, so the store has a single
writer. Work in flight is bounded by the number of workers, hosts are kept apart by `HostQueue`.
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
from scheduler import line, moves, pipeline, plan
from scheduler.hosts import HostBook, HostQueue, host_of
from scheduler.line import LineWatch
from scheduler.log import check_line

DRAIN_S = 8.0
"""Seconds that checks in flight may take to end once the round is told to stop."""
HOLD_SPREAD_S = 300

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
        """Checks in flight at most."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundReport:
    """What a round did. `left` sources were not asked because it had to end; they stay due."""

    changed: int = 0
    unchanged: int = 0
    deferred: int = 0
    failed: int = 0
    gone: int = 0
    new: int = 0
    kept: int = 0
    updated: int = 0
    left: int = 0
    unreached: int = 0
    """Of the failed ones: those whose host gave no answer at all (name, connection, time)."""
    line_down: bool = False
    elapsed_s: float = 0.0

    @property
    def asked(self) -> int:
        """Sources that were asked over the network."""
        return self.changed + self.unchanged + self.failed + self.gone

    @property
    def sentence(self) -> str:
        """The round in one line for a person."""
        if self.line_down:
            return line.SENTENCE
        parts = [f"{self.asked} asked", f"{self.new} new, {self.kept} kept"]
        parts += [
            f"{count} {name}"
            for count, name in (
                (self.failed + self.gone, "failed"),
                (self.deferred, "deferred"),
                (self.left, "left"),
            )
            if count
        ]
        return ", ".join(parts) + f" in {self.elapsed_s:.1f} s"


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
        self._jobs: queue.SimpleQueue[SourceState | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[tuple[SourceState, Check]] = queue.SimpleQueue()
        self._in_flight = 0
        self._threads = 0
        self._counts: Counter[str] = Counter()

    def run(self, states: Sequence[SourceState]) -> RoundReport:
        began = time.monotonic()
        watch = LineWatch(host_of(moves.address_of(state)) for state in states)
        for state in states:
            self._queue.add(moves.address_of(state), state)
        try:
            left = self._work(began, watch)
            now, jitter = self._means.clock(), self._means.jitter()
            rest = watch.settle(now=now, jitter=jitter)
            self._record_all(rest, quiet=watch.down)
        finally:
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
        while len(self._queue) or self._in_flight:
            now = time.monotonic()
            if self._limits.stop.is_set() and drain_until is None:
                drain_until = now + DRAIN_S
            if len(self._queue) and (drain_until is not None or (give_up is not None and now >= give_up)):
                left += len(self._queue.rest())
            if drain_until is not None and now >= drain_until:
                return left + self._in_flight
            if not self._start_one(now):
                self._take_result(self._pause(now, drain_until), watch)
        return left

    def _start_one(self, now: float) -> bool:
        """Hand one source to a worker; False when none may start now."""
        if self._in_flight >= self._means.workers:
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
        self._in_flight += 1
        if self._threads < min(self._in_flight, self._means.workers):
            self._threads += 1
            threading.Thread(target=self._worker, name=f"check-{self._threads}", daemon=True).start()
        self._jobs.put(state)
        return True

    def _pause(self, now: float, drain_until: float | None) -> float:
        """Seconds to wait for a result: never past the next host's turn, the drain or a look at `stop`."""
        pauses = [0.25]
        wait = self._queue.wait_s(now)
        if wait is not None and self._in_flight < self._means.workers:
            pauses.append(wait)
        if drain_until is not None:
            pauses.append(max(0.0, drain_until - now))
        return min(pauses)

    def _take_result(self, timeout: float, watch: LineWatch) -> None:
        try:
            state, check = self._results.get(timeout=timeout) if timeout > 0 else self._results.get_nowait()
        except queue.Empty:
            return
        self._in_flight -= 1
        url = moves.address_of(state)
        self._queue.done(url)
        if check.requests:
            retry_after = check.state.freshness.retry_after_s
            who = check.hops[-1].target if check.hops else url
            self._means.hosts.answered(who, check.status, now=check.at, retry_after_s=retry_after)
        self._record_all(watch.weigh(state, check, host_of(url)))

    def _record_all(self, checks: Iterable[tuple[SourceState, Check]], *, quiet: bool = False) -> None:
        for before, check in checks:
            self._record(before, check, quiet=quiet)

    def _record(self, before: SourceState, check: Check, *, quiet: bool = False) -> None:
        try:
            recorded = self._means.record(check)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 # one source's poison must not end the round for the rest
            check = _broken(before, check.at, error, self._means)
            recorded = self._means.record(check)
        self._counts[check.outcome] += 1
        self._counts["unreached"] += line.unreached(check)
        for name in ("new", "kept", "updated"):
            self._counts[name] += getattr(recorded, name)
        check_line(_log, check, recorded, quiet=quiet)
        if self._on_check is not None:
            self._on_check(check, recorded)

    def _worker(self) -> None:
        means = self._means
        while (state := self._jobs.get()) is not None:
            now = means.clock()
            try:
                check = pipeline.check(
                    state, means.tools, now=now, jitter=means.jitter(), force=self._limits.force
                )
            except Exception as error:  # noqa: BLE001 # a defect in one check must not end the round for the rest
                check = _broken(state, now, error, means)
            self._results.put((state, check))


def _broken(state: SourceState, now: datetime, error: Exception, means: Means) -> Check:
    """Return the check on which our own code failed: logged whole, told in one sentence, backed off."""
    _log.error("defect while checking %s", state.source.url, exc_info=error, extra={"action": "defect"})
    sentence = f"moonwire itself failed on this source ({type(error).__name__}); please report it."
    after = pipeline.failed(state, now=now, sentence=sentence)
    at, why = plan.next_check(after, now=now, pace=means.tools.pace, jitter=means.jitter())
    return Check(
        at=now,
        outcome="failed",
        state=replace(after, next_check=at, next_check_why=why),
        error=sentence,
        cause="defect",
    )
