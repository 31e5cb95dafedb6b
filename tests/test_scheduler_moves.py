"""Permanent redirects: believed after a while, only as far as they are permanent, and taken back."""

import pytest

from feeds.model import Hop, SourceState
from feeds.model.value import replace
from scheduler.rounds import moves
from tests.builders import a_state, at

OLD = "https://old.example/feed"
NEW = "https://new.example/feed"


def hop(url: str = OLD, target: str = NEW, status: int = 301) -> Hop:
    """One redirect."""
    return Hop(url=url, status=status, target=target)


def seen_moving(*hours: float, status: int = 301) -> SourceState:
    """Make the state after checks at these hours that were all redirected."""
    state = a_state(OLD)
    for hour in hours:
        if moves.address_of(state) == OLD:
            state = moves.after_success(state, [hop(status=status)], now=at(hours=hour))
    return state


@pytest.mark.parametrize("status", [301, 308])
def test_a_move_is_believed_at_its_second_sighting_an_hour_later(status: int) -> None:
    """One sighting is a rumour, two in ten minutes are one."""
    assert moves.address_of(seen_moving(0, status=status)) == OLD
    assert moves.address_of(seen_moving(0, 0.2, status=status)) == OLD
    moved = seen_moving(0, 2, status=status)
    assert moves.address_of(moved) == NEW
    assert moved.moved_since == at()
    assert moved.source.url == OLD


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_temporary_redirect_is_never_believed(status: int) -> None:
    """Nothing about it is remembered."""
    moved = seen_moving(0, 2, 40, status=status)
    assert (moves.address_of(moved), moved.moved_to, moved.moved_seen) == (OLD, "", 0)


def test_only_the_permanent_beginning_of_a_chain_counts() -> None:
    """301 → 302 leads to the middle, 302 → 301 nowhere; a fragment is no part of an address."""
    mid = "https://mid.example/"
    assert moves.permanent_target([hop(target=mid + "#top"), hop(mid, NEW, 302)]) == mid
    assert moves.permanent_target([hop(target=mid, status=302), hop(mid, NEW)]) == ""
    assert moves.permanent_target([hop(target=mid), hop(mid, NEW, 308)]) == NEW


@pytest.mark.parametrize(
    ("old", "new", "upgrade"),
    [
        ("http://a.example/f?x", "https://a.example/f?x", True),
        ("http://a.example", "https://a.example/", True),
        ("http://a.example:80/f", "https://a.example:443/f", True),
        ("http://a.example:8080/f", "https://a.example/f", False),
        ("http://a.example/f", "https://a.example/g", False),
        ("http://a.example/f", "https://www.a.example/f", False),
        ("https://a.example/f", "http://a.example/f", False),
    ],
)
def test_https_on_the_same_host_is_believed_at_once(old: str, new: str, upgrade: bool) -> None:  # noqa: FBT001 # a table's column
    """The same path of the same host over https needs no probation; anything else does."""
    assert moves.is_upgrade(old, new) is upgrade
    after = moves.after_success(a_state(old), [hop(old, new)], now=at())
    assert moves.address_of(after) == (new if upgrade else old)


def test_another_target_starts_a_new_probation() -> None:
    """Two sightings must agree."""
    state = moves.after_success(a_state(OLD), [hop()], now=at())
    state = moves.after_success(state, [hop(target="https://third.example/")], now=at(hours=2))
    assert (moves.address_of(state), state.moved_to, state.moved_seen) == (OLD, "https://third.example/", 1)
    assert state.moved_since == at(hours=2)


def test_a_redirect_that_is_gone_again_is_forgotten() -> None:
    """The old address answers by itself: the mistake is over."""
    state = moves.after_success(seen_moving(0), [], now=at(hours=1))
    assert (moves.address_of(state), state.moved_to, state.moved_seen, state.moved_since) == (
        OLD,
        "",
        0,
        None,
    )


def test_a_new_address_that_keeps_answering_keeps_its_history() -> None:
    """Since when a source has moved stays known while it does well there."""
    state = moves.after_success(seen_moving(0, 2), [], now=at(hours=4))
    assert (moves.address_of(state), state.moved_since) == (NEW, at())


def test_while_the_new_address_fails_both_are_asked_in_turn() -> None:
    """A wrong move heals at the next check, a dead old address does not lose the new one."""
    moved = seen_moving(0, 2)
    back = moves.after_failure(moved)
    assert moves.address_of(back) == OLD
    assert moves.address_of(moves.after_failure(back)) == NEW
    again = moves.after_success(back, [hop()], now=at(hours=9))
    assert moves.address_of(again) == NEW
    healed = moves.after_success(back, [], now=at(hours=9))
    assert (moves.address_of(healed), healed.moved_to, healed.moved_seen) == (OLD, "", 0)


def test_a_failing_source_that_never_moved_stays_where_it_is() -> None:
    """One sighting is not enough to try the other address."""
    assert moves.address_of(moves.after_failure(a_state(OLD))) == OLD
    assert moves.address_of(moves.after_failure(seen_moving(0))) == OLD


def test_a_move_to_https_is_doubted_late() -> None:
    """Credentials and content do not fall back to http at the first hiccup."""
    http, https = "http://a.example/f", "https://a.example/f"
    state = moves.after_success(a_state(http), [hop(http, https)], now=at())
    for failures, asked in ((1, https), (2, https), (3, http)):
        after = moves.after_failure(a_state(source=state.source, address=https, failures=failures))
        assert moves.address_of(after) == asked


@pytest.mark.parametrize(
    ("configured", "asked", "same"),
    [
        (OLD, OLD + "2", True),
        (OLD, NEW, False),
        ("http://a.example/f", "https://a.example/f", True),
        ("https://a.example/f", "http://a.example/f", False),
        ("http://a.example/f", "https://a.example:444/f", False),
        ("http://a.example:81/f", "https://a.example/f", False),
        ("http://a.example/f", "http://a.example:81/f", False),
    ],
)
def test_credentials_are_for_one_origin(configured: str, asked: str, same: bool) -> None:  # noqa: FBT001 # a table's column
    """Scheme, host and port must agree; the https of an http origin is as good."""
    assert moves.same_origin(configured, asked) is same


def test_a_move_taken_back_stays_so() -> None:
    """The same target is never adopted again, nor tried after failures; another one starts anew."""
    moved = a_state(OLD, address=NEW, moved_seen=2, moved_since=at())
    back = moves.unmoved(moved)
    assert back is not None
    assert (moves.address_of(back), back.moved_to, moves.refused(back)) == (OLD, NEW, True)
    for hours in (0, 2, 48):
        back = moves.after_success(back, [hop()], now=at(hours=hours))
        assert moves.address_of(back) == OLD
    assert moves.address_of(moves.after_failure(replace(back, failures=1))) == OLD
    other = moves.after_success(back, [hop(target="https://newer.example/feed")], now=at())
    assert (other.moved_to, other.moved_seen) == ("https://newer.example/feed", 1)
    gone = moves.after_success(back, [], now=at())
    assert (gone.moved_to, moves.refused(gone)) == ("", False)
    assert moves.unmoved(back) is None
    assert moves.unmoved(a_state(OLD)) is None
    doubted = moves.unmoved(a_state(OLD, moved_to=NEW, moved_seen=1))
    assert doubted is not None
    assert moves.refused(doubted)
