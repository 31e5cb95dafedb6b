"""Who an item is, and how two items relate: the same item, article, story, or nothing of it."""

from hashlib import blake2b

from feeds.curate import copies, likeness, tokens
from feeds.curate.fingerprint import Outline, Print, jaccard, pack, pack_outline, unpack
from feeds.curate.printing import draft, make_bands, make_features, make_outline, make_print, make_sketch
from feeds.model import Identity, Item, Related, Relation

_EDITED = 0.3
"""Share of words from which on two entries under one guid are an entry and its edit."""


def identify(item: Item) -> Identity:
    """Keys, look-up values and fingerprint of an item; all stable across machines and versions."""
    text = draft(item)
    made = make_print(text)
    return Identity(
        keys=_keys(made),
        bands=make_bands(text),
        features=make_features(text),
        fingerprint=pack(made),
        content_hash=_content_hash(item),
    )


def outline(item: Item, *, brief: bool = False) -> Identity:
    """Identify an item that is not kept: its keys hold, but its text is compared with no other's.

    `brief`: no more of its text was read than its summary.
    """
    made = make_sketch(item) if brief else make_outline(item)
    return Identity(keys=_keys(made), fingerprint=pack_outline(made), content_hash=_content_hash(item))


def _content_hash(item: Item) -> bytes:
    content = f"{item.title}\x1f{item.summary}\x1f{item.content}\x1f{item.url}"
    return blake2b(content.encode("utf-8", "replace"), digest_size=16).digest()


def fingerprint(item: Item) -> bytes:
    """Only the fingerprint of an item, as `compare` takes it."""
    return pack(make_print(draft(item)))


def relate(a: Item, b: Item) -> Related:
    """How two items relate, with sentences that say why; the same in either order."""
    return compare(fingerprint(a), fingerprint(b))


def compare(a: bytes, b: bytes) -> Related:
    """How the items behind two fingerprints relate; the same in either order."""
    first, second = unpack(a), unpack(b)
    if first is None or second is None:
        return _related(Relation.DIFFERENT, 0.0, "A fingerprint of another version can not be compared.")
    shared = not copies.no_copy(first, second)
    return (
        _same_item(first, second)
        or _same_article(first, second, shared=shared)
        or _same_story(first, second, shared=shared)
    )


def _same_item(a: Print, b: Print) -> Related | None:
    if a.guid and a.guid == b.guid and not _guid_again(a, b):
        return _related(Relation.SAME_ITEM, 1.0, "Both have the same guid at the same source.")
    if not a.url and not b.url:
        if a.source == b.source and a.text_hash and _same_words(a, b):
            return _related(
                Relation.SAME_ITEM, 1.0, "Same source, title and text, and neither has an address of its own."
            )
        return None
    if a.url != b.url or _entries_of_one_page(a, b):
        return None
    return _related(Relation.SAME_ITEM, 1.0, "Both lead to the same address.")


def _guid_again(a: Print, b: Print) -> bool:
    """Recognise a guid that a program writes into all its entries: address, title, text and time are others'.

    Of texts that are compared, fewer than three words of ten may be the same: an edit keeps more.
    """
    told_apart = (
        a.url and b.url and a.url != b.url and a.title_hash != b.title_hash and a.text_hash != b.text_hash
    )
    if not told_apart or not a.minutes or not b.minutes or a.minutes == b.minutes:
        return False
    return jaccard(a.words, b.words) < _EDITED


def _same_words(a: Print, b: Print) -> bool:
    return a.title_hash == b.title_hash and a.text_hash == b.text_hash


def _entries_of_one_page(a: Print, b: Print) -> bool:
    """Recognise a log or a live page: one source and address, entries of other name, title and text."""
    if a.source != b.source or a.title_hash == b.title_hash or a.text_hash == b.text_hash:
        return False
    return (a.own_guid and b.own_guid) or a.fragment != b.fragment


def _same_article(a: Print, b: Print, *, shared: bool) -> Related | None:
    if a.page and a.page == b.page and a.site == b.site:
        return _related(
            Relation.SAME_ARTICLE,
            0.95,
            "The addresses are those of one page in two languages or under two paths.",
        )
    if copies.is_link(a, b):
        return _related(
            Relation.SAME_ARTICLE, 0.9, "One is a link: it has the other's title and no text of its own."
        )
    if not shared:
        return None
    copy = copies.copied(a, b)
    if not copy.is_copy:
        return None
    reasons = [f"{copy.passages:.0%} of the shorter text stands word for word in the other."]
    if copy.passages < copy.words:
        reasons.append(f"{copy.words:.0%} of the words of title and lead are the same.")
    return _related(Relation.SAME_ARTICLE, max(copy.passages, copy.words), *reasons)


def _same_story(a: Print, b: Print, *, shared: bool) -> Related:
    model = likeness.story_model()
    gap = likeness.days_apart(a, b)
    if gap is not None and gap > model.window_days:
        return _related(Relation.DIFFERENT, 1.0, f"They were published {gap:.0f} days apart.")
    if copies.are_issues(a, b):
        return _related(Relation.DIFFERENT, 0.95, "They are two issues of one series.")
    if shared and copies.only_frame(a, b):
        return _related(
            Relation.DIFFERENT, 0.95, "They share a frame, and neither echoes the other's headline."
        )
    if likeness.headlines_part(a, b):
        return _related(Relation.DIFFERENT, 0.95, "Each headline names what the other item says nothing of.")
    probability = likeness.story_probability(a, b)
    if probability < model.threshold or probability < likeness.story_threshold(a, b):
        return _related(
            Relation.DIFFERENT, 1 - probability, f"That they report one event is {probability:.0%} likely."
        )
    reasons = [f"That they report one event is {probability:.0%} likely."]
    if names := likeness.shared_names(a, b):
        reasons.append(f"Both speak of {names}.")
    if gap is not None:
        reasons.append(
            f"They were published {gap:.0f} days apart." if gap >= 1 else "They were published within a day."
        )
    return _related(Relation.SAME_STORY, probability, *reasons)


def _related(relation: Relation, score: float, *reasons: str) -> Related:
    return Related(relation=relation, score=round(score, 4), reasons=reasons)


def _keys(made: Outline) -> tuple[str, ...]:
    keys = [f"g:{made.guid:016x}"] if made.guid else []
    if made.url:
        keys.append(f"u:{made.url:016x}")
    elif made.text_hash or not keys:
        keys.append(f"t:{tokens.hash64(str(made.source), str(made.title_hash), str(made.text_hash)):016x}")
    return tuple(keys)
