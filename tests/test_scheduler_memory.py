"""Memory: pools asked of the C library where it has such a setting, and garbage left until all is loaded."""

import ctypes
import gc
import queue
from typing import Any

import pytest

from scheduler.rounds import crew, memory


class Library:
    """A C library that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []

    def mallopt(self, option: int, value: int) -> int:
        """Note it."""
        self.told.append((option, value))
        return 1


def test_one_pool_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Glibc is told M_ARENA_MAX = 1."""
    library = Library()
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: library)
    memory.share_pools()
    assert library.told == [(-8, 1)]


@pytest.mark.parametrize("error", [OSError, TypeError, None])
def test_other_libraries_are_left_alone(
    error: type[Exception] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No library to load, or one without the function: nothing happens."""

    def load(_name: object) -> object:
        if error:
            raise error
        return object()

    monkeypatch.setattr(ctypes, "CDLL", load)
    memory.share_pools()


def test_pools_are_shared_as_soon_as_there_are_several_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread has nothing to share; it is said once, however many follow."""
    told: list[None] = []
    monkeypatch.setattr(crew, "share_pools", lambda: told.append(None))
    means: Any = None  # nothing is checked
    threads = crew.Crew(means, queue.SimpleQueue(), force=False)
    threads.grow(1)
    assert not told
    threads.grow(4)
    threads.dismiss()
    assert told == [None]


def test_what_is_loaded_is_put_aside_once() -> None:
    """Where the entry point has switched the collector off it begins, and past what is there already."""
    gc.disable()
    often = gc.get_threshold()
    try:
        memory.look_for_garbage()
        frozen = gc.get_freeze_count()
        assert gc.isenabled()
        assert frozen > 10_000
        later: list[list[int]] = [[] for _ in range(1_000)]
        memory.look_for_garbage()
        assert gc.get_freeze_count() < frozen + len(later)  # what others let go meanwhile is counted off
        assert gc.get_threshold() > often
    finally:
        gc.set_threshold(*often)
        gc.enable()
        gc.unfreeze()
