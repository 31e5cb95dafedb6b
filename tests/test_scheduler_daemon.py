"""The daemon as a whole: it serves while it asks, obeys signals, and refuses what can not work."""

import errno
import http.client
import io
import json
import logging
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from feeds.errors import ConfigError, MoonwireError, StoreError
from scheduler import daemon, log
from scheduler.config.load import load
from scheduler.publishing import web
from scheduler.rounds import run
from store import Store
from tests.builders import NOW, a_source
from tests.fakes_http import RawServer, Reply, Seen, reply
from tests.test_scheduler_wire import STATION, document

PATIENCE_S = 30


class Told(io.StringIO):
    """A stream that says when something was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()

    def flush(self) -> None:
        """Note that a line is complete."""
        self.written.set()


class Watched(logging.Handler):
    """A log handler that says when a word was logged."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self.word = word
        self.heard = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """Look for the word."""
        if self.word in record.getMessage():
            self.heard.set()


class Feed:
    """A publisher that says when it was asked, and may let nobody go."""

    def __init__(self, *, hang: bool = False) -> None:
        self.asked = threading.Event()
        self._hang = hang

    def __call__(self, seen: Seen) -> Reply:
        """Answer one request, or never."""
        del seen
        self.asked.set()
        if self._hang:
            return Reply(then="hang")
        return reply(200, document(STATION), Content_Type="application/rss+xml")


class Running:
    """A daemon in a thread of this process, driven by a queue of signals."""

    def __init__(self, path: Path) -> None:
        self.signals: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.out = Told()
        self.result: int | BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(path,), daemon=True)
        self._thread.start()
        assert self.out.written.wait(PATIENCE_S), self.result

    def _run(self, path: Path) -> None:
        try:
            self.result = daemon.serve_forever(load(path), port=0, signals=self.signals, out=self.out)
        except MoonwireError as error:
            self.result = error
            self.out.written.set()

    @property
    def port(self) -> int:
        """The port that was found free, from the greeting."""
        return int(self.out.getvalue().split("http://127.0.0.1:")[1].split("/")[0])

    def get(self, path: str) -> tuple[int, bytes]:
        """Ask the daemon's web server."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def ends(self, number: int = signal.SIGTERM) -> int | BaseException | None:
        """Send the last signal and wait."""
        self.signals.put(number)
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        return self.result


@pytest.fixture(autouse=True)
def _own_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tick fast, and leave the process's log as it was."""
    monkeypatch.setattr(daemon, "TICK_S", 0.05)
    levels = {name: logging.getLogger(name).level for name in ("", log.ROOT)}
    yield
    for name, level in levels.items():
        logger = logging.getLogger(name)
        logger.setLevel(level)
        for handler in [one for one in logger.handlers if getattr(one, "of_moonwire", False)]:
            logger.removeHandler(handler)
    logging.getLogger(log.ROOT).propagate = True


def written(folder: Path, *urls: str) -> Path:
    """Write a configuration file."""
    sources = "".join(f'[[source]]\nurl = "{url}"\n' for url in urls)
    path = folder / "moonwire.toml"
    none = "" if urls else "source = []\n"
    path.write_text(f'{none}[store]\npath = "wire.db"\n[fetch]\nallow_private = ["127.0.0.1"]\n{sources}')
    return path


@pytest.fixture
def hears() -> Iterator[Callable[[str], threading.Event]]:
    """Give a way to wait for words in the daemon's log."""
    handlers: list[Watched] = []

    def listen(word: str) -> threading.Event:
        handlers.append(Watched(word))
        logging.getLogger(log.ROOT).addHandler(handlers[-1])
        return handlers[-1].heard

    yield listen
    for handler in handlers:
        logging.getLogger(log.ROOT).removeHandler(handler)


def test_it_serves_asks_reloads_and_ends(tmp_path: Path, hears: Callable[[str], threading.Event]) -> None:
    """One life: up, a source asked, a bad configuration refused, a good one taken over, down with 0."""
    round_told, refused = hears("1 asked"), hears("the old one stays")
    first, second = Feed(), Feed()
    with RawServer(first) as one, RawServer(second) as two:
        path = written(tmp_path, one.url("/feed"))
        running = Running(path)
        status, body = running.get("/healthz")
        assert (status, json.loads(body)["sources"]) == (200, 1)
        assert first.asked.wait(PATIENCE_S)
        assert round_told.wait(PATIENCE_S)
        assert running.get("/feed.rss")[0] == 200
        path.write_text("[nonsense]\n")
        running.signals.put(signal.SIGHUP)
        assert refused.wait(PATIENCE_S)
        written(tmp_path, two.url("/feed"))
        running.signals.put(signal.SIGHUP)
        assert second.asked.wait(PATIENCE_S)
        assert running.ends() == 0
    assert (tmp_path / "wire.db").exists()


def test_it_counts_what_was_added_too(tmp_path: Path, hears: Callable[[str], threading.Event]) -> None:
    """What the file names and what a command added are watched alike."""
    again = hears("configuration read again: 1 sources")
    path = written(tmp_path)
    with RawServer(Feed()) as server:
        with Store.open(tmp_path / "wire.db") as store:
            store.add_source(a_source(server.url("/feed")), now=NOW)
        running = Running(path)
        assert running.out.getvalue().startswith("moonwire watches 1 source. ")
        running.signals.put(signal.SIGHUP)
        assert again.wait(PATIENCE_S)
        assert running.ends() == 0


def test_it_runs_though_nobody_can_be_greeted(tmp_path: Path) -> None:
    """Standard output on a full disk, or in a pipe that nobody reads, is no reason to end."""

    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    signals: queue.SimpleQueue[int] = queue.SimpleQueue()
    signals.put(signal.SIGTERM)
    assert daemon.serve_forever(load(written(tmp_path)), port=0, signals=signals, out=Full()) == 0


def test_it_ends_soon_in_the_middle_of_a_slow_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that never answers holds nothing up beyond the drain."""
    monkeypatch.setattr(run, "DRAIN_S", 0.1)
    slow = Feed(hang=True)
    with RawServer(slow) as server:
        running = Running(written(tmp_path, server.url("/feed")))
        assert slow.asked.wait(PATIENCE_S)
        assert running.get("/healthz")[0] == 200
        assert running.ends(signal.SIGINT) == 0


def test_a_second_daemon_on_the_store_is_refused(tmp_path: Path) -> None:
    """The first goes on; the sentence says what to do."""
    path = written(tmp_path)
    first = Running(path)
    second = Running(path)
    assert isinstance(second.result, StoreError)
    assert "already runs" in str(second.result)
    assert first.get("/healthz")[0] == 200
    assert first.ends() == 0


def test_a_port_in_use_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    """One sentence with the port and the remedy; the lock is free again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for _ in range(2):
            with pytest.raises(ConfigError, match=f"Port {port} of 127.0.0.1 .*--port"):
                daemon.serve_forever(load(written(tmp_path)), port=port)


def test_a_host_that_is_not_ours_is_told() -> None:
    """A name that can not be listened on is a wrong configuration too."""
    with pytest.raises(ConfigError, match="can not be listened on"):
        web.bind("192.0.2.1", 0)


def test_a_web_server_that_does_not_start_is_told() -> None:
    """Its thread ended before it accepted anything."""
    listener = web.bind("127.0.0.1", 0)
    listener.close()

    async def app(scope: object, receive: object, send: object) -> None:
        """Answer nothing."""
        del scope, receive, send

    with pytest.raises(MoonwireError, match="did not start"), web.serving(app, listener):
        raise AssertionError("nothing can be served")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_obeys_real_signals(tmp_path: Path, number: signal.Signals) -> None:
    """As an init system or a person would stop it: greeting on standard output, exit code 0."""
    path = written(tmp_path)
    command = [sys.executable, "-m", "scheduler", "--config", str(path), "run", "--port", "0"]
    with subprocess.Popen(  # noqa: S603 # our own command
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        cwd=Path(__file__).parent.parent,
    ) as process:
        assert process.stdout
        assert "/feed.rss in a feed reader" in process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        process.send_signal(number)
        _, errors = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, errors
    assert "stopped" in errors
    assert "Traceback" not in errors
