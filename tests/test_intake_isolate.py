"""Reading in worker processes."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from feeds.intake import isolate, worker
from feeds.intake.isolate import IsolatedReader
from feeds.intake.read import Work
from feeds.model.entry import ReadFailed, Reading, ReadRequest
from feeds.model.head import FeedHead

BODY = (
    b"<rss version='2.0'><channel><title>T</title><item><title>A</title><guid>a</guid></item></channel></rss>"
)


@pytest.fixture(scope="module")
def reader() -> Iterator[IsolatedReader]:
    """One pool for all tests: starting it costs more than the tests."""
    with IsolatedReader(workers=1, timeout_s=20) as shared:
        yield shared


def hang(*_work: object) -> Reading:
    """Stand for a parser that never comes back."""
    threading.Event().wait()
    raise AssertionError


def spin(_work: Work) -> Reading:
    """Stand for a parser that computes without end, inside C code that no signal handler interrupts."""
    while True:
        sum(range(1_000_000))


def fall(_work: Work) -> Reading:
    """Stand for a defect of ours."""
    raise KeyError("quux")


def die(_work: Work) -> Reading:
    """Stand for a parser that crashes."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def swell(_work: Work) -> Reading:
    """Stand for a parser that wants more memory than there is."""
    return Reading(head=FeedHead(title="x" * (4 << 30)), entries=(), hashes=(), total=0)


def test_reads_as_without_isolation(reader: IsolatedReader) -> None:
    """A reading comes back whole, dates and hashes included."""
    body = BODY.replace(b"<guid>", b"<pubDate>2024-03-08</pubDate><guid>")
    found = reader.read(ReadRequest(body=body, url="https://wire.example/"))
    assert isinstance(found, Reading)
    assert found.entries[0].published == datetime(2024, 3, 8, tzinfo=UTC)
    again = reader.read(ReadRequest(body=body, url="https://wire.example/", seen=frozenset(found.hashes)))
    assert isinstance(again, Reading)
    assert (again.entries, again.head.title) == ((), "T")


def test_no_worker_without_need() -> None:
    """Pages, rubbish and documents without new entries start no process."""
    with IsolatedReader() as lazy:
        assert isinstance(lazy.read(ReadRequest(body=b"<html></html>")), ReadFailed)
        assert isinstance(lazy.read(ReadRequest(body=b"<rss><channel/></rss>")), Reading)
        assert not lazy._all


def test_crash_is_a_value_and_the_next_read_works(
    reader: IsolatedReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that dies takes nothing with it."""
    with monkeypatch.context() as patched:
        patched.setattr(isolate, "finish", die)
        found = reader.read(ReadRequest(body=BODY))
    assert isinstance(found, ReadFailed)
    assert found.kind == "crashed"
    assert isinstance(reader.read(ReadRequest(body=BODY)), Reading)


def test_memory_is_limited(reader: IsolatedReader, monkeypatch: pytest.MonkeyPatch) -> None:
    """More memory than allowed is refused by the system, and said."""
    with monkeypatch.context() as patched:
        patched.setattr(isolate, "finish", swell)
        found = reader.read(ReadRequest(body=BODY))
    assert isinstance(found, ReadFailed)
    assert found.kind == "too-large"


def test_computing_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A read that takes too much CPU is stopped, and the next one works."""
    monkeypatch.setattr(worker, "WALL_FACTOR", 100)  # a busy machine must not be what stops it
    with IsolatedReader(workers=1, timeout_s=0.3) as impatient:
        with monkeypatch.context() as patched:
            patched.setattr(isolate, "finish", spin)
            found = impatient.read(ReadRequest(body=BODY))
        assert isinstance(found, ReadFailed)
        assert (found.kind, found.sentence) == (
            "timeout",
            "Reading the document took more than 0.3 seconds of CPU and was stopped.",
        )
        assert isinstance(impatient.read(ReadRequest(body=BODY)), Reading)


def test_waiting_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A read that computes nothing and never ends is stopped as well, later."""
    monkeypatch.setattr(isolate, "finish", hang)
    monkeypatch.setattr(worker, "WALL_FACTOR", 2)
    with IsolatedReader(workers=1, timeout_s=0.1) as impatient:
        found = impatient.read(ReadRequest(body=BODY))
    assert isinstance(found, ReadFailed)
    assert "did not end within 0.2 seconds" in found.sentence


def test_the_wait_for_a_worker_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents behind a slow one are read, however long they stood in line."""
    monkeypatch.setattr(worker, "WALL_FACTOR", 1)
    found: list[object] = []
    with IsolatedReader(workers=1, timeout_s=30) as narrow:
        threads = [
            threading.Thread(target=lambda: found.append(narrow.read(ReadRequest(body=BODY))))
            for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [type(one) for one in found] == [Reading] * 20


def test_a_defect_is_raised_here(reader: IsolatedReader, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception in the worker is no failure of the document: the caller hears of it, with its trace."""
    with monkeypatch.context() as patched:
        patched.setattr(isolate, "finish", fall)
        with pytest.raises(RuntimeError, match="quux"):
            reader.read(ReadRequest(body=BODY))
    assert isinstance(reader.read(ReadRequest(body=BODY)), Reading)


def test_closing_ends_reads_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads in a worker and in line both end with a sentence, at once."""
    monkeypatch.setattr(isolate, "finish", hang)
    found: list[object] = []
    busy = IsolatedReader(workers=1)
    threads = [
        threading.Thread(target=lambda: found.append(busy.read(ReadRequest(body=BODY)))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    busy.close()
    for thread in threads:
        thread.join(timeout=30)
    assert found == [worker.ENDED] * 3


def test_workers_are_replaced_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker reads so many documents and no more."""
    monkeypatch.setattr(worker, "_TASKS", 1)
    with IsolatedReader(workers=1) as frugal:
        assert isinstance(frugal.read(ReadRequest(body=BODY)), Reading)
        assert not frugal._all
        assert isinstance(frugal.read(ReadRequest(body=BODY)), Reading)


@pytest.mark.parametrize("body", [b"<" * 200_000, BODY.replace(b"A<", b"A" * 1_200_000 + b"<")])
def test_large_documents_are_read_whole_elsewhere(
    reader: IsolatedReader, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    """What would hold up the calling thread for long is not even prepared there."""
    monkeypatch.setattr(isolate, "prepare", hang)
    found = reader.read(ReadRequest(body=body, vocabulary=lambda _text: False))
    assert isinstance(found, Reading) == (b"<item>" in body)


def test_a_worker_that_can_not_start_is_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a process there is a sentence, and the next read tries again."""

    def refuse() -> None:
        raise OSError("no more processes")

    with IsolatedReader(workers=1) as poor:
        with monkeypatch.context() as patched:
            patched.setattr(worker, "_context", refuse)
            found = poor.read(ReadRequest(body=BODY))
        assert isinstance(found, ReadFailed)
        assert "No process could be started" in found.sentence
        assert isinstance(poor.read(ReadRequest(body=BODY)), Reading)


def test_closed_reader_reads_no_more() -> None:
    """After the end there is a sentence, not an exception."""
    closed = IsolatedReader()
    closed.close()
    found = closed.read(ReadRequest(body=BODY))
    assert isinstance(found, ReadFailed)
    assert found.kind == "crashed"


def test_threads_may_share_a_reader(reader: IsolatedReader) -> None:
    """Many threads reading at once each get their own answer."""
    found: dict[int, object] = {}

    def one(number: int) -> None:
        body = BODY.replace(b">A<", f">A{number}<".encode())
        reading = reader.read(ReadRequest(body=body))
        assert isinstance(reading, Reading)
        found[number] = reading.entries[0].title

    threads = [threading.Thread(target=one, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: f"A{number}" for number in range(12)}


def loaded(module: str) -> ReadFailed:
    """Say whether a module is loaded already."""
    return worker._CRASHED if module in sys.modules else worker._TOO_LARGE


def test_parsers_are_loaded_before_limits_hold(reader: IsolatedReader) -> None:
    """What a process is forked from has loaded them for all, and in nobody's time."""
    assert reader._call(loaded, "feedparser") == worker._CRASHED
    assert reader._call(loaded, "colorsys") == worker._TOO_LARGE
