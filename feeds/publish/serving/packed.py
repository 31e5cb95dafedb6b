"""Answers of the library made ready to be sent, with strong validators, and kept while nothing has changed.

A packed answer is taken again while the library's revision stays. When it changes, the answer is made anew;
equal bytes keep their Last-Modified. Answers that show more than published stories (checks, next times) live
for `_FRESH_S` seconds only.
"""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from feeds.errors import MoonwireError
from feeds.model.value import Value
from feeds.publish.library import Library
from feeds.publish.serving import live
from feeds.publish.serving.live import Reply
from feeds.publish.serving.prepared import OUTSIDE, SECURITY, Prepared, variant_of, varies
from feeds.publish.words import whole_second

_FRESH_S = 30
_KEPT = 512
_KEPT_BYTES = 48 * 1024 * 1024
_LEVEL = 6
"""gzip: a page of 100 kB takes 2 ms; nobody waits for more."""
_SMALL = 256
"""Bytes under which packing makes nothing smaller."""

Clock = Callable[[], datetime]


class Packed(Value, frozen=True, kw_only=True):
    """An answer ready to be sent."""

    status: int
    prepared: Prepared


class _Kept(Value, frozen=True, kw_only=True):
    packed: Packed
    revision: int
    made: datetime
    size: int


class Packer:
    """Answers requests over the present library; thread-safe. `clock` gives the time, aware UTC."""

    def __init__(self, library: Callable[[], Library], clock: Clock) -> None:
        self._library = library
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, bytes], _Kept] = OrderedDict()
        self._size = 0

    def answer(self, path: str, query_string: bytes) -> Packed:
        """Return what a request gets; a failing store becomes 503 with its sentence."""
        key = (path, query_string[: live.LONGEST_QUERY_STRING + 1])
        library, now = self._library(), whole_second(self._clock())
        try:
            revision = library.revision()
            with self._lock:
                known = self._kept.get(key)
            if known and known.revision == revision and now - known.made < timedelta(seconds=_FRESH_S):
                return known.packed
            reply = live.answer(library, *key)
        except MoonwireError as error:
            reply = live.refusal(library.channel(), path, 503, str(error))
            return Packed(status=503, prepared=_prepared(reply, now))
        digest = _digest(reply)
        same = known if known and known.packed.prepared.digest == digest else None
        changed = same.packed.prepared.modified if same else now
        if known and not same:
            changed = max(now, known.packed.prepared.modified + timedelta(seconds=1))
        packed = Packed(status=reply.status, prepared=_prepared(reply, changed))
        if reply.status == 200:  # noqa: PLR2004 # the number is the standard's name
            self._keep(key, _Kept(packed=packed, revision=revision, made=now, size=len(reply.body)))
        return packed

    def _keep(self, key: tuple[str, bytes], kept: _Kept) -> None:
        with self._lock:
            old = self._kept.pop(key, None)
            self._size += kept.size - (old.size if old else 0)
            self._kept[key] = kept
            while len(self._kept) > _KEPT or self._size > _KEPT_BYTES:
                _, gone = self._kept.popitem(last=False)
                self._size -= gone.size


def _digest(reply: Reply) -> str:
    return hashlib.blake2b(reply.body, digest_size=12).hexdigest()


def _prepared(reply: Reply, changed: datetime) -> Prepared:
    last_modified = format_datetime(changed.astimezone(UTC), usegmt=True)
    good = reply.status == 200  # noqa: PLR2004 # as above
    kept = f"public, max-age={reply.max_age_s}" if good else "no-store"
    headers: list[tuple[bytes, bytes]] = [
        (b"cache-control", kept.encode()),
        (b"vary", varies(shared=reply.shared)),
        *(OUTSIDE if reply.outside else SECURITY),
    ]
    if good:
        headers.append((b"last-modified", last_modified.encode()))
    if reply.shared:
        headers += [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"etag, link")]
    if reply.links:
        value = ", ".join(f'<{href}>; rel="{rel}"' for rel, href in reply.links)
        headers.append((b"link", value.encode()))
    bodies = {"identity": reply.body}
    if good and len(reply.body) > _SMALL:
        bodies["gzip"] = gzip.compress(reply.body, compresslevel=_LEVEL, mtime=0)
    return Prepared(
        digest=_digest(reply),
        modified=changed,
        last_modified=last_modified,
        shared=reply.shared,
        links=reply.links,
        variants={
            coding: variant_of(coding, body, reply.content_type, tuple(headers), tagged=good)
            for coding, body in bodies.items()
        },
    )
