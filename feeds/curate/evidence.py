"""Which concepts of a topic stand in a text, and where: words near words, names, and what masks them."""

from collections.abc import Callable, Iterator, Sequence

from feeds.curate.match import UNSPACED, Hit
from feeds.curate.topic import Topic
from feeds.curate.topicfile import Concept
from feeds.model.value import Value

_SENTENCE = 2
"""Words that the end of a sentence is worth when distances are counted."""
_WORD_OF_RUN = 2
"""Characters of a script without spaces that make about one word."""
_WIDEST_WORD = 25
_MOST_HITS = 40
"""Hits looked at per list and place: a hostile text can repeat a word a thousand times."""


class Reading(Value, frozen=True, kw_only=True):
    """One place of an item with the words found in it."""

    UNSHOWN = frozenset(("text", "folded"))

    text: str
    folded: str
    hits: dict[str, list[Hit]]
    """By group: a word list, or the key of a concept with names of its own."""

    @property
    def groups(self) -> frozenset[str]:
        """Groups of which at least one pattern was found."""
        return frozenset(self.hits)


class Found(Value, frozen=True, kw_only=True):
    """A concept found at ``folded[start:end]``."""

    concept: Concept
    start: int
    end: int


def read_place(text: str, folded: str, topic: Topic, spoken: Callable[[str], bool]) -> Reading:
    """Find the topic's words in one place; words inside a name that means something else are left out.

    `spoken` says whether the item is in a language; it is asked only where a pattern belongs to one.
    """
    hits: dict[str, list[Hit]] = topic.matcher.groups_in(folded, spoken)
    for group, found in hits.items():
        if len(found) > _MOST_HITS:
            hits[group] = found[:_MOST_HITS]
    taking = topic.masks & hits.keys()
    if taking:
        names = [hit for group, found in hits.items() if group.startswith("concepts.") for hit in found]
        masks = [
            hit
            for key in taking
            for hit in hits[key]
            if not any(_inside(hit, name) and _size(name) > _size(hit) for name in names)
        ]
        standing = set(map(id, masks))
        hits = {
            group: [
                hit
                for hit in found
                if not _masked(hit, masks) and (group not in taking or id(hit) in standing)
            ]
            for group, found in hits.items()
        }
        hits = {group: found for group, found in hits.items() if found}
    return Reading(text=text, folded=folded, hits=hits)


def find_concepts(
    reading: Reading, topic: Topic, present: frozenset[str], headline: frozenset[str]
) -> Iterator[Found]:
    """Give the first place of each concept that stands in `reading`.

    `present` are the groups found anywhere in the item, `headline` those found in its title.
    """
    hits = reading.hits
    led = {place for group in hits for place in topic.led_by.get(group, ())}
    for place in sorted(led):
        concept = topic.concepts[place]
        if present.issuperset(concept.needs) and headline.issuperset(concept.headline):
            found = next(iter(_find(concept, reading.hits, reading.folded)), None)
            if found is not None:
                yield found


def _inside(inner: Hit, outer: Hit) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _size(span: Hit) -> int:
    return span.end - span.start


def _masked(hit: Hit, masks: Sequence[Hit]) -> bool:
    """Whether `hit` begins inside another name, or is no longer than one that begins where it does."""
    start, end, group, _ = hit
    for mask in masks:
        if mask.start <= start < mask.end and group != mask.group and (mask.start < start or end <= mask.end):
            return True
    return False


def _find(concept: Concept, hits: dict[str, list[Hit]], folded: str) -> Iterator[Found]:
    """Give each place where the concept stands."""
    if concept.named:
        for hit in hits.get(concept.key, ()):
            if not _forbidden(concept, hits, folded, hit.start, hit.end):
                yield Found(concept=concept, start=hit.start, end=hit.end)
    if concept.near and all(name in hits for name in concept.near):
        first, *others = (hits[name] for name in concept.near)
        for anchor in first:
            span = _gather(concept, anchor, others, folded)
            if span and not _forbidden(concept, hits, folded, *span):
                yield Found(concept=concept, start=span[0], end=span[1])


def _gather(
    concept: Concept, anchor: Hit, others: Sequence[Sequence[Hit]], folded: str
) -> tuple[int, int] | None:
    """Give the span from `anchor` over one hit of each other list, each near what is gathered so far."""
    start, end = anchor.start, anchor.end
    reach = (concept.within + 1) * _WIDEST_WORD
    for hits in others:
        for hit in hits:
            overlaps = hit.start < end and start < hit.end
            if overlaps or hit.start - end > reach or start - hit.end > reach:
                continue
            if concept.ordered and hit.start < end:
                continue
            if distance(folded, start, end, hit) <= concept.within:
                start, end = min(start, hit.start), max(end, hit.end)
                break
        else:
            return None
    return start, end


def _forbidden(concept: Concept, hits: dict[str, list[Hit]], folded: str, start: int, end: int) -> bool:
    return any(
        distance(folded, start, end, hit) <= concept.within
        for name in concept.unless
        for hit in hits.get(name, ())
    )


def distance(folded: str, start: int, end: int, hit: Hit) -> float:
    """Count the words between ``folded[start:end]`` and `hit`; 0 when they touch or overlap."""
    low, high = (end, hit.start) if hit.start >= end else (hit.end, start)
    words = 0.0
    for word in folded[low:high].split():
        if word == ".":
            words += _SENTENCE
        else:
            words += 1 if word.isascii() or not UNSPACED.search(word) else len(word) / _WORD_OF_RUN
    return words
