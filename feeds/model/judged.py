"""An entry after the whole walk. Maker: `feeds.curate`. Taker: the store."""

from feeds.model.identity import Identity
from feeds.model.item import Item, Verdict
from feeds.model.value import Value


class Judged(Value, frozen=True, kw_only=True):
    """One entry after the whole walk, ready to be stored."""

    item: Item
    verdict: Verdict
    identity: Identity
    raw_hash: bytes = b""
