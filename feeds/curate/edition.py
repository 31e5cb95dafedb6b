"""Which edition of a compiled topic it is: of what text, by which program. Of one edition all are equal.

Whoever keeps a compiled topic keeps it under this, so that none outlives a change of its file or of the code.
"""

import functools
import os
import sys
from hashlib import blake2b
from pathlib import Path

_HERE = Path(__file__).parent
_NAMES = (
    "__init__.py",
    "compiled.py",
    "fold.py",
    "language.py",
    "match.py",
    "topicfile.py",
    "data/hant_hans.txt",
    "../__init__.py",
    "../errors.py",
    "../later.py",
    "../lean.py",
    "../model/__init__.py",
    "../model/value.py",
)
_DECIDING = tuple(os.fspath(_HERE / name) for name in _NAMES)
"""Files that have a say in what a topic is compiled to."""


def edition_of(text: str) -> bytes | None:
    """Return the edition of a topic file's text, for who has loaded `compiled` already.

    None where it can not be told: the program does not lie in files, or other files took their place
    since `begun` was called first, and what runs here is of either.
    """
    begun()
    digest = blake2b(sys.version.encode(), digest_size=16)  # tells what TOML and Unicode are to Python
    try:
        for file in _DECIDING:
            _add(digest, Path(file).read_bytes())
    except OSError:
        return None
    _add(digest, text.encode("utf-8", "surrogatepass"))
    return digest.digest() if _stamps() == begun() else None


@functools.cache
def begun() -> tuple[tuple[int, ...], ...]:
    """Take note of the files as they are; call it before anything is loaded that compiles topics."""
    return _stamps()


def _stamps() -> tuple[tuple[int, ...], ...]:
    try:
        found = [os.stat(file) for file in _DECIDING]  # noqa: PTH116 # at every start, and paths are slower
    except OSError:
        return ()
    return tuple((each.st_ino, each.st_size, each.st_mtime_ns, each.st_ctime_ns) for each in found)


def _add(digest: blake2b, part: bytes) -> None:
    """Add a part with its length: what lies between two parts counts too."""
    digest.update(len(part).to_bytes(8, "big"))
    digest.update(part)
