"""What happens to a source. Maker: `scheduler.rounds.standing`. Keeper: the store. Taker: `feeds.publish`."""

from datetime import datetime
from typing import Literal

from feeds.model.value import Value

Happening = Literal["failing", "unheard", "gone", "quiet", "moved", "recovered"]
"""failing: no good answer for long; unheard: none since it is watched; gone: its publisher said so twice
(410); quiet: silent far beyond its own rhythm; moved: asked elsewhere for good; recovered: well again."""


class SourceEvent(Value, frozen=True, kw_only=True):
    """One change in how a source does, told once; none of its texts holds a credential."""

    id: int = 0
    """Number in the store; 0 before it is stored."""
    source: str
    """Its configured address: its identity, not for publishing."""
    name: str
    home: str
    kind: Happening
    at: datetime
    """The check that showed it."""
    sentence: str
