"""What the outbox holds and hands out, as values: contents, who gets them, claims and what became of them."""

import hashlib
from datetime import datetime
from typing import Final, Literal

from feeds.model.value import Value
from store.codec import to_json

State = Literal["waiting", "sent", "given-up"]
STATES: Final[tuple[State, ...]] = ("waiting", "sent", "given-up")


class Payload(Value, frozen=True, kw_only=True):
    """What is sent; stored once however many get it."""

    UNSHOWN = frozenset(("body",))

    body: bytes
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def digest(self) -> bytes:
        """Hash of all of it."""
        head = to_json([self.content_type, self.headers]).encode()
        return hashlib.blake2b(len(head).to_bytes(4, "big") + head + self.body, digest_size=16).digest()


class Parcel(Value, frozen=True, kw_only=True):
    """To whom something goes, and what about."""

    target: str
    """An address, or whatever the sender of this kind understands."""
    key: str
    """What it is about: later content of the same key takes the place of what waits."""
    lane: str = ""
    """Whom it burdens, usually the host: deliveries of one lane are sent few at a time."""


class Delivery(Value, frozen=True, kw_only=True):
    """A claimed delivery. Maker: `Outbox.claim`. Takers: the sender of its kind, then `Outbox.settle`."""

    id: int
    kind: str
    target: str
    key: str
    lane: str
    payload: Payload
    attempt: int
    """Counts from 1."""
    claim: str
    version: int
    until: datetime
    """When the claim lapses: nothing may be sent after it."""


class Settled(Value, frozen=True, kw_only=True):
    """What became of a claimed delivery: sent, given up, or to be tried again `at` a time."""

    delivery: Delivery
    state: State
    at: datetime | None = None
    status: int | None = None
    """Status of the answer, if there was one."""
    error: str = ""
    """A sentence, without credentials."""


class DeliveryLine(Value, frozen=True, kw_only=True):
    """A delivery as lists show it."""

    kind: str
    target: str
    key: str
    state: State
    created: datetime
    attempts: int
    next_at: datetime | None
    """When it is tried next; None when it is settled."""
    settled: datetime | None
    """When it was last tried."""
    status: int | None
    error: str
