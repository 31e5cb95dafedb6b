"""Pictures at signed addresses: from the cache, else asked of their publisher once, under guards."""

import logging
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from feeds.model import Fetched, FetchOutcome, FetchRequest
from feeds.publish.pictures import opened, type_of
from feeds.publish.serving.picture_app import Picture
from scheduler.pictures.cache import PictureCache

MOST_BYTES: Final = 4 * 1024 * 1024
TOTAL_S: Final = 10.0
_AGAIN = timedelta(hours=1)
"""After this time a picture that failed is asked for again, later if its host says so."""
_LONGEST = timedelta(days=1)
_FAILED = 4096
_ACCEPT = (("Accept", "image/avif,image/webp,image/png,image/jpeg,image/gif;q=0.9"),)

_log = logging.getLogger("moonwire.pictures")


class Fetches(Protocol):
    """Asks for one address."""

    def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Ask; every failure is a value."""


class PictureProxy:
    """Finds pictures by path; thread-safe. Each is asked for by one thread, the others wait for it."""

    def __init__(
        self, key: bytes, fetcher: Fetches, cache: PictureCache, clock: Callable[[], datetime]
    ) -> None:
        self._key, self._fetcher, self._cache, self._clock = key, fetcher, cache, clock
        self._lock = threading.Lock()
        self._asking: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._failed: OrderedDict[str, datetime] = OrderedDict()

    def find(self, path: str) -> Picture | None:
        """Return the picture of a path of the site; None when we did not sign it, or there is none."""
        url = opened(self._key, path)
        if url is None:
            return None
        with self._lock:
            turn = self._asking[url]
        try:
            with turn:
                body = self._cache.get(url) or self._asked(url)
        finally:
            with self._lock:
                self._asking.pop(url, None)
        kind = type_of(body) if body else ""
        return Picture(body=body, type=kind) if body and kind else None

    def _asked(self, url: str) -> bytes | None:
        now = self._clock()
        with self._lock:
            if self._failed.get(url, now) > now:
                return None
        outcome = self._fetcher.fetch(FetchRequest(url=url, headers=_ACCEPT))
        if isinstance(outcome, Fetched) and type_of(outcome.body):
            self._cache.put(url, outcome.body)
            return outcome.body
        why = "it is no picture" if isinstance(outcome, Fetched) else getattr(outcome, "sentence", "")
        _log.debug("no picture: %s", why, extra={"action": "picture"})
        wait = timedelta(seconds=max(0, outcome.freshness.retry_after_s or 0))
        with self._lock:
            self._failed[url] = now + min(max(_AGAIN, wait), _LONGEST)
            self._failed.move_to_end(url)
            if len(self._failed) > _FAILED:
                self._failed.popitem(last=False)
        return None
