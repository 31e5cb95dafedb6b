"""Figures on what is pushed, for /healthz."""

from datetime import datetime

from scheduler.config.types import Config
from scheduler.push.kinds import DELIVER, PING
from store import Store


def stock(config: Config, store: Store, now: datetime) -> dict[str, int] | None:
    """Count subscriptions, deliveries that wait and those given up; None when nothing is pushed."""
    if not (config.serve.hub or config.publish.hubs):
        return None
    delivered, pinged = store.outbox.counts(DELIVER), store.outbox.counts(PING)
    return {
        "subscriptions": store.subscriptions.count(now=now),
        "waiting": delivered["waiting"] + pinged["waiting"],
        "given_up": delivered["given-up"] + pinged["given-up"],
    }
