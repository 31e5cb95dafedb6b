"""Which feeds changed, and who is told: subscribers of our own hub, and hubs elsewhere."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from feeds.model import Stamp
from feeds.model.posting import PostRequest
from feeds.publish import clean
from feeds.publish.site import SiteFile
from scheduler.config.types import Config
from scheduler.push.courier import Courier, Result, lane_of, result_of
from scheduler.push.kinds import DELIVER, PING
from scheduler.push.topics import Shown, document_of, file_documents, main_documents
from store import Delivery, Store
from store.subscriptions import Tellers

if TYPE_CHECKING:
    from feeds.intake.post import Poster


def tellers_of(config: Config) -> Tellers:
    """Return how changes are told under a configuration."""
    return Tellers(deliver=DELIVER, ping=PING, hubs=tuple((each, lane_of(each)) for each in hubs_of(config)))


def hubs_of(config: Config) -> tuple[str, ...]:
    """Return the external hubs, written as the feeds name them."""
    return tuple(each for each in map(clean.address, config.publish.hubs) if each)


class Announcer:
    """Compares what is shown with what was told of last; used by one thread."""

    def __init__(
        self,
        shown: Shown,
        store: Callable[[], Store],
        config: Callable[[], Config],
        clock: Callable[[], datetime],
    ) -> None:
        self._shown, self._store, self._config, self._clock = shown, store, config, clock
        self._seen: tuple[str, int] | None = None

    def tell(self) -> int:
        """Put what changed into the outbox; returns how many deliveries that makes."""
        config, store, now = self._config(), self._store(), self._clock()
        base = config.serve.base_url
        main = main_documents(self._shown.site, base)
        if not main:
            return 0
        tellers = tellers_of(config)
        count = store.subscriptions.announce(main, tellers, now=now)
        if not config.serve.hub or self._seen == (base, store.revision()):
            return count
        self._seen = (base, store.revision())
        known = {each.topic for each in main}
        others = [topic for topic in store.subscriptions.topics(now=now) if topic not in known]
        found = [document_of(self._shown, base, topic) for topic in others]
        return count + store.subscriptions.announce([each for each in found if each], tellers, now=now)


def pinger(poster: "Callable[[], Poster]") -> Courier:
    """Return who tells external hubs that a feed changed."""

    def send(delivery: Delivery) -> Result:
        payload = delivery.payload
        request = PostRequest(
            url=delivery.target, body=payload.body, content_type=payload.content_type, headers=payload.headers
        )
        return result_of(poster().post(request))

    return Courier(send=send)


def tell_of_files(
    config: Config, store: Store, files: Mapping[str, SiteFile], stamps: Mapping[str, Stamp], now: datetime
) -> int:
    """Put into the outbox what a folder shows anew; returns how many deliveries that makes."""
    documents = file_documents(files, stamps, config.serve.base_url, hubs_of(config))
    return store.subscriptions.announce(documents, tellers_of(config), now=now)
