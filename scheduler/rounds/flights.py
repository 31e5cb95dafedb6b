"""What a round has in the air: how much may be, and when a slow host is waited for no longer.

A host that takes its time costs nothing but a thread: those that wait for far longer than answers usually
take do not count as workers, nor do those that failed or were slow last time, which begin first. A round
of many sources ends soon after the last quick answer, but waits for those known to answer slowly. The order
in which hosts are asked is not that of the list: neighbours there often hang on the same machine, and a round
that begins with ten of them that hang knows nothing of the others for seconds.
"""

import math
import time
import zlib
from collections import deque
from collections.abc import Sequence

from feeds.model import FetchOutcome, FetchRequest, SourceState
from feeds.model.value import Struct, Value
from scheduler.rounds.pipeline import Fetches

STUCK_S = 2.0
"""Seconds after which a request counts as waiting at the latest."""
STUCK_LEAST_S = 0.3
"""The same at the earliest."""
STUCK_TIMES = 10
"""In between: this many times as long as an answer of the round usually takes."""
USUAL = 8
"""Answers that say what is usual: the latest ones, for the first of a round wait for each other."""
FEW = 1
"""Workers at first: where answers come at once, more of them only take turns, at 10 µs of CPU for each."""
AT_ONCE_S = 0.005
"""Seconds without an answer after which one more is put to work."""
AHEAD = 8
"""Sources that lie ready where answers come at once: no worker waits for the round to hand it the next."""
LOOK_S = 0.002
"""Seconds between two looks at what came then: to be woken for each answer makes a tenth of such a round."""
WAITING = 16
"""Requests that may wait at the same time, per worker: a thread each, of some 0.1 MiB."""
BULK = 20
"""Sources from which on a round does not wait for its last ones to the end."""
GRACE_S = 5.0
"""How long a bulk round waits at least for as long as it is not known what is usual."""
GRACE_SHARE = 0.2
"""How long a bulk round waits after the last quick answer, as a share of the time up to that answer.

Never for less than what makes a request count as waiting, but for those that failed last time: they get as
many times what is usual, however little that is.
"""
KNOWN = 1.5
"""A source known to be slow is waited for this many times as long as it took last time."""


class Flight(Struct, eq=False):
    """One source that is being checked. Its worker writes `began`, `answered` and `lost`."""

    state: SourceState
    began: float
    """Monotonic instant: that of its start, until a worker takes it."""
    opened: float
    """Monotonic instant of its start."""
    answered: bool = False
    """The fetch has ended: what remains is our own work."""
    owed: bool = False
    """It was given up before and has not been asked for a while: the round waits for it."""
    took_s: float = 0.0
    """How long it took until then."""
    cut: bool = False
    """The round no longer waits for it."""
    lost: bool = False
    """Nothing is to come of it any more, and its host has its place back."""

    @property
    def patient(self) -> bool:
        """Whether it is likely to wait, as it did last time: it takes no worker's place."""
        return _waited(self.state)

    def watching(self, fetcher: Fetches) -> Fetches:
        """Return the fetcher with its end noted here."""
        return _Watching(self, fetcher)


class _Watching(Value, frozen=True):
    flight: Flight
    fetcher: Fetches

    def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Fetch, and note that it is over."""
        try:
            return self.fetcher.fetch(request)
        finally:
            self.flight.took_s = time.monotonic() - self.flight.began
            self.flight.answered = True


def in_order(states: Sequence[SourceState], workers: int) -> list[SourceState]:
    """Return the sources in the order of asking: those that will wait as they did before, then all others.

    As many begin first as may wait beside so many `workers`. The rest is spread by address: always alike for
    the same sources, and like nothing in their list.
    """
    spread = sorted(states, key=lambda state: zlib.crc32(state.source.url.encode("utf-8", "replace")))
    waiting = [state for state in spread if _waited(state)]
    most = WAITING * workers
    return [*waiting[:most], *(state for state in spread if not _waited(state)), *waiting[most:]]


def _waited(state: SourceState) -> bool:
    return bool(state.failures or state.slow_s)


class Flights:
    """The checks of one round that have begun and not ended. Used by the round's thread."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._at_work = min(FEW, workers)
        self._open: dict[Flight, None] = {}  # in the order of their start
        self._fresh: dict[Flight, None] = {}  # those of them that did not wait last time
        self._ends = self._waits = False
        self._began = self._quick = 0.0
        self._took: deque[float] = deque(maxlen=USUAL)
        self._long_s = math.inf
        """Seconds that are long for an answer in this round; endless as long as nothing is usual."""
        self.stuck_s = STUCK_S
        """Seconds after which a request counts as waiting: by what is usual, once that is known."""

    def __len__(self) -> int:
        return len(self._open)

    def open(self, *, ends: bool, waits: bool = True) -> float:
        """Begin a round, which waits for all unless it `ends`; returns the monotonic instant.

        If it ends, it `waits` for those known to answer slowly and those that are owed it.
        """
        self._ends, self._waits = ends, waits
        self._began = self._quick = time.monotonic()
        return self._began

    def room(self, now: float) -> bool:
        """Whether one more may start at the monotonic instant `now`."""
        ahead = AHEAD if self.at_once else 0
        return len(self._open) < self._at_work + ahead or len(self._open) < self._most(now) + ahead

    def hands(self, now: float) -> int:
        """Return how many threads are wanted at the instant `now`: for those at work and those that wait."""
        return min(self._most(now), len(self._open))

    def _most(self, now: float) -> int:
        stuck = self.stuck_s
        waiting = len(self._open) - len(self._fresh)
        if self._fresh and now - next(iter(self._fresh)).opened >= stuck:  # else no later one waits either
            waiting += sum(1 for each in self._fresh if not each.answered and now - each.began >= stuck)
        return self._at_work + min(waiting, WAITING * self._workers)

    @property
    def at_once(self) -> bool:
        """Whether answers have come at once so far, so that few workers are enough."""
        return self._at_work < self._workers

    @property
    def at_once_s(self) -> float:
        """Seconds to wait for an answer before `more` are put to work; endless when they would not help."""
        if not self.at_once or any(each.answered for each in self._open):
            return math.inf
        return AT_ONCE_S

    def more(self) -> None:
        """Put one more worker to work, if that helps."""
        self._at_work += self.at_once_s < math.inf

    def start(self, state: SourceState, now: float, *, owed: bool = False) -> Flight:
        """Note that a check begins."""
        flight = Flight(state, now, now, owed=owed)
        self._open[flight] = None
        if not flight.patient:
            self._fresh[flight] = None
        return flight

    def end(self, flight: Flight, now: float) -> None:
        """Note that a check has ended."""
        del self._open[flight]
        self._fresh.pop(flight, None)
        if not flight.cut and flight.answered and flight.took_s < STUCK_S:
            self._quick = now
            self._took.append(flight.took_s)
            if len(self._took) == USUAL:
                self._long_s = STUCK_TIMES * sorted(self._took)[USUAL // 2]
                self.stuck_s = min(max(self._long_s, STUCK_LEAST_S), STUCK_S)

    def leave(self) -> list[Flight]:
        """Wait for none any more: returns the checks that have not ended; they are marked as cut."""
        going = list(self._open)
        for flight in going:
            flight.cut = True
        self._open.clear()
        self._fresh.clear()
        return going

    def overdue(self, now: float) -> list[Flight]:
        """Return the checks that a round that ends waits for no longer; they are marked as cut."""
        if now < self._still or not self._open or self.wait_s(now) > 0:
            return []
        for flight in self._open:
            flight.cut = True
        return list(self._open)

    def wait_s(self, now: float) -> float:
        """Seconds until all that is in the air is overdue; endless when the round waits for some of it."""
        if not self._ends:
            return math.inf
        long, still = self._long_s, self._still
        least = GRACE_S if long == math.inf else self.stuck_s
        brisk = min(long, least)
        lates = (self._late_at(each, brisk if each.state.failures else least) for each in self._open)
        return max(still, max(lates, default=math.inf)) - now

    @property
    def _still(self) -> float:
        """Instant until which a round that ends waits for anything, however it may answer."""
        return self._quick + GRACE_SHARE * (self._quick - self._began)

    def _late_at(self, flight: Flight, wait_s: float) -> float:
        if flight.answered or (self._waits and flight.owed):
            return math.inf
        known = KNOWN * flight.state.slow_s if self._waits else 0.0
        return max(self._quick + wait_s, flight.began + max(wait_s, known))
