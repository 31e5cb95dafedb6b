"""Retention, copies, integrity, and what a killed process leaves."""

import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from feeds.errors import StoreError
from feeds.model import Recorded, Relation
from store import Store, prune
from tests.builders import FEED, NOW, a_check, a_judged, an_item, at
from tests.fake_compare import always, strangers, twins

ROOT = Path(__file__).resolve().parent.parent

WRITER = """
import sys
from pathlib import Path
from store import Store
from tests.builders import a_check, a_judged, at
from tests.fake_compare import strangers
with Store.open(Path(sys.argv[1])) as store:
    start = len(store.items(which="all", limit=0)) // 5
    for n in range(start, 100_000):
        judged = [a_judged(5 * n + k, keep=k % 2 == 0) for k in range(5)]
        store.record(a_check(*judged, at=at(minutes=n)), compare=strangers)
        print(n, flush=True)
"""


def test_nothing_pruned_comes_back(tmp_path: Path) -> None:
    """Old rejected items go for good; kept ones stay unless they are asked to go too."""
    check = a_check(*(a_judged(n, keep=n % 2 == 0) for n in range(1, 6)), at=at(days=-40))
    with Store.open(tmp_path / "wire.db") as store:
        old = [a_judged(n, keep=n % 2 == 0, item=an_item(n, published=at(days=-50))) for n in range(1, 6)]
        check = a_check(*old, at=at(days=-40))
        store.record(check, compare=twins)
        before = store.revision()
        assert store.prune(at(days=-45), now=NOW) == 0
        assert store.prune(at(days=-30), now=NOW) == 3
        assert store.revision() == before
        assert [each.guid for each in store.items(which="all")] == ["guid-2", "guid-4"]
        assert store.record(check, compare=twins) == Recorded()
        assert store.prune(at(days=-30), now=NOW, kept=True) == 2
        assert store.revision() == before + 1
        assert store.stories(limit=5) == []
        assert store.search("milestone", limit=5) == []
        assert store.record(check, compare=twins) == Recorded()
        assert store.items(which="all") == []
        assert store.integrity() == ()
        newest = store.record(a_check(a_judged(9)), compare=twins)
        assert newest.item_ids == (6,)


def test_copies_survive_their_root(tmp_path: Path) -> None:
    """The oldest copy becomes the root of the others and leads the story under its key."""
    with Store.open(tmp_path / "wire.db") as store:
        first = a_judged(item=an_item(1, published=at(days=-50)))
        store.record(a_check(first, at=at(days=-50)), compare=strangers)
        key = store.stories(limit=1)[0].key
        for n in (2, 3):
            copy = a_judged(
                item=an_item(n, source=f"https://{n}.example/", published=at(hours=n)),
                identity=first.identity,
            )
            store.record(a_check(copy), compare=always(Relation.SAME_ARTICLE))
        store.prune(at(days=-30), now=NOW, kept=True)
        assert [(each.id, each.duplicate_of) for each in store.items()] == [(3, 2), (2, None)]
        (story,) = store.stories(limit=9)
        assert (story.key, story.lead.id, len(story.also)) == (key, 2, 1)


def test_pruning_goes_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More items than one transaction takes are all removed."""
    monkeypatch.setattr(prune, "BATCH", 2)
    with Store.open(tmp_path / "wire.db") as store:
        store.record(a_check(*(a_judged(n, keep=False) for n in range(5)), at=at(days=-9)), compare=strangers)
        assert store.prune(at(days=9), now=NOW) == 5


def test_backup_is_a_store(tmp_path: Path) -> None:
    """A copy holds everything, stands alone, and overwrites nothing."""
    with Store.open(tmp_path / "wire.db") as store:
        store.record(a_check(a_judged(1)), compare=strangers)
        store.backup(tmp_path / "copies" / "copy.db")
        with pytest.raises(StoreError, match="exists already"):
            store.backup(tmp_path / "copies" / "copy.db")
        with Store.open(tmp_path / "copies" / "copy.db") as copy:
            assert copy.items() == store.items()
            assert copy.source(FEED) == store.source(FEED)
        (tmp_path / "file").write_text("x")
        with pytest.raises(StoreError, match="can not be written"):
            store.backup(tmp_path / "file" / "copy.db")


def test_integrity_names_what_is_missing(tmp_path: Path) -> None:
    """A reference into nothing is told with its table."""
    with Store.open(tmp_path / "wire.db") as store:
        store.record(a_check(a_judged(1)), compare=strangers)
        assert store.integrity() == ()
        other = sqlite3.connect(tmp_path / "wire.db")
        other.execute("DELETE FROM sources")
        other.commit()
        other.close()
        assert any("table items" in each and "sources" in each for each in store.integrity())


def test_kill_at_any_moment_leaves_whole_checks(tmp_path: Path) -> None:
    """A writer is killed again and again: the file is whole, and what it had reported is there."""
    rng = random.Random(7)  # noqa: S311 # a repeatable choice of moments
    path = tmp_path / "wire.db"
    for _ in range(6):
        with subprocess.Popen(  # noqa: S603 # this test's own program
            [sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            said = [int(child.stdout.readline()) for _ in range(rng.randrange(1, 30))]
            child.send_signal(signal.SIGKILL)
            said += [int(line) for line in child.stdout.read().splitlines() if line.isdigit()]
        with Store.open(path) as store:
            assert store.integrity() == ()
            items = store.items(which="all", limit=0)
            assert len(items) % 5 == 0
            assert len({each.guid for each in items}) == len(items) >= 5 * (said[-1])
            assert len(store.stories(limit=10**6)) == len(store.items(limit=0))
            state = store.source(FEED)
            assert state is not None
            assert state.last_check == at(minutes=len(items) // 5 - 1)
