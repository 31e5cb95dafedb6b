"""Couriers of what the operator is told: notices to webhooks and messengers, digests by mail."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from feeds.model import Channel
from scheduler.config.types import Config
from scheduler.push import mail, messenger, webhook
from scheduler.push.courier import Arrived, Courier, Failed, Result
from store import Delivery, Store
from store.digests import KIND as MAIL
from store.notices import KIND as NOTICE

if TYPE_CHECKING:
    from feeds.intake.post import Poster

_log = logging.getLogger("moonwire.push")


def tellers(
    config: Callable[[], Config],
    store: Callable[[], Store],
    channel: Callable[[], Channel],
    poster: "Callable[[], Poster]",
) -> Mapping[str, Courier]:
    """Return the couriers by kind; each delivery asks for configuration and store as they are then."""

    def notice(delivery: Delivery) -> Result:
        result = tell(config(), poster(), delivery.target, delivery.payload.body)
        if isinstance(result, Arrived):
            _log.info("told by the rule %s: %s", delivery.target, delivery.key, extra={"action": "notify"})
        return result

    def letter(delivery: Delivery) -> Result:
        return _mailed(config(), store(), channel(), delivery)

    return {NOTICE: Courier(send=notice), MAIL: Courier(send=letter)}


def tell(config: Config, poster: "Poster", name: str, document: bytes) -> Result:
    """Tell one notice by the rule of this name, as the configuration has it now."""
    rule = next((each for each in config.notify if each.name == name), None)
    if rule is None:
        return Failed(sentence=f'There is no rule "{name}" any more.', final=True)
    if rule.to:
        return webhook.send(poster, rule, document)
    told = json.loads(document)
    return messenger.send(rule.name, rule.apprise, told["title"], told["text"])


def _mailed(config: Config, store: Store, channel: Channel, delivery: Delivery) -> Result:
    kind, _, name = delivery.key.partition(" ")
    digest = store.digests.one("weekly" if kind == "weekly" else "daily", name)
    if digest is None or delivery.target not in config.digest.mail_to:
        return Failed(sentence=f"{delivery.target} does not get the {kind} digest any more.", final=True)
    letter = mail.letter(channel, digest, config.smtp.sender, delivery.target)
    result = mail.send(config.smtp, letter, ca_file=config.fetch.ca_file)
    if isinstance(result, Arrived):
        _log.info(
            "the %s digest of %s is mailed to %s", kind, name, delivery.target, extra={"action": "mail"}
        )
    return result


def check_messengers(config: Config) -> None:
    """Raise a ConfigError when a rule can not be followed on this machine."""
    for rule in config.notify:
        if rule.apprise:
            messenger.check(rule.name, rule.apprise)
