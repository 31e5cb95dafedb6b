"""The station of a running wire: who tells, and who sends."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from feeds.model import Channel
from feeds.publish.library import Library
from feeds.publish.serving.hub import Register
from feeds.publish.serving.prepared import Site
from scheduler.config.types import Config
from scheduler.push.announcing import Announcer, pinger
from scheduler.push.courier import Courier
from scheduler.push.hub import Hub, HubMeans
from scheduler.push.kinds import PING
from scheduler.push.posters import Posters
from scheduler.push.station import Station
from scheduler.push.tellers import tellers
from scheduler.push.telling import tell
from scheduler.workshop import Workshop
from store import Store


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
        self.station = Station(
            wire, self._store, self.couriers, self._tellers(), clock=clock, eager=self._somebody_waits
        )

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

    def _somebody_waits(self) -> bool:
        config = self._config()
        return bool(config.serve.hub or config.publish.hubs or config.notify)

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
