"""What an operator is told, and when. Takers: webhooks and messengers."""

from typing import Literal

from feeds.model.value import Value

Occasion = Literal["every story", "official source", "independent origins", "quiet source"]


class Condition(Value, frozen=True, kw_only=True):
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


class Notice(Value, frozen=True, kw_only=True):
    """One thing to tell under one rule. Maker: `feeds.publish.notices`. Taker: `scheduler.push`."""

    UNSHOWN = frozenset(("document",))

    rule: str
    id: str
    """A tag: URI of the story or of what happened to a source: the same at every attempt."""
    title: str
    text: str
    """What a messenger shows below the title; plain."""
    document: bytes
    """The same for a program: JSON, as docs/reference/json.md has it."""
