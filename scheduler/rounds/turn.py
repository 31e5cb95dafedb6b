"""One thread at a time computes: those that read and judge documents, and the one that records.

Python runs one of them at a time in any case. Where several want to, it takes the interpreter from each after
five milliseconds and at each wait, and whoever goes on finds the caches cold: a round over 200 new feeds
changed threads 13,000 times in place of 2,300, and took up to 6 % more CPU. Who waits, for a server or a
process, holds no turn.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turn:
    """A context manager that one thread at a time is in. Maker: the tools of a round."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let others compute while the caller, whose turn it is, waits."""
        self._lock.release()
        try:
            yield
        finally:
            self._lock.acquire()
