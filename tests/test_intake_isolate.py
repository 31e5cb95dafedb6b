"""Reading in worker processes."""

import os
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from feeds.intake import isolate
from feeds.intake.isolate import IsolatedReader
from feeds.intake.read import Work
from feeds.model.entry import FeedHead, ReadFailed, Reading, ReadRequest

BODY = (
    b"<rss version='2.0'><channel><title>T</title><item><title>A</title><guid>a</guid></item></channel></rss>"
)


@pytest.fixture(scope="module")
def reader() -> Iterator[IsolatedReader]:
    """One pool for all tests: starting it costs more than the tests."""
    with IsolatedReader(workers=1, timeout_s=20) as shared:
        yield shared


def hang(_work: Work) -> Reading:
    """Stand for a parser that never comes back."""
    threading.Event().wait()
    raise AssertionError


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
        assert lazy._pool is None


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


def test_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """A read that takes too long is stopped."""
    monkeypatch.setattr(isolate, "finish", hang)
    with IsolatedReader(workers=1, timeout_s=0.2) as impatient:
        found = impatient.read(ReadRequest(body=BODY))
    assert isinstance(found, ReadFailed)
    assert (found.kind, found.sentence) == (
        "timeout",
        "Reading the document took more than 0.2 seconds and was stopped.",
    )


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
