"""Hubs elsewhere, told by a command that ends soon: the next one, or the daemon, sends what is left."""

import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from feeds.model import Stamp
from feeds.publish.site import SiteFile
from scheduler.config.types import Config
from scheduler.push.announcing import pinger, tell_of_files
from scheduler.push.dispatch import Dispatcher
from scheduler.push.kinds import PING
from scheduler.push.posters import Posters
from store import Store

MOST_S: Final = 15.0
"""How long a command waits for hubs at most."""


class HubsNow:
    """The hubs of `[publish] hubs`, for as long as a command lasts."""

    def __init__(self, config: Config, store: Store, clock: Callable[[], datetime]) -> None:
        self._config, self._store, self._clock = config, store, clock

    def put(self, files: Mapping[str, SiteFile], stamps: Mapping[str, Stamp]) -> None:
        """Put into the outbox what hubs have to be told of a folder that was written."""
        tell_of_files(self._config, self._store, files, stamps, self._clock())

    def tell(self) -> str:
        """Send what waits, in the calling thread; returns a sentence for a person, or an empty text."""
        outbox = self._store.outbox
        waits = outbox.waiting(PING)
        if not waits:
            return ""
        couriers = {PING: pinger(Posters(lambda: self._config.fetch))}
        Dispatcher(lambda: outbox, lambda: couriers, clock=self._clock, jitter=random.random).work_off(MOST_S)
        left = outbox.waiting(PING)
        if not left:
            return f" Hubs were told of {waits} changes."
        why = next((line.error for line in outbox.lines({PING}) if line.error), "it was not their turn yet.")
        return f" Hubs were told of {waits - left} changes; {left} are told when this is run again: {why}"
