"""Migrations replayed, refused and undone."""

import sqlite3
import threading
from pathlib import Path

import pytest

from feeds.errors import StoreError
from store import Share, Store
from store.connection import Database
from store.migrate import APPLICATION_ID, MIGRATIONS, SCHEMA, _statements, migrate
from tests.builders import FEED, a_check, a_judged, a_verdict, an_item, at
from tests.fake_compare import strangers


def _shape(conn: sqlite3.Connection) -> list[tuple[str, str, str]]:
    rows = conn.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name")
    return [(row[0], row[1], " ".join(row[2].split())) for row in rows]


def test_migrations_add_up_to_the_schema(tmp_path: Path) -> None:
    """`schema.sql` is what all migrations together make, table for table."""
    Store.open(tmp_path / "wire.db").close()
    replayed = sqlite3.connect(tmp_path / "wire.db")
    drawn = sqlite3.connect(":memory:")
    drawn.executescript(SCHEMA.read_text(encoding="utf-8"))
    assert _shape(replayed) == _shape(drawn)
    assert replayed.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    assert replayed.execute("PRAGMA user_version").fetchone()[0] == len(list(MIGRATIONS.glob("*.sql")))
    assert replayed.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    replayed.close()
    drawn.close()


def test_migrations_are_numbered_without_gaps() -> None:
    """The number of a migration is the schema version it makes."""
    numbers = [int(path.name[:4]) for path in sorted(MIGRATIONS.glob("*.sql"))]
    assert numbers == list(range(1, len(numbers) + 1))


def _folder(tmp_path: Path, *steps: str) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir(exist_ok=True)
    for number, sql in enumerate(steps, start=1):
        (folder / f"{number:04d}_step.sql").write_text(sql)
    return folder


def _older(tmp_path: Path, version: int) -> Database:
    """Make an empty store as the schema `version` had it."""
    steps = sorted(MIGRATIONS.glob("*.sql"))[:version]
    db = Database(tmp_path / "wire.db")
    migrate(db, _folder(tmp_path, *(step.read_text(encoding="utf-8") for step in steps)))
    return db


def _tables(db: Database) -> list[str]:
    with db.reading() as conn:
        return [row[0] for row in conn.execute("SELECT name FROM sqlite_master ORDER BY name")]


def test_only_missing_steps_are_applied(tmp_path: Path) -> None:
    """A second migration finds an older file and adds to it; data stays."""
    db = Database(tmp_path / "x.db")
    migrate(db, _folder(tmp_path, "CREATE TABLE a (x);\nINSERT INTO a VALUES ('a;\nb');\n"))
    migrate(db, _folder(tmp_path, "CREATE TABLE a (x);", "CREATE TABLE b (y);"))
    migrate(db, tmp_path / "migrations")
    assert _tables(db) == ["a", "b"]
    with db.reading() as conn:
        assert conn.execute("SELECT x FROM a").fetchall()[0][0] == "a;\nb"
    db.close()


def test_an_older_store_counts_tags_and_finds_on(tmp_path: Path) -> None:
    """Triggers counted and tagged new items before: what they wrote holds, and none is counted twice."""
    db = _older(tmp_path, 13)
    with db.writing() as conn:
        conn.execute("INSERT INTO sources (id, url, origin, added) VALUES (1, ?, 'added', 0)", (FEED,))
        conn.execute(
            "INSERT INTO items (source_id, status, first_seen, sort_at, score, content_hash, fingerprint,"
            " guid, url, language, topic, title, tags, reasons, details, summary, content)"
            " VALUES (1, 2, 0, 0, 1, x'', x'', 'guid-9', 'https://agency.example/9', 'en', 't', 'Old',"
            " '[\"Site\"]', '[]', '{}', '', '')"
        )
    db.close()
    new = a_judged(1, verdict=a_verdict(tags=("site", "Power")))
    with Store.open(tmp_path / "wire.db") as store:
        store.record(a_check(new, a_judged(2, keep=False), at=at()), compare=strangers)
        assert store.curation.shares() == {FEED: Share(judged=3, kept=2)}
        found = [store.find_item(text) for text in ("guid-9", "https://agency.example/9", an_item(1).url)]
        assert [one.guid for one in found if one] == ["guid-9", "guid-9", "guid-1"]
        assert [one.guid for one in store.items(which="all")] == ["guid-1", "guid-2", "guid-9"]
    conn = sqlite3.connect(tmp_path / "wire.db")
    assert conn.execute("SELECT tag FROM item_tags ORDER BY item_id, tag").fetchall() == [
        ("site",),
        ("power",),
        ("site",),
    ]
    conn.close()


def test_an_older_store_keeps_its_checks(tmp_path: Path) -> None:
    """They lay source by source, and lie round by round now; the next one takes the place after them."""
    db = _older(tmp_path, 15)
    with db.writing() as conn:
        conn.execute("INSERT INTO sources (url, origin, added, checks) VALUES (?, 'added', 0, 3)", (FEED,))
        conn.executemany(
            "INSERT INTO checks (source_id, slot, at, outcome, wire_bytes, elapsed_us, entries, new, kept)"
            " VALUES (1, ?, ?, 'unchanged', 7, 0, 0, 0, 0)",
            [(slot, slot) for slot in range(3)],
        )
    db.close()
    with Store.open(tmp_path / "wire.db") as store:
        store.record(a_check(at=at()), compare=strangers)
        assert [line.wire_bytes for line in store.health.checks(FEED)][1:] == [7, 7, 7]


def test_a_failing_step_is_undone_whole(tmp_path: Path) -> None:
    """An error in the middle of a step leaves the file at the step before."""
    db = Database(tmp_path / "x.db")
    with pytest.raises(StoreError, match="no such table"):
        migrate(db, _folder(tmp_path, "CREATE TABLE a (x);", "CREATE TABLE b (y);\nDROP TABLE c;"))
    assert _tables(db) == ["a"]
    db.close()


def test_another_process_may_make_the_store_meanwhile(tmp_path: Path) -> None:
    """Between two looks at a new file it becomes a store: no file of another program."""
    path = tmp_path / "wire.db"
    db = Database(path)
    looks: list[str] = []

    def make(statement: str) -> None:
        looks.append(statement)
        if len(looks) == 2:  # after the first look
            Store.open(path).close()

    db._writer.set_trace_callback(make)
    migrate(db)
    db.close()
    with Store.open(path) as store:
        assert store.source_counts() == (0, 0)


def test_a_lock_on_a_new_store_is_waited_for(tmp_path: Path) -> None:
    """The switch to WAL waits as any other statement does, and as long."""
    path = tmp_path / "wire.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another process"):
        Store.open(path, busy_s=0.0)
    release = threading.Timer(0.05, other.rollback)
    release.start()
    Store.open(path).close()
    release.join()
    other.close()


def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    """SQLite has taken the step back by then: that must not hide what went wrong."""
    db = Database(tmp_path / "x.db")
    with db.bare() as conn:
        conn.execute("PRAGMA max_page_count = 2")
    with pytest.raises(StoreError, match="no space is left on the disk"):
        migrate(db, _folder(tmp_path, "CREATE TABLE a (x);\nINSERT INTO a VALUES (zeroblob(100000));"))
    assert _tables(db) == []
    db.close()


def test_a_step_must_not_break_references(tmp_path: Path) -> None:
    """Foreign keys are checked at the end of each step."""
    db = Database(tmp_path / "x.db")
    a = "CREATE TABLE a (id PRIMARY KEY);\n"
    broken = a + "CREATE TABLE b (a REFERENCES a);\nINSERT INTO b VALUES (7);"
    with pytest.raises(StoreError, match="could not be upgraded to schema 1"):
        migrate(db, _folder(tmp_path, broken))
    assert _tables(db) == []
    db.close()


def test_last_statement_may_lack_its_semicolon() -> None:
    """A script is split where statements end, not where lines do."""
    assert _statements("SELECT 1;\nSELECT\n 2;\nSELECT 3") == ["SELECT 1;\n", "SELECT\n 2;\n", "SELECT 3"]
