"""No order of arrival, restart or second crawl changes what is related and which stories there are."""

import json
import os
import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from feeds.curate.identity import compare
from feeds.model import Item, Judged
from store import Store, reach, threads
from tests.builders import a_check, at
from tests.stream import Report, judged, stream

CORPUS = Path(__file__).with_name("corpus")
FULL = bool(os.environ.get("MOONWIRE_FULL"))
"""Set it for the long version: ten shuffles of 2,000 items, some minutes."""


def fill(path: Path, items: Sequence[Judged], rng: random.Random | None = None) -> dict[str, Any]:
    """Record items in checks of one source each; returns all stories with everything they say."""
    queue = list(items)
    with Store.open(path) as store:
        minute = 0
        while queue:
            take = 1 if rng is None else rng.randrange(1, 4)
            source = queue[0].item.source
            part = [each for each in queue[:take] if each.item.source == source]
            queue = [each for each in queue if each not in part] if len(part) > 1 else queue[1:]
            store.record(a_check(*part, at=at(minutes=minute)), compare=compare)
            minute += 1
        return shape(store)


def shape(store: Store) -> dict[str, Any]:
    """Describe all stories without ids and keys, which tell who came first."""
    guids = {each.id: each.guid for each in store.items(limit=0)}
    return {
        story.lead.guid: (
            story.updated,
            story.languages,
            story.origins,
            [
                (guids[each.item_id], each.relation, guids.get(each.copy_of or 0), each.score, each.reasons)
                for each in story.also
            ],
        )
        for story in store.stories(limit=10**6)
    }


def test_shuffles_end_in_the_same_stories(tmp_path: Path) -> None:
    """The same stream in any order: same stories, leads, copies, relations, reasons and dates."""
    count, days, times = (2000, 365.0, 10) if FULL else (90, 9.0, 3)
    items = [judged(report) for report in stream(count, days=days)]
    expected = fill(tmp_path / "in-order.db", items)
    assert len(expected) > count // 20
    assert sum(len(also) for *_, also in expected.values()) > count // 4
    for seed in range(times):
        rng = random.Random(seed)  # noqa: S311 # repeatable, no secret
        shuffled = list(items)
        rng.shuffle(shuffled)
        assert fill(tmp_path / f"{seed}.db", shuffled, rng) == expected


def test_a_second_crawl_changes_nothing(tmp_path: Path) -> None:
    """Every document once more, after a restart: nothing new, nothing published otherwise."""
    items = [judged(report) for report in stream(60, days=6)]
    before = fill(tmp_path / "x.db", items)
    with Store.open(tmp_path / "x.db") as store:
        keys = [story.key for story in store.stories(limit=99)]
    assert fill(tmp_path / "x.db", items[::-1]) == before
    with Store.open(tmp_path / "x.db") as store:
        assert [story.key for story in store.stories(limit=99)] == keys


@pytest.mark.parametrize("most", [3, 8, 40])
def test_grouping_everything_again_changes_nothing(
    most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was grouped item by item is what all at once gives, where too much is linked too."""
    monkeypatch.setattr(reach, "MOST", most)
    items = [judged(report) for report in stream(120, days=4)]
    rng = random.Random(most)  # noqa: S311 # repeatable, no secret
    rng.shuffle(items)
    fill(tmp_path / "x.db", items, rng)
    with Store.open(tmp_path / "x.db") as store, store._db.writing() as conn:
        kept = [each.id for each in store.items(limit=0)]
        assert not threads.regroup(conn, kept)


def events() -> list[Report]:
    """Thirteen events in five languages each, told by as many outlets."""
    rows = [json.loads(line) for line in (CORPUS / "events.jsonl").read_text("utf-8").splitlines()]
    names = list(dict.fromkeys(row["event"] for row in rows))
    return [
        Report(
            item=Item(
                source=f"https://site{number}.example/feed",
                guid=str(number),
                url=f"https://site{number}.example/{number}",
                site=f"site{number}.example",
                title=row["title"],
                summary=row["summary"],
                language=row["language"],
                published=datetime.fromisoformat(row["published"]).replace(tzinfo=UTC),
            ),
            event=names.index(row["event"]),
        )
        for number, row in enumerate(rows)
    ]


@pytest.mark.parametrize("seed", range(2))
def test_one_event_is_one_story_in_all_its_languages(seed: int, tmp_path: Path) -> None:
    """Through the store, in any order: nearly every pair of reports on one event meets, no others do."""
    reports = events()
    random.Random(seed).shuffle(reports)  # noqa: S311 # repeatable, no secret
    event = {report.item.guid: report.event for report in reports}
    assert len(set(event.values())) >= 12
    assert min(Counter(event.values()).values()) >= 4
    stories = fill(tmp_path / "x.db", [judged(report) for report in reports])
    together = {
        pair
        for lead, (*_, also) in stories.items()
        for pair in combinations(sorted([lead, *(each[0] for each in also)]), 2)
    }
    wanted = {pair for pair in combinations(sorted(event), 2) if event[pair[0]] == event[pair[1]]}
    assert len(together & wanted) / len(wanted) >= 0.95
    assert len(together & wanted) / len(together) >= 0.95
