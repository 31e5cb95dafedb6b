"""A topic file read, checked and compiled: what to look for, in which words, and how much each counts.

The language of topic files is described in docs/how-to/topic.md. Nothing here knows any topic.
"""

import functools
import math
from collections.abc import Mapping, Sequence

from feeds.curate.compiled import content_of
from feeds.curate.match import Matcher, Pattern
from feeds.curate.mention import Mentions, Scale, mentions_of
from feeds.curate.topicfile import Concept, Content, Places
from feeds.curate.topictext import digest_of, shipped, text_of
from feeds.model.value import Value

__all__ = ["DEFAULT", "Topic", "build", "load", "of_content", "shipped"]

DEFAULT = "lunar-station"


GROUP_LIMIT = 1.25
"""Concepts of one group together bring at most this many times what the first of them brings."""
HISTORY_MOST = 0.6
"""Log-odds that the history of a source may add."""


class Topic(Value, frozen=True, kw_only=True, dict=True):
    """A compiled topic. Makers: `load`, `of_content`. Takers: the judge, the pipeline, the pages."""

    UNSHOWN = frozenset(("concepts", "patterns"))

    name: str
    title: str
    description: str
    revision: int
    threshold: float
    """Score from which an item is kept, 0 to 1."""
    near: float
    """Score from which an item that is not kept is worth a look."""
    start: float
    """Log-odds of an item in which nothing was found."""
    places: Places
    kinds: Mapping[str, float]
    """What a source of each kind is worth, in log-odds."""
    concepts: tuple[Concept, ...]
    patterns: tuple[Pattern, ...]
    path: str = ""
    digest: str = ""
    """Hash of the file's text: verdicts of an edited file are told apart though its revision stayed."""

    @property
    def label(self) -> str:
        """Name and revision, as verdicts state it."""
        return f"{self.name}@{self.revision}"

    @functools.cached_property
    def matcher(self) -> Matcher:
        """Finds the patterns; made when the first item is judged, which few are."""
        return Matcher(self.patterns, led=True)

    @functools.cached_property
    def masks(self) -> frozenset[str]:
        """Keys of the exclusions that have names."""
        return frozenset(concept.key for concept in self.concepts if concept.mask and concept.named)

    @functools.cached_property
    def led_by(self) -> Mapping[str, Sequence[int]]:
        """For each group of patterns, the places in `concepts` of those that may stand where it was found."""
        table: dict[str, list[int]] = {}
        for place, concept in enumerate(self.concepts):
            for group in {concept.key, *concept.near[:1]}:
                table.setdefault(group, []).append(place)
        return table

    @functools.cached_property
    def vocabulary(self) -> Mentions | None:
        """Says of a text whether the judge may keep it or call it near, whatever was learned.

        None when no promise can be made.
        """
        return self._mentions(math.inf)

    @functools.cached_property
    def untaught(self) -> Mentions | None:
        """The vocabulary where no model was learned: it passes over what is too little to be near."""
        return self._mentions(HISTORY_MOST)

    def _mentions(self, learned: float) -> Mentions | None:
        """Make the vocabulary for a judge to whose log-odds learning adds at most `learned`."""
        places = self.places
        share = max(places.title, places.summary, places.content, places.categories, places.link)
        prior = max(0.0, min(1.0, max(self.kinds.values(), default=0.0)))
        scale = Scale(start=self.start, near=self.near, most=share * GROUP_LIMIT, besides=prior + learned)
        return mentions_of(self.concepts, self.patterns, scale)


def load(name_or_path: str) -> Topic:
    """Read a shipped topic by name or a topic file by path.

    Raises `TopicError` with one sentence that names the file, the key, what stands there and what should.
    """
    return build(*text_of(name_or_path))


def build(text: str, path: str) -> Topic:
    """Compile the `text` of a topic file that errors call `path`; raises `TopicError` as `load` does."""
    return of_content(content_of(text, path), text, path)


def of_content(content: Content, text: str, path: str) -> Topic:
    """Make the topic of what `compiled.content_of` says of the same `text`."""
    return Topic(
        name=content.name,
        title=content.title,
        description=content.description,
        revision=content.revision,
        threshold=content.threshold,
        near=content.near,
        start=content.start,
        places=content.places,
        kinds=content.kinds,
        concepts=content.concepts,
        patterns=content.patterns,
        path=path,
        digest=digest_of(text),
    )
