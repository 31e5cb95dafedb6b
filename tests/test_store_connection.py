"""Opening the store, and every way in which that or a call can fail."""

import os
import sqlite3
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.errors import StoreError
from feeds.model import Related, Stamp
from store import LearnedModel, Store
from store.connection import sentence
from store.curation import Curation
from tests.builders import FEED, NOW, a_check, a_judged, a_source
from tests.fake_compare import strangers

Call = Callable[[Store, Path], object]

MODEL = LearnedModel(topic="t", trained=NOW, active=True, body=b"", report="{}")
WRITES: dict[str, Call] = {
    "sync_sources": lambda s, _: s.sync_sources([a_source()], origin="config", now=NOW),
    "add_source": lambda s, _: s.add_source(a_source(), now=NOW),
    "remove_source": lambda s, _: s.remove_source(FEED),
    "make_due": lambda s, _: s.make_due(FEED, at=NOW, why="asked for"),
    "take_stock_at": lambda s, _: s.take_stock_at(NOW),
    "keep_patience": lambda s, _: s.keep_patience(NOW, timedelta(hours=1)),
    "record": lambda s, _: s.record(a_check(a_judged()), compare=strangers),
    "record_all": lambda s, _: s.record_all([a_check(a_judged())], compare=strangers),
    "save_stamps": lambda s, _: s.save_stamps({"feed.rss": Stamp(digest="00", changed_at=NOW)}),
    "prune": lambda s, _: s.prune(NOW, now=NOW),
    "join": lambda s, _: s.join(1, 2, now=NOW),
    "split": lambda s, _: s.split(1, [2], now=NOW),
    "curation.rejudge": lambda s, _: s.curation.rejudge([], compare=strangers),
    "curation.mark": lambda s, _: s.curation.mark(1, a_judged(), keep=None, at=NOW, compare=strangers),
    "curation.save_model": lambda s, _: s.curation.save_model(MODEL),
    "curation.forget_model": lambda s, _: s.curation.forget_model("t"),
    "curation.keep_compiled": lambda s, _: s.curation.keep_compiled(b"", b""),
}
READS: dict[str, Call] = {
    "sources": lambda s, _: s.sources(),
    "source": lambda s, _: s.source(FEED),
    "seen": lambda s, _: s.seen(FEED),
    "source_lines": lambda s, _: s.source_lines(),
    "source_counts": lambda s, _: s.source_counts(),
    "due": lambda s, _: s.due(NOW),
    "next_due": lambda s, _: s.next_due(),
    "items": lambda s, _: s.items(),
    "find_item": lambda s, _: s.find_item("1"),
    "relations": lambda s, _: s.relations(1),
    "search": lambda s, _: s.search("moon", limit=5),
    "stories": lambda s, _: s.stories(limit=5),
    "story": lambda s, _: s.story(1),
    "revision": lambda s, _: s.revision(),
    "stock_at": lambda s, _: s.stock_at(),
    "patience": lambda s, _: s.patience(),
    "judged_by": lambda s, _: s.judged_by(),
    "stamps": lambda s, _: s.stamps(),
    "backup": lambda s, folder: s.backup(folder / "copy.db"),
    "integrity": lambda s, _: s.integrity(),
    "curation.stale": lambda s, _: s.curation.stale("t"),
    "curation.stale_items": lambda s, _: s.curation.stale_items("t", limit=5),
    "curation.items_after": lambda s, _: s.curation.items_after(0, limit=5),
    "curation.item": lambda s, _: s.curation.item(1),
    "curation.marked": lambda s, _: s.curation.marked(),
    "curation.shares": lambda s, _: s.curation.shares(),
    "curation.model": lambda s, _: s.curation.model("t"),
    "curation.compiled": lambda s, _: s.curation.compiled(b""),
}


def test_every_method_stands_in_one_of_the_tables() -> None:
    """A new method has to be added to the rules below."""
    public = {name for name in vars(Store) if not name.startswith("_")}
    public |= {f"curation.{name}" for name in vars(Curation) if not name.startswith("_")}
    assert public - {"open", "close"} == WRITES.keys() | READS.keys()


@pytest.mark.parametrize("name", WRITES | READS)
def test_a_closed_store_says_so(name: str, tmp_path: Path) -> None:
    """Every method raises StoreError on a closed store."""
    store = Store.open(tmp_path / "wire.db")
    store.close()
    with pytest.raises(StoreError, match="is closed"):
        (WRITES | READS)[name](store, tmp_path)


@pytest.mark.parametrize("name", WRITES)
def test_a_locked_store_refuses_writes_with_a_sentence(name: str, tmp_path: Path) -> None:
    """Every writing method raises StoreError while another process holds the lock too long."""
    path = tmp_path / "wire.db"
    with Store.open(path, busy_s=0.01) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another process"):
            WRITES[name](store, tmp_path)
        other.close()
        WRITES[name](store, tmp_path)


@pytest.mark.parametrize("name", READS)
def test_readers_do_not_wait_for_a_writer(name: str, tmp_path: Path) -> None:
    """Every reading method works while another process writes."""
    path = tmp_path / "wire.db"
    with Store.open(path, busy_s=0.01) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        READS[name](store, tmp_path)
        other.close()


def test_folder_is_made(tmp_path: Path) -> None:
    """A missing folder is no failure."""
    with Store.open(tmp_path / "a" / "b" / "wire.db") as store:
        assert store.integrity() == ()


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    """The path of a folder is refused with a sentence."""
    with pytest.raises(StoreError, match="is a folder"):
        Store.open(tmp_path)


def test_folder_that_can_not_be_made(tmp_path: Path) -> None:
    """A file where the folder should be is named."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="can not be made"):
        Store.open(tmp_path / "file" / "wire.db")


def test_no_database(tmp_path: Path) -> None:
    """Another kind of file is refused and left as it is."""
    path = tmp_path / "notes.txt"
    path.write_text("These are my notes. " * 100)
    with pytest.raises(StoreError, match="is no SQLite file"):
        Store.open(path)
    assert path.read_text().startswith("These are")


def test_store_of_another_program(tmp_path: Path) -> None:
    """An SQLite file with tables of its own is refused and left as it is."""
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE t (x)")
    other.commit()
    with pytest.raises(StoreError, match="of another program"):
        Store.open(path)
    assert [row[0] for row in other.execute("SELECT name FROM sqlite_master")] == ["t"]
    other.close()


def test_newer_store(tmp_path: Path) -> None:
    """A file of a later version is refused: upgrade the program."""
    path = tmp_path / "wire.db"
    Store.open(path).close()
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version = 999")
    other.close()
    with pytest.raises(StoreError, match="newer moonwire"):
        Store.open(path)


def test_damaged_store(tmp_path: Path) -> None:
    """A file whose pages were overwritten is refused with a sentence."""
    path = tmp_path / "wire.db"
    Store.open(path).close()
    data = bytearray(path.read_bytes())
    data[100:] = b"\xff" * (len(data) - 100)
    path.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"):
        Store.open(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_file_without_permission(tmp_path: Path) -> None:
    """A file that may not be read is named."""
    path = tmp_path / "wire.db"
    Store.open(path).close()
    path.chmod(0)
    with pytest.raises(StoreError, match="permissions"):
        Store.open(path)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (sqlite3.SQLITE_READONLY, "can not be written"),
        (sqlite3.SQLITE_FULL, "no space"),
        (sqlite3.SQLITE_IOERR, "check the disk"),
        (sqlite3.SQLITE_IOERR_FSYNC, "check the disk"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "locked"),
    ],
)
def test_each_code_has_its_sentence(code: int, words: str, tmp_path: Path) -> None:
    """Extended codes fall back to their primary one, and the file is named."""
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    assert words in sentence(tmp_path / "wire.db", error)
    assert str(tmp_path / "wire.db") in sentence(tmp_path / "wire.db", error)


def test_unknown_errors_keep_their_words(tmp_path: Path) -> None:
    """What has no sentence of its own is told as SQLite puts it."""
    assert sentence(tmp_path, sqlite3.ProgrammingError("odd")).endswith("failed: odd")


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    """An exception in the middle of a check undoes all of it, validators included."""

    def broken(*_: object) -> Related:
        raise RuntimeError("compare fell over")

    with Store.open(tmp_path / "wire.db") as store:
        store.record(a_check(a_judged(1)), compare=strangers)
        before = (store.source(FEED), store.items(which="all"), store.revision())
        again = a_judged(2, identity=a_judged(1).identity)
        with pytest.raises(RuntimeError):
            store.record(a_check(a_judged(3), again), compare=broken)
        assert (store.source(FEED), store.items(which="all"), store.revision()) == before
        store.record(a_check(a_judged(3)), compare=strangers)
        assert len(store.items()) == 2


def test_readers_beside_a_writing_thread(tmp_path: Path) -> None:
    """Readers in other threads see whole checks only, and the revision never goes back."""
    wrong: list[object] = []
    done = threading.Event()
    with Store.open(tmp_path / "wire.db") as store:

        def read() -> None:
            last = 0
            while not done.is_set():
                count, revision = len(store.items(limit=None)), store.revision()
                if count % 5 or revision < last:
                    wrong.append((count, revision, last))
                last = revision

        readers = [threading.Thread(target=read) for _ in range(3)]
        for each in readers:
            each.start()
        for n in range(40):
            judged = [a_judged(5 * n + k) for k in range(5)]
            store.record(a_check(*judged), compare=strangers)
        done.set()
        for each in readers:
            each.join()
        assert not wrong
        assert len(store.items(limit=0)) == 200


def test_a_reader_may_outlive_the_store(tmp_path: Path) -> None:
    """Closing while a reader is at work is safe: its connection is closed when it is done."""
    store = Store.open(tmp_path / "wire.db")
    with store._db.reading() as conn:
        store.close()
        assert conn.execute("SELECT 1").fetchone()[0] == 1
    with pytest.raises(sqlite3.ProgrammingError):
        conn.execute("SELECT 1")
    store.close()


@pytest.mark.parametrize("column", ["posted", "freshness", "head"])
def test_a_column_that_can_not_be_read_is_damage(tmp_path: Path, column: str) -> None:
    """It is told in one sentence, as damage that SQLite sees itself."""
    path = tmp_path / "wire.db"
    with Store.open(path) as store:
        store.sync_sources([a_source()], origin="config", now=NOW)
        with store._db.writing() as conn:
            conn.execute(f"UPDATE sources SET {column} = '[1,'")  # noqa: S608 # a column's name
        with pytest.raises(StoreError, match="is damaged; put a backup in its place"):
            store.due(NOW)


def test_damaged_hashes_are_none(tmp_path: Path) -> None:
    """A document is read anew then, which brings nothing twice."""
    with Store.open(tmp_path / "wire.db") as store:
        store.sync_sources([a_source()], origin="config", now=NOW)
        with store._db.writing() as conn:
            conn.execute("INSERT INTO seen VALUES (1, ?)", (b"\xc1",))
        assert store.seen(FEED) == frozenset()
        assert [state.seen for state in store.due(NOW)] == [frozenset()]
