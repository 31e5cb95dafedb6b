"""Pictures kept in a folder, each under the hash of its address, bounded in bytes and age."""

import hashlib
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from scheduler.publishing.files import replaced

MOST_BYTES: Final = 256 * 1024 * 1024
OLDEST: Final = timedelta(days=30)
_SWEEP_TO = 0.9
"""What of `MOST_BYTES` is left after the oldest are removed."""


class PictureCache:
    """One folder; thread-safe. A folder that can not be read or written keeps nothing, and harms nobody."""

    def __init__(self, folder: Path, clock: Callable[[], datetime], *, most_bytes: int = MOST_BYTES) -> None:
        self._folder, self._clock, self._most = folder, clock, most_bytes
        self._lock = threading.Lock()
        self._size: int | None = None

    def get(self, url: str) -> bytes | None:
        """Return the picture of an address while it is young enough."""
        path = self._path(url)
        try:
            age = self._clock().timestamp() - path.stat().st_mtime
            return path.read_bytes() if age < OLDEST.total_seconds() else None
        except OSError:
            return None

    def put(self, url: str, body: bytes) -> None:
        """Keep a picture; the oldest make room for it."""
        try:
            with self._lock:
                if replaced(self._path(url), body) and self._size is not None:
                    self._size += len(body)
                if self._size is None or self._size > self._most:
                    self._sweep()
        except OSError:
            return

    def _sweep(self) -> None:
        """Remove what is too old, then the oldest until there is room again."""
        stats = [(path.stat(), path) for path in self._folder.glob("*/*")]
        found = sorted((stat.st_mtime, stat.st_size, str(path)) for stat, path in stats)
        size = sum(bytes_ for _, bytes_, _ in found)
        aim = self._most if size <= self._most else int(self._most * _SWEEP_TO)
        dead = self._clock().timestamp() - OLDEST.total_seconds()
        for changed, bytes_, path in found:
            if changed > dead and size <= aim:
                break
            Path(path).unlink(missing_ok=True)
            size -= bytes_
        self._size = size

    def _path(self, url: str) -> Path:
        name = hashlib.blake2b(url.encode(), digest_size=20).hexdigest()
        return self._folder / name[:2] / name[2:]
