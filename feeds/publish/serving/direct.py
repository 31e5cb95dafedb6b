"""Prepared files as bytes for the wire, for requests that need no application. Pure.

What is not plainly a reading of a prepared file is not answered here but handed on: a body, a cookie, an
expectation, a method or address that is not as usual, a feed in a browser's window.
"""

from collections.abc import Iterable, Mapping

from feeds.publish.serving.prepared import Prepared, choose, is_unchanged

_FULL, _UNCHANGED = b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 304 Not Modified\r\n"
_CONDITIONS = frozenset({b"accept-encoding", b"if-none-match", b"if-modified-since"})
_FOR_THE_APPLICATION = frozenset(
    {b"content-length", b"transfer-encoding", b"expect", b"cookie", b"upgrade", b"http2-settings"}
)

RequestHeaders = Iterable[tuple[bytes, bytes]]
"""Names in lower case, in the order in which they came."""


def direct_answer(
    files: Mapping[bytes, Prepared], method: bytes, target: bytes, headers: RequestHeaders, common: bytes
) -> tuple[bytes, bytes] | None:
    """Return head and body of an answer, or None where the application is to answer.

    `target` is the request target as it came, `common` holds header lines for every answer, each with its
    CRLF. The head lacks the empty line that ends it, so that the server can add to it.
    """
    prepared = files.get(target)
    if prepared is None or (method not in {b"GET", b"HEAD"}):
        return None
    asked: dict[bytes, str] = {}
    for name, value in headers:
        if name in _CONDITIONS:
            text = value.decode("latin-1")
            asked[name] = f"{asked[name]},{text}" if name in asked else text
        elif name in _FOR_THE_APPLICATION or (name == b"sec-fetch-dest" and prepared.shared):
            return None
    variant = choose(prepared.variants, asked.get(b"accept-encoding", ""))
    if is_unchanged(prepared, variant, asked.get(b"if-none-match"), asked.get(b"if-modified-since")):
        return _UNCHANGED + common + variant.unchanged_lines, b""
    return _FULL + common + variant.full_lines, variant.body if method == b"GET" else b""
