"""The outbox's clockwork: claims what is due, sends a bounded number at a time, notes what became of it.

One thread decides (`_loop`), some only send. It sleeps until something is put into the outbox (`wake`), a
delivery ends, or the next one is due; nothing is looked at in between.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta

from feeds.errors import StoreError
from scheduler.push.backoff import Patience
from scheduler.push.courier import Courier, Failed, Result, settled
from scheduler.push.lanes import CROWD, Lanes
from store import Delivery, Settled
from store.outbox import Outbox

WORKERS = 32
"""Deliveries in the air at the same time; each waits for its receiver most of its time."""
AHEAD = 128
"""Claimed deliveries in memory."""
CLAIM_S = 120
"""A claim lasts so long; whoever has not begun to send by then less `MARGIN_S` does not any more."""
MARGIN_S = 40
"""More than one delivery may take."""
LOOK_S = 30.0
"""After this the outbox is looked at in any case: another process may have put something into it."""
DRAIN_S = 10.0
"""What is in the air may take so long to end when the process ends."""
CROWDED_S = 5.0
"""While more is due than there is room for, an ended delivery makes the next one start; else after this."""
TROUBLE_S = 5.0
"""Pause after the store failed."""
REST_S = 600
"""A host that asks for rest (Retry-After) gets so much for all that goes to it; the delivery itself more."""
_LANE_STATUS = frozenset({429, 503})

_log = logging.getLogger("moonwire.push")
_Done = tuple[Delivery, Result]


class Dispatcher:
    """Sends what is in an outbox, kind by kind through its courier.

    `outbox` is asked each time, since a reload exchanges the store. `clock` is aware UTC; `jitter` gives
    a number in [0, 1).
    """

    def __init__(
        self,
        outbox: Callable[[], Outbox],
        couriers: Callable[[], Mapping[str, Courier]],
        *,
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
        workers: int = WORKERS,
    ) -> None:
        self._outbox, self._couriers = outbox, couriers
        self._clock, self._jitter, self._workers = clock, jitter, workers
        self._events: queue.SimpleQueue[_Done | None] = queue.SimpleQueue()
        self._lanes = Lanes()
        self._air = 0
        self._tried: list[Settled] = []
        self._returned: list[Delivery] = []
        self._trouble = ""
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Say that something was put into the outbox; returns at once, from any thread."""
        self._events.put(None)

    def start(self) -> None:
        """Begin in a thread of its own."""
        self._thread = threading.Thread(target=self._run, args=(None,), name="push", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let what is in the air end, give back what waits, and return."""
        self._stop.set()
        self.wake()
        if self._thread is not None:
            self._thread.join(2 * DRAIN_S + TROUBLE_S)

    def work_off(self, seconds: float) -> None:
        """Send what is due now in the calling thread; returns when nothing is, or after `seconds`."""
        self._run(time.monotonic() + seconds)

    def _run(self, until: float | None) -> None:
        with ThreadPoolExecutor(self._workers, thread_name_prefix="push") as pool:
            while not self._stop.is_set():
                try:
                    if self._round(pool, until):
                        break
                    self._trouble = ""
                except StoreError as error:
                    self._tell(error)
                    if until is not None:
                        break
                    self._stop.wait(TROUBLE_S)
            self._drain()

    def _round(self, pool: ThreadPoolExecutor, until: float | None) -> bool:
        """Note, claim, launch, then wait for an event; True when a one-off run is through."""
        pause = self._fill()
        while self._air < self._workers and (delivery := self._taken()) is not None:
            self._air += 1
            pool.submit(self._send, delivery)
        if until is not None:
            left = until - time.monotonic()
            if left <= 0 or not (self._air or len(self._lanes)):
                return True
            pause = min(pause, left)
        self._hear(pause)
        return False

    def _taken(self) -> Delivery | None:
        """Return the next delivery whose claim lasts long enough; others lapse, and are claimed anew."""
        margin = timedelta(seconds=MARGIN_S)
        while (delivery := self._lanes.take()) is not None:
            if self._clock() + margin < delivery.until:
                return delivery
            self._lanes.done(delivery.lane)
            self._returned.append(delivery)
        return None

    def _fill(self) -> float:
        """Claim more if there is room; returns for how many seconds nothing further will be due."""
        self._settle()
        now, kinds = self._clock(), frozenset(self._couriers())
        rested = self._lanes.rested(now)
        due = self._outbox().next_at(kinds, without=self._lanes.crowded())
        room = AHEAD - len(self._lanes) - self._air
        if due is not None and due <= now and room > AHEAD // 4:
            until = now + timedelta(seconds=CLAIM_S)
            without = self._lanes.crowded()
            claimed = self._outbox().claim(
                kinds, now=now, until=until, limit=room, per_lane=CROWD, without=without
            )
            self._lanes.add(claimed)
            due = self._outbox().next_at(kinds, without=self._lanes.crowded())
        if due is not None and due <= now:  # there is no room now: what ends will make some
            due = now + timedelta(seconds=CROWDED_S)
        times = [each for each in (due, rested) if each is not None]
        return min([LOOK_S, *((each - now).total_seconds() for each in times)])

    def _hear(self, pause: float) -> None:
        """Wait for an event, then take all that have come."""
        with suppress(queue.Empty):
            self._note(self._events.get(timeout=max(0.0, pause)))
            while True:
                self._note(self._events.get_nowait())

    def _note(self, event: _Done | None) -> None:
        if event is None:
            return
        delivery, result = event
        self._air -= 1
        self._lanes.done(delivery.lane)
        now = self._clock()
        courier = self._couriers().get(delivery.kind)
        patience = courier.patience if courier else Patience()
        self._tried.append(settled(delivery, result, now=now, jitter=self._jitter(), patience=patience))
        if isinstance(result, Failed):
            state = self._tried[-1].state
            _log.log(
                logging.INFO if state == "given-up" else logging.DEBUG,
                "try %d of a delivery failed, it is %s: %s",
                delivery.attempt,
                "given up" if state == "given-up" else "tried again",
                result.sentence,
                extra={"action": "push"},
            )
            if result.status in _LANE_STATUS and result.retry_after_s:
                until = now + timedelta(seconds=min(result.retry_after_s, REST_S))
                self._returned += self._lanes.rest(delivery.lane, until)

    def _send(self, delivery: Delivery) -> None:
        """Send one delivery through its courier; runs in the pool."""
        try:
            courier = self._couriers().get(delivery.kind)
            gone = Failed(sentence="what it is for was turned off.", final=True)
            result = courier.send(delivery) if courier else gone
        except Exception as error:  # noqa: BLE001 # one poisoned delivery must not end all others
            _log.exception("defect while sending", extra={"action": "defect"})
            result = Failed(sentence=f"moonwire itself failed on it ({type(error).__name__}).")
        self._events.put((delivery, result))

    def _settle(self) -> None:
        """Tell the outbox what became of deliveries; what it could not note now is told again."""
        now = self._clock()
        if self._tried:
            self._outbox().settle(self._tried, now=now)
            self._tried = []
        if self._returned:
            self._outbox().give_back(self._returned, now=now)
            self._returned = []

    def _drain(self) -> None:
        """Wait for what is in the air, note it, and return the rest to the outbox."""
        end = time.monotonic() + DRAIN_S
        while self._air and (left := end - time.monotonic()) > 0:
            self._hear(left)
        self._returned += self._lanes.empty()
        try:
            self._settle()
        except StoreError as error:
            self._tell(error)

    def _tell(self, error: StoreError) -> None:
        if str(error) != self._trouble:
            self._trouble = str(error)
            _log.error("%s", error, extra={"action": "store"})  # its sentence says it all
