"""Figures on what is pushed and told, for /healthz."""

from datetime import datetime

from scheduler.config.types import Config
from scheduler.push.kinds import DELIVER, PING
from store import Store
from store.digests import KIND as MAIL
from store.notices import KIND as NOTICE


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


def told(config: Config, store: Store) -> dict[str, int] | None:
    """Count notices and mails that wait and those given up within a week; None when nobody is told."""
    if not (config.notify or config.digest.mail_to):
        return None
    counts = [store.outbox.counts(kind) for kind in (NOTICE, MAIL)]
    return {
        "waiting": sum(each["waiting"] for each in counts),
        "given_up": sum(each["given-up"] for each in counts),
    }
