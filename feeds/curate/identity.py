"""Who an item is, and how two items relate: the same item, article, story, or nothing of it."""

from collections.abc import Sequence
from hashlib import blake2b

from feeds.curate import tokens, urls
from feeds.curate.fingerprint import Print, pack, unpack
from feeds.curate.fold import fold
from feeds.model import Candidate, Identity, Item, Related, Relation

_BANDS = 12
_RANK = {Relation.SAME_ITEM: 0, Relation.SAME_ARTICLE: 1, Relation.SAME_STORY: 2, Relation.DIFFERENT: 3}


def identify(item: Item) -> Identity:
    """Keys, look-up values and fingerprint of an item; all stable across machines and versions."""
    made = _print(item)
    content = f"{item.title}\x1f{item.summary}\x1f{item.content}\x1f{item.url}"
    return Identity(
        keys=_keys(item, made),
        bands=_bands(made),
        features=(),
        fingerprint=pack(made),
        content_hash=blake2b(content.encode("utf-8", "replace"), digest_size=16).digest(),
    )


def relate(a: Item, b: Item) -> Related:
    """How two items relate; the same in either order."""
    return compare(identify(a).fingerprint, identify(b).fingerprint)


def settle(identity: Identity, candidates: Sequence[Candidate]) -> tuple[Candidate, Related] | None:
    """Pick the closest relative among the candidates, or None when all are strangers.

    Among equally close ones the surest wins, then the one stored first, so order does not matter.
    """
    judged = [(one, compare(identity.fingerprint, one.fingerprint)) for one in candidates]
    relatives = [(one, related) for one, related in judged if related.relation is not Relation.DIFFERENT]
    return min(
        relatives,
        key=lambda pair: (_RANK[pair[1].relation], -pair[1].score, pair[0].item_id),
        default=None,
    )


def compare(a: bytes, b: bytes) -> Related:
    """How the items behind two fingerprints relate; the same in either order."""
    first, second = unpack(a), unpack(b)
    return _same_item(first, second) or _by_text(first, second)


def _same_item(a: Print, b: Print) -> Related | None:
    if a.guid and a.guid == b.guid:
        return _related(Relation.SAME_ITEM, 1.0, "Both have the same guid at the same source.")
    if not a.url and not b.url and a.source == b.source and a.text_hash and _same_words(a, b):
        return _related(Relation.SAME_ITEM, 1.0, "Same source, title and text, and no address of their own.")
    if not a.url or a.url != b.url:
        return None
    strangers = a.own_guid and b.own_guid and a.source == b.source
    if strangers and a.title_hash != b.title_hash and a.text_hash != b.text_hash:
        return None
    return _related(Relation.SAME_ITEM, 1.0, "Both lead to the same address.")


def _same_words(a: Print, b: Print) -> bool:
    return a.title_hash == b.title_hash and a.text_hash == b.text_hash


def _by_text(a: Print, b: Print) -> Related:
    share = jaccard(a.shingles, b.shingles)
    inside = containment(a.shingles, b.shingles)
    if share >= 0.5 or (inside >= 0.8 and min(a.length, b.length) >= 20):  # noqa: PLR2004
        return _related(Relation.SAME_ARTICLE, max(share, inside), f"{share:.0%} of the text is the same.")
    words = jaccard(a.words, b.words)
    close = abs(a.minutes - b.minutes) < 4 * 1440 if a.minutes and b.minutes else False
    if words >= 0.3 and close:  # noqa: PLR2004
        return _related(Relation.SAME_STORY, words, f"{words:.0%} of the words are shared within four days.")
    return _related(Relation.DIFFERENT, 1 - words, "Too few words are shared.")


def _related(relation: Relation, score: float, *reasons: str) -> Related:
    return Related(relation=relation, score=round(score, 4), reasons=reasons)


def jaccard(a: frozenset[int], b: frozenset[int]) -> float:
    """Shared part of two sets."""
    return len(a & b) / len(a | b) if a and b else 0.0


def containment(a: frozenset[int], b: frozenset[int]) -> float:
    """Part of the smaller set that the larger one holds."""
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def _keys(item: Item, made: Print) -> tuple[str, ...]:
    keys = [f"g:{made.guid:016x}"]
    if made.url:
        keys.append(f"u:{made.url:016x}")
    elif made.text_hash:
        keys.append(f"t:{tokens.hash64(item.source, str(made.title_hash), str(made.text_hash)):016x}")
    return tuple(keys)


def _print(item: Item) -> Print:
    key = urls.canonical(item.url)
    own_page = urls.has_own_page(key)
    guid = urls.guid_key(item.guid)
    body = item.summary
    shingles = tokens.shingles(body)
    return Print(
        own_guid=bool(item.guid) and guid != key and not item.guid.startswith(urls.MADE_GUID),
        guid=tokens.hash64(item.source, guid) if guid else 0,
        url=tokens.hash64(key) if own_page else 0,
        title_hash=tokens.hash64(fold(item.title)) if item.title else 0,
        text_hash=tokens.hash64(fold(body)) if body else 0,
        source=tokens.hash64(item.source),
        site=tokens.hash32(item.site),
        language=item.language,
        minutes=int(item.published.timestamp() // 60) if item.published else 0,
        length=len(shingles),
        title=frozenset(tokens.hashes(tokens.tokens(item.title))),
        shingles=frozenset(shingles),
        words=frozenset(tokens.hashes(tokens.tokens(f"{item.title} {body}"))),
        names=frozenset(),
        numbers=frozenset(),
    )


def _bands(made: Print) -> tuple[int, ...]:
    """Take the smallest shingles: near-copies share at least one with near certainty."""
    return tuple(sorted(made.shingles)[:_BANDS])
