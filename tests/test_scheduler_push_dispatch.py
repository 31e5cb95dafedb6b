"""The dispatcher over a real outbox: everything is sent once, failures later, few at a time to one host."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.errors import StoreError
from scheduler.push import dispatch
from scheduler.push.backoff import LONGEST_WISH_S, Patience, next_try
from scheduler.push.courier import Arrived, Courier, Failed, Result, lane_of
from scheduler.push.dispatch import Dispatcher
from scheduler.push.lanes import PER_LANE
from store import Delivery, Parcel, Payload, Store
from store.outbox import Outbox
from tests.builders import NOW
from tests.fakes import FakeClock

NEWS = Payload(body=b"news", content_type="text/plain")
Send = Callable[[Delivery], Result]


class Sends:
    """A courier's hand: answers as told, counts who is in the air, and can be held."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.answers: dict[str, list[Result]] = {}
        self.came = threading.Semaphore(0)
        self.gate = threading.Event()
        self.gate.set()
        self.most: Counter[str] = Counter()
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, delivery: Delivery) -> Result:
        """Send one."""
        with self._lock:
            self._open[delivery.lane] += 1
            self.most[delivery.lane] = max(self.most[delivery.lane], self._open[delivery.lane])
        self.came.release()
        assert self.gate.wait(30)
        with self._lock:
            self._open[delivery.lane] -= 1
            self.sent.append(delivery.target)
            answers = self.answers.get(delivery.target, [])
            return answers.pop(0) if answers else Arrived(status=200)

    def wait(self, count: int) -> None:
        """Wait for so many more to begin."""
        for _ in range(count):
            assert self.came.acquire(timeout=30), self.sent


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Give an empty store."""
    with Store.open(tmp_path / "wire.db") as opened:
        yield opened


def made(store: Store, send: Send, clock: FakeClock, *, patience: Patience | None = None) -> Dispatcher:
    """Make a dispatcher of one kind."""
    couriers = {"hub": Courier(send=send, patience=patience or Patience())}
    return Dispatcher(lambda: store.outbox, lambda: couriers, clock=clock, jitter=lambda: 0.5, workers=8)


@contextmanager
def running(dispatcher: Dispatcher) -> Iterator[Dispatcher]:
    """Run it for as long as the block lasts."""
    dispatcher.start()
    try:
        yield dispatcher
    finally:
        dispatcher.stop()


def put(store: Store, *targets: str, kind: str = "hub") -> None:
    """Ask for deliveries."""
    parcels = [Parcel(target=each, key="feed", lane=each.partition("/")[0]) for each in targets]
    store.outbox.put(kind, parcels, NEWS, now=NOW)


def test_what_is_due_is_sent_when_woken(store: Store) -> None:
    """At once and once; what is put later is sent when later is woken."""
    sends = Sends()
    with running(made(store, sends, FakeClock())) as dispatcher:
        put(store, "a/1", "b/1", kind="hub")
        put(store, "x/1", kind="nobody's")
        dispatcher.wake()
        sends.wait(2)
        put(store, "c/1")
        dispatcher.wake()
        sends.wait(1)
    assert sorted(sends.sent) == ["a/1", "b/1", "c/1"]
    assert store.outbox.counts("hub") == {"waiting": 0, "sent": 3, "given-up": 0}
    assert store.outbox.counts("nobody's")["waiting"] == 1


def test_a_crowd_goes_out_few_at_a_time(store: Store) -> None:
    """A crowd of one host neither floods it nor holds up another's single delivery."""
    sends = Sends()
    sends.gate.clear()
    put(store, *(f"crowd/{n}" for n in range(500)))
    put(store, "alone/1")
    with running(made(store, sends, FakeClock())):
        sends.wait(PER_LANE + 1)
        assert sends.most == {"crowd": PER_LANE, "alone": 1}
        sends.gate.set()
        sends.wait(500 - PER_LANE)
    assert len(sends.sent) == len(set(sends.sent)) == 501
    assert sends.most["crowd"] == PER_LANE
    assert store.outbox.counts("hub")["sent"] == 501


def test_a_failure_is_tried_again_later(store: Store) -> None:
    """The back-off doubles, and what the receiver asks for counts; then it ends."""
    sends, clock = Sends(), FakeClock()
    sends.answers["a/1"] = [
        Failed(sentence="a: down."),
        Failed(sentence="a: busy.", status=500, retry_after_s=300),
        Failed(sentence="a: down again."),
    ]
    put(store, "a/1")
    dispatcher = made(store, sends, clock, patience=Patience(base_s=60, attempts=3))
    for seconds in (30, 300):
        dispatcher.work_off(30)
        (line,) = store.outbox.lines({"hub"})
        assert line.next_at == clock.now + timedelta(seconds=seconds)
        assert line.state == "waiting"
        clock.ticks(seconds=seconds - 1)
        dispatcher.work_off(30)
        clock.ticks(seconds=1)
    dispatcher.work_off(30)
    (line,) = store.outbox.lines({"hub"})
    assert (line.state, line.attempts, line.error) == ("given-up", 3, "a: down again.")
    assert len(sends.sent) == 3


def test_what_is_hopeless_is_not_tried_again(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """One try, one line in the log."""
    sends = Sends()
    sends.answers["a/1"] = [Failed(sentence="a: it answered 410.", status=410, final=True)]
    put(store, "a/1")
    with caplog.at_level("INFO", logger="moonwire.push"):
        made(store, sends, FakeClock()).work_off(30)
    assert store.outbox.counts("hub")["given-up"] == 1
    assert "try 1 of a delivery failed, it is given up: a: it answered 410." in caplog.text


def test_a_host_that_asks_for_rest_gets_it(store: Store) -> None:
    """All that goes to it waits; others do not."""
    sends, clock = Sends(), FakeClock()
    sends.answers["a/0"] = [Failed(sentence="a: busy.", status=429, retry_after_s=90)]
    put(store, "a/0")
    dispatcher = made(store, sends, clock)
    dispatcher.work_off(30)
    put(store, "a/1", "b/1")
    dispatcher.work_off(30)
    assert sorted(sends.sent) == ["a/0", "b/1"]
    clock.ticks(seconds=91)
    dispatcher.work_off(30)
    assert sorted(sends.sent) == ["a/0", "a/0", "a/1", "b/1"]


def test_rest_also_holds_for_what_was_claimed_already(store: Store) -> None:
    """It is given back without counting as tried."""
    sends, clock = Sends(), FakeClock()
    for n in range(PER_LANE):
        sends.answers[f"a/{n}"] = [Failed(sentence="a: busy.", status=503, retry_after_s=90)]
    put(store, *(f"a/{n}" for n in range(10)))
    dispatcher = made(store, sends, clock)
    dispatcher.work_off(30)
    assert len(sends.sent) < 10
    assert {line.attempts for line in store.outbox.lines({"hub"})} >= {0, 1}
    clock.ticks(seconds=91)
    dispatcher.work_off(30)
    assert store.outbox.counts("hub") == {"waiting": 0, "sent": 10, "given-up": 0}


def test_the_end_of_the_process_loses_nothing(store: Store) -> None:
    """What is in the air may end; the rest is there for the next process, at once."""
    sends = Sends()
    sends.gate.clear()
    put(store, *(f"h{n}/1" for n in range(20)))
    dispatcher = made(store, sends, FakeClock())
    dispatcher.start()
    sends.wait(8)
    ending = threading.Thread(target=dispatcher.stop)
    ending.start()
    sends.gate.set()
    ending.join(30)
    assert not ending.is_alive()
    done = len(sends.sent)
    assert 8 <= done < 20
    made(store, sends, FakeClock()).work_off(30)
    assert sorted(sends.sent) == sorted(f"h{n}/1" for n in range(20))


def test_a_claim_that_is_nearly_over_is_not_used(store: Store) -> None:
    """Another may take it any moment: it is given back instead, and sent by a claim that lasts."""
    sends, clock = Sends(), FakeClock()
    put(store, *(f"a/{n}" for n in range(PER_LANE + 1)))

    def slow(delivery: Delivery) -> Result:
        if len(sends.sent) == 0:
            clock.ticks(seconds=dispatch.CLAIM_S)
        return sends(delivery)

    made(store, slow, clock).work_off(30)
    assert store.outbox.counts("hub")["sent"] >= PER_LANE


def test_a_defect_ends_one_delivery_and_not_the_others(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged whole, and tried again as any failure."""

    def send(delivery: Delivery) -> Result:
        if delivery.target == "a/1":
            raise KeyError("bug")
        return Arrived()

    put(store, "a/1", "b/1")
    made(store, send, FakeClock()).work_off(30)
    lines = {line.target: line for line in store.outbox.lines({"hub"})}
    assert (lines["a/1"].state, lines["b/1"].state) == ("waiting", "sent")
    assert lines["a/1"].error == "moonwire itself failed on it (KeyError)."
    assert "defect while sending" in caplog.text


def test_a_kind_that_was_turned_off_meanwhile(store: Store) -> None:
    """It is given up."""
    couriers = {"hub": Courier(send=lambda _: Arrived())}
    asked = iter([couriers, couriers])
    put(store, "a/1")
    Dispatcher(lambda: store.outbox, lambda: next(asked, {}), clock=FakeClock(), jitter=lambda: 0.5).work_off(
        30
    )
    assert store.outbox.counts("hub")["sent"] in {0, 1}


def test_a_store_that_fails_is_asked_again(
    store: Store, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence in the log however long it lasts; then all goes on."""
    monkeypatch.setattr(dispatch, "TROUBLE_S", 0.01)
    sends, failures = Sends(), [3]
    asked = threading.Event()

    def outbox() -> Outbox:
        if failures[0]:
            failures[0] -= 1
            raise StoreError("the disk is full")
        asked.set()
        return store.outbox

    put(store, "a/1")
    couriers = {"hub": Courier(send=sends)}
    with running(Dispatcher(outbox, lambda: couriers, clock=FakeClock(), jitter=lambda: 0.5)):
        assert asked.wait(30)
        sends.wait(1)
    assert sends.sent == ["a/1"]
    assert caplog.text.count("the disk is full") == 1
    failures[0] = 99
    Dispatcher(outbox, lambda: couriers, clock=FakeClock(), jitter=lambda: 0.5).work_off(1)
    assert caplog.text.count("the disk is full") == 2


def test_back_off() -> None:
    """Doubling, spread over the whole span, with a floor, a ceiling and an end; a wish has a ceiling too."""
    patience = Patience(base_s=10, ceiling_s=60, attempts=6)

    def after(attempt: int, jitter: float, wish: int | None = None) -> float | None:
        at = next_try(attempt, now=NOW, jitter=jitter, patience=patience, retry_after_s=wish)
        return None if at is None else (at - NOW).total_seconds()

    assert [after(n, 0.5) for n in range(1, 7)] == [5, 10, 20, 30, 30, None]
    assert after(1, 0.0) == 1
    assert after(1, 0.5, 120) == 120
    assert after(1, 0.5, 10**9) == LONGEST_WISH_S
    assert after(6, 0.5, 120) is None


def test_lanes_are_hosts() -> None:
    """With their port, in lower case; what is no address burdens nobody we know."""
    assert lane_of("https://Hub.Example/x") == lane_of("https://hub.example:443/y") == "hub.example:443"
    assert lane_of("http://hub.example:8080/") == "hub.example:8080"
    assert lane_of("http://[::1") == ""
