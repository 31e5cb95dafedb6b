"""One daemon per store: a lock file beside it, held by the kernel for as long as the process lives."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from feeds.errors import StoreError


@contextmanager
def daemon_lock(store: Path) -> Iterator[Path]:
    """Hold the daemon's lock on this store (flock: a crash frees it); StoreError when another holds it."""
    path = store.with_name(store.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(f"The lock file {path} can not be opened: {error.strerror}.") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
            who = f" (process {holder})" if holder.isdigit() else ""
            raise StoreError(
                f"Another moonwire daemon{who} already runs on the store {store}; "
                "stop it first, or give this one another [store] path."
            ) from error
        os.ftruncate(handle, 0)
        with suppress(OSError):  # on a full disk the lock holds as well, and only its holder has no name
            os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield path
    finally:
        os.close(handle)
