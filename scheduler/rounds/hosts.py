"""Manners towards one host: how often, how many at once, and when to leave it alone.

`HostBook` remembers hosts across rounds; `HostQueue` hands out a round's work so that no thread
ever waits for a host. A host is what follows the scheme: name and port. Instants are monotonic
seconds where they order requests and aware UTC where they end in a source's state.
"""

import heapq
import ipaddress
import threading
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from feeds.model.hold import HostHold
from feeds.model.value import Struct, replace
from feeds.plain_address import PORTS, plain

Work = TypeVar("Work")

TOO_MANY = 429
UNAVAILABLE = 503
REFUSALS = frozenset({403, TOO_MANY})
STORM = 2
"""Refusals in a row, of different sources, that make a storm."""
HOLD_S = 900
HOLD_CAP_S = 6 * 3600
RETRY_AFTER_CAP_S = 24 * 3600


@lru_cache(maxsize=4096)
def host_of(url: str) -> str:
    """Name and port of an address, lower case; the address itself when it has no host."""
    if found := plain(url):
        return f"{found[1]}:{found[2]}"
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return url
    return f"{parts.hostname}:{port}" if parts.hostname else url


def name_of(url: str) -> str:
    """Return the host name of an address, lower case, without port; empty when there is none."""
    if found := plain(url):
        return found[1]
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_private(url: str) -> bool:
    """Whether the address is written as a private or loopback one (names are not resolved)."""
    name = name_of(url)
    try:
        return name == "localhost" or name.endswith(".localhost") or not ipaddress.ip_address(name).is_global
    except ValueError:
        return False


def after_answer(
    hold: HostHold, url: str, status: int, *, now: datetime, retry_after_s: int | None = None
) -> HostHold:
    """Return what to remember of a host after an answer to one of its sources. Pure.

    429 with Retry-After is the host's word to us as a whole (RFC 6585 4), within `HOLD_CAP_S`; no
    success ends it before its time. Refusals of several sources in a row hold the host too, longer
    each time, until something else is answered.
    """
    silence = max(retry_after_s or 0, 0)
    if status not in REFUSALS and not (status == UNAVAILABLE and silence):
        return HostHold(host=hold.host, asked_until=_still(hold.asked_until, now))
    refused = hold.refused if url in hold.refused else (*hold.refused, url)[-STORM:]
    asked_until = _still(hold.asked_until, now)
    if status == TOO_MANY and silence:
        asked = now + timedelta(seconds=min(silence, HOLD_CAP_S))
        asked_until = max(asked, asked_until or asked)
    if len(refused) < STORM:
        return replace(hold, refused=refused, asked_until=asked_until)
    pause = min(HOLD_S * 2.0 ** min(hold.storms, 10), HOLD_CAP_S)
    pause = max(pause, min(silence, RETRY_AFTER_CAP_S))
    until = now + timedelta(seconds=pause)
    return replace(hold, refused=refused, storms=hold.storms + 1, until=until, asked_until=asked_until)


def held_of(holds: Iterable[HostHold], host: str, *, now: datetime) -> datetime | None:
    """Return until when a host (name and port) is left alone, None when it may be asked."""
    times = (time for hold in holds if hold.host == host for time in (hold.until, hold.asked_until))
    return max((time for time in times if time and time > now), default=None)


def _still(until: datetime | None, now: datetime) -> datetime | None:
    return until if until is not None and until > now else None


class _Host(Struct):
    hold: HostHold
    last_start: float = float("-inf")
    open: int = 0


class HostBook:
    """What is known of each host. Any thread may note what it does; one thread runs the rounds."""

    def __init__(
        self, *, spacing_s: float = 5.0, per_host: int = 2, unspaced: Callable[[str], bool] | None = None
    ) -> None:
        """`unspaced` says for an address whether its host needs no pause between requests."""
        self._spacing_s = spacing_s
        self._per_host = max(1, per_host)
        self._unspaced = unspaced or is_private
        self._hosts: dict[str, _Host] = {}
        self._keep: Callable[[HostHold], None] | None = None
        self._noting = threading.RLock()

    def remember(self, holds: Iterable[HostHold], keep: Callable[[HostHold], None]) -> None:
        """Take over what earlier processes met, and call `keep` whenever that changes."""
        with self._noting:
            for hold in holds:
                self._of(hold.host).hold = hold
        self._keep = keep

    def ready_at(self, url: str) -> float | None:
        """Monotonic instant from which the host may be asked, None while enough requests are open."""
        host = self._hosts.get(host_of(url))
        if host is None:
            return float("-inf")
        if host.open >= self._per_host:
            return None
        return host.last_start + (0.0 if self._unspaced(url) else self._spacing_s)

    def start(self, url: str, at: float) -> None:
        """Note that a request begins at the monotonic instant `at`."""
        with self._noting:
            host = self._of(host_of(url))
            host.open += 1
            host.last_start = at

    def finish(self, url: str) -> None:
        """Note that a request has ended, however it did."""
        with self._noting:
            host = self._of(host_of(url))
            host.open = max(0, host.open - 1)

    def answered(
        self, url: str, status: int | None, *, now: datetime, retry_after_s: int | None = None
    ) -> None:
        """Count what the host said, as `after_answer` has it; no answer (None) says nothing."""
        if status is None:
            return
        with self._noting:
            host = self._of(host_of(url))
            hold = after_answer(host.hold, url, status, now=now, retry_after_s=retry_after_s)
            if hold != host.hold:
                host.hold = hold
                if self._keep is not None:
                    self._keep(hold)

    def held_until(self, url: str, *, now: datetime) -> datetime | None:
        """Until when the whole host is left alone, None when it may be asked."""
        host = self._hosts.get(host_of(url))
        if host is None:
            return None
        return held_of((host.hold,), host.hold.host, now=now)

    def _of(self, name: str) -> _Host:
        host = self._hosts.get(name)
        if host is None:
            host = self._hosts[name] = _Host(hold=HostHold(host=name))
        return host


class HostQueue(Generic[Work]):
    """A round's work in line per host; `take` never gives more than the host may bear."""

    def __init__(self, book: HostBook) -> None:
        self._book = book
        self._lines: dict[str, deque[tuple[str, Work]]] = {}
        self._ready: list[tuple[float, int, str]] = []
        self._listed: set[str] = set()
        """The hosts in it, each once."""
        self._order = count()
        self._waiting = 0

    def __len__(self) -> int:
        return self._waiting

    def add(self, url: str, work: Work) -> None:
        """Put a piece of work in its host's line."""
        host = host_of(url)
        line = self._lines.get(host)
        self._waiting += 1
        if line is None:
            self._lines[host] = deque([(url, work)])
            self._enlist(host)
        else:
            line.append((url, work))

    def take(self, now: float) -> tuple[str, Work] | None:
        """Return the next piece that may start at the monotonic instant `now`; it counts as started."""
        if not self._ready:  # somebody else may have asked a host, who does not tell of the end
            for each in self._lines:
                self._enlist(each)
        if not self._ready or self._ready[0][0] > now:
            return None
        host = heapq.heappop(self._ready)[2]
        self._listed.remove(host)
        line = self._lines[host]
        ready = self._book.ready_at(line[0][0])
        if ready is None or ready > now:  # somebody else asked it meanwhile
            self._enlist(host)
            return None
        url, work = line.popleft()
        self._waiting -= 1
        self._book.start(url, now)
        if line:
            self._enlist(host)
        else:
            del self._lines[host]
        return url, work

    def done(self, url: str) -> None:
        """Note that a piece has ended: its host may have room again."""
        host = host_of(url)
        self._book.finish(url)
        if host in self._lines:
            self._enlist(host)

    def wait_s(self, now: float) -> float | None:
        """Seconds until `take` may succeed by time alone; None when only a `done` can help."""
        return max(0.0, self._ready[0][0] - now) if self._ready else None

    def rest(self) -> list[Work]:
        """Everything still in line, taken out."""
        left = [work for line in self._lines.values() for _, work in line]
        self._lines.clear()
        self._ready.clear()
        self._listed.clear()
        self._waiting = 0
        return left

    def _enlist(self, host: str) -> None:
        if host in self._listed:
            return
        at = self._book.ready_at(self._lines[host][0][0])
        if at is not None:
            self._listed.add(host)
            heapq.heappush(self._ready, (at, next(self._order), host))
