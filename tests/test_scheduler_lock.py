"""One daemon per store, for as long as it lives."""

import errno
import os
from pathlib import Path

import pytest

from feeds.errors import StoreError
from scheduler.lock import daemon_lock


def test_a_second_daemon_is_refused_with_the_name_of_the_first(tmp_path: Path) -> None:
    """The sentence names store and process, and what to do."""
    store = tmp_path / "wire.db"
    with daemon_lock(store), pytest.raises(StoreError) as refused, daemon_lock(store):
        raise AssertionError("two daemons at once")
    assert str(store) in str(refused.value)
    assert str(os.getpid()) in str(refused.value)


def test_the_lock_is_free_again_afterwards_and_others_are_not_touched(tmp_path: Path) -> None:
    """A lock file that lies about is no lock; another store has another lock."""
    store = tmp_path / "new" / "wire.db"
    with daemon_lock(store) as path:
        assert path.exists()
        with daemon_lock(tmp_path / "other.db"):
            pass
    with daemon_lock(store):
        pass


def test_a_lock_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    """The folder of the store is a file: one sentence."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="can not be opened"), daemon_lock(tmp_path / "file" / "wire.db"):
        raise AssertionError("held nothing")


def test_an_unreadable_holder_is_not_named(tmp_path: Path) -> None:
    """Whatever the file holds, only a number is taken for a process."""
    store = tmp_path / "wire.db"
    with daemon_lock(store) as path:
        path.write_text("nonsense")
        with pytest.raises(StoreError, match="Another moonwire daemon already runs"), daemon_lock(store):
            raise AssertionError("two daemons at once")


def test_a_full_disk_hides_only_the_holder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel holds the lock; its file needs no room."""

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    store = tmp_path / "wire.db"
    with (
        daemon_lock(store),
        pytest.raises(StoreError, match="Another moonwire daemon already runs"),
        daemon_lock(store),
    ):
        raise AssertionError("two daemons at once")
