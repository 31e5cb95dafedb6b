"""From an item to its fingerprint, look-up bands and features."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import unquote

from feeds.curate import features, text, tokens, urls
from feeds.curate.fingerprint import LIMITS, Outline, Print
from feeds.curate.fold import fold
from feeds.later import late_pattern
from feeds.model import Item
from feeds.model.value import Value, asdict

_BODY = 3000
"""Characters of the text that are looked at: copies share their beginning."""
_LEAD = 700
PHRASE = (3, 5)
PASSAGE = (8, 14)
"""Units of a run, in scripts with and without spaces."""
_WINDOW = 10
"""Of this many passages in a row one becomes a band: copies with a common run that long share it."""
_BANDS = 40
_FEATURES = 24
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_COARSE_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?")
_LANGUAGE_SEGMENT = late_pattern(r"[a-z]{2,3}(?:[-_][a-z]{2,4})?", re.IGNORECASE)
_DIGITS = re.compile(r"\d{6,}")
_SLUG_WORDS = 2
_SLUG_WORD = re.compile(r"[^\W_]{2,}")
_NOISE = late_pattern(
    r"^\W*[^.。]{0,60}\((?:reuters|ap|afp|xinhua|upi|tass|ani|pti|spx|ians|dpa|efe)\)\s*[-–—:.]*"
    r"|\b(?:reporting|editing|writing|additional reporting) by\b.*$"
    r"|\bthe post .{3,300} appeared first on .{2,100}$",
    re.IGNORECASE,
)
"""Datelines, bylines and endings that copies add or drop."""
_ADDRESS = late_pattern(r"(?:https?://|\bwww\.|(?<!\S)/)\S+", re.IGNORECASE)
"""Addresses are no words of a text: a link's text is often nothing else."""


class Draft(Value, frozen=True, kw_only=True):
    """An item's text, folded and cut into runs once."""

    item: Item
    title: str
    body: str
    text: str
    lead: str
    units: list[str]
    phrases: list[int]
    passages: list[int]
    headline: frozenset[str]
    concepts: frozenset[str]


def draft(item: Item) -> Draft:
    """Do the work that fingerprint, bands and features share."""
    body = _body(item)
    title = fold(item.title)
    folded = fold(_NOISE.sub(" ", _ADDRESS.sub(" ", body) if "/" in body or "www." in body else body))
    units = tokens.units(folded)
    unspaced = tokens.is_unspaced(units)
    headline = features.concept_names(title)
    return Draft(
        item=item,
        title=title,
        body=body,
        text=folded,
        lead=folded[:_LEAD],
        units=units,
        phrases=tokens.grams(units, PHRASE[unspaced]),
        passages=tokens.grams(units, PASSAGE[unspaced]),
        headline=headline,
        concepts=headline | features.concept_names(folded[:_LEAD]),
    )


def make_print(made: Draft) -> Print:
    """Everything about an item that comparing needs."""
    words = list(dict.fromkeys(tokens.stems(f"{made.title} . {made.lead}")))
    passages = frozenset(made.passages)
    return Print(
        **asdict(_named(made.item, made.title, made.body)),
        length=len(made.units),
        size=len(passages),
        phrases=frozenset(made.phrases),
        passages=passages,
        title=tokens.hashes(tokens.stems(features.without_counters(made.title))),
        words=tokens.hashes(words[: LIMITS["words"]]),
        concepts=frozenset(map(features.code_of, made.concepts)),
        headline=frozenset(map(features.code_of, made.headline)),
        numbers=features.numbers(f"{made.title} {made.lead}"),
        counters=features.counters(made.title),
        slug=_slug(urls.parse(urls.canonical(made.item.url))),
    )


def make_outline(item: Item) -> Outline:
    """Only what tells whether two items are the same one: enough for items that are not kept."""
    return _named(item, fold(item.title), _body(item))


def make_sketch(item: Item) -> Outline:
    """Outline an item of which only a short text was read: beside an address that text tells little.

    So it is compared as it stands; folding it would take as long as all of the rest.
    """
    key = urls.canonical(item.url)
    body = item.summary if urls.has_own_page(key) else fold(item.summary)
    return _marked(item, key, fold(item.title), text_hash=tokens.hash64(body) if body else 0, page=0)


def _named(item: Item, title: str, body: str) -> Outline:
    key = urls.canonical(item.url)
    text_hash = tokens.hash64(fold(body)) if body else 0
    return _marked(item, key, title, text_hash=text_hash, page=_page(urls.parse(key)))


def _marked(item: Item, key: str, title: str, *, text_hash: int, page: int) -> Outline:
    guid = urls.guid_key(item.guid)
    minutes, span = _dated(item)
    site = urls.site_of(item.url) or item.site.removeprefix("www.")
    return Outline(
        own_guid=bool(guid) and guid != key and not guid.startswith(urls.MADE_GUID),
        guid=tokens.hash64(item.source, guid) if guid else 0,
        url=tokens.hash64(key) if urls.has_own_page(key) else 0,
        page=page,
        title_hash=tokens.hash64(title) if title else 0,
        text_hash=text_hash,
        source=_source_hash(item.source),
        site=tokens.hash32(site) if site else 0,
        fragment=_fragment(item.url),
        language=item.language.partition("-")[0].lower(),
        minutes=minutes,
        span=span,
    )


def make_bands(made: Draft) -> tuple[int, ...]:
    """Look-up keys: passages chosen by winnowing, the title, the page.

    Two texts with a common run of `_WINDOW` passages (17 words) share at least one
    (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003).
    """
    runs = made.passages
    starts = range(max(1, len(runs) - _WINDOW + 1)) if runs else range(0)
    bands = list(dict.fromkeys(min(runs[start : start + _WINDOW]) for start in starts))[:_BANDS]
    address = urls.parse(urls.canonical(made.item.url))
    bands += [
        _signed(value) for value in (tokens.hash64(made.title) if made.title else 0, _page(address)) if value
    ]
    return tuple(bands)


def make_features(made: Draft) -> tuple[str, ...]:
    """List the rarest language-free features of the event, and the rare words of the title."""
    ranked = sorted(made.concepts, key=lambda name: (-features.weight(features.code_of(name)), name))
    rare = (
        stem for stem in tokens.stems(made.title) if features.weight(tokens.hash32(stem)) >= features.RARE
    )
    return (*ranked[:_FEATURES], *(f"w:{stem}" for stem in dict.fromkeys(rare)))


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _body(item: Item) -> str:
    """Take the longer of summary and content, as text."""
    if len(item.content) <= len(item.summary):
        return item.summary
    full = text.plain(item.content[: 4 * _BODY], _BODY)
    return full if len(full) > len(item.summary) else item.summary[:_BODY]


def _dated(item: Item) -> tuple[int, int]:
    """Earliest minute and uncertainty: some publishers name no more than the month, or the year."""
    if item.published is None:
        return 0, 0
    start = item.published
    coarse = _COARSE_DATE.fullmatch(item.published_raw.strip())
    days = 0
    if coarse:
        start = start.astimezone(UTC)
        start = datetime(start.year, start.month if coarse[2] else 1, 1, tzinfo=UTC)
        days = ((start + timedelta(days=31)).replace(day=1) - start).days if coarse[2] else 365
    return max(0, (start - _EPOCH) // _MINUTE), days * 24 * 60


def _page(address: urls.Address | None) -> int:
    """Hash what a page is in any language: /en/post/123456 and /pt/post/123456."""
    if address is None:
        return 0
    parts = [part for part in address.path.split("/") if part and not _LANGUAGE_SEGMENT.fullmatch(part)]
    telling = any(_DIGITS.search(part) or len(_SLUG_WORD.findall(part)) >= 4 for part in parts)  # noqa: PLR2004
    return tokens.hash64(address.host, *parts, *address.query) if telling else 0


def _slug(address: urls.Address | None) -> frozenset[int]:
    """Words of the part of the address that reads like a title."""
    if address is None:
        return frozenset()
    parts = [_SLUG_WORD.findall(fold(unquote(part, errors="replace"))) for part in address.path.split("/")]
    longest = max(parts, key=len)
    return (
        tokens.hashes(word[:6] for word in longest if not word.isdigit())
        if len(longest) > _SLUG_WORDS
        else frozenset()
    )


@lru_cache(maxsize=256)
def _source_hash(source: str) -> int:
    return tokens.hash64(source)


def _fragment(url: str) -> int:
    if "#" not in url:
        return 0
    address = urls.parse(url)
    return tokens.hash32(address.fragment) if address and address.fragment else 0
