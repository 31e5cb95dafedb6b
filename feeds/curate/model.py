"""A small learned model: how much the words and characters of an item speak for or against it. Pure.

A logistic regression over n-grams of the folded title and the beginning of the summary: beginnings of words,
pairs of them and four letters in a row where words stand apart; two and three characters in a row in
scripts without spaces. It adds to what the topic file says and is bounded: see `feeds.curate.tune`.
"""

import functools
import hashlib
import json
import math
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from feeds.curate.fold import fold
from feeds.curate.match import UNSPACED
from feeds.errors import MoonwireError
from feeds.model import Item
from feeds.model.value import Value

Place = Literal["title", "summary"]
REACH = 2.0
"""Log-odds by which learning may move an item at most, either way."""
SUMMARY_CHARS = 600
_STEM = 6
_LETTERS = 4
_LONGEST = 40
"""Characters of a word that are looked at."""
_REMEMBER = 30_000
_MOST_BYTES = 8 * 1024 * 1024


@functools.cache
def _run() -> re.Pattern[str]:
    """Compile the pattern of a run when a model first asks: it takes milliseconds, and mostly none does."""
    return re.compile(rf"{UNSPACED.pattern}+|(?:(?!{UNSPACED.pattern})\w)+")


class Model(Value, frozen=True, kw_only=True, dict=True):
    """What was learned. Maker: `feeds.curate.learn`. Keeper: the store. Taker: `feeds.curate.tune`."""

    UNSHOWN = frozenset(("weights",))

    bias: float
    weights: Mapping[str, float]
    """Log-odds of each n-gram; those of an item are added and divided by the root of their number."""

    @functools.cached_property
    def id(self) -> str:
        """Name that differs where the model does."""
        return hashlib.blake2b(self.pack(), digest_size=4).hexdigest()

    def pack(self) -> bytes:
        """Serialise for the store."""
        weights = {gram: round(weight, 4) for gram, weight in sorted(self.weights.items())}
        body = json.dumps([round(self.bias, 4), weights], ensure_ascii=False, separators=(",", ":"))
        return zlib.compress(body.encode("utf-8", "replace"), 6)

    def terms(self, count: int) -> list[tuple[str, float]]:
        """Return the strongest n-grams as readable words, strongest first; parts of one another once."""
        shown: dict[str, float] = {}
        for gram, weight in sorted(self.weights.items(), key=lambda pair: (-abs(pair[1]), pair[0])):
            text = readable(gram)
            bare = text.replace("-", "")
            if not any(bare in other or other.replace("-", "") in bare for other in shown):
                shown[text] = weight
            if len(shown) == count:
                break
        return list(shown.items())


def unpack(body: bytes) -> Model:
    """Read what `Model.pack` wrote; raises MoonwireError for anything else."""
    try:
        opened = zlib.decompressobj()
        bias, weights = json.loads(opened.decompress(body, _MOST_BYTES))
        return Model(bias=float(bias), weights={str(gram): float(each) for gram, each in weights.items()})
    except (zlib.error, ValueError, TypeError, AttributeError) as error:
        raise MoonwireError(
            "the learned model in the store can not be read; `moonwire topic train` makes a new one."
        ) from error


def readable(gram: str) -> str:
    """Return an n-gram as a person reads it: a beginning of a word ends in a hyphen."""
    if gram.startswith(" "):
        return " ".join(f"{word}-" if len(word) == _STEM else word for word in gram.split())
    return gram.strip("^$")


class Word(NamedTuple):
    """A word of an item, or two characters of a script without spaces, with its n-grams."""

    place: Place
    text: str
    grams: tuple[str, ...]


def words_of(item: Item) -> list[Word]:
    """Return the words of title and summary in order."""
    return [
        *(Word("title", text, grams) for text, grams in _words(fold(item.title))),
        *(Word("summary", text, grams) for text, grams in _words(fold(item.summary[:SUMMARY_CHARS]))),
    ]


def grams_of(words: Iterable[Word]) -> frozenset[str]:
    """Return all n-grams of these words."""
    return frozenset(gram for word in words for gram in word.grams)


def logit_of(model: Model, grams: frozenset[str]) -> float:
    """Return what the model says of these n-grams, in log-odds within `REACH`."""
    known = model.weights
    total = sum([known[gram] for gram in sorted(grams.intersection(known))])
    return max(-REACH, min(REACH, model.bias + total / math.sqrt(len(grams) or 1)))


def telling_words(model: Model, words: Iterable[Word], size: int) -> list[tuple[Word, float]]:
    """Return each word with its share of the unbounded sum, strongest first.

    `size` is how many n-grams the item has; each of them counts for the first word that holds it.
    """
    scale = math.sqrt(size or 1)
    used: set[str] = set()
    shares = []
    for word in words:
        new = [gram for gram in word.grams if gram not in used and gram in model.weights]
        if new:
            used.update(new)
            shares.append((word, sum(model.weights[gram] for gram in new) / scale))
    return sorted(shares, key=lambda pair: -abs(pair[1]))


def _words(folded: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    before = ""
    for match in _run().finditer(folded):
        text = match[0]
        if UNSPACED.match(text):
            yield from _characters(text)
            before = ""
            continue
        grams = _letters(text[:_LONGEST])
        stem = text[:_STEM]
        yield text, (*grams, f" {before} {stem}") if before else grams
        before = stem


def _characters(run: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Two characters in a row are the words of a script without spaces."""
    if len(run) == 1:
        yield run, (run,)
    for start in range(len(run) - 1):
        yield run[start : start + 2], (run[start : start + 2], run[start : start + 3])


@functools.lru_cache(maxsize=_REMEMBER)
def _letters(word: str) -> tuple[str, ...]:
    framed = f"^{word}$"
    pieces = [framed[start : start + _LETTERS] for start in range(len(framed) - _LETTERS + 1)]
    return (f" {word[:_STEM]}", *dict.fromkeys(pieces))
