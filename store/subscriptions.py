"""Who gets which feed pushed, and which bytes of it they were told of last (WebSub)."""

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from feeds.model.value import Value
from store import outbox
from store.codec import micros, moment
from store.connection import Database
from store.delivery import Parcel, Payload

_INSERT = (
    "INSERT INTO subscriptions (topic, callback, host, secret, since, expires) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (topic, callback) DO UPDATE SET secret = excluded.secret, expires = excluded.expires"
)


class Subscription(Value, frozen=True, kw_only=True):
    """A feed that somebody wants pushed; confirmed by the callback. Times are aware UTC."""

    UNSHOWN = frozenset(("secret",))

    topic: str
    """Address of the feed, as the feed itself says it."""
    callback: str
    host: str
    """Of the callback, with its port."""
    secret: str = ""
    since: datetime
    expires: datetime


class Caps(Value, frozen=True, kw_only=True):
    """How many subscriptions there may be."""

    per_host: int = 1_000
    """For callbacks of one host."""
    per_topic: int = 20_000
    total: int = 50_000
    filtered: int = 100
    """Feeds beside the main ones that somebody is subscribed to: each is rendered when anything changes."""


class Document(Value, frozen=True, kw_only=True):
    """A feed as it is now. Maker: `scheduler.push.topics`."""

    topic: str
    digest: str
    payload: Payload
    """What subscribers get."""
    ping: Payload | None = None
    """What external hubs are told; None: they do not serve this feed."""


class Tellers(Value, frozen=True, kw_only=True):
    """How changes are told: names of the kinds of deliveries, and the external hubs."""

    deliver: str
    ping: str
    hubs: tuple[tuple[str, str], ...] = ()
    """Address and lane of each."""


class Subscriptions:
    """The part of the store that knows who wants what pushed. Made by `Store`; failure is a StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, wanted: Subscription, caps: Caps, *, main: Collection[str], now: datetime) -> str:
        """Keep a subscription or renew it; returns a clause on why there is no room, empty when kept.

        `main`: the topics that `caps.filtered` does not count.
        """
        with self._db.writing() as conn:
            full = _full(conn, wanted, caps, main, now)
            if not full:
                conn.execute(_INSERT, _row(wanted))
            return full

    def add_all(self, wanted: Iterable[Subscription]) -> None:
        """Keep many at once, whatever the caps say: for moving from another store, and for measuring."""
        with self._db.writing() as conn:
            conn.executemany(_INSERT, map(_row, wanted))

    def room(self, wanted: Subscription, caps: Caps, *, main: Collection[str], now: datetime) -> str:
        """As `add`, without keeping anything: to tell early."""
        with self._db.reading() as conn:
            return _full(conn, wanted, caps, main, now)

    def find(self, topic: str, callback: str, *, now: datetime) -> Subscription | None:
        """Return a subscription whose lease lasts."""
        sql = "SELECT * FROM subscriptions WHERE topic = ? AND callback = ? AND expires > ?"
        with self._db.reading() as conn:
            row = conn.execute(sql, (topic, callback, micros(now))).fetchone()
        return _subscription(row) if row else None

    def remove(self, topic: str, callback: str) -> bool:
        """End a subscription; False when there is none."""
        sql = "DELETE FROM subscriptions WHERE topic = ? AND callback = ?"
        with self._db.writing() as conn:
            return conn.execute(sql, (topic, callback)).rowcount > 0

    def all(self, *, now: datetime, callback: str | None = None) -> list[Subscription]:
        """Return the subscriptions whose lease lasts, of one callback or all, by topic and callback."""
        sql = (
            "SELECT * FROM subscriptions WHERE expires > ?1 AND (?2 IS NULL OR callback = ?2)"
            " ORDER BY topic, callback"
        )
        with self._db.reading() as conn:
            return [_subscription(row) for row in conn.execute(sql, (micros(now), callback))]

    def count(self, *, now: datetime) -> int:
        """Return how many leases last."""
        with self._db.reading() as conn:
            sql = "SELECT count(*) FROM subscriptions WHERE expires > ?"
            return int(conn.execute(sql, (micros(now),)).fetchone()[0])

    def topics(self, *, now: datetime) -> list[str]:
        """Return the topics that somebody is subscribed to."""
        with self._db.reading() as conn:
            sql = "SELECT DISTINCT topic FROM subscriptions WHERE expires > ? ORDER BY topic"
            return [row[0] for row in conn.execute(sql, (micros(now),))]

    def prune(self, now: datetime) -> int:
        """Forget leases that ended, and of what nobody waits for; returns how many ended."""
        with self._db.writing() as conn:
            gone = conn.execute("DELETE FROM subscriptions WHERE expires <= ?", (micros(now),))
            return gone.rowcount

    def known(self, document: Document) -> None:
        """Remember that the bytes of a feed are no news, unless something is remembered of it."""
        with self._db.writing() as conn:
            sql = "INSERT OR IGNORE INTO announced VALUES (?, ?)"
            conn.execute(sql, (document.topic, document.digest))

    def announce(self, documents: Sequence[Document], tellers: Tellers, *, now: datetime) -> int:
        """Put what changed into the outbox, in one transaction; returns how many deliveries that makes.

        A feed that is met for the first time is no news. What was announced and what is to be sent are
        kept together: a crash between them would leave somebody untold.
        """
        told = self.announced([document.topic for document in documents])
        changed = [each for each in documents if told.get(each.topic) != each.digest]
        if not changed:
            return 0
        with self._db.writing() as conn:
            return sum(_announce(conn, each, tellers, now) for each in changed)

    def announced(self, topics: Sequence[str]) -> dict[str, str]:
        """Return the digests that were told of last, by topic."""
        with self._db.reading() as conn:
            marks = dict(conn.execute("SELECT topic, digest FROM announced").fetchall())
        return {topic: marks[topic] for topic in topics if topic in marks}


def _announce(conn: sqlite3.Connection, document: Document, tellers: Tellers, now: datetime) -> int:
    row = conn.execute("SELECT digest FROM announced WHERE topic = ?", (document.topic,)).fetchone()
    if row and row["digest"] == document.digest:
        return 0
    conn.execute("REPLACE INTO announced VALUES (?, ?)", (document.topic, document.digest))
    if row is None:
        return 0
    sql = "SELECT callback, host FROM subscriptions WHERE topic = ? AND expires > ?"
    parcels = [
        Parcel(target=each["callback"], key=document.topic, lane=each["host"])
        for each in conn.execute(sql, (document.topic, micros(now)))
    ]
    count = outbox.put(conn, tellers.deliver, parcels, document.payload, now=now)
    if document.ping:
        pings = [Parcel(target=hub, key=document.topic, lane=lane) for hub, lane in tellers.hubs]
        count += outbox.put(conn, tellers.ping, pings, document.ping, now=now)
    return count


def _full(
    conn: sqlite3.Connection, wanted: Subscription, caps: Caps, main: Collection[str], now: datetime
) -> str:
    def count(condition: str, *values: object) -> int:
        sql = f"SELECT count(*) FROM subscriptions WHERE expires > ? AND {condition}"  # noqa: S608 # constants
        return int(conn.execute(sql, (micros(now), *values)).fetchone()[0])

    if count("topic = ? AND callback = ?", wanted.topic, wanted.callback):
        return ""
    if count("host = ?", wanted.host) >= caps.per_host:
        return f"there are {caps.per_host} subscriptions for callbacks of {wanted.host} already"
    if count("topic = ?", wanted.topic) >= caps.per_topic:
        return f"there are {caps.per_topic} subscriptions to this topic already"
    if count("1") >= caps.total:
        return f"there are {caps.total} subscriptions already"
    sql = "SELECT DISTINCT topic FROM subscriptions WHERE expires > ?"
    others = {row[0] for row in conn.execute(sql, (micros(now),))} - set(main)
    if wanted.topic not in {*main, *others} and len(others) >= caps.filtered:
        return f"there are subscriptions to {caps.filtered} filtered feeds already"
    return ""


def _row(wanted: Subscription) -> tuple[object, ...]:
    return (
        wanted.topic,
        wanted.callback,
        wanted.host,
        wanted.secret,
        micros(wanted.since),
        micros(wanted.expires),
    )


def _subscription(row: sqlite3.Row) -> Subscription:
    return Subscription(
        topic=row["topic"],
        callback=row["callback"],
        host=row["host"],
        secret=row["secret"],
        since=moment(row["since"]),
        expires=moment(row["expires"]),
    )
