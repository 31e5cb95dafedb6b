"""Whether two fingerprints are of one article: the text in good part, lightly reworded, or its title alone.

The limits are placed midway between labelled copies and what is most like them; `benchmarks/relate_fit.py`
measures them, docs/design/0011-identity.md tells how well they do.
"""

from feeds.curate.features import is_issue, weigh
from feeds.curate.fingerprint import LIMITS, Print, jaccard, overlap
from feeds.curate.likeness import against, days_apart
from feeds.curate.printing import PASSAGE
from feeds.model.value import Value, replace

_MIN_UNITS = 12
"""Fewer words (or characters) than that are the same in texts that have nothing to do with each other."""
_EXCERPT = 90
"""Runs of a text that was likely cut: what was put in front of a copy pushes out as much at its end."""
EVIDENCE = 0.8
_RUNS_SCALE = 60
_DENSER = PASSAGE[True] / PASSAGE[False]
_DENSE = frozenset({"zh", "ja", "th", "lo", "km", "my"})
"""A shared run counts a 60th of the whole text's: a quoted sentence or two is a large share of a short text,
but has few runs, and the larger the share the fewer are needed. Where characters are the units it takes more
of them to say as much."""
_LEAST_CUT, _LEAST = 0.4, 0.53
"""Least share of the shorter text's runs of eight words, in excerpts and in longer texts."""
_SURE_CUT, _SURE = 0.85, 0.8
"""The same where a frame is likely: pages of one site, or each names a place or person of its own."""
_OWN_TITLE, _LONGER_THAN_FRAMES = 0.6, 150
"""Likeness of titles below which two pages of one site are two, unless their text has so many runs: channels
write the same hundred words below everything."""
_ECHO = 0.15
"""Share of a headline's weight found in the other item: with less in both directions, what they share is a
frame and no news."""
REWORDED = 0.64
_PHRASES_LESS = 0.1
"""Words that a lightly reworded copy keeps; of runs of three words it keeps a little less."""
_FRAME = 0.5
"""Share of runs of three words that two texts have in common through their frame alone."""
_SERIES_TITLE = 0.8
_LINK_UNITS = 40
_LINK_TITLE = 6
_LINK_OWN = 4
_LINK_SUFFIX = 4
_LINK_DAYS = 3
"""A link: a title of six stems or more, at most four others in the text (a name), days apart."""


class Copy(Value, frozen=True, kw_only=True):
    """How much of two texts is the same: shares from 0 to 1."""

    passages: float
    phrases: float
    words: float
    runs: float
    """About how many passages both have, counted as in languages that part words."""
    least: float
    """Share of passages that it takes here."""
    strict: bool
    """A template is likely, so more of the text must be the same."""
    ruled_out: bool
    """Too little text, a template, or two issues of one series: all but the numbers of the title agrees."""
    is_copy: bool

    @property
    def evidence(self) -> float:
        """Shared share and shared amount in one number."""
        return self.passages + self.runs / _RUNS_SCALE

    @property
    def rewording(self) -> float:
        """How much a rewording would have left: words, and runs of three words."""
        return min(self.words, self.phrases + _PHRASES_LESS)


def no_copy(a: Print, b: Print) -> bool:
    """Whether two texts share no run of words at all: seen at once, and true of most pairs."""
    return a.passages.isdisjoint(b.passages) and a.phrases.isdisjoint(b.phrases)


def is_link(a: Print, b: Print) -> bool:
    """Whether one is a mere link to the other: no text of its own below the other's long title."""
    if min(a.length, b.length) >= _LINK_UNITS or min(len(a.title), len(b.title)) < _LINK_TITLE:
        return False
    more, less = (a.title, b.title) if len(a.title) > len(b.title) else (b.title, a.title)
    if (
        not less <= more
        or len(more) - len(less) > _LINK_SUFFIX
        or a.counters != b.counters
        or _same_site(a, b)
    ):
        return False
    gap = days_apart(a, b)
    return (gap is None or gap <= _LINK_DAYS) and any(len(x.words - x.title) <= _LINK_OWN for x in (a, b))


def copied(a: Print, b: Print) -> Copy:
    """Whether two texts are one article: verbatim in good part, or lightly reworded."""
    _, passages = overlap(a.passages, b.passages, LIMITS["passages"])
    _, phrases = overlap(a.phrases, b.phrases, LIMITS["phrases"])
    home = _same_site(a, b)
    strict = home or against(a.names, a.concepts, b.names, b.concepts) > 0
    size = min(a.size, b.size) / (_DENSER if a.language in _DENSE else 1)
    short = min(a.length, b.length) < _MIN_UNITS
    least = _least(a, b, size, strict=strict) if passages >= _LEAST_CUT else 1.0
    made = Copy(
        passages=passages,
        phrases=phrases,
        words=jaccard(a.words, b.words),
        runs=passages * size,
        least=least,
        strict=strict,
        ruled_out=short or is_series(a, b) or (home and _is_template(a, b, size)),
        is_copy=False,
    )
    verbatim = passages >= least and made.evidence >= EVIDENCE
    reworded = not strict and made.rewording >= REWORDED and _echoes(a, b)
    return replace(made, is_copy=(verbatim or reworded) and not made.ruled_out)


def _least(a: Print, b: Print, size: float, *, strict: bool) -> float:
    cut = size < _EXCERPT
    if strict or (cut and not _echoes(a, b)):
        return _SURE_CUT if cut else _SURE
    return _LEAST_CUT if cut else _LEAST


def _echoes(a: Print, b: Print) -> bool:
    """Whether a headline comes back in the other item; an item without one can not tell."""
    shares = [weigh(x.title & (y.words | y.title)) / x.weights[0] for x, y in ((a, b), (b, a)) if x.title]
    return len(shares) < 2 or max(shares) >= _ECHO  # noqa: PLR2004 # both have a title


def _same_site(a: Print, b: Print) -> bool:
    return bool(a.site) and a.site == b.site


def is_series(a: Print, b: Print) -> bool:
    """Titles that are the same but for a number, a date or a count on both sides."""
    counted = bool(a.counters - b.counters) and bool(b.counters - a.counters)
    return counted and jaccard(a.title, b.title) >= _SERIES_TITLE


def are_issues(a: Print, b: Print) -> bool:
    """Whether two items are issues of one series: a date or number tells them apart, and no one is named.

    A count that is corrected ("12 hurt", "14 hurt") makes no issue, unless one site tells it so.
    """
    if not a.counters or not b.counters or a.headline_names or b.headline_names or not is_series(a, b):
        return False
    return _same_site(a, b) or all(map(is_issue, a.counters ^ b.counters))


def only_frame(a: Print, b: Print) -> bool:
    """Whether two texts have much in common, but neither headline comes back in the other."""
    if not a.title or not b.title:
        return False
    return overlap(a.phrases, b.phrases, LIMITS["phrases"])[1] >= _FRAME and not _echoes(a, b)


def _is_template(a: Print, b: Print, size: float) -> bool:
    """Two pages of one site whose texts repeat each other though they tell different things."""
    if a.title and b.title and size < _LONGER_THAN_FRAMES and jaccard(a.title, b.title) < _OWN_TITLE:
        return True
    return bool(a.numbers - b.numbers and b.numbers - a.numbers)
