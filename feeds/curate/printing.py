"""From an item to its fingerprint, look-up bands and features."""

import re
from calendar import monthrange
from datetime import UTC, datetime
from urllib.parse import unquote

from feeds.curate import features, text, tokens, urls
from feeds.curate.fingerprint import LIMITS, Print
from feeds.curate.fold import fold
from feeds.model import Item

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
_COARSE_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?")
_LANGUAGE_SEGMENT = re.compile(r"[a-z]{2,3}(?:[-_][a-z]{2,4})?", re.IGNORECASE)
_DIGITS = re.compile(r"\d{6,}")
_SLUG_WORD = re.compile(r"[^\W_]{2,}")
_NOISE = re.compile(
    r"^\W*[^.。]{0,60}\((?:reuters|ap|afp|xinhua|upi|tass|ani|pti|spx|ians|dpa|efe)\)\s*[-–—:.]*|"
    r"\b(?:reporting|editing|writing|additional reporting) by\b.*$|\bthe post .{3,300} appeared first on .{2,100}$",
    re.IGNORECASE,
)
"""Datelines, bylines and endings that copies add or drop."""


def make_print(item: Item) -> Print:
    """Everything about an item that comparing needs."""
    key = urls.canonical(item.url)
    guid = urls.guid_key(item.guid)
    folded_title = fold(item.title)
    body = _body(item)
    folded = fold(_NOISE.sub(" ", body))
    words = tokens.units(folded)
    unspaced = tokens.is_unspaced(words)
    passages = frozenset(tokens.grams(words, PASSAGE[unspaced]))
    lead = dict.fromkeys(tokens.stems(folded_title + " . " + folded[:_LEAD]))
    headline = features.concepts(folded_title)
    minutes, span = _dated(item)
    address = urls.parse(key)
    return Print(
        own_guid=bool(guid) and guid != key and not guid.startswith(urls.MADE_GUID),
        guid=tokens.hash64(item.source, guid) if guid else 0,
        url=tokens.hash64(key) if urls.has_own_page(key) else 0,
        page=_page(address),
        title_hash=tokens.hash64(folded_title) if folded_title else 0,
        text_hash=tokens.hash64(fold(body)) if body else 0,
        source=tokens.hash64(item.source),
        site=tokens.hash32(item.site) if item.site else 0,
        fragment=_fragment(item.url),
        language=item.language.partition("-")[0].lower(),
        minutes=minutes,
        span=span,
        length=len(words),
        size=len(passages),
        phrases=frozenset(tokens.grams(words, PHRASE[unspaced])),
        passages=passages,
        title=tokens.hashes(tokens.stems(folded_title)),
        words=tokens.hashes(list(lead)[: LIMITS["words"]]),
        concepts=headline | features.concepts(folded[:_LEAD]),
        headline=headline,
        numbers=features.numbers(f"{folded_title} {folded[:_LEAD]}"),
        counters=features.counters(folded_title),
        slug=_slug(address),
    )


def make_bands(item: Item, made: Print) -> tuple[int, ...]:
    """Look-up keys: passages chosen by winnowing, the title, the page.

    Two texts with a common run of `_WINDOW` passages (17 words) share at least one
    (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003).
    """
    words = tokens.units(fold(_NOISE.sub(" ", _body(item))))
    runs = tokens.grams(words, PASSAGE[tokens.is_unspaced(words)])
    chosen = dict.fromkeys(min(runs[i : i + _WINDOW]) for i in range(max(1, len(runs) - _WINDOW + 1)) if runs)
    bands = list(chosen)[:_BANDS]
    bands += [_signed(value) for value in (made.title_hash, made.page) if value]
    return tuple(bands)


def make_features(item: Item, made: Print) -> tuple[str, ...]:
    """The rarest language-free features of the event, and the rarest words of the title."""
    folded = fold(f"{item.title} . {_body(item)[:_LEAD]}")
    found = {name: features.weight(features.code_of(name)) for name in features.concept_names(folded)}
    ranked = sorted(found, key=lambda name: (-found[name], name))[:_FEATURES]
    rare = (stem for stem in tokens.stems(fold(item.title)) if features.weight(tokens.hash32(stem)) >= features.RARE)
    numbers = (f"n:{value:08x}" for value in sorted(made.numbers)[:8])
    return (*ranked, *(f"w:{stem}" for stem in dict.fromkeys(rare)), *numbers)


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _body(item: Item) -> str:
    """The longer of summary and content, as text."""
    if len(item.content) <= len(item.summary):
        return item.summary
    full = text.plain(item.content[: 8 * _BODY], _BODY)
    return full if len(full) > len(item.summary) else item.summary[:_BODY]


def _dated(item: Item) -> tuple[int, int]:
    """Earliest minute and uncertainty: some publishers name no more than the month, or the year."""
    if item.published is None:
        return 0, 0
    start = item.published.astimezone(UTC)
    coarse = _COARSE_DATE.fullmatch(item.published_raw.strip())
    days = 0
    if coarse and coarse[2]:
        start = datetime(start.year, start.month, 1, tzinfo=UTC)
        days = monthrange(start.year, start.month)[1]
    elif coarse:
        start = datetime(start.year, 1, 1, tzinfo=UTC)
        days = 365
    return max(0, int(start.timestamp() // 60)), days * 24 * 60


def _page(address: urls.Address | None) -> int:
    """Same page in another language: /en/post/123456 and /pt/post/123456."""
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
    return tokens.hashes(word[:6] for word in longest if not word.isdigit()) if len(longest) > 2 else frozenset()  # noqa: PLR2004


def _fragment(url: str) -> int:
    address = urls.parse(url)
    return tokens.hash32(address.fragment) if address and address.fragment else 0
