"""When to send again what did not arrive: exponential back-off with full jitter. Pure.

Full jitter (any time between now and the back-off) spreads those who failed together best: when a
receiver comes back after an outage, they do not all come at once.
"""

from datetime import datetime, timedelta

from feeds.model.value import Value

LONGEST_WISH_S = 86_400
"""A receiver that asks for more rest (Retry-After) is tried after this all the same."""
_LEAST_S = 1.0


class Patience(Value, frozen=True, kw_only=True):
    """How long to go on trying. Seconds."""

    base_s: float = 15
    """The back-off after the first try; it doubles with each further one."""
    ceiling_s: float = 6 * 3600
    attempts: int = 14
    """The last one ends it. With these values it comes 20 hours after the first at most, 10 on average."""


def next_try(
    attempt: int, *, now: datetime, jitter: float, patience: Patience, retry_after_s: int | None = None
) -> datetime | None:
    """Return when to try again after try number `attempt` failed; None when it was the last.

    `jitter` is in [0, 1). What the receiver asked for (RFC 9110 10.2.3) counts when it is later.
    """
    if attempt >= patience.attempts:
        return None
    backoff = min(patience.ceiling_s, patience.base_s * 2.0 ** (attempt - 1))
    wished = min(retry_after_s or 0, LONGEST_WISH_S)
    return now + timedelta(seconds=max(_LEAST_S, jitter * backoff, wished))
