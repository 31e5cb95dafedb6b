"""What becomes of hosts that keep a round of many sources from ending, and when a round waits for them.

In the daemon they go on beside the next rounds, and are recorded whenever they end. A one-off command has
no later: there they count as failed, and are waited for when they are asked again an hour later or more.
Whoever asks all sources every few minutes has one round in an hour that waits for all. A host that answers
slowly is known by that, and waited for from then on; one that is dead has stretched one round.
"""

import queue
from datetime import datetime, timedelta

from feeds.model import Check, SourceState
from feeds.model.value import Value, replace
from scheduler.rounds.flights import BULK, WAITING, Flight
from scheduler.rounds.report import RoundReport

PATIENT_EVERY = timedelta(hours=1)
PATIENT_CAP = timedelta(days=1)


class Late:
    """Keeps checks that outlast their round. Used by the thread that runs the rounds."""

    def __init__(self, *, workers: int = 0, patient: bool = False) -> None:
        """Take as many as may wait beside `workers`, none by default; a patient round waits for all."""
        self.results: queue.SimpleQueue[tuple[Flight, Check]] = queue.SimpleQueue()
        """What workers have done, of this round and of those before it."""
        self._patient = patient
        self._most = WAITING * workers
        self._going: set[Flight] = set()

    def ends(self, total: int) -> bool:
        """Whether a round of so many sources ends before its last ones have answered."""
        return bool(self._most) or (total >= BULK and not self._patient)

    @property
    def waits(self) -> bool:
        """Whether such a round waits all the same for hosts known to be slow, or owed it."""
        return not self._most

    def owes(self, state: SourceState, now: datetime) -> bool:
        """Whether a round at `now` has to wait for a source that failed, to the end."""
        return (
            bool(state.failures) and state.last_check is not None and now - state.last_check >= PATIENT_EVERY
        )

    def takes(self, flight: Flight) -> bool:
        """Let a check go on; False when too many do."""
        self._going = {each for each in self._going if not each.lost}
        if len(self._going) >= self._most:
            return False
        self._going.add(flight)
        return True

    def lets_go(self, flight: Flight) -> bool:
        """Whether a check that has ended is still wanted; it is let go."""
        if flight not in self._going:
            return False
        self._going.remove(flight)
        return True

    def holds(self, url: str) -> bool:
        """Whether a source is still being asked."""
        return any(flight.state.source.url == url and not flight.lost for flight in self._going)

    @property
    def ended(self) -> bool:
        """Whether something is there to be recorded."""
        return bool(self._going) and not self.results.empty()


class Patience(Value, frozen=True, kw_only=True):
    """When the next round that asks all sources, whatever the plan says, waits for all. Kept in the store."""

    at: datetime | None = None
    """From then on; None: no host was given up."""
    every: timedelta = PATIENT_EVERY

    def due(self, now: datetime) -> bool:
        """Whether a round at `now` is patient."""
        return self.at is not None and self.at <= now

    def after(self, report: RoundReport, *, now: datetime) -> "Patience":
        """Return what holds after a round: twice as long apart for as long as waiting finds nobody."""
        if self.due(now):
            every = PATIENT_EVERY if report.slow else min(2 * self.every, PATIENT_CAP)
            return Patience(at=now + every if report.unreached else None, every=every)
        if report.cut and self.at is None:
            return replace(self, at=now + self.every)
        return self
