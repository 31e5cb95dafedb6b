"""What leaves a running wire by itself: shows news as it comes in, tells whoever wants to know, keeps house.

A round may go on for a minute after its first news. So the wire is not waited for: what was stored is
rendered while the round goes on, told, and sent. Two threads, both asleep until woken: this one renders and
fills the outbox, the dispatcher's empties it.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, Protocol

from feeds.errors import MoonwireError
from scheduler.push.courier import Courier
from scheduler.push.dispatch import Dispatcher
from store import Store

HOUSE_S: Final = 600.0
"""Ended leases, and what was sent long ago, are looked for so often."""
KEEP: Final = timedelta(days=7)
"""What was sent or given up is remembered so long."""
LEAST_REST_S: Final = 0.5
"""Between two renderings within a round: news that comes together is shown together."""
REST_SHARE: Final = 2.0
"""The same as a share of the CPU time that rendering took: showing news must not slow the round down."""
TROUBLE_S: Final = 5.0

_log = logging.getLogger("moonwire.push")

Tell = Callable[[], int]
"""Puts what is to be told into the outbox; returns how many deliveries that makes."""


class Wired(Protocol):
    """What the station works for: the wire."""

    def refresh(self) -> None:
        """Render the site if what it shows has changed."""
        ...


class Station:
    """Shows, tells and sends; `news` and `shown` may be called from any thread and return at once."""

    def __init__(
        self,
        wire: Wired,
        store: Callable[[], Store],
        couriers: Callable[[], Mapping[str, Courier]],
        tellers: Sequence[Tell],
        *,
        clock: Callable[[], datetime],
        eager: Callable[[], bool] = lambda: True,
    ) -> None:
        """`eager` says whether news is shown before its round is over: nobody may be waiting for it."""
        self._eager = eager
        self._wire, self._store, self._tellers, self._clock = wire, store, tellers, clock
        self.dispatcher = Dispatcher(lambda: store().outbox, couriers, clock=clock, jitter=random.random)
        self._woken, self._news, self._stop = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="station", daemon=True)
        self._house_at = 0.0

    def news(self) -> None:
        """Say that something was stored which the site does not show yet."""
        if self._eager():
            self._news.set()
            self._woken.set()

    def shown(self) -> None:
        """Say that the site was rendered anew."""
        self._woken.set()

    def start(self) -> None:
        """Begin; what an earlier process left is told and sent at once."""
        self._woken.set()
        self._thread.start()
        self.dispatcher.start()

    def stop(self) -> None:
        """End; what is in the air may arrive."""
        self._stop.set()
        self._woken.set()
        self._thread.join(TROUBLE_S * 2)
        self.dispatcher.stop()

    def _run(self) -> None:
        while True:
            self._woken.wait(HOUSE_S)
            self._woken.clear()
            if self._stop.is_set():
                return
            try:
                self._turn()
                self._keep_house()
            except MoonwireError as error:  # the wire says it in /healthz; here it only has to be tried again
                _log.debug("%s", error, extra={"action": "push"})
                self._stop.wait(TROUBLE_S)
                self._woken.set()
            except Exception:  # noqa: BLE001 # a defect in what is told must not end the telling
                _log.exception("defect while telling", extra={"action": "defect"})
                self._stop.wait(TROUBLE_S)

    def _turn(self) -> None:
        took: float | None = None
        if self._news.is_set():
            self._news.clear()
            began = time.thread_time()
            self._wire.refresh()
            took = time.thread_time() - began
        if sum(tell() for tell in self._tellers):
            self.dispatcher.wake()
        if took is not None:
            self._stop.wait(max(LEAST_REST_S, REST_SHARE * took))

    def _keep_house(self) -> None:
        if time.monotonic() < self._house_at:
            return
        self._house_at = time.monotonic() + HOUSE_S
        now = self._clock()
        self._store().subscriptions.prune(now)
        self._store().outbox.prune(now - KEEP)


@contextmanager
def running(station: Station) -> Iterator[Station]:
    """Run a station for as long as the block lasts."""
    station.start()
    try:
        yield station
    finally:
        station.stop()
