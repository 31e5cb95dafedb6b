"""A topic out of the store is the topic as it is loaded, whatever became of file, program and store."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.curate import edition
from feeds.curate.compiled import content_of
from feeds.curate.edition import begun
from feeds.curate.topic import load, shipped
from feeds.errors import StoreError, TopicError
from scheduler.judging import compiled
from scheduler.judging.compiled import load_beside
from scheduler.judging.criteria import Criteria
from store import Store

TEA = '[topic]\nname = "tea"\n[concepts.tea]\nweight = 4\nnames.en = ["tea"]\n'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open an empty store that waits for nobody."""
    with Store.open(tmp_path / "wire.db", busy_s=0.01) as opened:
        yield opened


@pytest.fixture
def tea(tmp_path: Path) -> Path:
    """Write a small topic."""
    file = tmp_path / "tea.toml"
    file.write_text(TEA, encoding="utf-8")
    return file


class _Compiler:
    """Compiles, and counts how often."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0
        monkeypatch.setattr(compiled, "content_of", self)

    def __call__(self, text: str, path: str) -> object:
        self.times += 1
        return content_of(text, path)


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch) -> _Compiler:
    """Watch what is compiled."""
    return _Compiler(monkeypatch)


def _kept(store: Store) -> list[tuple[bytes, bytes]]:
    with store._db.reading() as conn:
        return [tuple(row) for row in conn.execute("SELECT edition, body FROM compiled")]


@pytest.mark.parametrize("name", shipped())
def test_a_topic_is_compiled_once_and_is_the_same_ever_after(
    store: Store, compiler: _Compiler, name: str
) -> None:
    """Also for the next process, which knows the store alone; criteria with a store ask for it this way."""
    topics = [load_beside(name, store), Criteria(name, store).topic]
    with Store.open(store._db.path) as next_one:
        topics.append(Criteria(name, next_one).topic)
    assert topics == [load(name)] * 3
    assert compiler.times == 1
    assert len(_kept(store)) == 1


def test_criteria_take_note_of_the_program_before_they_need_it(
    store: Store, compiler: _Compiler, tea: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hours may lie between, and what is loaded then may be another version's: nothing is kept of it."""
    code = tmp_path / "code.py"
    code.write_text("one", encoding="utf-8")
    monkeypatch.setattr(edition, "_DECIDING", (str(code),))
    monkeypatch.setattr(store, "judged_by", lambda: f"tea@1#{load(str(tea)).digest}")
    begun.cache_clear()
    try:
        criteria = Criteria(str(tea), store)
        assert compiler.times == 0
        code.write_text("another", encoding="utf-8")
        assert criteria.topic == load(str(tea))
        assert _kept(store) == []
        begun.cache_clear()  # the next process
        for _ in range(2):
            assert Criteria(str(tea), store).topic == load(str(tea))
        assert compiler.times == 2
        assert len(_kept(store)) == 1
    finally:
        begun.cache_clear()


def test_an_edited_file_is_compiled_anew(store: Store, compiler: _Compiler, tea: Path) -> None:
    """And what was made of the former one does not stay."""
    assert load_beside(str(tea), store).concepts[0].weight == 4
    before = _kept(store)
    tea.write_text(TEA.replace("weight = 4", "weight = 5"), encoding="utf-8")
    assert load_beside(str(tea), store).concepts[0].weight == 5
    assert load_beside(str(tea), store) == load(str(tea))
    assert compiler.times == 2
    ((now, _),) = _kept(store)
    assert now != before[0][0]


def test_another_program_compiles_anew(
    store: Store, compiler: _Compiler, tea: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its code may make something else of the same file."""
    load_beside(str(tea), store)
    other = tmp_path / "code.py"
    other.write_text("other", encoding="utf-8")
    monkeypatch.setattr(edition, "_DECIDING", (str(other),))
    begun.cache_clear()
    try:
        assert load_beside(str(tea), store) == load(str(tea))
        assert load_beside(str(tea), store) == load(str(tea))
        assert compiler.times == 2
        other.unlink()  # and where no edition can be told, nothing is asked of the store or kept in it
        before = _kept(store)
        assert load_beside(str(tea), store) == load(str(tea))
        assert compiler.times == 3
        assert _kept(store) == before
    finally:
        begun.cache_clear()


@pytest.mark.parametrize("body", [b"", b"no topic", bytes(400)])
def test_a_damaged_topic_is_compiled_anew_and_replaced(
    store: Store, compiler: _Compiler, tea: Path, body: bytes
) -> None:
    """As if there had been none."""
    load_beside(str(tea), store)
    whole = _kept(store)
    with store._db.writing() as conn:
        conn.execute("UPDATE compiled SET body = ?", (body,))
    assert load_beside(str(tea), store) == load(str(tea))
    assert compiler.times == 2
    assert _kept(store) == whole


def test_a_store_that_can_not_be_written_is_no_hindrance(
    store: Store, compiler: _Compiler, tea: Path
) -> None:
    """Read-only, or locked by somebody else: the topic is compiled each time."""
    with store._db.bare() as conn:
        conn.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError):
        store.curation.keep_compiled(b"", b"")
    assert load_beside(str(tea), store) == load(str(tea))
    with store._db.bare() as conn:
        conn.execute("PRAGMA query_only = OFF")
    other = sqlite3.connect(store._db.path)
    other.execute("BEGIN IMMEDIATE")
    assert load_beside(str(tea), store) == load(str(tea))
    other.close()
    assert compiler.times == 2
    assert _kept(store) == []


def test_a_store_that_can_not_be_read_is_no_hindrance(store: Store, tea: Path) -> None:
    """Whoever needs more of it will be told."""
    store.close()
    with pytest.raises(StoreError):
        store.curation.compiled(b"")
    assert load_beside(str(tea), store) == load(str(tea))


@pytest.mark.parametrize(
    "text", ["name = ", "[topic]\nname = 1\n", TEA.replace("4", "-4"), "a = " + "[" * 9000]
)
def test_a_broken_topic_is_told_as_ever(store: Store, tea: Path, text: str) -> None:
    """In the same sentence, with a good one kept in the store too."""
    load_beside(str(tea), store)
    tea.write_text(text, encoding="utf-8")
    with pytest.raises(TopicError) as as_ever:
        load(str(tea))
    with pytest.raises(TopicError) as told:
        load_beside(str(tea), store)
    assert str(told.value) == str(as_ever.value)
    with pytest.raises(TopicError, match="no such topic can be read"):
        load_beside(str(tea.with_name("none.toml")), store)
