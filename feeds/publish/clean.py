"""Text and addresses that no reader, validator or XML parser can stumble over. Pure.

What arrives here is safe already (`feeds.curate.normalise`); this is about characters: XML 1.0 can
not carry most control characters, JSON readers choke on lone surrogates, and direction overrides
of one title turn the whole list of a reader around.
"""

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

from feeds.references import unescape

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u202d\u202e"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
"""Outside of XML 1.0 (2.2 Char), discouraged there, or a forced direction."""
_FORBIDDEN_REFERENCE = re.compile(r"&#(?:x0*([0-9a-f]{1,6})|0*([0-9]{1,7}));", re.IGNORECASE)
_EMBEDDING = re.compile("[\u202a-\u202c\u2066-\u2069]")
_SPACE = re.compile(r"\s+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_MIME = re.compile(r"[A-Za-z0-9][\w.+-]*/[A-Za-z0-9][\w.+-]*", re.ASCII)
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LOOKS_LIKE_ENTITY = re.compile(r"&(#?\w+);", re.ASCII)
_MAX_ADDRESS = 4096
_LOOKALIKES = str.maketrans("<>", "‹›")


def text(value: str) -> str:
    """Return `value` without forbidden characters, line ends as line feeds."""
    if value.isprintable():  # holds no control, separator, surrogate or unassigned character
        return value
    return _FORBIDDEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))


def line(value: str) -> str:
    """Return `value` as one line without forbidden characters, embeddings and isolates."""
    if value.isprintable():  # its only white space is U+0020
        return " ".join(value.split()) if "  " in value else value.strip()
    return _SPACE.sub(" ", _EMBEDDING.sub("", text(value))).strip()


def title(value: str) -> str:
    """Return `value` as a title that every reader shows alike.

    Readers disagree whether a title is text or HTML, so `<x>` is shown, hidden or escaped; angle
    quotation marks stand in for the brackets, and entities are decoded until none is left.
    """
    for _ in range(3 if "&" in value else 0):
        decoded = unescape(value)
        if decoded == value:
            break
        value = decoded
    return line(value).translate(_LOOKALIKES)


def markup(value: str) -> str:
    """Return safe HTML without forbidden characters, written out or as numeric references."""
    return text(_FORBIDDEN_REFERENCE.sub(_keep_reference, value))


def _keep_reference(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    allowed = code <= 0x10FFFF and not _FORBIDDEN.match(chr(code))  # noqa: PLR2004 # the last code point of Unicode
    return match[0] if allowed else ""


def address(value: str) -> str:
    """Return an absolute http(s) URL in the characters of RFC 3986, or "" when there is none in it.

    Credentials are dropped: what is published must not hand out a password. What looks like an
    entity of HTML is quoted, because some readers decode addresses once too often.
    """
    return _address(value) if len(value) <= _MAX_ADDRESS else ""


@lru_cache(maxsize=2048)
def _address(value: str) -> str:
    """Do it once: a page names few sites, and the same ones whenever it is made."""
    try:
        parts = urlsplit(line(value).replace("\\", "/"))
        host, port = parts.hostname or "", parts.port
        host = f"[{quote(host, safe=':')}]" if ":" in host else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return ""
    if parts.scheme not in {"http", "https"} or not re.fullmatch(r"[\w.\[\]:%~-]+", host, re.ASCII):
        return ""
    return urlunsplit(
        (
            parts.scheme,
            host if port is None else f"{host}:{port}",
            _quoted(parts.path, "/:@!$&'()*+,;=~%"),
            _quoted(parts.query, "/:@!$&'()*+,;=~%?"),
            _quoted(parts.fragment, "/:@!$&'()*+,;=~%?"),
        )
    )


def _quoted(part: str, safe: str) -> str:
    return _LOOKS_LIKE_ENTITY.sub(r"&\1%3B", quote(_LONE_PERCENT.sub("%25", part), safe=safe))


def language(tag: str) -> str:
    """Return `tag` when it has the form of a BCP 47 tag, else ""."""
    tag = tag.strip().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else ""


def media_type(value: str, url: str) -> str:
    """Return a MIME type without parameters: the stated one, else by the ending of `url`."""
    stated = value.partition(";")[0].strip().lower()
    if _MIME.fullmatch(stated):
        return stated
    ending = urlsplit(url).path.rpartition(".")[2].lower()
    return _BY_ENDING.get(ending, "application/octet-stream")


_BY_ENDING = {
    "aac": "audio/aac",
    "avif": "image/avif",
    "flac": "audio/flac",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "m4a": "audio/mp4",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "pdf": "application/pdf",
    "png": "image/png",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webp": "image/webp",
}
"""Own table: the mimetypes module reads files of the machine, and bytes must not depend on it."""
