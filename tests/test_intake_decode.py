"""Content codings undone within a budget."""

import gzip
import zlib

import brotli  # type: ignore[import-untyped] # has no stubs
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from feeds.intake.decode import Undecodable, decode

BODY = b"<rss><channel>" + "月球科研站 Лунная станция".encode() * 50 + b"</channel></rss>"
LIMIT = 1 << 20


def raw_deflate(data: bytes) -> bytes:
    """Compress without the zlib header, as many servers do."""
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


def zstd(data: bytes) -> bytes:
    """Compress to one zstd frame."""
    return zstandard.ZstdCompressor().compress(data)


CODINGS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": raw_deflate,
    "br": brotli.compress,
    "zstd": zstd,
}


@pytest.mark.parametrize("name", CODINGS)
def test_each_coding_is_undone(name: str) -> None:
    """All offered codings, in any case, decode to what was encoded."""
    assert decode(CODINGS[name](BODY), name, LIMIT) == BODY


@given(st.binary(min_size=1, max_size=2000), st.sampled_from(["gzip", "deflate", "br", "zstd"]))
def test_whatever_is_encoded_comes_back(data: bytes, name: str) -> None:
    """Encoding and decoding is the identity for every body that is not itself gzip."""
    if not data.startswith(b"\x1f\x8b"):
        assert decode(CODINGS[name](data), name, LIMIT) == data


@pytest.mark.parametrize("label", ["", "identity", "none", "UTF-8", " , "])
def test_no_coding(label: str) -> None:
    """Nothing to undo leaves the body as it is."""
    assert decode(BODY, label, LIMIT) == BODY


def test_stacked_codings() -> None:
    """Codings are undone in reverse order (RFC 9110 8.4)."""
    assert decode(gzip.compress(brotli.compress(BODY)), "br, gzip", LIMIT) == BODY
    assert decode(gzip.compress(gzip.compress(BODY)), "gzip, gzip", LIMIT) == BODY


def test_more_gzip_than_labelled() -> None:
    """A body gzipped once more than its label says, or without a label, is undone."""
    assert decode(gzip.compress(gzip.compress(BODY)), "gzip", LIMIT) == BODY
    assert decode(gzip.compress(BODY), "", LIMIT) == BODY


def test_gzip_without_end() -> None:
    """Unlabelled layers are undone three deep; what is left then is left to the reader to refuse."""
    layers = BODY
    for _ in range(4):
        layers = gzip.compress(layers)
    assert decode(layers, "", LIMIT) == gzip.compress(BODY)


def test_gzip_members_and_junk() -> None:
    """Several members are one body; what follows the last one is ignored."""
    two = gzip.compress(BODY[:40]) + gzip.compress(BODY[40:])
    assert decode(two, "gzip", LIMIT) == BODY
    assert decode(two + b"\0\0junk", "gzip", LIMIT) == BODY


def test_zstd_frames_and_junk() -> None:
    """Several frames are one body; what follows the last one is ignored."""
    two = zstd(BODY[:40]) + zstd(BODY[40:])
    assert decode(two, "zstd", LIMIT) == BODY
    assert decode(two + b"junk", "zstd", LIMIT) == BODY


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd", "x-unknown"])
@pytest.mark.parametrize("body", [BODY, b"  {}", b"\xef\xbb\xbf<rss/>"])
def test_plain_text_with_a_false_label(name: str, body: bytes) -> None:
    """A body that is plainly text is taken as it is, whatever its label."""
    assert decode(body, name, LIMIT) == body


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_empty_bodies_stay_empty(name: str) -> None:
    """An empty body is no broken one."""
    assert decode(b"", name, LIMIT) == b""


@pytest.mark.parametrize("name", ["gzip", "deflate", "Deflate", "br", "zstd"])
def test_a_cut_body_is_never_taken_for_whole(name: str) -> None:
    """Cut anywhere, the body is refused."""
    coded = CODINGS[name](BODY)
    for end in range(1, len(coded)):
        result = decode(coded[:end], name, LIMIT)
        assert isinstance(result, Undecodable), end
        assert result.kind in {"truncated", "encoding"}
    cut = decode(coded[: len(coded) // 2], name, LIMIT)
    assert isinstance(cut, Undecodable)
    assert cut.kind == "truncated"


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_a_corrupt_body_is_refused(name: str) -> None:
    """A flipped bit is found by the format's own checks."""
    coder = zstandard.ZstdCompressor(write_checksum=True).compress if name == "zstd" else gzip.compress
    coded = bytearray(coder(BODY))
    coded[len(coded) // 2] ^= 0xFF
    assert decode(bytes(coded), name, LIMIT) == Undecodable(
        kind="encoding", what=f"the {name} body is corrupt"
    )


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd", "unheard-of"])
def test_noise_is_refused(name: str) -> None:
    """Bytes that are no such coding end in one clause."""
    result = decode(b"\x07\x07\x07\x07 noise \xff\xfe", name, LIMIT)
    assert isinstance(result, Undecodable)
    assert result.kind in {"encoding", "truncated"}


@pytest.mark.parametrize("name", ["gzip", "deflate", "Deflate", "br", "zstd"])
def test_a_bomb_ends_at_the_limit(name: str) -> None:
    """8 MiB in a few kB stop at the limit."""
    bomb = CODINGS[name](bytes(8 << 20))
    assert len(bomb) < 1 << 17
    result = decode(bomb, name, LIMIT)
    assert isinstance(result, Undecodable)
    assert result.kind == "too-large"


def test_bombs_in_layers_end_at_the_limit() -> None:
    """Unlabelled layers and stacked ones are each held to the limit."""
    bomb = gzip.compress(gzip.compress(bytes(8 << 20)))
    for label in ("", "gzip", "gzip, gzip"):
        result = decode(bomb, label, LIMIT)
        assert isinstance(result, Undecodable)
        assert result.kind == "too-large"


def test_plain_bodies_are_held_to_the_limit() -> None:
    """The limit counts for a body without coding as well."""
    assert decode(b"12345", "", 5) == b"12345"
    assert isinstance(decode(b"123456", "", 5), Undecodable)


def test_endless_stacks_are_refused() -> None:
    """A list of codings as long as a header is no reason to try them all."""
    result = decode(BODY, ", ".join(["gzip"] * 4), LIMIT)
    assert result == Undecodable(kind="encoding", what="the body is encoded 4 times over")


def test_a_cut_layer_inside_is_found() -> None:
    """An unlabelled inner gzip body that is cut is as incomplete as any."""
    result = decode(gzip.compress(gzip.compress(BODY)[:-20]), "gzip", LIMIT)
    assert isinstance(result, Undecodable)
    assert result.kind == "truncated"


@given(st.binary(max_size=400), st.sampled_from(["gzip", "deflate", "br", "zstd", "", "gzip, br"]))
def test_noise_never_raises(data: bytes, label: str) -> None:
    """Whatever the bytes, the result is a value within the limit."""
    result = decode(data, label, 4096)
    assert isinstance(result, Undecodable) or len(result) <= 4096
    result = decode(b"\x1f\x8b\x08\x00" + data, label, 4096)
    assert isinstance(result, Undecodable) or len(result) <= 4096
