"""Names of tags and sources as they stand in addresses and file names. Pure; the same for ever."""

import hashlib
import re
import unicodedata
from urllib.parse import quote

_UNSAFE = re.compile(r"[\W_]+")
_LONGEST = 40


def slug_of(value: str) -> str:
    """Return letters and digits of any script, joined by hyphens; a hash follows where something was lost."""
    folded = unicodedata.normalize("NFKC", value).casefold()
    name = _UNSAFE.sub("-", folded).strip("-")
    if len(name) <= _LONGEST and folded in {name, name.replace("-", " ")}:
        return name
    return f"{name[:_LONGEST].strip('-')}-{hashed(value)}".lstrip("-")


def hashed(value: str) -> str:
    """Return a short stable name of an address."""
    data = value.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, digest_size=6).hexdigest()


def in_address(name: str) -> str:
    """Return a path in the characters of RFC 3986."""
    return quote(name, safe="/-.")
