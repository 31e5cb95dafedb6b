"""Content codings undone within a budget: gzip, deflate, br, zstd, stacked or mislabelled. Pure.

Each decoder hands out bounded pieces, so a bomb ends at the limit, not in memory.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

from feeds.model.value import Value

if TYPE_CHECKING:
    import zstandard

_PIECE = 64 * 1024
_ZSTD_PIECE = 512
"""Input bytes per step: a zstd block of 4 bytes can stand for 128 KiB, so one step yields 16 MiB at most."""
_ZSTD_WINDOW = 8 << 20
"""RFC 9659: a zstd frame sent over HTTP needs no window above 8 MB."""
_MAX_CODINGS = 3
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_ALIASES = {"x-gzip": "gzip", "x-deflate": "deflate", "brotli": "br", "zst": "zstd"}
_NOTHING = frozenset({"", "identity", "none", "utf-8", "binary", "8bit", "7bit"})
"""No coding, and labels that servers send by mistake for none."""
_PLAIN = re.compile(
    rb"\xfe\xff|\xff\xfe|(?:\xef\xbb\xbf)?[\t\r\n ]*[<{](?!.{0,200}[\x00-\x08\x0e-\x1a])", re.DOTALL
)
"""How a feed document begins: a byte-order mark, or a bracket and no control characters after it."""


class Undecodable(Value, frozen=True, kw_only=True):
    """Why a body could not be decoded; `what` is a clause for a sentence."""

    kind: Literal["too-large", "truncated", "encoding"]
    what: str


def decode(body: bytes, content_encoding: str, limit: int) -> bytes | Undecodable:
    """Undo the codings that `content_encoding` lists (RFC 9110 8.4), to at most `limit` bytes.

    A body that is gzip though not labelled so, or once more than labelled, is undone as well; a body
    that is plain text though labelled as coded is taken as it is.
    """
    codings = [
        _ALIASES.get(name, name) for name in (part.strip().lower() for part in content_encoding.split(","))
    ]
    codings = [name for name in codings if name not in _NOTHING]
    if len(codings) > _MAX_CODINGS:
        return Undecodable(kind="encoding", what=f"the body is encoded {len(codings)} times over")
    for name in reversed(codings):
        result = _undo(body, name, limit)
        if isinstance(result, Undecodable):
            return result
        body = result
    for _ in range(_MAX_CODINGS):
        if not body.startswith(_GZIP_MAGIC):
            break
        result = _undo(body, "gzip", limit)
        if isinstance(result, Undecodable):
            return result
        body = result
    if len(body) > limit:
        return _too_large(limit)
    return body


def _undo(body: bytes, name: str, limit: int) -> bytes | Undecodable:
    steps = _STEPS.get(name)
    plain = _PLAIN.match(body) is not None
    if not body or (plain and name in {"gzip", "zstd"}):  # these two have a magic number; text has none
        return body
    if steps is None:
        what = f"the body has the unknown encoding {name[:40]!r}"
        return body if plain else Undecodable(kind="encoding", what=what)
    try:
        return _collect(steps(body), limit)
    except EOFError:
        return body if plain else Undecodable(kind="truncated", what=f"the {name} body ends early")
    except zlib.error:
        return body if plain else Undecodable(kind="encoding", what=f"the {name} body is corrupt")


def _collect(steps: Iterator[bytes], limit: int) -> bytes | Undecodable:
    pieces: list[bytes] = []
    size = 0
    for piece in steps:
        size += len(piece)
        if size > limit:
            return _too_large(limit)
        pieces.append(piece)
    return b"".join(pieces)


def _gzip(body: bytes) -> Iterator[bytes]:
    rest = body
    while rest.startswith(_GZIP_MAGIC):  # RFC 1952 2.2: several members; anything else behind one is junk
        member = zlib.decompressobj(wbits=31)
        yield from _inflate(member, rest)
        rest = member.unused_data
    if rest is body:
        raise zlib.error("no gzip header")


def _deflate(body: bytes) -> Iterator[bytes]:
    # RFC 9110 8.4.1.2 means the zlib format; many servers send the bare deflate stream instead.
    zlib_header = len(body) > 1 and body[0] & 0x0F == zlib.DEFLATED and (body[0] << 8 | body[1]) % 31 == 0
    yield from _inflate(zlib.decompressobj(wbits=15 if zlib_header else -15), body)


def _inflate(stream: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    while not stream.eof:
        piece = stream.decompress(data, _PIECE)
        data = stream.unconsumed_tail
        if not (piece or data or stream.eof):
            raise EOFError
        yield piece


def _br(body: bytes) -> Iterator[bytes]:
    import brotli  # type: ignore[import-untyped] # noqa: PLC0415 # has no stubs; most servers send gzip

    stream = brotli.Decompressor()
    try:
        piece = stream.process(body, output_buffer_limit=_PIECE)
        while piece:
            yield piece
            piece = stream.process(b"", output_buffer_limit=_PIECE)
    except brotli.error as error:
        raise zlib.error(str(error)) from None
    if not stream.is_finished():
        raise EOFError


def _zstd(body: bytes) -> Iterator[bytes]:
    import zstandard  # noqa: PLC0415 # as above

    try:
        yield from _frames(body, zstandard.ZstdDecompressor)
    except zstandard.ZstdError as error:
        raise zlib.error(str(error)) from None


def _frames(body: bytes, decompressor: "type[zstandard.ZstdDecompressor]") -> Iterator[bytes]:
    rest = body
    while True:
        frame = decompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        offset = 0
        while not frame.eof:
            if offset >= len(rest):
                raise EOFError
            yield frame.decompress(rest[offset : offset + _ZSTD_PIECE])
            offset += _ZSTD_PIECE
        rest = frame.unused_data + rest[offset:]
        if not rest.startswith(_ZSTD_MAGIC):
            return


def _too_large(limit: int) -> Undecodable:
    return Undecodable(kind="too-large", what=f"the document is larger than {limit} bytes when decoded")


_STEPS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gzip,
    "deflate": _deflate,
    "br": _br,
    "zstd": _zstd,
}
