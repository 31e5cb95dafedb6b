"""What waits in memory to be sent: few at a time to one host, and none to a host that asked for rest."""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable
from datetime import datetime

from store import Delivery

PER_LANE = 4
"""Deliveries to one host at the same time. Whoever subscribed wants them at once, so there is no pause
between them as there is between questions to a publisher."""
CROWD = 16
"""So many of one host are claimed at a time: the others come first."""


class Lanes:
    """Claimed deliveries in a fair order: the lanes take turns. Used by one thread."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[Delivery]] = OrderedDict()
        self._open: Counter[str] = Counter()
        self._resting: dict[str, datetime] = {}

    def __len__(self) -> int:
        return sum(len(each) for each in self._waiting.values())

    def add(self, deliveries: Iterable[Delivery]) -> None:
        """Put claimed deliveries in line."""
        for each in deliveries:
            self._waiting.setdefault(each.lane, deque()).append(each)

    def take(self) -> Delivery | None:
        """Return the next delivery that may start, and count it as open; None when none may."""
        for lane in self._waiting:
            if self._open[lane] < PER_LANE and lane not in self._resting:
                break
        else:
            return None
        queue = self._waiting[lane]
        taken = queue.popleft()
        if queue:
            self._waiting.move_to_end(lane)
        else:
            del self._waiting[lane]
        self._open[lane] += 1
        return taken

    def done(self, lane: str) -> None:
        """Count an open delivery as ended."""
        self._open[lane] -= 1
        if not self._open[lane]:
            del self._open[lane]

    def rest(self, lane: str, until: datetime) -> list[Delivery]:
        """Leave a host alone until a time, as it asked for; returns those of it that waited."""
        self._resting[lane] = max(until, self._resting.get(lane, until))
        return list(self._waiting.pop(lane, ()))

    def rested(self, now: datetime) -> datetime | None:
        """Forget the rests that are over; returns when the next one is."""
        self._resting = {lane: until for lane, until in self._resting.items() if until > now}
        return min(self._resting.values(), default=None)

    def crowded(self) -> set[str]:
        """Return the hosts of which no more should be claimed: half of what was is still there."""
        full = {lane for lane, queue in self._waiting.items() if len(queue) >= CROWD // 2}
        return full | set(self._resting)

    def empty(self) -> list[Delivery]:
        """Take out all that waits."""
        rest = [each for queue in self._waiting.values() for each in queue]
        self._waiting.clear()
        return rest
