"""From the store to the outbox: every rule looks at what is new to it, and asks for what it tells."""

from collections.abc import Callable, Sequence
from datetime import datetime

from feeds.model import Channel
from feeds.model.notice import Notice
from feeds.publish.notices import silence_notice, story_notice
from scheduler.config.notify_types import NotifyRule
from scheduler.push.courier import lane_of
from scheduler.push.deciding import silences_to_tell, stories_to_tell
from scheduler.push.webhook import JSON_TYPE
from store import Parcel, Payload, Store
from store.moves import Moves


def tell(
    store: Store, rules: Sequence[NotifyRule], channel: Callable[[], Channel], *, moves: Moves, now: datetime
) -> int:
    """Put what the rules have to tell into the outbox; returns how many notices that are."""
    return sum(_tell(store, rule, channel, moves=moves, now=now) for rule in rules)


def _tell(
    store: Store, rule: NotifyRule, channel: Callable[[], Channel], *, moves: Moves, now: datetime
) -> int:
    count = 0
    while look := store.notices.look(rule.name, moves=moves):
        told = stories_to_tell(rule.condition, look, now=now)
        notices = [story_notice(rule.name, channel(), story) for story in told]
        notices += [silence_notice(rule.name, event) for event in silences_to_tell(rule.condition, look)]
        store.notices.tell(
            look, told, [(parcel_of(rule, each), payload_of(each)) for each in notices], now=now
        )
        count += len(notices)
    return count


def parcel_of(rule: NotifyRule, notice: Notice) -> Parcel:
    """Name a delivery by its rule, never by the receiver: that may be a secret, and may be changed."""
    lane = lane_of(rule.to) if rule.to else f"apprise {rule.name}"
    return Parcel(target=rule.name, key=notice.id, lane=lane)


def payload_of(notice: Notice) -> Payload:
    """Return what the outbox keeps of a notice."""
    return Payload(body=notice.document, content_type=JSON_TYPE)
