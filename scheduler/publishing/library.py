"""The library of the web application over a store: answers as values, asked by the server's threads."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import TypeVar, cast

from feeds.curate.fold import fold
from feeds.curate.topic import Topic
from feeds.model import Channel, PublishedItem, SourceState, Story
from feeds.publish import clean
from feeds.publish.library import (
    ArchiveFile,
    Cursor,
    Evidence,
    Facet,
    Figures,
    Filtered,
    Hit,
    River,
    SourceCard,
    TopicCard,
)
from feeds.publish.slug import hashed
from scheduler.publishing.cards import figures_of, last_months, topic_card
from scheduler.publishing.filtered import facets_of, stories_of
from scheduler.translating.shown import with_translations
from store import Store, parse
from store.moves import DEFAULT, Moves
from store.segment import bare
from store.snippet import snippet

SNIPPET = 320
MONTHS = 24
SLOW_S = 600
"""Numbers over all months are counted again after this time at the earliest."""
QUICK_S = 30
RARELY = 100
"""What took a second to count is counted again after this many."""
OUTCOMES = 24
_ENTRIES = 100
_T = TypeVar("_T")


class StoreLibrary:
    """Answers from a store; thread-safe as the store is. `clock` gives the time, aware UTC.

    `to` is the language into which stories are translated; empty: none.
    """

    def __init__(  # noqa: PLR0913 # one argument per thing that shapes an answer
        self,
        store: Store,
        channel: Channel,
        about: Topic,
        clock: Callable[[], datetime],
        *,
        most: int = _ENTRIES,
        moves: Moves = DEFAULT,
        to: str = "",
    ) -> None:
        self._store, self._channel, self._about, self._clock = store, channel, about, clock
        self._most, self._moves, self._to = most, moves, to
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._kept: dict[str, tuple[datetime, object]] = {}

    def _lately(self, name: str, seconds: int, make: Callable[[], _T]) -> _T:
        """Return a value that may be some seconds old; it is made again after `seconds`, slow ones later."""
        with self._locks[name]:
            kept, now = self._kept.get(name), self._clock()
            if kept is None or now >= kept[0]:
                start = time.perf_counter()
                value = make()
                pause = max(seconds, RARELY * (time.perf_counter() - start))
                kept = self._kept[name] = (now + timedelta(seconds=pause), value)
            return cast("_T", kept[1])

    def revision(self) -> int:
        """Return the store's revision."""
        return self._store.revision()

    def channel(self) -> Channel:
        """Return the feed as a whole."""
        return self._channel

    def river(self, query: str, *, after: Cursor | None, limit: int) -> River:
        """Return stories that fit, with the places where the words stand."""
        wanted = parse(query, fold)
        found = self._store.rivers.page(wanted, limit=limit, before=after, moves=self._moves)
        return River(
            stories=with_translations(self._store, self._to, found.stories),
            hits=tuple(_hit(story.lead, wanted.marks) for story in found.stories),
            after=found.after,
            problems=wanted.problems,
            capped=found.capped,
        )

    def items(self, query: str, *, after: Cursor | None, limit: int) -> tuple[PublishedItem, ...]:
        """Return kept items that fit."""
        return self._store.rivers.items(parse(query, fold), limit=limit, before=after)

    def facets(self, kind: Facet) -> tuple[Filtered, ...]:
        """Return tags, languages or sources that kept items have."""
        return self._lately(f"facets {kind}", QUICK_S, lambda: facets_of(self._store, kind))

    def filtered(self, kind: Facet, slug: str) -> Filtered | None:
        """Return the newest stories of one of them."""
        about = next((each for each in self.facets(kind) if each.slug == slug), None)
        if about is None:
            return None
        stories = stories_of(self._store, about, most=self._most, moves=self._moves, to=self._to)
        return Filtered(
            kind=kind, value=about.value, label=about.label, slug=slug, stories=stories, count=about.count
        )

    def evidence(self, id_or_address: str) -> Evidence | None:
        """Return all that is known of an item."""
        item = self._store.find_item(id_or_address)
        found = self._store.records.provenance(item.id) if item else None
        if item is None or found is None:
            return None
        story = self._store.story(item.story_id) if item.story_id else None
        return Evidence(
            item=item,
            published_raw=found.published_raw,
            content_hash=found.content_hash,
            categories=found.categories,
            via_title=found.via_title,
            via_url=found.via_url,
            checked=found.checked,
            relations=tuple(self._store.relations(item.id)),
            story_key=story.key if story else "",
        )

    def story(self, story_id: int) -> Story | None:
        """Return a story, also by the id of one that it took in."""
        found = self._store.story(story_id, moves=self._moves)
        return with_translations(self._store, self._to, [found])[0] if found else None

    def sources(self, *, fresh: bool = False) -> tuple[SourceCard, ...]:
        """Return the listed sources by name; those of some seconds ago unless `fresh`."""
        if fresh:
            self._kept.pop("sources", None)
        return self._lately("sources", QUICK_S, self._sources)

    def _sources(self) -> tuple[SourceCard, ...]:
        states = {state.source.url: state for state in self._store.sources(seen=False)}
        shares = self._store.curation.shares()
        cards = []
        for line in self._store.source_lines():
            state, totals, share = states[line.url], self._store.health.totals(line.url), shares.get(line.url)
            cards.append(
                SourceCard(
                    line=line,
                    slug=hashed(line.url),
                    why_next=state.next_check_why,
                    last_check=state.last_check,
                    last_success=state.last_success,
                    last_change=state.last_change,
                    rhythm_s=_rhythm(state),
                    checks=totals.checks,
                    requests=totals.requests,
                    wire_bytes=totals.wire_bytes,
                    not_modified=totals.not_modified,
                    judged=share.judged if share else 0,
                    kept=share.kept if share else 0,
                    outcomes=tuple(check.outcome for check in self._store.health.checks(line.url)[:OUTCOMES]),
                    added=state.origin == "added",
                )
            )
        return tuple(cards)

    def topic(self) -> TopicCard:
        """Return what the topic file says."""
        return topic_card(self._about)

    def figures(self) -> Figures:
        """Return the numbers of the last months."""
        return self._lately("figures", SLOW_S, self._figures)

    def _figures(self) -> Figures:
        months = last_months(self._clock(), MONTHS)
        first = datetime.fromisoformat(f"{months[0]}-01T00:00:00+00:00")
        return figures_of(self._store.records.figures(first), months)

    def stats(self) -> Mapping[str, int]:
        """Return how much is stored."""
        sums = self._store.records.sums()
        return {
            "judged": sums.judged,
            "kept": sums.kept,
            "stories": sums.stories,
            "sources": sums.sources,
            "archives": self._store.archives.newest(),
        }

    def archive(self, path: str) -> ArchiveFile | None:
        """Return an archive document."""
        found = self._store.archives.document(path)
        if found is None:
            return None
        mark = found.mark
        newest = mark.number == self._store.archives.newest()
        ending = path.rpartition(".")[2]
        following = "" if newest else f"archive/{mark.number + 1}.{ending}"
        return ArchiveFile(
            body=found.body, digest=mark.digest, changed_at=mark.changed_at, following=following
        )


def _hit(item: PublishedItem, marks: Sequence[str]) -> Hit | None:
    if not marks:
        return None
    text = clean.line(f"{item.summary} {bare(item.content)}")
    found = snippet(clean.line(item.title) or "Untitled", text, marks, fold, SNIPPET)
    return Hit(title=found.title, text=found.text)


def _rhythm(state: SourceState) -> float | None:
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(state.posted)]
    return median(abs(gap) for gap in gaps) if gaps else None
