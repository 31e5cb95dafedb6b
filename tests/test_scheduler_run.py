"""A round: bounded, recorded by one thread, and no source at the mercy of another."""

import logging
import threading
from typing import Literal

import pytest

from feeds.errors import StoreError
from feeds.model import Check, Recorded
from scheduler.rounds import line, run
from scheduler.rounds.hosts import HostBook
from scheduler.rounds.run import RoundReport, run_round
from tests.builders import NOW, a_source, a_state, at
from tests.fakes import FakeWorkshop, hanging


def urls(count: int, path: str = "feed") -> list[str]:
    """Addresses on as many hosts."""
    return [f"https://h{n}.example/{path}" for n in range(count)]


def test_every_source_is_asked_once_and_recorded_by_the_calling_thread() -> None:
    """Workers make values; one thread writes."""
    shop = FakeWorkshop()
    for url in urls(20):
        shop.web.feed(url, b"a moon base\nother")
    seen: list[tuple[Check, Recorded]] = []
    report = run_round(shop, map(a_state, urls(20)), on_check=lambda *pair: seen.append(pair))
    assert (report.asked, report.changed, report.new, report.kept) == (20, 20, 40, 20)
    assert shop.store.threads == {threading.get_ident()}
    assert sorted(check.state.source.url for check, _ in seen) == sorted(urls(20))
    assert shop.web.most_open <= shop.workers
    assert "20 asked, 40 new, 20 kept" in report.sentence


def test_an_empty_round_does_nothing() -> None:
    """No thread, no record, no complaint."""
    before = threading.active_count()
    report = run_round(FakeWorkshop(), [])
    assert (report.asked, report.line_down, threading.active_count()) == (0, False, before)


def test_a_slow_source_does_not_delay_the_rest() -> None:
    """All others are recorded while one is still waited for."""
    shop = FakeWorkshop()
    slow = urls(12)[0]
    order, on_check = hanging(shop, urls(12), slow)
    run_round(shop, map(a_state, urls(12)), on_check=on_check)
    assert order[-1] == slow


def test_a_host_is_never_asked_more_than_its_share_at_once() -> None:
    """Twenty feeds of one private host: two at a time, no pause, one round."""
    shop = FakeWorkshop(hosts=HostBook(spacing_s=5.0, per_host=2), workers=8)
    feeds = [f"http://127.0.0.1:8/{n}" for n in range(20)]
    for url in feeds:
        shop.web.feed(url, b"one")
    assert run_round(shop, map(a_state, feeds)).changed == 20
    assert shop.web.most_open <= 2


@pytest.mark.parametrize("defect", ["asking", "storing"])
def test_a_defect_in_one_source_is_told_and_contained(defect: str, caplog: pytest.LogCaptureFixture) -> None:
    """The poisonous source fails with a sentence and backs off with its old validators; the rest is done."""
    shop = FakeWorkshop()
    good, bad = urls(2)
    shop.web.feed(good, b"one")
    if defect == "asking":
        shop.web.breaks(bad)
    else:
        shop.web.feed(bad, b"one", etag='"new"')
        shop.store.poison.add(bad)
    with caplog.at_level(logging.ERROR, logger="moonwire.round"):
        report = run_round(shop, [a_state(good), a_state(bad)])
    assert (report.changed, report.failed) == (1, 1)
    state = shop.store.states[bad]
    assert state.failures == 1
    assert state.validators.etag is None
    assert state.next_check is not None
    assert state.next_check > NOW
    assert "please report it" in state.last_error
    assert caplog.records[0].exc_info


def test_an_unusable_store_ends_the_round() -> None:
    """What can not be recorded must not be asked for either."""

    class Full(FakeWorkshop):
        def record(self, check: Check) -> Recorded:
            raise StoreError(f"The disk is full: {check.at}")

    shop = Full()
    shop.web.feed(urls(1)[0])
    with pytest.raises(StoreError, match="disk is full"):
        run_round(shop, [a_state(urls(1)[0])])


def test_when_nearly_every_host_fails_no_source_is_blamed() -> None:
    """Our own line is down: no failure is counted, all are asked again within ten minutes."""
    shop = FakeWorkshop()
    for n, url in enumerate(urls(10)):
        shop.web.fails(url, ("dns", "connect", "timeout")[n % 3])
    report = run_round(shop, [a_state(url, failures=3) for url in urls(10)])
    assert report.line_down
    assert report.unreached == report.failed == 10
    assert report.sentence == line.SENTENCE
    for state in shop.store.states.values():
        assert state.failures == 3
        assert state.next_check is not None
        assert at(minutes=5) <= state.next_check <= at(minutes=10)
        assert state.last_error


def test_some_dead_hosts_among_living_ones_are_blamed() -> None:
    """Nine of ten silent is our line; eight of ten is theirs."""
    for silent, down in ((9, True), (8, False)):
        shop = FakeWorkshop()
        for n, url in enumerate(urls(10)):
            if n < silent:
                shop.web.fails(url, "connect")
            else:
                shop.web.feed(url, b"one")
        report = run_round(shop, map(a_state, urls(10)))
        assert report.line_down is down
        assert shop.store.states[urls(10)[0]].failures == (0 if down else 1)
        assert len(shop.store.checks) == 10


def test_few_hosts_say_nothing_about_our_line() -> None:
    """Four dead hosts are four dead hosts; so are many feeds of one host."""
    shop = FakeWorkshop()
    feeds = [f"https://h{n % 4}.example/{n}" for n in range(12)]
    for url in feeds:
        shop.web.fails(url, "timeout")
    assert not run_round(shop, map(a_state, feeds)).line_down
    assert {state.failures for state in shop.store.states.values()} == {1}


@pytest.mark.parametrize("how", ["status", "timeout"])
def test_answers_that_are_no_use_prove_the_line(how: Literal["status", "timeout"]) -> None:
    """A 500 is an answer, and so is a body that never ends: whoever gives it has been reached."""
    shop = FakeWorkshop()
    for url in urls(10):
        shop.web.fails(url, how, status=500 if how == "status" else 200)
    report = run_round(shop, map(a_state, urls(10)))
    assert (report.line_down, report.unreached, report.failed) == (False, 0, 10)


def test_a_host_that_refuses_is_left_alone_as_a_whole() -> None:
    """After two refusals the other sources of the host are put off without a request."""
    shop = FakeWorkshop(hosts=HostBook(spacing_s=0.0, per_host=1))
    feeds = [f"https://host.example/{n}" for n in range(6)]
    for url in feeds:
        shop.web.fails(url, status=429)
    report = run_round(shop, map(a_state, feeds))
    assert (report.failed, report.deferred) == (2, 4)
    assert len(shop.web.requests) == 2
    put_off = shop.store.states[feeds[5]]
    assert put_off.failures == 0
    assert "host.example" in put_off.next_check_why
    assert put_off.next_check is not None
    assert put_off.next_check > at(minutes=14)


def test_a_round_that_is_stopped_records_what_ends_and_leaves_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was not started stays due; nothing is half recorded."""
    monkeypatch.setattr(run, "BATCH", 1)
    shop = FakeWorkshop(workers=1)
    for url in urls(5):
        shop.web.feed(url, b"one")
    stop = threading.Event()
    report = run_round(shop, map(a_state, urls(5)), on_check=lambda *_: stop.set(), stop=stop)
    assert report.changed + report.left == 5
    assert 1 <= report.changed <= 2
    assert len(shop.store.checks) == report.changed


def test_a_stopped_round_does_not_wait_for_a_hanging_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the drain's time the round ends without it; its check is thrown away."""
    monkeypatch.setattr(run, "DRAIN_S", 0.05)
    shop = FakeWorkshop()
    url = urls(1)[0]
    gate = shop.web.blocks(url)
    shop.web.feed(url, b"one")
    stop = threading.Event()
    stop.set()
    done = run_round(shop, [a_state(url)], stop=stop)
    assert (done.asked, done.left) == (0, 1)
    stop.clear()

    def stop_once_begun() -> None:
        shop.web.began.acquire()
        stop.set()

    watcher = threading.Thread(target=stop_once_begun)
    watcher.start()
    report = run_round(shop, [a_state(url)], stop=stop)
    watcher.join()
    gate.set()
    assert (report.asked, report.left) == (0, 1)
    assert shop.store.checks == []


def test_a_round_out_of_patience_leaves_sources_of_busy_hosts() -> None:
    """A host with many sources does not hold the others' next round up."""
    shop = FakeWorkshop(hosts=HostBook(spacing_s=60.0))
    feeds = [f"https://host.example/{n}" for n in range(3)]
    for url in feeds:
        shop.web.feed(url, b"one")
    report = run_round(shop, map(a_state, feeds), patience_s=0.05)
    assert (report.changed, report.left) == (1, 2)
    assert "2 left" in report.sentence


def test_force_reaches_the_check() -> None:
    """A forced round asks in skip hours."""
    shop = FakeWorkshop()
    url = urls(1)[0]
    shop.web.feed(url, b"one")
    state = a_state(url)
    skipping = type(state.head)(skip_hours=(12,))
    closed = a_state(source=a_source(url), head=skipping)
    assert run_round(shop, [closed]).deferred == 1
    assert run_round(shop, [closed], force=True).changed == 1


def test_a_report_tells_failures_and_deferrals() -> None:
    """One line, only what happened."""
    report = RoundReport(changed=1, failed=1, gone=1, deferred=2, new=3, kept=1, elapsed_s=1.25)
    assert report.sentence == "3 asked, 3 new, 1 kept, 2 failed, 2 deferred in 1.2 s"
