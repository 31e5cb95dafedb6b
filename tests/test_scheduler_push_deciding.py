"""Which news a rule tells: by occasion and filter, and what is no news at all."""

from typing import Any

import pytest

from feeds.model import Story
from feeds.model.event import SourceEvent
from feeds.model.notice import Condition, Occasion
from scheduler.push.deciding import silences_to_tell, stories_to_tell
from store.notices import Candidate, Look
from tests.builders import NOW, a_coverage, a_published_item, a_story, at

SINCE = at(days=-1)


def looked(*stories: Story, events: tuple[SourceEvent, ...] = (), **changes: Any) -> Look:  # noqa: ANN401 # any field
    """Return what a rule sees of stories that were first seen a moment ago."""
    values: dict[str, Any] = {"first_seen": NOW, "first_reading": False}
    candidates = [Candidate(story=story, **values | changes) for story in stories]
    return Look(
        rule="rule",
        since=SINCE,
        candidates=tuple(candidates),
        told=(),
        events=events,
        seen_item=9,
        seen_event=9,
    )


def told(when: Occasion, look: Look, **filters: Any) -> list[int]:  # noqa: ANN401 # any field of a condition
    """Return the ids of the stories that are told."""
    condition = Condition(when=when, **filters)
    return [story.id for story in stories_to_tell(condition, look, now=NOW)]


def test_every_story_is_told_in_order() -> None:
    """Without a filter nothing is left out."""
    assert told("every story", looked(a_story(2), a_story(1))) == [2, 1]


def test_a_story_from_an_official_source() -> None:
    """Told by an agency first, or by one that follows; a paper about it is none."""
    press = a_published_item(1, source_kind="press")
    agency = a_published_item(2, source_kind="Space agency")
    followed = a_story(3, lead=press, also=(a_coverage(kind="ministry"),))
    look = looked(a_story(1, lead=press), a_story(2, lead=agency), followed)
    assert told("official source", look) == [2, 3]


def test_enough_independent_origins() -> None:
    """Copies do not count, which the store has worked out."""
    look = looked(a_story(1, origins=2), a_story(2, origins=3))
    assert told("independent origins", look) == [2]
    assert told("independent origins", look, at_least=2) == [1, 2]


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        ({"tags": ("station",)}, True),
        ({"tags": ("power", "station")}, True),
        ({"tags": ("power",)}, False),
        ({"languages": ("zh",)}, True),
        ({"languages": ("ru",)}, False),
        ({"sources": ("paper 1",)}, True),
        ({"sources": ("agency.example",)}, True),
        ({"sources": ("reuters",)}, False),
        ({"min_score": 0.9}, True),
        ({"min_score": 0.91}, False),
        ({"tags": ("station",), "languages": ("ru",)}, False),
    ],
)
def test_filters(filters: dict[str, Any], fits: bool) -> None:  # noqa: FBT001 # a column of the table
    """Each must fit, any of its values does; a source may be one of those that follow."""
    lead = a_published_item(1, tags=("Station",), score=0.9)
    story = a_story(1, lead=lead, languages=("en", "zh"), also=(a_coverage(1),))
    assert told("every story", looked(story), **filters) == ([1] if fits else [])


def test_what_is_older_than_the_rule_is_no_news() -> None:
    """Seen before it, or come out before it: a fresh install sends nothing of its first reading."""
    assert told("every story", looked(a_story(1), first_seen=at(days=-2))) == []
    old = a_story(1, lead=a_published_item(1, published=at(days=-1.5)))
    assert told("every story", looked(old)) == []


def test_undated_items_of_a_first_reading_are_no_news() -> None:
    """They may be of any age; those that come later are new."""
    undated = a_story(1, lead=a_published_item(1, published=None))
    assert told("every story", looked(undated, first_reading=True)) == []
    assert told("every story", looked(undated)) == [1]


def test_what_came_in_long_after_it_came_out_is_no_news() -> None:
    """A source that is added brings its archive; a new report makes an old story news again."""
    look = looked()
    early = a_published_item(1, published=at(days=20))
    late = Candidate(story=a_story(1, lead=early), first_seen=at(days=23), first_reading=False)
    again = Candidate(
        story=a_story(2, lead=early, also=(a_coverage(when=at(days=22)),)),
        first_seen=at(days=23),
        first_reading=False,
    )
    look = Look(
        rule="rule", since=SINCE, candidates=(late, again), told=(), events=(), seen_item=1, seen_event=1
    )
    condition = Condition(when="every story")
    assert [story.id for story in stories_to_tell(condition, look, now=at(days=23))] == [2]
    assert stories_to_tell(condition, look, now=at(days=31)) == (), "nobody looked for more than a week"


def test_silences_are_told_by_their_own_rule_only() -> None:
    """Quiet sources, by name or address; other events belong into the feed."""
    quiet = SourceEvent(
        source="https://a.example/feed", name="Agency", home="", kind="quiet", at=NOW, sentence="Nothing."
    )
    moved = SourceEvent(
        source="https://b.example/feed", name="B", home="", kind="moved", at=NOW, sentence="It moved."
    )
    look = looked(a_story(1), events=(quiet, moved))
    assert silences_to_tell(Condition(when="quiet source"), look) == (quiet,)
    assert silences_to_tell(Condition(when="quiet source", sources=("a.example",)), look) == (quiet,)
    assert silences_to_tell(Condition(when="quiet source", sources=("other",)), look) == ()
    assert silences_to_tell(Condition(when="every story"), look) == ()
    assert told("quiet source", look) == []
