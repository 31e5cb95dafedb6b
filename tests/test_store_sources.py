"""Sources: listed, dropped, due, and all that is remembered of them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from feeds.model import BasicAuth, Freshness, SourceState, Validators
from feeds.model.value import replace
from store import Store, Totals
from tests.builders import FEED, NOW, a_check, a_head, a_judged, a_source, a_state, at, digest
from tests.fake_compare import strangers

OTHER = "https://other.example/feed"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open an empty store."""
    with Store.open(tmp_path / "wire.db") as opened:
        yield opened


def _urls(states: list[SourceState]) -> list[str]:
    return [each.source.url for each in states]


def test_sync_makes_the_list_exactly_this(store: Store) -> None:
    """New sources come, others go, those of `sources add` stay, items stay."""
    store.sync_sources([a_source(), a_source(OTHER)], origin="default", now=NOW)
    store.add_source(a_source("https://added.example/"), now=NOW)
    store.record(a_check(a_judged(1)), compare=strangers)
    store.sync_sources([a_source(OTHER, name="Other")], origin="config", now=NOW)
    assert _urls(store.sources()) == [OTHER, "https://added.example/"]
    assert [each.origin for each in store.sources()] == ["config", "added"]
    assert store.sources()[0].source.name == "Other"
    dropped = store.source(FEED)
    assert dropped is not None
    assert dropped.origin == "once"
    assert [each.title for each in store.items(source=FEED)] == ["Lunar station milestone 1"]


def test_a_source_that_comes_back_remembers(store: Store) -> None:
    """Dropped and listed again, a source still has its validators."""
    store.sync_sources([a_source()], origin="config", now=NOW)
    state = a_state(validators=Validators(etag='"1"'), next_check=at(hours=1))
    store.record(a_check(state=state), compare=strangers)
    store.sync_sources([], origin="config", now=NOW)
    assert store.due(at(days=1)) == []
    store.sync_sources([a_source()], origin="config", now=NOW)
    assert [each.validators.etag for each in store.due(at(days=1))] == ['"1"']


def test_sync_again_changes_nothing(store: Store) -> None:
    """The same list twice is no new revision; a new name is."""
    store.sync_sources([a_source()], origin="config", now=NOW)
    before = store.revision()
    store.sync_sources([a_source()], origin="config", now=at(days=1))
    assert store.revision() == before
    store.sync_sources([a_source(name="New name")], origin="config", now=NOW)
    assert store.revision() == before + 1


def test_secrets_of_the_configuration_are_not_on_disk(store: Store, tmp_path: Path) -> None:
    """Passwords and headers are handed over at each start and never written."""
    secret = a_source(
        headers=(("Authorization", "Bearer hunter2"),), auth=BasicAuth(user="u", password="hunter2")
    )
    store.sync_sources([secret], origin="config", now=NOW)
    assert store.due(NOW)[0].source == secret
    store.backup(tmp_path / "copy.db")
    assert b"hunter2" not in (tmp_path / "copy.db").read_bytes()
    with Store.open(tmp_path / "copy.db") as copy:
        assert copy.due(NOW)[0].source == replace(secret, headers=(), auth=None)


def test_add_and_remove(store: Store) -> None:
    """A source is added once, is due at once, and can be removed and added again."""
    source = a_source(headers=(("X-Key", "1"),), min_interval_s=60, max_interval_s=600)
    assert store.add_source(source, now=NOW)
    assert not store.add_source(source, now=NOW)
    assert [each.source for each in store.due(NOW)] == [source]
    assert store.remove_source(FEED)
    assert not store.remove_source(FEED)
    assert store.sources() == []
    assert store.next_due() is None
    assert store.add_source(source, now=NOW)
    assert store.next_due() == NEVER


def test_only_added_sources_can_be_removed(store: Store) -> None:
    """What the configuration lists is removed there."""
    store.sync_sources([a_source()], origin="default", now=NOW)
    assert not store.remove_source(FEED)
    assert not store.remove_source(OTHER)
    assert len(store.sources()) == 1


def test_adding_a_retired_source_again_revives_it(store: Store) -> None:
    """A source that was gone is asked again when somebody adds it again."""
    store.add_source(a_source(), now=NOW)
    store.record(a_check(state=a_state(retired=True, gone_count=2, next_check=at(days=9))), compare=strangers)
    assert store.due(at(days=10)) == []
    assert store.source_lines()[0].state == "retired"
    store.remove_source(FEED)
    store.add_source(a_source(), now=NOW)
    assert _urls(store.due(NOW)) == [FEED]
    assert store.due(NOW)[0].gone_count == 0


def test_due_in_order_and_bounded(store: Store) -> None:
    """Longest overdue first; disabled ones and later ones are not due; next_due is the earliest."""
    names = [f"https://s{n}.example/" for n in range(5)]
    store.sync_sources([a_source(each) for each in names], origin="config", now=NOW)
    for n, url in enumerate(names):
        store.record(a_check(state=a_state(url, next_check=at(hours=n - 3))), compare=strangers)
    assert _urls(store.due(NOW)) == names[:4]
    assert _urls(store.due(NOW, limit=2)) == names[:2]
    assert store.next_due() == at(hours=-3)
    listed = [a_source(each, disabled=each == names[0]) for each in names]
    store.sync_sources(listed, origin="config", now=NOW)
    assert _urls(store.due(NOW)) == names[1:4]
    assert store.next_due() == at(hours=-2)


def test_due_uses_its_index(store: Store) -> None:
    """With thousands of sources a tick with nothing due must not read them all."""
    with store._db.reading() as conn:
        sql = (
            "EXPLAIN QUERY PLAN SELECT * FROM sources WHERE origin <> 'once' AND disabled = 0 AND retired = 0"
            " AND next_check <= 5 ORDER BY next_check LIMIT 3"
        )
        plan = [row["detail"] for row in conn.execute(sql)]
    assert plan == ["SEARCH sources USING INDEX sources_due (next_check<?)"]


def test_all_of_a_state_comes_back(store: Store) -> None:
    """Every field of a state is stored exactly, to the microsecond."""
    store.sync_sources([a_source()], origin="config", now=NOW)
    state = a_state(
        address="https://moved.example/feed",
        validators=Validators(etag='W/"ü\x80"', last_modified="yesterday"),
        body_hash=digest("body"),
        seen=frozenset({digest("a"), digest("b", 8)}),
        failures=2,
        gone_count=1,
        next_check=at(seconds=0.000001),
        next_check_why="after a failure",
        last_check=at(seconds=-0.123456),
        last_success=at(days=-1),
        last_change=at(days=-2),
        last_full=at(days=-3),
        freshness=Freshness(max_age_s=60, expires_s=None, retry_after_s=0),
        head=a_head(hubs=("https://hub.example/",), ttl_s=3600, skip_hours=(1, 2), skip_days=(6,)),
        moved_to="https://new.example/feed",
        moved_since=at(days=-4),
        moved_seen=3,
        last_error="It was down.",
        posted=(at(hours=-1), at(days=-9000)),
    )
    store.record(a_check(state=state), compare=strangers)
    assert store.source(FEED) == state
    assert store.sources() == [state]
    assert store.sources(seen=False) == store.due(at(days=99), seen=False) == [replace(state, seen=None)]
    assert (store.seen(FEED), store.seen(FEED + "?")) == (state.seen, frozenset())


def test_seen_hashes_are_kept_exactly(store: Store) -> None:
    """What the pipeline forgets is forgotten: an edit that is taken back must be read again."""
    store.sync_sources([a_source()], origin="config", now=NOW)
    store.record(a_check(state=a_state(seen=frozenset({b"old", b"new"}))), compare=strangers)
    store.record(a_check(state=a_state(seen=frozenset({b"new"})), at=at(hours=1)), compare=strangers)
    assert store.sources()[0].seen == frozenset({b"new"})
    store.record(a_check(state=a_state(), at=at(hours=2)), compare=strangers)
    assert store.sources()[0].seen == frozenset()


def test_a_check_does_not_undo_the_operator(store: Store) -> None:
    """Renamed or removed while a check was under way, a source stays as the operator left it."""
    store.add_source(a_source(), now=NOW)
    state = store.due(NOW)[0]
    store.remove_source(FEED)
    store.sync_sources([a_source(OTHER, name="New")], origin="config", now=NOW)
    store.record(a_check(state=state), compare=strangers)
    store.record(a_check(state=a_state(OTHER)), compare=strangers)
    assert [each.source.name for each in store.sources()] == ["New"]


def test_a_source_asked_once_is_kept_but_not_due(store: Store) -> None:
    """An address that was fetched once has its items and state, and is in no list."""
    store.record(a_check(a_judged(1), state=a_state(origin="once")), compare=strangers)
    assert store.sources() == []
    assert store.source_lines() == []
    assert store.due(at(days=99)) == []
    state = store.source(FEED)
    assert state is not None
    assert state.origin == "once"
    assert len(store.items(source=FEED)) == 1
    assert store.add_source(a_source(), now=NOW)
    assert len(store.sources()) == 1


def test_unknown_source_is_none(store: Store) -> None:
    """Nobody knows an address that was never named."""
    assert store.source(FEED) is None
    assert store.health.totals(FEED) == Totals()
    assert store.health.checks(FEED) == []


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "active"),
        ({"failures": 2}, "active"),
        ({"failures": 3, "last_error": "It is down."}, "failing"),
        ({"failures": 9, "retired": True}, "retired"),
    ],
)
def test_lines_say_whether_a_source_works(changes: dict[str, Any], state: str, store: Store) -> None:
    """One bad night is no news; three failures in a row are."""
    store.sync_sources([a_source(name="", language="")], origin="config", now=NOW)
    store.record(a_check(state=a_state(head=a_head(), next_check=at(hours=1), **changes)), compare=strangers)
    line = store.source_lines()[0]
    assert (line.state, line.name, line.home) == (state, "Agency news", "https://agency.example/")
    assert (line.language, line.next_check, line.kind) == ("en", at(hours=1), "agency")
    assert line.last_error == changes.get("last_error", "")
    assert store.source_counts() == (state != "retired", state == "failing")


def test_counts_leave_out_who_is_not_asked(store: Store) -> None:
    """Disabled sources and those that nobody lists any more neither work nor fail."""
    listed = [a_source(), a_source(OTHER), a_source("https://off.example/", disabled=True)]
    store.sync_sources(listed, origin="config", now=NOW)
    for source in listed:
        store.record(a_check(state=a_state(source=source, failures=5)), compare=strangers)
    assert store.source_counts() == (2, 2)
    store.sync_sources([a_source()], origin="config", now=NOW)
    assert store.source_counts() == (1, 1)


def test_lines_are_sorted_by_name_and_show_disabled_ones(store: Store) -> None:
    """Without any name the address stands for it."""
    listed = [a_source("https://z.example/", name="beta"), a_source("https://y.example/", name="")]
    store.sync_sources([*listed, a_source(name="Alpha", disabled=True)], origin="config", now=NOW)
    lines = store.source_lines()
    assert [each.name for each in lines] == ["Alpha", "beta", "https://y.example/"]
    assert lines[0].state == "disabled"
    assert lines[0].next_check is None


def test_revision_follows_what_lists_show(store: Store) -> None:
    """Home page, title and health are shown; next checks and single failures are not."""
    store.sync_sources([a_source(name="")], origin="config", now=NOW)
    seen = [store.revision()]
    shown: list[dict[str, Any]] = [
        {"next_check": at(hours=1)},
        {"failures": 1, "last_error": "x"},
        {"head": a_head()},
        {"head": a_head(), "failures": 3},
        {"head": a_head(), "failures": 4},
    ]
    for minute, changes in enumerate(shown):
        store.record(a_check(state=a_state(**changes), at=at(minutes=minute)), compare=strangers)
        seen.append(store.revision())
    assert [after - before for before, after in pairwise(seen)] == [0, 0, 1, 1, 0]


def test_checks_are_counted_and_the_last_hundred_remembered(store: Store) -> None:
    """The same check recorded twice counts once; the log is a ring."""
    store.sync_sources([a_source()], origin="config", now=NOW)
    for minute in range(110):
        failed = a_check(
            at=at(minutes=minute), outcome="failed", status=500, error="It broke.", requests=2, elapsed_s=1.5
        )
        store.record(failed, compare=strangers)
    quiet = a_check(at=at(hours=2))
    store.record(quiet, compare=strangers)
    store.record(quiet, compare=strangers)
    lines = store.health.checks(FEED)
    assert len(lines) == 100
    assert (lines[0].at, lines[0].outcome, lines[0].status, lines[0].error) == (
        at(hours=2),
        "unchanged",
        304,
        None,
    )
    assert (lines[1].outcome, lines[1].error, lines[1].elapsed_s, lines[1].wire_bytes) == (
        "failed",
        "It broke.",
        1.5,
        1000,
    )
    assert lines[-1].at == at(minutes=11)
    assert store.health.totals(FEED) == Totals(checks=111, requests=221, wire_bytes=111_000, not_modified=1)
