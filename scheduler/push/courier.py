"""Who sends one kind of delivery, and what can become of it."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from feeds.model.posting import Posted, PostOutcome
from feeds.model.value import Value, field
from scheduler.push.backoff import Patience, next_try
from store import Delivery, Settled
from store.delivery import State


class Arrived(Value, frozen=True, kw_only=True):
    """It was taken."""

    status: int | None = None


class Failed(Value, frozen=True, kw_only=True):
    """It was not. `sentence` holds no credentials."""

    sentence: str
    status: int | None = None
    retry_after_s: int | None = None
    final: bool = False
    """Trying again would not help."""


Result = Arrived | Failed


class Courier(Value, frozen=True, kw_only=True):
    """Sends deliveries of one kind; `send` is called in many threads and raises only on a defect."""

    send: Callable[[Delivery], Result]
    patience: Patience = field(default_factory=Patience)


def result_of(outcome: PostOutcome) -> Result:
    """Return what a POST means for its delivery; 410 and a forbidden address end the trying."""
    if isinstance(outcome, Posted):
        return Arrived(status=outcome.status)
    return Failed(
        sentence=outcome.sentence,
        status=outcome.status,
        retry_after_s=outcome.retry_after_s,
        final=outcome.gone or outcome.hopeless,
    )


def settled(
    delivery: Delivery, result: Result, *, now: datetime, jitter: float, patience: Patience
) -> Settled:
    """Return what becomes of a delivery that was tried. Pure; `jitter` is in [0, 1)."""
    if isinstance(result, Arrived):
        return Settled(delivery=delivery, state="sent", status=result.status)
    at = None
    if not result.final:
        wish = result.retry_after_s
        at = next_try(delivery.attempt, now=now, jitter=jitter, patience=patience, retry_after_s=wish)
    state: State = "given-up" if at is None else "waiting"
    return Settled(delivery=delivery, state=state, at=at, status=result.status, error=result.sentence)


def lane_of(url: str) -> str:
    """Return whom an address burdens: its host with the port, in lower case."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        return ""
    return f"{parts.hostname or ''}:{port}"
