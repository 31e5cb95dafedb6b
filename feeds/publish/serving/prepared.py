"""Published files made ready to be answered with: validators, headers and codings, once per change. Pure."""

import gzip
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

import brotli  # type: ignore[import-untyped] # it ships no types
import zstandard

from feeds.model import Stamp
from feeds.model.value import Value, field
from feeds.publish.site import SiteFile

Headers = tuple[tuple[bytes, bytes], ...]

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY: Headers = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), browsing-topics=()"),
)
"""On every answer: a page of ours runs no script, loads nothing from elsewhere and sits in no frame.

No page connects to anything; `connect-src` is for a browser's own tools, which ask for robots.txt from it.
"""

OUTSIDE: Headers = tuple(
    (name, value.replace(b"img-src 'self'", b"img-src 'self' https: http:")) for name, value in SECURITY
)
"""The same for a page that shows pictures from where their publishers have them."""

_BROTLI_QUALITY = 9
_ZSTD_LEVEL = 12
_CODERS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("br", lambda body: bytes(brotli.compress(body, quality=_BROTLI_QUALITY))),
    ("zstd", lambda body: zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)),
    ("gzip", lambda body: gzip.compress(body, compresslevel=9, mtime=0)),
)
"""Content codings in the order we prefer them (RFC 9110 8.4.1, RFC 7932, RFC 8878)."""
_LONGEST = 1000
"""Characters of an Accept-Encoding header that are looked at."""
_LONG_LIVED = frozenset({"favicon.ico"})
_PERSONAL = ("/story/",)
"""Where the operator, signed in, is shown another page than everybody."""
_FEEDS = {f"{name}.{kind}" for name in ("feed", "near") for kind in ("rss", "atom", "json")}
_SHARED = frozenset({*_FEEDS, "sources.opml"})
"""Paths that scripts of other sites may read: readers in a browser need it."""
_FEED_TYPES = {(b"content-type", b"application/rss"), (b"content-type", b"application/ato")}


class Variant(Value, frozen=True, kw_only=True):
    """One content coding of a file with the headers of its two answers."""

    UNSHOWN = frozenset(("body", "full_lines", "unchanged_lines"))

    body: bytes
    etag: str
    full: Headers
    """Headers of 200."""
    unchanged: Headers
    """Headers of 304 (RFC 9110 15.4.5)."""
    full_lines: bytes
    """`full` as it goes over the wire (RFC 9112 5), without the empty line at its end."""
    unchanged_lines: bytes


class Prepared(Value, frozen=True, kw_only=True):
    """A file ready to be served. `variants` holds "identity" and the codings that make it smaller."""

    digest: str
    modified: datetime
    last_modified: str
    shared: bool
    links: tuple[tuple[str, str], ...]
    variants: Mapping[str, Variant]


class Site(Value, frozen=True, kw_only=True):
    """All prepared files by request path. Maker: `prepare`. Taker: `feeds.publish.serving.app.SiteApp`."""

    files: Mapping[str, Prepared]
    direct: Mapping[bytes, Prepared] = field(default_factory=dict)
    """Those of which everybody gets the same, by path as requested: they need no application."""


def prepare(files: Mapping[str, SiteFile], stamps: Mapping[str, Stamp], previous: Site | None = None) -> Site:
    """Return `files` ready to be served, dated by `stamps` (see `feeds.publish.site.stamp`).

    What `previous` holds of the same bytes, date and links is taken over, not compressed again.
    """
    ready = {}
    known = previous.files if previous else {}
    for path, file in files.items():
        mark, old = stamps[path], known.get(f"/{path}")
        same = old and (old.digest, old.modified, old.links) == (mark.digest, mark.changed_at, file.links)
        ready[f"/{path}"] = old if old and same else _prepared(path, file, mark)
    for short, page in (("/", "/index.html"), ("/near", "/near.html")):
        if page in ready:
            ready[short] = ready[page]
    direct = {path.encode(): each for path, each in ready.items() if not path.startswith(_PERSONAL)}
    return Site(files=ready, direct=direct)


def _prepared(path: str, file: SiteFile, mark: Stamp) -> Prepared:
    bodies = {"identity": file.body}
    for coding, encode in _CODERS:
        encoded = encode(file.body)
        if len(encoded) < len(file.body):
            bodies[coding] = encoded
    last_modified = format_datetime(mark.changed_at.astimezone(UTC), usegmt=True)
    common = _common_headers(path, file, last_modified)
    return Prepared(
        digest=mark.digest,
        modified=mark.changed_at,
        last_modified=last_modified,
        shared=path in _SHARED,
        links=file.links,
        variants={
            coding: variant_of(coding, body, file.content_type, common) for coding, body in bodies.items()
        },
    )


def _common_headers(path: str, file: SiteFile, last_modified: str) -> Headers:
    age = 86400 if path in _LONG_LIVED else 300
    headers = [
        (b"last-modified", last_modified.encode()),
        (b"cache-control", f"public, max-age={age}".encode()),
        (b"vary", varies(shared=path in _SHARED)),
        *(OUTSIDE if file.outside else SECURITY),
    ]
    if path in _SHARED:
        headers += [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"etag, link")]
    if file.links:
        value = ", ".join(f'<{href}>; rel="{rel}"' for rel, href in file.links)
        headers.append((b"link", value.encode()))
    return tuple(headers)


def varies(*, shared: bool) -> bytes:
    """Return by which request headers an answer differs; what scripts of other sites may read are feeds."""
    return b"accept-encoding, sec-fetch-dest" if shared else b"accept-encoding"


def for_a_window(headers: Headers) -> Headers:
    """Return the headers of a feed that is opened in a browser's window (Sec-Fetch-Dest: document).

    Chromium shows the media types of feeds as plain text and Firefox saves them; as XML both show it by its
    stylesheet.
    """
    return tuple(
        (name, b"application/xml; charset=utf-8" if (name, value[:15]) in _FEED_TYPES else value)
        for name, value in headers
    )


def variant_of(
    coding: str, body: bytes, content_type: str, common: Headers, *, tagged: bool = True
) -> Variant:
    """Return `body`, which is in a content coding, with the headers of its answers; `common` are on both."""
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    unchanged: Headers = ((b"etag", etag.encode()), *common) if tagged else common
    described = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    if coding != "identity":
        described.append((b"content-encoding", coding.encode()))
    full: Headers = (*described, *unchanged)
    return Variant(
        body=body,
        etag=etag,
        full=full,
        unchanged=unchanged,
        full_lines=_lines(full),
        unchanged_lines=_lines(unchanged),
    )


def _lines(headers: Headers) -> bytes:
    assert not any(b"\r" in value or b"\n" in value for _, value in headers)
    return b"".join(b"%s: %s\r\n" % each for each in headers)


def choose(variants: Mapping[str, Variant], accept_encoding: str) -> Variant:
    """Return the variant for an Accept-Encoding header (RFC 9110 12.5.3): highest weight, then ours.

    Identity is the answer when nothing else is acceptable, even where the client forbids it.
    """
    for coding in _preferred(accept_encoding[:_LONGEST]):
        if coding in variants:
            return variants[coding]
    return variants["identity"]


@lru_cache(maxsize=256)
def _preferred(header: str) -> tuple[str, ...]:
    """Return the codings that a client wants rather than none, the best first; kept, for few are sent."""
    weights = _weights(header) if header else {}
    plain = weights.get("identity", 0.0)
    wanted = [(weights.get(coding, weights.get("*", 0.0)), coding) for coding, _ in _CODERS]
    ordered = sorted((each for each in wanted if each[0] > 0 and each[0] >= plain), key=lambda each: -each[0])
    return tuple(coding for _, coding in ordered)


def _weights(header: str) -> dict[str, float]:
    weights = {}
    for part in header.lower().split(",")[:32]:
        coding, _, parameter = part.partition(";")
        name, _, value = parameter.partition("=")
        weight = 1.0
        if name.strip() == "q":
            try:
                weight = min(1.0, max(0.0, float(value)))
            except ValueError:
                weight = 0.0
        weights[coding.strip().removeprefix("x-")] = weight
    return weights


def is_unchanged(
    prepared: Prepared, variant: Variant, if_none_match: str | None, if_modified_since: str | None
) -> bool:
    """Say whether the client's copy is current (RFC 9110 13.2.2): If-None-Match decides when it is sent.

    Entity tags are compared weakly, `*` matches, an empty tag never does. Without tags, a date equal
    to ours byte for byte or later than it means current; a date we can not read is no condition.
    """
    if if_none_match is not None:
        if if_none_match == variant.etag:
            return True
        tags = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
        return any(tag in {"*", variant.etag} for tag in tags)
    if if_modified_since is None:
        return False
    if if_modified_since == prepared.last_modified:
        return True
    try:
        since = parsedate_to_datetime(if_modified_since)
    except (ValueError, OverflowError):
        return False
    return since.replace(tzinfo=since.tzinfo or UTC) >= prepared.modified
