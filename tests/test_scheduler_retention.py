"""What was rejected long ago goes: by the daemon, by `fetch --all`, by hand. Copies and checks."""

import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.model import Judged
from feeds.model.value import replace
from scheduler import cli, retention
from scheduler.config.load import parse
from scheduler.config.types import Config
from scheduler.retention import EVERY
from scheduler.wire import Wire
from store import Store, prune
from tests.builders import NOW, a_check, a_judged, an_item, at
from tests.fake_compare import strangers
from tests.fakes import FakeClock
from tests.town import Output, empty_home

NEVER = threading.Event()


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a configuration and an old store."""
    folder = empty_home(tmp_path, monkeypatch)
    (folder / "moonwire.toml").write_text('source = []\n[store]\npath = "wire.db"\n')
    filled(folder / "wire.db")
    return folder


def item(number: int, days: int) -> Judged:
    """Make an item of so many days from now that the topic keeps (3) or rejects (all others)."""
    about = {} if number == 3 else {"title": f"Bread is dearer by {number}", "summary": ""}
    return a_judged(number, keep=number == 3, item=an_item(number, published=at(days=days), **about))


def filled(path: Path) -> None:
    """Store four items: of 400 days ago two rejected and a kept one, and a rejected one of today."""
    with Store.open(path) as store:
        for days, numbers in ((-400, (1, 2, 3)), (0, (4,))):
            judged = [item(number, days) for number in numbers]
            store.record(a_check(*judged, at=at(days=days)), compare=strangers)


def stored(path: Path) -> list[str]:
    """Return the guids that are stored."""
    with Store.open(path) as store:
        return sorted(each.guid for each in store.items(which="all", limit=None))


def configured(folder: Path, more: str = "") -> Config:
    """Make a configuration over that store."""
    return parse(f'source = []\n[store]\npath = "{folder}/wire.db"\n{more}', None)


@pytest.mark.parametrize(("more", "left"), [("", ["guid-3", "guid-4"]), ("rejected_days = 0\n", None)])
def test_the_daemon_lets_old_items_go(tmp_path: Path, more: str, left: list[str] | None) -> None:
    """A year is the default; with 0 all stay."""
    filled(tmp_path / "wire.db")
    before = stored(tmp_path / "wire.db")
    wire = Wire(configured(tmp_path, more), clock=FakeClock())
    wire.turn(NEVER)
    wire.close()
    assert stored(tmp_path / "wire.db") == (left or before)


def test_some_at_each_turn_and_then_not_before_tomorrow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn is short, however much there is to remove."""
    monkeypatch.setattr(prune, "BATCH", 1)
    monkeypatch.setattr("scheduler.wire.AT_ONCE", 1)
    filled(tmp_path / "wire.db")
    clock = FakeClock()
    wire = Wire(configured(tmp_path), clock=clock)
    counts = []
    for _ in range(4):
        wire.turn(NEVER)
        counts.append(len(wire.workshop.store.items(which="all", limit=None)))
    wire.workshop.store.record(a_check(item(7, -400), at=at(days=-400)), compare=strangers)
    wire.turn(NEVER)
    counts.append(len(wire.workshop.store.items(which="all", limit=None)))
    clock.ticks(seconds=EVERY.total_seconds())
    wire.turn(NEVER)
    counts.append(len(wire.workshop.store.items(which="all", limit=None)))
    wire.close()
    assert counts == [3, 2, 2, 2, 3, 2]


def test_another_span_counts_once_the_configuration_is_read_again(tmp_path: Path) -> None:
    """The store itself stays where it is."""
    filled(tmp_path / "wire.db")
    clock = FakeClock()
    wire = Wire(configured(tmp_path, "rejected_days = 0\n"), clock=clock)
    wire.turn(NEVER)
    assert wire.reload(lambda: configured(tmp_path, "rejected_days = 30\n"))
    clock.ticks(seconds=EVERY.total_seconds())
    wire.turn(NEVER)
    wire.close()
    assert stored(tmp_path / "wire.db") == ["guid-3", "guid-4"]


def test_a_round_of_fetch_lets_them_go_once_an_hour(work: Path) -> None:
    """Without a daemon too."""
    with Store.open(work / "wire.db") as store:
        store.take_stock_at(NOW - timedelta(days=1))
    assert cli.run(["fetch", "--all"]) == 0
    assert "guid-1" not in stored(work / "wire.db")


def test_items_are_removed_by_hand(work: Path, capsys: Output) -> None:
    """Rejected ones by their age; kept ones only when that is said."""
    assert cli.run(["store", "prune", "2000-01-01"]) == 0
    assert cli.run(["store", "prune", (NOW - timedelta(days=100)).date().isoformat()]) == 0
    assert stored(work / "wire.db") == ["guid-3", "guid-4"]
    assert cli.run(["store", "prune", "--kept", (NOW - timedelta(days=100)).date().isoformat()]) == 0
    assert stored(work / "wire.db") == ["guid-4"]
    assert capsys.readouterr().out == "Removed 0 items.\nRemoved 2 items.\nRemoved 1 item.\n"
    assert cli.run(["store", "prune", "soon"]) == 2
    assert 'AGE: found "soon", expected a span' in capsys.readouterr().err


def test_a_copy_is_a_store(work: Path, capsys: Output) -> None:
    """It is never written over anything, and what can not be written leaves nothing."""
    assert cli.run(["store", "backup", "copies/monday.db"]) == 0
    assert stored(work / "copies" / "monday.db") == stored(work / "wire.db")
    assert cli.run(["store", "backup", "copies/monday.db"]) == 2
    assert cli.run(["store", "backup", "wire.db/monday.db"]) == 3
    told = capsys.readouterr().err
    assert "copies/monday.db: is there already; name a new file." in told
    assert "the backup wire.db/monday.db can not be written" in told
    assert [each.name for each in (work / "copies").iterdir()] == ["monday.db"]


def test_damage_is_told(work: Path, capsys: Output) -> None:
    """Of a whole store too that it is whole."""
    assert cli.run(["store", "check"]) == 0
    assert "wire.db is whole." in capsys.readouterr().err
    with sqlite3.connect(work / "wire.db") as conn:
        conn.execute("PRAGMA foreign_keys = OFF")
        conn.execute("UPDATE items SET source_id = 99 WHERE id = 1")
    conn.close()
    assert cli.run(["store", "check"]) == 3
    assert "what it refers to in sources is missing" in capsys.readouterr().out


def test_nothing_is_removed_where_all_is_kept(tmp_path: Path) -> None:
    """Without a look at the store."""
    path = tmp_path / "wire.db"
    filled(path)
    config = replace(configured(tmp_path).store, rejected_days=0)
    with Store.open(path) as store:
        assert retention.let_go(store, config, now=NOW, most=1) == 0
