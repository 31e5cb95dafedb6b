"""Taking turns at computing."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest

from feeds.intake import isolate, read, worker
from feeds.intake.isolate import IsolatedReader
from feeds.model import (
    Check,
    Entry,
    FeedHead,
    FetchOutcome,
    FetchRequest,
    Judged,
    ReadFailed,
    Reading,
    ReadRequest,
    Recorded,
    Source,
)
from scheduler.config.types import Config, StoreConfig
from scheduler.rounds import pipeline
from scheduler.rounds.turn import Turn
from scheduler.workshop import open_workshop
from tests.builders import FEED, NOW, a_state
from tests.fakes import FakeFetcher, FakeReader, curate

BODY = b"<rss><channel><item><title>A</title><guid>a</guid></item></channel></rss>"


def taken(turn: Turn) -> bool:
    """Say whether somebody's turn it is."""
    free = turn._lock.acquire(blocking=False)
    if free:
        turn._lock.release()
    return not free


def test_one_thread_at_a_time() -> None:
    """Whoever comes meanwhile waits until the turn is over, also where it ends in an error."""
    turn, order = Turn(), list[str]()

    def second() -> None:
        with turn:
            order.append("second")

    thread = threading.Thread(target=second)
    with suppress(KeyError), turn:
        thread.start()
        thread.join(0.05)
        order.append("first")
        raise KeyError
    thread.join(5)
    assert order == ["first", "second"]


def test_who_waits_steps_aside() -> None:
    """Another may compute meanwhile; afterwards it is the caller's turn again, whatever happened."""
    turn = Turn()
    with turn:
        with suppress(KeyError), turn.aside():
            with turn:
                assert taken(turn)
            assert not taken(turn)
            raise KeyError
        assert taken(turn)
    assert not taken(turn)


def test_a_check_reads_and_judges_in_its_turn() -> None:
    """Asking is no part of it: nobody waits for a server that somebody else asks."""
    turn, held = Turn(), dict[str, bool]()

    class Web(FakeFetcher):
        def fetch(self, request: FetchRequest) -> FetchOutcome:
            held["ask"] = taken(turn)
            return super().fetch(request)

    class Desk(FakeReader):
        def read(self, request: ReadRequest) -> Reading | ReadFailed:
            held["read"] = taken(turn)
            return super().read(request)

    def judge(entries: Sequence[Entry], source: Source, head: FeedHead, now: datetime) -> tuple[Judged, ...]:
        held["judge"] = taken(turn)
        return curate(entries, source, head, now)

    web = Web()
    web.feed(FEED, b"a moon base")
    pipeline.check(a_state(), pipeline.Tools(fetcher=web, reader=Desk(), curate=judge, turn=turn), now=NOW)
    assert held == {"ask": False, "read": True, "judge": True}
    assert not taken(turn)


def test_the_reader_steps_aside_for_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done in the calling thread is done in its turn; while the process works, it is free."""
    turn, held = Turn(), dict[str, bool]()

    def prepared(request: ReadRequest) -> object:
        held["here"] = taken(turn)
        return read.prepare(request)

    def called(*_: object) -> Reading:
        held["there"] = taken(turn)
        return Reading(head=FeedHead(), entries=(), hashes=(), total=0)

    monkeypatch.setattr(isolate, "prepare", prepared)
    monkeypatch.setattr(worker.Worker, "call", called)
    with IsolatedReader(waiting=turn.aside) as reader, turn:
        reader.read(ReadRequest(body=BODY, content_type="", url=FEED, seen=frozenset(), now=NOW))
        assert taken(turn)
    assert held == {"here": True, "there": False}


def test_recording_takes_its_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that records computes as much as those that read; all of a workshop share one turn."""
    held = list[bool]()

    def record_all(_store: object, checks: Sequence[Check], **_: object) -> list[Recorded]:
        held.append(taken(turn))
        return [Recorded() for _ in checks]

    with open_workshop(Config(store=StoreConfig(path=tmp_path / "moonwire.sqlite"))) as shop:
        turn = shop.tools.turn
        monkeypatch.setattr(type(shop.store), "record_all", record_all)
        check = Check(at=NOW, outcome="unchanged", state=a_state())
        assert shop.record_all([check, check]) == [Recorded(), Recorded()]
        assert shop.record(check) == Recorded()
        with turn:
            reader = shop.tools.reader
            reader.read(ReadRequest(body=b"", content_type="", url=FEED, seen=frozenset(), now=NOW))
            isolated = reader._reader  # type: ignore[attr-defined] # of the workshop
            with isolated._waiting():
                held.append(taken(turn))
    assert held == [True, True, False]
