"""The pictures of a running wire: found while the configuration says that this site serves them."""

import threading
from collections.abc import Callable
from datetime import datetime

from feeds.intake.address import AllowPrivate
from feeds.intake.fetch import Fetcher, FetchLimits
from feeds.intake.roots import verified_context
from feeds.publish.serving.picture_app import Picture
from scheduler.config.types import Config
from scheduler.pictures.cache import PictureCache
from scheduler.pictures.proxy import MOST_BYTES, TOTAL_S, PictureProxy
from scheduler.publishing.publish import PICTURES
from scheduler.workshop import Workshop

Find = Callable[[str], Picture | None]
_NOWHERE_PRIVATE: AllowPrivate = frozenset()
"""What a foreign feed names is never asked for inside one's own network, not even where feeds are."""


class Pictures:
    """Hands out what finds pictures; made anew when the configuration changes. Thread-safe."""

    def __init__(
        self,
        workshop: Callable[[], Workshop],
        clock: Callable[[], datetime],
        *,
        allow_private: AllowPrivate = _NOWHERE_PRIVATE,
    ) -> None:
        self._workshop, self._clock, self._allowed = workshop, clock, allow_private
        self._lock = threading.Lock()
        self._made: tuple[Config, Fetcher, Find] | None = None

    def find(self) -> Find | None:
        """Return what finds the picture of a path; None while this site serves none."""
        shop = self._workshop()
        config = shop.config
        if config.publish.images != "proxy":
            return None
        with self._lock:
            if self._made is None or self._made[0] is not config:
                self._stop()
                fetcher = self._fetcher(config)
                cache = PictureCache(
                    config.store.path.with_name(f"{config.store.path.name}.pictures"), self._clock
                )
                key = shop.store.keys.key(PICTURES)
                self._made = (config, fetcher, PictureProxy(key, fetcher, cache, self._clock).find)
            return self._made[2]

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        if self._made is not None:
            self._made[1].close()
            self._made = None

    def _fetcher(self, config: Config) -> Fetcher:
        fetch = config.fetch
        return Fetcher(
            limits=FetchLimits(total_s=min(TOTAL_S, fetch.timeout_s), max_bytes=MOST_BYTES),
            allow_private=self._allowed,
            user_agent=fetch.user_agent,
            context=verified_context(fetch.ca_file) if fetch.ca_file is not None else None,
        )
