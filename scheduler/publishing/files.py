"""Files replaced as a whole: a reader, or a full disk, never leaves half of one."""

import os
from pathlib import Path

from feeds.errors import ConfigError


def replaced(target: Path, body: bytes) -> bool:
    """Put `body` in place of what a file holds, unless it holds that; True when it was written."""
    if target.is_file() and target.read_bytes() == body:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    _put(target, body)
    return True


def _put(target: Path, body: bytes) -> None:
    beside = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as out:
            out.write(body)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def write_file(target: Path, body: bytes, *, folders: bool = False) -> None:
    """Put `body` into a file that the operator named: where a link leads, or into a device or pipe."""
    file = target.resolve()
    try:
        if folders:
            file.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and not (target.is_file() and os.access(file.parent, os.W_OK)):
            target.write_bytes(body)
        else:
            _put(file, body)
    except OSError as error:
        raise ConfigError(f"{target}: can not be written: {error.strerror}.") from None
