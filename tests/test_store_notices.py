"""What a rule has told: each story once, whatever is joined, parted, stored again or started anew."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from feeds.model import Judged
from feeds.model.event import SourceEvent
from store import Parcel, Payload, Store
from store.events import Looked, Standing
from store.moves import DEFAULT
from store.notices import AT_ONCE, KIND, Look
from tests.builders import NOW, a_check, a_judged, a_source, a_state, a_verdict, an_item, at
from tests.fake_compare import strangers

RULE = "my rule"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Give a store with an old story and one rule."""
    with Store.open(tmp_path / "wire.db") as opened:
        file(opened, a_judged(1), when=at(hours=-1))
        opened.notices.meet([RULE], now=NOW)
        yield opened


def file(store: Store, *judged: Judged, when: datetime = NOW) -> None:
    """Record items."""
    store.record(a_check(*judged, at=when), compare=strangers)


def look(store: Store, rule: str = RULE) -> Look:
    """Return what is new to the rule; there must be something."""
    found = store.notices.look(rule, moves=DEFAULT)
    assert found is not None
    return found


def tell(store: Store, found: Look) -> list[str]:
    """Tell all that was found; returns the titles."""
    stories = [each.story for each in found.candidates]
    outgoing = [
        (Parcel(target=found.rule, key=story.key), Payload(body=b"{}", content_type="application/json"))
        for story in stories
    ]
    store.notices.tell(found, stories, outgoing, now=NOW)
    return [story.lead.title for story in stories]


def test_a_rule_sees_what_came_after_it(store: Store) -> None:
    """Not what was there; each story once; then nothing until something comes."""
    assert store.notices.look(RULE, moves=DEFAULT) is None
    file(store, a_judged(2), a_judged(3, keep=False))
    found = look(store)
    assert [(each.first_seen, each.first_reading) for each in found.candidates] == [(NOW, False)]
    assert found.since == NOW
    assert tell(store, found) == ["Lunar station milestone 2"]
    assert store.notices.look(RULE, moves=DEFAULT) is None
    assert store.outbox.counts(KIND)["waiting"] == store.notices.waiting(RULE) == 1


def test_a_crash_before_the_telling_loses_nothing(store: Store, tmp_path: Path) -> None:
    """Looking changes nothing; telling and remembering are one transaction."""
    file(store, a_judged(2))
    look(store)
    with Store.open(tmp_path / "wire.db") as again:
        assert tell(again, look(again)) == ["Lunar station milestone 2"]
    assert store.notices.look(RULE, moves=DEFAULT) is None


def test_joining_and_parting_tell_nothing_again(store: Store) -> None:
    """Told is told by item: a story that is parted from a told one was told with it."""
    file(store, a_judged(2), a_judged(3))
    tell(store, look(store))
    one, two = (store.find_item(f"guid-{n}") for n in (2, 3))
    assert one is not None
    assert two is not None
    joined = store.join(one.id, two.id, now=NOW)
    assert joined is not None
    file(store, a_judged(4))
    four = store.find_item("guid-4")
    assert four is not None
    store.join(one.id, four.id, now=NOW)
    found = look(store)
    assert (found.candidates, found.told) == ((), (joined,))
    tell(store, found)
    assert store.split(joined, [four.id], now=NOW) is not None
    file(store, a_judged(5))
    five = store.find_item("guid-5")
    assert five is not None
    store.join(four.id, five.id, now=NOW)
    assert look(store).candidates == ()


def test_an_untold_story_stays_a_candidate(store: Store) -> None:
    """A rule that waits for a third origin looks at the story with each report."""
    file(store, a_judged(2))
    found = look(store)
    store.notices.tell(found, [], [], now=NOW)
    file(store, a_judged(3))
    two, three = (store.find_item(f"guid-{n}") for n in (2, 3))
    assert two is not None
    assert three is not None
    store.join(two.id, three.id, now=NOW)
    (candidate,) = look(store).candidates
    assert candidate.first_seen == NOW
    assert len(candidate.story.also) == 1


def test_the_first_reading_of_a_source_is_known(store: Store) -> None:
    """Its undated items may be of any age."""
    other = "https://new.example/feed"
    file(store, a_judged(7, item=an_item(7, source=other)), when=at(hours=1))
    file(store, a_judged(8, item=an_item(8, source=other)), when=at(hours=2))
    assert [each.first_reading for each in look(store).candidates] == [True, False]


def test_much_is_looked_at_in_pieces(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """One transaction is never long."""
    assert AT_ONCE == 500
    monkeypatch.setattr("store.notices.AT_ONCE", 2)
    file(store, *(a_judged(n) for n in range(2, 7)))
    titles: list[str] = []
    while found := store.notices.look(RULE, moves=DEFAULT):
        titles += tell(store, found)
    assert sorted(titles) == [f"Lunar station milestone {n}" for n in range(2, 7)]


def test_a_rule_that_went_and_came_begins_anew(store: Store) -> None:
    """What waits for it is withdrawn; what came meanwhile is no news to it."""
    file(store, a_judged(2))
    tell(store, look(store))
    store.notices.meet(["other"], now=at(hours=1))
    assert store.notices.since(RULE) is None
    assert store.outbox.counts(KIND)["waiting"] == 0
    file(store, a_judged(3))
    store.notices.meet([RULE, "other"], now=at(hours=2))
    assert store.notices.since(RULE) == at(hours=2)
    assert store.notices.look(RULE, moves=DEFAULT) is None
    assert len(look(store, "other").candidates) == 1
    store.notices.meet([RULE, "other"], now=at(hours=3))
    assert store.notices.since(RULE) == at(hours=2)


def test_an_unmet_rule_sees_nothing(store: Store) -> None:
    """A reload may be under way."""
    file(store, a_judged(2))
    assert store.notices.look("unmet", moves=DEFAULT) is None


def test_what_is_kept_later_is_no_news(store: Store) -> None:
    """Another topic, or a mark, dates a story by its own time, and tells nobody."""
    file(store, a_judged(2, keep=False))
    store.notices.tell(look(store), [], [], now=NOW)
    item = store.find_item("guid-2")
    assert item is not None
    judged = a_judged(2, verdict=a_verdict(keep=True))
    store.curation.rejudge([(item.id, judged)], compare=strangers)
    assert store.notices.look(RULE, moves=DEFAULT) is None


def test_events_are_seen_once(store: Store) -> None:
    """Those from before the rule never."""
    store.sync_sources([a_source()], origin="config", now=NOW)
    event = SourceEvent(source="s", name="S", home="", kind="quiet", at=NOW, sentence="Nothing.")
    state = a_state(last_check=NOW)
    store.events.keep([Looked(state=state, standing=Standing(), events=(event,))])
    found = look(store)
    assert [each.kind for each in found.events] == ["quiet"]
    tell(store, found)
    assert store.notices.look(RULE, moves=DEFAULT) is None
    store.notices.meet([RULE, "late"], now=NOW)
    assert store.notices.look("late", moves=DEFAULT) is None


def test_the_last_outcome_is_remembered(store: Store) -> None:
    """Nothing before the first try; then how it fared."""
    assert store.notices.last(RULE) is None
    file(store, a_judged(2))
    tell(store, look(store))
    assert store.notices.last(RULE) is None
    (delivery,) = store.outbox.claim({KIND}, now=NOW, until=at(minutes=5), limit=5)
    assert (delivery.target, delivery.payload.body) == (RULE, b"{}")
