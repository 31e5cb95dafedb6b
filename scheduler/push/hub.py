"""The hub at work: takes wishes, asks callbacks whether they meant it, sends them the feed, or tells them no.

What a request means is decided in `feeds.publish.serving.hub`; here are the store, the network and the clock.
Everything that leaves does so by the outbox, so a crash forgets no verification and no delivery.
"""

import json
import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from feeds.model.posting import PostFailed, PostRequest
from feeds.model.value import Value
from feeds.publish.serving import hub
from feeds.publish.serving.hub import Refused, Wish
from scheduler.push.backoff import Patience
from scheduler.push.courier import Arrived, Courier, Failed, Result, lane_of, result_of
from scheduler.push.kinds import DELIVER, DENY, VERIFY
from scheduler.push.topics import Shown, document_of, main_documents
from store import Delivery, Parcel, Payload, Store
from store.subscriptions import Caps, Subscription

if TYPE_CHECKING:
    from feeds.intake.post import Poster

PENDING: Final = 2_000
"""Wishes whose callback has not been asked yet."""
PENDING_PER_HOST: Final = 50
_SHORT: Final = Patience(base_s=5, ceiling_s=60, attempts=3)
"""For asking and telling: who does not answer at all is not asked for long."""
_JSON = "application/json"

_log = logging.getLogger("moonwire.hub")


class HubMeans(Value, frozen=True, kw_only=True):
    """What the hub works with. `shown` and `store` are asked each time: a reload exchanges them."""

    store: Callable[[], Store]
    shown: Shown
    base_url: Callable[[], str]
    poster: "Callable[[], Poster]"
    clock: Callable[[], datetime]
    wake: Callable[[], None]
    """Tells the dispatcher that something is due."""


class Hub:
    """A WebSub hub for the feeds of one site; thread-safe."""

    def __init__(self, means: HubMeans, *, caps: Caps | None = None) -> None:
        self._means = means
        self._caps = caps or Caps()

    def couriers(self) -> Mapping[str, Courier]:
        """Return who sends what the hub puts into the outbox."""
        return {
            DELIVER: Courier(send=self._deliver),
            VERIFY: Courier(send=self._verify, patience=_SHORT),
            DENY: Courier(send=self._deny, patience=_SHORT),
        }

    def register(self, wish: Wish) -> Refused | None:
        """Take a wish for verification (WebSub 5.1, 5.2); a value says why it is not taken."""
        store, now = self._means.store(), self._means.clock()
        if wish.mode == "subscribe":
            refused = self._refused(store, wish, now)
            if refused:
                return refused
        elif store.subscriptions.find(wish.topic, wish.callback, now=now) is None:
            return Refused(status=404, sentence="There is no such subscription.")
        host = lane_of(wish.callback)
        outbox = store.outbox
        if outbox.waiting(VERIFY) >= PENDING or outbox.waiting(VERIFY, lane=host) >= PENDING_PER_HOST:
            sentence = "Too many callbacks have to be asked already."
            return Refused(status=503, sentence=sentence, retry_after_s=60)
        parcel = Parcel(target=wish.callback, key=wish.topic, lane=host)
        body = json.dumps([wish.mode, wish.lease_s, wish.secret]).encode()
        outbox.put(VERIFY, [parcel], Payload(body=body, content_type=_JSON), now=now)
        self._means.wake()
        return None

    def _refused(self, store: Store, wish: Wish, now: datetime) -> Refused | None:
        document = document_of(self._means.shown, self._means.base_url(), wish.topic)
        if document is None:
            sentence = "hub.topic is no feed of this site that is pushed; take the address of its rel=self."
            return Refused(status=404, sentence=sentence)
        why = self._means.poster().refusal(wish.callback)
        if why:
            return Refused(status=403, sentence=f"hub.callback is not called: {why}.")
        full = store.subscriptions.room(
            _subscription(wish, now), self._caps, main=self._main_topics(), now=now
        )
        if full:
            return Refused(status=503, sentence=f"There is no room: {full}.", retry_after_s=3600)
        store.subscriptions.known(document)
        return None

    def _main_topics(self) -> set[str]:
        means = self._means
        return {each.topic for each in main_documents(means.shown.site, means.base_url())}

    def _verify(self, delivery: Delivery) -> Result:
        """Ask a callback whether it wants what was wished in its name (WebSub 5.3)."""
        mode, lease_s, secret = json.loads(delivery.payload.body)
        wish = Wish(
            mode="subscribe" if mode == "subscribe" else "unsubscribe",
            callback=delivery.target,
            topic=delivery.key,
            lease_s=lease_s,
            secret=secret,
        )
        challenge = secrets.token_urlsafe(32)
        outcome = self._means.poster().ask(
            hub.verification_url(wish, challenge), answer_bytes=hub.ANSWER_BYTES
        )
        if isinstance(outcome, PostFailed):
            answered = outcome.status is not None or outcome.hopeless
            return Failed(sentence=outcome.sentence, status=outcome.status, final=answered)
        if not hub.is_confirmed(outcome.body, challenge):
            sentence = f"{delivery.lane}: its answer does not repeat the challenge."
            return Failed(sentence=sentence, status=outcome.status, final=True)
        return self._confirmed(wish, outcome.status)

    def _confirmed(self, wish: Wish, status: int) -> Result:
        store, now = self._means.store(), self._means.clock()
        if wish.mode == "unsubscribe":
            store.subscriptions.remove(wish.topic, wish.callback)
            store.outbox.withdraw(DELIVER, wish.callback, wish.topic)
            _log.info("%s unsubscribed from %s", lane_of(wish.callback), wish.topic, extra={"action": "hub"})
            return Arrived(status=status)
        wanted = _subscription(wish, now)
        full = store.subscriptions.add(wanted, self._caps, main=self._main_topics(), now=now)
        if full:
            self.deny(wish.topic, wish.callback, f"There is no room: {full}.")
            return Failed(sentence=f"{wanted.host}: {full}.", final=True)
        _log.info(
            "%s subscribed to %s until %s",
            wanted.host,
            wish.topic,
            wanted.expires.isoformat(timespec="seconds"),
            extra={"action": "hub"},
        )
        return Arrived(status=status)

    def _deliver(self, delivery: Delivery) -> Result:
        """Send the whole feed to a callback, signed if it gave a secret (WebSub 7, 7.1)."""
        store = self._means.store()
        known = store.subscriptions.find(delivery.key, delivery.target, now=self._means.clock())
        if known is None:
            return Failed(sentence=f"{delivery.lane}: it is not subscribed any more.", final=True)
        payload = delivery.payload
        headers = payload.headers
        if known.secret:
            headers = (*headers, ("X-Hub-Signature", hub.signature(known.secret, payload.body)))
        outcome = self._means.poster().post(
            PostRequest(
                url=delivery.target, body=payload.body, content_type=payload.content_type, headers=headers
            )
        )
        if isinstance(outcome, PostFailed) and outcome.gone:
            store.subscriptions.remove(delivery.key, delivery.target)
            _log.info(
                "%s is gone (410): it is unsubscribed from %s",
                known.host,
                known.topic,
                extra={"action": "hub"},
            )
        return result_of(outcome)

    def deny(self, topic: str, callback: str, reason: str) -> None:
        """Let a callback know that it gets nothing (any more), and why (WebSub 5.2)."""
        deny(self._means.store(), topic, callback, reason, now=self._means.clock())
        self._means.wake()

    def _deny(self, delivery: Delivery) -> Result:
        reason = delivery.payload.body.decode()
        url = hub.denial_url(delivery.target, delivery.key, reason)
        return result_of(self._means.poster().ask(url, answer_bytes=hub.ANSWER_BYTES))

    def strangers(self) -> int:
        """Deny what is not of this site any more, as after its address changed; returns how many that are."""
        store, now, base = self._means.store(), self._means.clock(), self._means.base_url()
        gone = [each for each in store.subscriptions.all(now=now) if not hub.path_of(each.topic, base)]
        for each in gone:
            drop(store, each, "This feed is not at this address any more.", now=now)
        return len(gone)


def drop(store: Store, known: Subscription, reason: str, *, now: datetime) -> None:
    """End a subscription, and let its callback know."""
    store.subscriptions.remove(known.topic, known.callback)
    store.outbox.withdraw(DELIVER, known.callback, known.topic)
    deny(store, known.topic, known.callback, reason, now=now)


def deny(store: Store, topic: str, callback: str, reason: str, *, now: datetime) -> None:
    """Put a denial into the outbox."""
    parcel = Parcel(target=callback, key=topic, lane=lane_of(callback))
    payload = Payload(body=reason.encode(), content_type="text/plain; charset=utf-8")
    store.outbox.put(DENY, [parcel], payload, now=now)


def _subscription(wish: Wish, now: datetime) -> Subscription:
    return Subscription(
        topic=wish.topic,
        callback=wish.callback,
        host=lane_of(wish.callback),
        secret=wish.secret,
        since=now,
        expires=now + timedelta(seconds=wish.lease_s),
    )
