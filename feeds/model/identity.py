"""Who an item is, and how two items relate. Maker: `feeds.curate.identity`."""

from enum import StrEnum

from feeds.model.value import Value


class Relation(StrEnum):
    """How two items relate, closest first."""

    SAME_ITEM = "same-item"
    """The same entry again: same guid of one source, or the same address."""
    SAME_ARTICLE = "same-article"
    """The same text on another address: wire copy, repost, edited title."""
    SAME_STORY = "same-story"
    """Another text on the same event."""
    DIFFERENT = "different"


class Identity(Value, frozen=True, kw_only=True):
    """What the store keeps to find relatives of an item without a scan. All parts are opaque to it."""

    UNSHOWN = frozenset(("fingerprint",))

    keys: tuple[str, ...]
    """Exact keys, strongest first; any shared key makes two entries the same item."""
    bands: tuple[int, ...] = ()
    """Signed 64-bit look-up keys; near-copies share at least one (locality-sensitive hashing)."""
    features: tuple[str, ...] = ()
    """Language-free features of the event (concepts, names, numbers); stories share several."""
    fingerprint: bytes = b""
    """Serialised form that `feeds.curate.identity.compare` takes."""
    content_hash: bytes = b""
    """Hash of title, text and link: differs when the entry was edited."""


class Related(Value, frozen=True, kw_only=True):
    """The decision on a pair, with sentences that say why."""

    relation: Relation
    score: float
    reasons: tuple[str, ...]
