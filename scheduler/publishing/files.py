"""Files replaced as a whole, for a folder that a web server reads at any moment."""

import os
from pathlib import Path


def replaced(target: Path, body: bytes) -> bool:
    """Put `body` in place of what a file holds, unless it holds that; True when it was written."""
    if target.is_file() and target.read_bytes() == body:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as out:
            out.write(body)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return True
