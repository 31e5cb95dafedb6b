"""Reading in worker processes."""

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from feeds.intake import isolate, worker
from feeds.intake.isolate import IsolatedReader
from feeds.intake.read import Work
from feeds.model.entry import ReadFailed, Reading, ReadRequest
from feeds.model.head import FeedHead

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

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


def say(_work: object) -> ReadFailed:
    """Stand for a parser with a clear answer."""
    return worker._CRASHED


def loaded(module: str) -> ReadFailed:
    """Say whether a module is loaded already."""
    return worker._CRASHED if module in sys.modules else worker._TOO_LARGE


def test_parsers_are_loaded_before_limits_hold(reader: IsolatedReader) -> None:
    """What a process is forked from has loaded them for all, and in nobody's time."""
    assert reader._call(loaded, "feedparser") == worker._CRASHED
    assert reader._call(loaded, "colorsys") == worker._TOO_LARGE


def short_of_memory(_work: object) -> Reading:
    """Stand for a parser that runs out of memory."""
    raise MemoryError


def test_a_worker_answers_until_its_pipe_closes() -> None:
    """Answers, memory that runs out in work or on its way in, and defects: each call has one answer."""
    ours, theirs = multiprocessing.Pipe()
    for function in (len, short_of_memory, fall):
        ours.send((function, b"abc"))
    ours.close()
    answers: list[object] = []
    pipe = SimpleNamespace(recv=theirs.recv, send=answers.append)
    worker._answer_all(cast("Connection", pipe), 60)
    assert answers[:2] == [3, worker._TOO_LARGE]
    assert "KeyError: 'quux'" in str(answers[2])
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)

    calls = iter([MemoryError(), EOFError()])

    def recv() -> object:
        raise next(calls)

    worker._answer_all(cast("Connection", SimpleNamespace(recv=recv, send=answers.append)), 60)
    assert answers[3:] == [worker._TOO_LARGE]


def test_a_worker_limits_itself_before_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory, core files, Ctrl-C and the clock are set before the first document comes."""
    done: list[object] = []
    monkeypatch.setattr(resource, "setrlimit", lambda what, most: done.append((what, most)))
    monkeypatch.setattr(signal, "signal", lambda number, how: done.append((number, how)))
    ours, theirs = multiprocessing.Pipe()
    ours.close()
    pipe = SimpleNamespace(recv=theirs.recv, send=done.append)
    worker._serve(cast("Connection", pipe), worker.Limits(cpu_s=1, memory_bytes=99))
    assert done == [
        (resource.RLIMIT_AS, (99, 99)),
        (resource.RLIMIT_CORE, (0, 0)),
        (signal.SIGINT, signal.SIG_IGN),
        (signal.SIGPROF, signal.SIG_DFL),
        None,
    ]


def test_a_worker_stopped_from_outside_says_so() -> None:
    """Before its start and within a document, the end of the program is no crash of the document."""
    limits = worker.Limits(cpu_s=60, memory_bytes=isolate.MEMORY_BYTES)
    early = worker.Worker(limits)
    early.stop()
    assert early.call(hang, None) == worker.ENDED
    running = worker.Worker(limits)
    assert running.call(say, None) == worker._CRASHED
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(running.call(hang, None)))
    thread.start()
    running.stop()
    thread.join()
    assert found == [worker.ENDED]


def test_a_worker_that_never_gets_ready_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that can not start a process in minutes gives an answer all the same."""
    monkeypatch.setattr(worker, "_START_S", 0)
    monkeypatch.setattr(worker, "_serve", hang)
    limits = worker.Limits(cpu_s=60, memory_bytes=isolate.MEMORY_BYTES)
    assert worker.Worker(limits).call(say, None) == worker._UNSTARTED


_READ = """
import sys
sys.path.insert(0, sys.argv[1])
from feeds.intake.isolate import IsolatedReader
from feeds.model.entry import ReadRequest
if __name__ == "__main__":
    with IsolatedReader() as reader:
        body = b"<rss><channel><item><title>&amp; <b>x</b></title></item></channel></rss>"
        print(reader.read(ReadRequest(body=body, content_type="", url="https://a.example/", now=None)))
"""


def test_nothing_in_the_working_folder_is_run(tmp_path: Path) -> None:
    """A file there that is named like a library is not what the workers load."""
    script, called_in = tmp_path / "read.py", tmp_path / "called-in"
    called_in.mkdir()
    script.write_text(_READ)
    for name in ("re", "pickle", "feedparser", "feeds"):
        (called_in / f"{name}.py").write_text("raise SystemExit('the wrong file')")
    here = str(Path(__file__).resolve().parents[1])
    done = subprocess.run(  # noqa: S603 # our own words
        [sys.executable, str(script), here], cwd=called_in, capture_output=True, text=True, check=True
    )
    assert "Reading(" in done.stdout
    assert "wrong file" not in done.stderr


@pytest.mark.parametrize("given", [None, "/somewhere/else"])
def test_the_server_of_the_workers_finds_our_packages(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str | None
) -> None:
    """It loads them once for all workers; the environment is afterwards as it was before."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    if given:
        monkeypatch.setenv("PYTHONPATH", given)
    before = dict(os.environ)
    with worker.own_path():
        told = os.environ["PYTHONPATH"]
        says = [sys.executable, "-S", "-c", "import feeds.intake, sys; print(sys.path)"]
        found = subprocess.run(says, cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: S603 # as above
    assert told.endswith(given or told)
    assert str(tmp_path) not in found.stdout
    assert dict(os.environ) == before
