"""The station of a running wire, and of a command that is gone in a moment: who tells, and who sends."""

import random
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from feeds.model import Channel, Stamp
from feeds.publish.library import Library
from feeds.publish.serving.hub import Register
from feeds.publish.serving.prepared import Site
from feeds.publish.site import SiteFile
from scheduler.config.types import Config, FetchConfig
from scheduler.push.announcing import PING, Announcer, pinger, tell_of_files
from scheduler.push.courier import Courier
from scheduler.push.dispatch import Dispatcher
from scheduler.push.hub import DELIVER, Hub, HubMeans
from scheduler.push.station import Station
from scheduler.push.tellers import tellers
from scheduler.push.telling import tell
from scheduler.workshop import Workshop
from store import Store

if TYPE_CHECKING:
    from feeds.intake.post import Poster

PING_S = 15.0
"""How long a command waits for external hubs at most."""


class Wired(Protocol):
    """The wire, as the station sees it."""

    @property
    def workshop(self) -> Workshop:
        """Store, configuration and clock of this moment."""
        ...

    @property
    def site(self) -> Site:
        """All prepared files."""
        ...

    @property
    def library(self) -> Library:
        """What answers for all else."""
        ...

    def refresh(self) -> None:
        """Render the site if what it shows has changed."""
        ...


class Posters:
    """The poster of the present configuration, made when first needed: HTTP and TLS load slowly."""

    def __init__(self, config: Callable[[], FetchConfig]) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._made: tuple[FetchConfig, Poster] | None = None

    def __call__(self) -> "Poster":
        """Return it."""
        from feeds.intake.post import Poster  # noqa: PLC0415 # see above

        config = self._config()
        with self._lock:
            if self._made is None or self._made[0] != config:
                made = Poster(allow_private=config.allow_private, user_agent=config.user_agent)
                self._made = (config, made)  # a connection serves one POST: of the old one nothing is left
            return self._made[1]


class Push:
    """The station of a wire with its hub."""

    def __init__(self, wire: Wired, clock: Callable[[], datetime]) -> None:
        self._wire, self._clock = wire, clock
        self._base = ""
        self.poster = Posters(lambda: wire.workshop.config.fetch)
        self.hub = Hub(
            HubMeans(
                store=self._store,
                shown=wire,
                base_url=lambda: self._config().serve.base_url,
                poster=self.poster,
                clock=clock,
                wake=self._wake,
            )
        )
        self._told = tellers(self._config, self._store, self._channel, self.poster)
        self._announcer = Announcer(wire, self._store, self._config, clock)
        self.station = Station(wire, self._store, self.couriers, self._tellers(), clock=clock)

    def couriers(self) -> Mapping[str, Courier]:
        """Return who sends what, under the present configuration."""
        config, found = self._config(), {PING: pinger(self.poster), **self._told}
        if config.serve.hub:
            found |= self.hub.couriers()
        return found

    def register(self) -> Register | None:
        """Return what takes the wishes of subscribers; None while there is no hub."""
        return self.hub.register if self._config().serve.hub else None

    def _tellers(self) -> tuple[Callable[[], int], ...]:
        return (self._strangers, self._announcer.tell, self._tell_operator)

    def _tell_operator(self) -> int:
        return tell(self._store(), self._config(), self._channel, now=self._clock())

    def _channel(self) -> Channel:
        return self._wire.library.channel()

    def _strangers(self) -> int:
        """Deny what is not of this site, once for each address that the site has."""
        serve = self._config().serve
        if not serve.hub or serve.base_url == self._base:
            return 0
        count = self.hub.strangers()
        self._base = serve.base_url
        return count

    def _wake(self) -> None:
        self.station.dispatcher.wake()

    def _config(self) -> Config:
        return self._wire.workshop.config

    def _store(self) -> Store:
        return self._wire.workshop.store


class HubsNow:
    """External hubs, for a command that ends in a moment: what is left is sent by the next, or the daemon."""

    def __init__(self, config: Config, store: Store, clock: Callable[[], datetime]) -> None:
        self._config, self._store, self._clock = config, store, clock
        self._put = 0

    def put(self, files: Mapping[str, SiteFile], stamps: Mapping[str, Stamp]) -> None:
        """Put into the outbox what hubs have to be told of a folder that was written."""
        self._put = tell_of_files(self._config, self._store, files, stamps, self._clock())

    def tell(self) -> str:
        """Send what waits, in the calling thread; returns a sentence for a person, or an empty text."""
        waits = self._store.outbox.waiting(PING)
        if not waits:
            return ""
        posters = Posters(lambda: self._config.fetch)
        couriers = {PING: pinger(posters)}
        Dispatcher(
            lambda: self._store.outbox, lambda: couriers, clock=self._clock, jitter=random.random
        ).work_off(PING_S)
        left = self._store.outbox.waiting(PING)
        later = f"; {left} wait, and are sent when this is run again" if left else ""
        return f" Hubs were told of {waits - left} changes{later}."


def stock(config: Config, store: Store, now: datetime) -> dict[str, int] | None:
    """Return figures for /healthz; None when nothing is pushed."""
    if not (config.serve.hub or config.publish.hubs):
        return None
    delivered, pinged = store.outbox.counts(DELIVER), store.outbox.counts(PING)
    return {
        "subscriptions": store.subscriptions.count(now=now),
        "waiting": delivered["waiting"] + pinged["waiting"],
        "given_up": delivered["given-up"] + pinged["given-up"],
    }
