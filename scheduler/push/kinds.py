"""What kinds of deliveries the outbox holds for hub and hubs."""

from typing import Final

DELIVER: Final = "hub"
"""A feed to one who subscribed to it."""
VERIFY: Final = "hub-verify"
"""The question whether a callback wants what was wished in its name."""
DENY: Final = "hub-deny"
"""The word that it gets nothing (any more)."""
PING: Final = "ping"
"""The word to a hub elsewhere that a feed changed."""
