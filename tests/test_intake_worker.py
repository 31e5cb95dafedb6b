"""The process that reads: it bounds itself, answers every call, and loads nothing but ours."""

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from feeds.intake import isolate, worker
from feeds.model.entry import ReadFailed, Reading
from tests.test_intake_isolate import fall, hang

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def say(_work: object) -> ReadFailed:
    """Stand for a parser with a clear answer."""
    return worker._CRASHED


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
