"""Checks recorded together: several in one transaction, and none at the mercy of another."""

import threading

import pytest

from feeds.model import Check, Recorded
from scheduler.rounds import run
from scheduler.rounds.run import run_round
from tests.builders import a_state
from tests.fakes import FakeWorkshop
from tests.test_scheduler_flights import urls


def test_quiet_checks_are_recorded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """One transaction takes several checks without news; each is told on its own."""
    shop = FakeWorkshop(workers=1)
    batches: list[int] = []
    told: list[Check] = []
    record_all = shop.record_all

    def counted(self: FakeWorkshop, checks: list[Check]) -> list[Recorded]:
        assert self is shop
        batches.append(len(checks))
        return record_all(checks)

    monkeypatch.setattr(FakeWorkshop, "record_all", counted)
    monkeypatch.setattr(run, "BATCH", 4)
    monkeypatch.setattr(run, "BATCH_S", 600.0)
    states = []
    for url in urls(9):
        shop.web.feed(url, b"", etag='"1"')
        states.append(a_state(url))
    report = run_round(shop, states, on_check=lambda check, _: told.append(check))
    assert (report.unchanged, len(told), sum(batches)) == (9, 9, 9)
    assert max(batches) <= 4


def test_checks_with_news_are_recorded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """One transaction takes several documents too, but only so many entries."""
    shop = FakeWorkshop(workers=1)
    batches: list[int] = []
    record_all = shop.record_all

    def counted(_: FakeWorkshop, checks: list[Check]) -> list[Recorded]:
        batches.append(sum(len(check.judged) for check in checks))
        return record_all(checks)

    monkeypatch.setattr(FakeWorkshop, "record_all", counted)
    monkeypatch.setattr(run, "BATCH_S", 600.0)
    monkeypatch.setattr(run, "NEWS", 3)
    for url in urls(9):
        shop.web.feed(url, b"one two")
    report = run_round(shop, map(a_state, urls(9)))
    assert report.changed == 9
    assert sum(batches) == report.new
    assert max(batches) <= 4
    assert len(batches) < 9


def test_poison_among_quiet_checks_hurts_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """When a batch can not be kept, each of it is kept on its own, and the round's thread does it."""

    def fails(_: FakeWorkshop, checks: list[Check]) -> list[Recorded]:
        raise ValueError(len(checks))

    shop = FakeWorkshop()
    monkeypatch.setattr(FakeWorkshop, "record_all", fails)
    for url in urls(5):
        shop.web.feed(url, b"")
    assert run_round(shop, map(a_state, urls(5))).unchanged == 5
    assert set(shop.store.states) == set(urls(5))
    assert shop.store.threads == {threading.get_ident()}
