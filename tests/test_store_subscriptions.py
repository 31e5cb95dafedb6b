"""Subscriptions, their caps and leases; what changed is put into the outbox with what was told."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from store import Payload, Settled, Store
from store.subscriptions import Caps, Document, Subscription, Tellers
from tests.builders import NOW

FEED = "https://wire.example/feed.atom"
TELLERS = Tellers(deliver="hub", ping="ping", hubs=(("https://hub.example/", "hub.example:443"),))
MAIN = {FEED}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Give an empty store."""
    with Store.open(tmp_path / "wire.db") as opened:
        yield opened


def a_subscription(
    callback: str = "https://a.example/cb",
    *,
    topic: str = FEED,
    host: str = "a.example:443",
    secret: str = "",
    expires: datetime = NOW + timedelta(days=1),
) -> Subscription:
    """Make one."""
    return Subscription(topic=topic, callback=callback, host=host, secret=secret, since=NOW, expires=expires)


def a_document(digest: str, topic: str = FEED, *, pinged: bool = True) -> Document:
    """Make a feed as it is now."""
    body = Payload(body=digest.encode(), content_type="application/atom+xml")
    ping = Payload(body=b"hub.mode=publish", content_type="x/y")
    return Document(topic=topic, digest=digest, payload=body, ping=ping if pinged else None)


def add(store: Store, wanted: Subscription, **caps: int) -> str:
    """Subscribe under caps."""
    return store.subscriptions.add(wanted, Caps(**caps), main=MAIN, now=NOW)


def test_a_subscription_is_kept_renewed_and_ended(store: Store) -> None:
    """Renewing takes the new secret and lease; an ended lease is none, even before it is forgotten."""
    assert add(store, a_subscription(secret="old")) == ""
    later = NOW + timedelta(days=3)
    assert add(store, a_subscription(secret="new", expires=later)) == ""
    (known,) = store.subscriptions.all(now=NOW)
    assert (known.secret, known.since, known.expires) == ("new", NOW, later)
    assert "new" not in repr(known)
    assert store.subscriptions.find(FEED, known.callback, now=NOW) == known
    assert store.subscriptions.find(FEED, known.callback, now=later) is None
    assert store.subscriptions.topics(now=NOW) == [FEED]
    assert store.subscriptions.count(now=later) == 0
    assert store.subscriptions.prune(NOW) == 0
    assert store.subscriptions.prune(later) == 1
    assert add(store, a_subscription()) == ""
    assert store.subscriptions.remove(FEED, known.callback)
    assert not store.subscriptions.remove(FEED, known.callback)
    assert store.subscriptions.all(now=NOW, callback=known.callback) == []


def test_there_is_room_for_so_many(store: Store) -> None:
    """By host, by topic, in all, and of filtered feeds; who is there already may renew."""
    assert add(store, a_subscription()) == ""
    other = a_subscription("https://a.example/2")
    elsewhere = a_subscription("https://b.example/", host="b.example:443")
    assert "for callbacks of a.example:443" in add(store, other, per_host=1)
    assert "1 subscriptions to this topic" in add(store, elsewhere, per_topic=1)
    assert "1 subscriptions already" in add(store, elsewhere, total=1)
    tag = a_subscription(topic="https://wire.example/tag/x.atom")
    assert "filtered feeds" in add(store, tag, filtered=0)
    assert "filtered feeds" in store.subscriptions.room(tag, Caps(filtered=0), main=MAIN, now=NOW)
    assert add(store, tag, filtered=1) == ""
    assert add(store, a_subscription("https://c.example/", topic=tag.topic), filtered=1) == ""
    full = {"per_host": 1, "per_topic": 1, "total": 1, "filtered": 0}
    assert add(store, a_subscription(secret="renewed"), **full) == ""
    assert store.subscriptions.count(now=NOW) == 3


def test_a_change_is_told_once(store: Store) -> None:
    """Not when met first, not without a change; to leases that last, and to hubs elsewhere."""
    store.subscriptions.add_all(
        [
            a_subscription(),
            a_subscription("https://b.example/", host="b.example:443"),
            a_subscription("https://gone.example/", expires=NOW),
            a_subscription("https://c.example/", topic="https://wire.example/feed.rss"),
        ]
    )
    announce = store.subscriptions.announce
    assert announce([a_document("1")], TELLERS, now=NOW) == 0
    assert announce([a_document("1")], TELLERS, now=NOW) == 0
    assert announce([a_document("2")], TELLERS, now=NOW) == 3
    assert announce([a_document("2")], TELLERS, now=NOW) == 0
    waiting = store.outbox.lines({"hub", "ping"})
    assert sorted((line.kind, line.target, line.key) for line in waiting) == [
        ("hub", "https://a.example/cb", FEED),
        ("hub", "https://b.example/", FEED),
        ("ping", "https://hub.example/", FEED),
    ]
    assert announce([a_document("3", pinged=False)], TELLERS, now=NOW) == 2
    assert store.outbox.counts("hub")["waiting"] == 2
    (first, *_) = store.outbox.claim({"hub"}, now=NOW, until=NOW + timedelta(minutes=1), limit=1)
    assert first.payload.body == b"3"


def test_who_subscribes_hears_of_the_next_change(store: Store) -> None:
    """What the feed was at that moment is known from then on, unless something was known already."""
    other = "https://wire.example/tag/x.atom"
    store.subscriptions.known(a_document("1", other))
    store.subscriptions.known(a_document("9", other))
    assert store.subscriptions.announced([other, FEED]) == {other: "1"}
    add(store, a_subscription(topic=other))
    assert store.subscriptions.announce([a_document("2", other)], TELLERS, now=NOW) == 2


def test_another_process_may_be_faster(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it told between our look and our word is not told twice."""
    add(store, a_subscription())
    store.subscriptions.known(a_document("1"))
    store.subscriptions.announce([a_document("2")], TELLERS, now=NOW)
    sent = store.outbox.claim({"hub", "ping"}, now=NOW, until=NOW + timedelta(minutes=1), limit=9)
    store.outbox.settle([Settled(delivery=each, state="sent") for each in sent], now=NOW)
    monkeypatch.setattr(store.subscriptions, "announced", lambda _: {})
    assert store.subscriptions.announce([a_document("2")], TELLERS, now=NOW) == 0
