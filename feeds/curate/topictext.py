"""Where topic files lie and what stands in them, without compiling it: most rounds need no more."""

import hashlib
from pathlib import Path

from feeds.errors import TopicError

_SHIPPED = Path(__file__).with_name("topics")
_MAX_BYTES = 2 * 1024 * 1024


def shipped() -> tuple[str, ...]:
    """Give the names of the topics that come with the program."""
    return tuple(sorted(path.stem for path in _SHIPPED.glob("*.toml")))


def text_of(name_or_path: str) -> tuple[str, str]:
    """Read a shipped topic by name or a topic file by path; returns the text and what errors call the file.

    Raises `TopicError` with one sentence that names the file and what is wrong with it.
    """
    if name_or_path in shipped():
        return (_SHIPPED / f"{name_or_path}.toml").read_text("utf-8"), f"{name_or_path}.toml"
    path = Path(name_or_path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise TopicError(f"{path}: the topic file is larger than 2 MiB; split it into several topics.")
        return path.read_text("utf-8"), str(path)
    except UnicodeDecodeError as error:
        raise TopicError(
            f"{path}: the topic file is not UTF-8 (byte {error.start}); save it as UTF-8."
        ) from error
    except (OSError, ValueError) as error:
        known = ", ".join(shipped())
        what = getattr(error, "strerror", None) or str(error)
        raise TopicError(
            f"{name_or_path}: no such topic can be read ({what});"
            f" give the path of a topic file or one of: {known}."
        ) from error


def digest_of(text: str) -> str:
    """Return the hash by which verdicts tell one content of a topic file from another."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=4).hexdigest()
