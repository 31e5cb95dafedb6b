"""What a topic file says, compiled of its text; and as bytes, which are read in a twentieth of the time."""

import tomllib
from zlib import crc32

import msgspec

from feeds.curate.match import anchored
from feeds.curate.topicfile import Content, read_table
from feeds.errors import TopicError
from feeds.model.value import replace

_SUM = 4
"""Bytes in front that tell whether the others are as they were written."""


def content_of(text: str, path: str) -> Content:
    """Compile the `text` of a topic file that errors call `path`; raises `TopicError` with one sentence."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TopicError(f"{path}: this is not valid TOML: {error}.") from error
    except RecursionError as error:
        raise TopicError(f"{path}: this is not valid TOML: it is nested too deeply.") from error
    content = read_table(table, path)
    return replace(content, patterns=anchored(content.patterns))


def pack(content: Content) -> bytes:
    """Give the bytes that `unpack` reads."""
    body = msgspec.msgpack.encode(content)
    return _sum(body) + body


def unpack(packed: bytes) -> Content | None:
    """Read what `pack` gave; None for bytes that it never gave, or that were changed since."""
    body = packed[_SUM:]
    if packed[:_SUM] != _sum(body):
        return None
    try:
        return msgspec.msgpack.decode(body, type=Content)
    except msgspec.DecodeError:
        return None


def _sum(body: bytes) -> bytes:
    return crc32(body).to_bytes(_SUM, "big")
