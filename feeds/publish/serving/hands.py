"""Who acts on store and network for the operator.

Maker: `scheduler.desk.hands`. Taker: `feeds.publish.serving.desk`.
"""

from collections.abc import Sequence
from typing import Protocol

from feeds.model import FoundFeed
from feeds.model.value import Value


class Marked(Value, frozen=True, kw_only=True):
    """An item after it was marked."""

    id: int
    mark: bool | None
    """What the operator says of it now: keep, reject or nothing."""
    keep: bool
    was_kept: bool


class Done(Value, frozen=True, kw_only=True):
    """What was done, in one sentence."""

    sentence: str
    story: int = 0
    """Where it is seen; 0 when it is no story's page."""


class Wish(Value, frozen=True, kw_only=True):
    """A source that somebody wants watched, as typed."""

    url: str
    name: str = ""
    language: str = ""
    kind: str = ""


class Looked(Value, frozen=True, kw_only=True):
    """What is at an address that somebody typed."""

    sentence: str
    feeds: tuple[FoundFeed, ...] = ()
    """What can be added: the feed itself, or those behind the page."""


class Hands(Protocol):
    """Acts when asked, in the thread that asks.

    ConfigError says in one sentence what is wrong with a wish, any other MoonwireError what can not be done
    at present.
    """

    def marked(self, item_id: int) -> bool | None:
        """Return what the operator said of an item, if anything."""
        ...

    def mark(self, item_id: int, *, keep: bool | None) -> Marked | None:
        """Mark an item, or take the mark back with None; returns None when there is no such item."""
        ...

    def join(self, story: str, other: str) -> Done:
        """Make two stories one; each is named by its id, or by the address of one of its items."""
        ...

    def split(self, story: str, items: Sequence[str]) -> Done:
        """Part items, by id, from their story."""
        ...

    def look(self, wish: Wish) -> Looked:
        """Ask an address once, some seconds at most, and say what is there."""
        ...

    def add(self, wish: Wish) -> Done:
        """Watch a feed from now on."""
        ...

    def change(self, source: str, action: str) -> Done:
        """Do with a watched source what `action` says: check, disable, enable or remove."""
        ...
