"""What happened to sources, what the rules tell of it all, and which days and weeks are over.

Loads little by itself: `fetch` runs every few minutes, and mostly there is nothing to tell.
"""

import logging
import random
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from feeds.model import Channel
from feeds.model.digest import DigestKind
from scheduler.config.types import Config
from scheduler.push.periods import to_close
from scheduler.rounds.standing import watch
from store import Store
from store.digests import KIND as MAIL
from store.notices import KIND as NOTICE

if TYPE_CHECKING:
    from scheduler.workshop import Workshop

_log = logging.getLogger("moonwire.push")

PATIENCE_S = 30.0
"""What a one-off command spends on deliveries; the rest is left for the next one."""


def meet_rules(store: Store, config: Config, *, now: datetime) -> None:
    """Let the store know the rules before anything is asked; a new one tells what comes from now on.

    Raises ConfigError when a rule can not be followed on this machine.
    """
    if any(rule.apprise for rule in config.notify):
        from scheduler.push.tellers import check_messengers  # noqa: PLC0415 # slow to load

        check_messengers(config)
    store.notices.meet([rule.name for rule in config.notify], now=now)


def take_stock(store: Store, config: Config, *, now: datetime, online: bool = True) -> None:
    """After a round: note what happened to sources, and close the days and weeks that are over.

    `online` False: no source can be reached, so a digest waits for what it would lack.
    """
    for event in watch(store):
        _log.info("%s: %s", event.name, event.sentence, extra={"action": "health", "kind": event.kind})
    close_periods(store, config, now=now, online=online)


def close_periods(store: Store, config: Config, *, now: datetime, online: bool) -> None:
    """Close the days and weeks that are over, unless no source can be reached."""
    if online and _is_over(store, config, now):
        from scheduler.push.digests import close_due  # noqa: PLC0415 # once a day

        for digest in close_due(store, config, now=now):
            name, count = digest.period.name, len(digest.stories) + digest.more
            _log.info("the digest of %s is made: %d stories", name, count, extra={"action": "digest"})


def tell(store: Store, config: Config, channel: Callable[[], Channel], *, now: datetime) -> int:
    """Put what the rules tell, and digests to be mailed, into the outbox; returns how many that are."""
    asked = 0
    if config.notify:
        from scheduler.push import notices  # noqa: PLC0415 # only where there are rules

        asked += notices.tell(store, config.notify, channel, moves=config.publish.moves, now=now)
    if config.digest.mail_to:
        from scheduler.push.digests import mail_due  # noqa: PLC0415 # only where somebody gets mail

        asked += mail_due(store, config, now=now)
    return asked


def _is_over(store: Store, config: Config, now: datetime) -> bool:
    """Say whether a day or week waits to be closed."""
    kinds: tuple[DigestKind, ...] = ("daily", "weekly")
    last = {kind: store.digests.last(kind) for kind in kinds}
    return any(to_close(kind, each[0] if each else None, now, config.digest) for kind, each in last.items())


def tell_now(workshop: "Workshop") -> None:
    """Tell and send what is due, for a command that ends; what is not taken is left for the next one."""
    config, store = workshop.config, workshop.store
    if not (config.notify or config.digest.mail_to):
        return

    def channel() -> Channel:
        from scheduler.publishing.publish import channel_of  # noqa: PLC0415 # rendering is slow to load

        return channel_of(config, workshop.topic, store)

    tell(store, config, channel, now=workshop.clock())
    due = store.outbox.next_at({MAIL, NOTICE})
    if due is None or due > workshop.clock():
        return
    from scheduler.push.dispatch import Dispatcher  # noqa: PLC0415 # only when there is something to send
    from scheduler.push.posters import Posters  # noqa: PLC0415 # as above
    from scheduler.push.tellers import tellers  # noqa: PLC0415 # as above

    couriers = tellers(lambda: config, lambda: store, channel, Posters(lambda: config.fetch))
    clock = workshop.clock
    Dispatcher(lambda: store.outbox, lambda: couriers, clock=clock, jitter=random.random).work_off(PATIENCE_S)
