"""An entry after the whole walk. Maker: `feeds.curate`. Taker: the store."""

from dataclasses import dataclass

from feeds.model.identity import Identity
from feeds.model.item import Item, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One entry after the whole walk, ready to be stored."""

    item: Item
    verdict: Verdict
    identity: Identity
    raw_hash: bytes = b""
