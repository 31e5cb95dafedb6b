"""What an operator is told, and when. Takers: webhooks and messengers."""

from dataclasses import dataclass, field
from typing import Literal

Occasion = Literal["every story", "official source", "independent origins", "quiet source"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """When a rule has something to tell; an empty filter lets everything through.

    Maker: `scheduler.config`. Taker: `scheduler.push.deciding`.
    """

    when: Occasion
    at_least: int = 3
    """Independent origins that a story needs, where they are counted."""
    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """Parts of names or addresses of sources."""
    min_score: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell under one rule. Maker: `feeds.publish.notices`. Taker: `scheduler.push`."""

    rule: str
    id: str
    """A tag: URI of the story or of what happened to a source: the same at every attempt."""
    title: str
    text: str
    """What a messenger shows below the title; plain."""
    document: bytes = field(repr=False)
    """The same for a program: JSON, as docs/reference/json.md has it."""
