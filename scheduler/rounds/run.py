"""One round: the sources that are due, asked in parallel, recorded one by one.

Workers only make `Check` values; the thread that called records them, so the store has a single
writer. Work in flight is bounded by `Flights`, hosts are kept apart by `HostQueue`. Checks are
recorded some at a time: a transaction costs more than a check without news, and one of
several documents with news writes each page once.
"""

import logging
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from feeds.errors import StoreError
from feeds.model import Check, Recorded, SourceState
from feeds.model.value import Value
from scheduler.log import check_line
from scheduler.rounds import line, moves, pipeline, plan
from scheduler.rounds.crew import Crew
from scheduler.rounds.failures import broken, given_up
from scheduler.rounds.flights import LOOK_S, Flight, Flights, in_order
from scheduler.rounds.hosts import HostQueue, host_of
from scheduler.rounds.late import Late
from scheduler.rounds.line import LineWatch
from scheduler.rounds.means import Means, moment
from scheduler.rounds.report import RoundReport

__all__ = ["RoundReport", "run_round"]

DRAIN_S = 8.0
"""Seconds that checks in flight may take to end once the round is told to stop."""
HOLD_SPREAD_S = 300
BATCH = 256
"""Checks that one transaction takes."""
NEWS = 1_000
"""Entries from which on a transaction takes no further check."""
BATCH_S = 0.5
"""Seconds that a check waits for others."""

_log = logging.getLogger("moonwire.round")
OnCheck = Callable[[Check, Recorded], None]


def run_round(  # noqa: PLR0913 # each is a decision of its own
    means: Means,
    states: Iterable[SourceState],
    *,
    force: bool = False,
    on_check: OnCheck | None = None,
    stop: threading.Event | None = None,
    patience_s: float | None = None,
    late: Late | None = None,
) -> RoundReport:
    """Ask every given source once and record what came of it; results are recorded as they end.

    `force` asks whatever the plan says. Once `stop` is set nothing new is started and what runs
    may end within `DRAIN_S`; after `patience_s` seconds the sources that still wait for their host
    are left for the next round. `on_check` is called in this thread after each record. What becomes of
    hosts that keep a round of many sources from ending is up to `late`; without it they count as failed.
    """
    limits = _Limits(force=force, stop=stop or threading.Event(), patience_s=patience_s)
    return _Round(means, limits, late or Late(), on_check).run(list(states))


class _Limits(Value, frozen=True, kw_only=True):
    force: bool
    stop: threading.Event
    patience_s: float | None


class _Round:
    """The bookkeeping of one round; lives for one call of `run_round`."""

    def __init__(self, means: Means, limits: _Limits, late: Late, on_check: OnCheck | None) -> None:
        self._means = means
        self._limits = limits
        self._late = late
        self._on_check = on_check
        self._queue: HostQueue[SourceState] = HostQueue(means.hosts)
        self._results = late.results
        self._flights = Flights(means.workers)
        self._crew = Crew(means, late.results, force=limits.force)
        self._counts: Counter[str] = Counter()
        self._held: list[tuple[SourceState, Check, bool]] = []
        self._held_since = 0.0
        self._news = 0

    def run(self, states: Sequence[SourceState]) -> RoundReport:
        if states:
            self._means.tools.warm()
        began = self._flights.open(ends=self._late.ends(len(states)), waits=self._late.waits)
        watch = LineWatch(host_of(moves.address_of(state)) for state in states)
        for state in in_order(states, self._means.workers):
            self._queue.add(moves.address_of(state), state)
        try:
            left = self._asked(began, watch)
        finally:
            self._leave()
        return RoundReport(
            **self._counts, left=left, line_down=watch.down, elapsed_s=time.monotonic() - began
        )

    def _asked(self, began: float, watch: LineWatch) -> int:
        """Ask and record all; returns how many sources were left out."""
        try:
            left = self._work(began, watch)
            now, jitter = self._means.clock(), self._means.jitter()
            self._record_all(watch.settle(now=now, jitter=jitter), quiet=watch.down)
        finally:
            self._record_held()
        return left

    def _leave(self) -> None:
        """Dismiss the crew. What a round that did not come to its end has in the air is late, or given up."""
        going = self._flights.leave()
        self._crew.grow(min(1, len(going)))  # who was handed over may wait for the first of them
        self._crew.dismiss()
        for flight in going:
            if not self._late.takes(flight):
                flight.lost = True
                self._means.hosts.finish(moves.address_of(flight.state))

    def _work(self, began: float, watch: LineWatch) -> int:
        patience = self._limits.patience_s
        give_up = None if patience is None else began + patience
        drain_until: float | None = None
        left = 0
        while self._late.ended:
            self._take_result(0.0, watch)
        while len(self._queue) or len(self._flights):
            now = time.monotonic()
            if self._limits.stop.is_set() and drain_until is None:
                drain_until = now + DRAIN_S
            if len(self._queue) and (drain_until is not None or (give_up is not None and now >= give_up)):
                left += len(self._queue.rest())
            if drain_until is not None and now >= drain_until:
                return left + len(self._flights)
            if not self._start_one(now):
                self._crew.grow(self._flights.hands(now))
                self._take_result(self._pause(now, drain_until), watch)
                self._cut(watch)
        return left

    def _cut(self, watch: LineWatch) -> None:
        """End the waiting for hosts that keep a whole round from ending."""
        now = time.monotonic()
        for flight in self._flights.overdue(now):
            self._flights.end(flight, now)
            if watch.up and self._late.takes(flight):
                self._counts["late"] += 1
            else:
                self._counts["cut"] += 1
                flight.lost = True
                self._landed(flight, given_up(flight.state, moment(self._means)), watch)

    def _start_one(self, now: float) -> bool:
        """Hand one source to a worker; False when none may start now."""
        if not self._flights.room(now):
            return False
        taken = self._queue.take(now)
        if taken is None:
            return False
        url, state = taken
        at = self._means.clock()
        if (until := self._means.hosts.held_until(url, now=at)) is not None:
            self._queue.done(url)
            later = until + timedelta(seconds=self._means.jitter() * HOLD_SPREAD_S)
            why = f"the host {host_of(url)} refuses requests (403, 429): all of its sources wait"
            self._record(state, pipeline.deferred(state, plan.Planned(later, why), now=at))
            return True
        self._crew.hand(self._flights.start(state, now, owed=self._late.owes(state, at)))
        return True

    def _pause(self, now: float, drain_until: float | None) -> float:
        """Seconds to wait for a result: never past the next host's turn, the drain or a look at `stop`."""
        pauses = [0.25]
        wait = self._queue.wait_s(now)
        if wait is not None and self._flights.room(now):
            pauses.append(wait)
        if drain_until is not None:
            pauses.append(max(0.0, drain_until - now))
        if len(self._queue) or len(self._crew) < len(self._flights):
            pauses.append(self._flights.at_once_s)
        else:
            pauses.append(max(0.0, self._flights.wait_s(now)))
        return min(pauses)

    def _take_result(self, timeout: float, watch: LineWatch) -> None:
        if timeout > 0 and self._flights.at_once and self._results.empty():
            time.sleep(min(LOOK_S, timeout))
        try:
            flight, check = self._results.get(timeout=timeout) if timeout > 0 else self._results.get_nowait()
        except queue.Empty:
            self._flights.more()
            if time.monotonic() - self._held_since >= BATCH_S:
                self._record_held()
            return
        if not flight.cut:
            self._flights.end(flight, time.monotonic())
            self._landed(flight, check, watch)
        elif self._late.lets_go(flight):
            self._landed(flight, check, watch)

    def _landed(self, flight: Flight, check: Check, watch: LineWatch) -> None:
        url = moves.address_of(flight.state)
        self._queue.done(url)
        if check.requests:
            retry_after = check.state.freshness.retry_after_s
            who = check.hops[-1].target if check.hops else url
            self._means.hosts.answered(who, check.status, now=check.at, retry_after_s=retry_after)
        self._record_all(watch.weigh(flight.state, check, host_of(url)))

    def _record_all(self, checks: Iterable[tuple[SourceState, Check]], *, quiet: bool = False) -> None:
        for before, check in checks:
            self._held_since = self._held_since if self._held else time.monotonic()
            self._held.append((before, check, quiet))
            self._news += len(check.judged)
            if len(self._held) >= BATCH:
                self._record_held()
        if self._news >= NEWS or (self._held and time.monotonic() - self._held_since >= BATCH_S):
            self._record_held()

    def _record_held(self) -> None:
        held, self._held, self._news = self._held, [], 0
        if not held:
            return
        try:
            recorded = self._means.record_all([check for _, check, _ in held])
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 # one of them is poison: each on its own
            for before, check, quiet in held:
                self._record(before, check, quiet=quiet)
            return
        for (_, check, quiet), one in zip(held, recorded, strict=True):
            self._tell(check, one, quiet=quiet)

    def _record(self, before: SourceState, check: Check, *, quiet: bool = False) -> None:
        try:
            recorded = self._means.record(check)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 # one source's poison must not end the round for the rest
            check = broken(before, error, moment(self._means, check.at))
            recorded = self._means.record(check)
        self._tell(check, recorded, quiet=quiet)

    def _tell(self, check: Check, recorded: Recorded, *, quiet: bool = False) -> None:
        self._counts[check.outcome] += 1
        self._counts["unreached"] += line.unreached(check)
        self._counts["slow"] += bool(check.requests and check.state.slow_s)
        for name in ("new", "kept", "updated"):
            self._counts[name] += getattr(recorded, name)
        check_line(_log, check, recorded, quiet=quiet)
        if self._on_check is not None:
            self._on_check(check, recorded)
