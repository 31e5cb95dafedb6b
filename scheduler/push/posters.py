"""The poster of the present configuration."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from scheduler.config.types import FetchConfig

if TYPE_CHECKING:
    from feeds.intake.post import Poster


class Posters:
    """Gives the poster of `config()`, made when first needed: HTTP and TLS load slowly. Thread-safe."""

    def __init__(self, config: Callable[[], FetchConfig]) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._made: tuple[FetchConfig, Poster] | None = None

    def __call__(self) -> "Poster":
        """Return it; a connection serves one POST, so of an old one nothing is left to close."""
        config = self._config()
        with self._lock:
            if self._made is None or self._made[0] != config:
                self._made = (config, _poster(config))
            return self._made[1]


def _poster(config: FetchConfig) -> "Poster":
    from feeds.intake.post import Poster  # noqa: PLC0415 # see above
    from feeds.intake.roots import verified_context  # noqa: PLC0415 # as above

    own = verified_context(config.ca_file) if config.ca_file is not None else None
    return Poster(allow_private=config.allow_private, user_agent=config.user_agent, context=own)
