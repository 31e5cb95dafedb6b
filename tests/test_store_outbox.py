"""The outbox: what is put in comes out once, also after a crash, and newer content replaces older."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from store import Delivery, Parcel, Payload, Settled, Store
from tests.builders import NOW

SOON = NOW + timedelta(minutes=2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Give an empty store."""
    with Store.open(tmp_path / "wire.db") as opened:
        yield opened


def content(text: str = "news") -> Payload:
    """Make something to send."""
    return Payload(body=text.encode(), content_type="text/plain", headers=(("Link", "<a>"),))


def to(*targets: str, key: str = "feed") -> list[Parcel]:
    """Make parcels about one key."""
    return [Parcel(target=target, key=key, lane=target.partition("/")[0]) for target in targets]


def taken(store: Store, *, limit: int = 10, without: tuple[str, ...] = ()) -> list[Delivery]:
    """Claim for two minutes."""
    return store.outbox.claim({"hub"}, now=NOW, until=SOON, limit=limit, without=without)


def test_what_is_put_is_claimed_once_and_settled(store: Store) -> None:
    """Nobody gets what another holds; what was sent is remembered, its content is not."""
    assert store.outbox.put("hub", to("a/1", "b/1"), content(), now=NOW) == 2
    assert store.outbox.put("other", to("a/1"), content(), now=NOW) == 1
    one, other = taken(store)
    assert (one.target, one.key, one.lane, one.attempt, one.payload) == ("a/1", "feed", "a", 1, content())
    assert one.payload.headers == (("Link", "<a>"),)
    assert other.target == "b/1"
    assert taken(store) == []
    failed = Settled(delivery=other, state="given-up", status=410, error="b/1: it answered 410.")
    store.outbox.settle([Settled(delivery=one, state="sent", status=200), failed], now=NOW)
    assert taken(store) == []
    assert store.outbox.next_at({"hub"}) is None
    assert store.outbox.counts("hub") == {"waiting": 0, "sent": 1, "given-up": 1}
    lines = {line.target: line for line in store.outbox.lines({"hub"})}
    assert (lines["a/1"].state, lines["a/1"].status, lines["a/1"].attempts) == ("sent", 200, 1)
    assert (lines["b/1"].state, lines["b/1"].error) == ("given-up", "b/1: it answered 410.")
    assert lines["b/1"].next_at is None
    assert store.outbox.prune(NOW) == 0
    assert store.outbox.prune(SOON) == 2
    assert [line.kind for line in store.outbox.lines({"hub", "other"})] == ["other"]


def _payloads(store: Store) -> int:
    with store._db.reading() as conn:
        return int(conn.execute("SELECT count(*) FROM payloads").fetchone()[0])


def test_a_content_is_stored_once_and_goes_with_its_last_delivery(store: Store) -> None:
    """Three deliveries of one feed hold one copy of it."""
    store.outbox.put("hub", to("a/1", "b/1", "c/1"), content(), now=NOW)
    store.outbox.put("hub", to("d/1"), content(), now=NOW)
    assert _payloads(store) == 1
    store.outbox.settle([Settled(delivery=each, state="sent") for each in taken(store)], now=NOW)
    assert store.outbox.prune(NOW) == 0
    assert _payloads(store) == 0


def test_a_claim_lapses_with_its_holder(store: Store) -> None:
    """A crash between claim and settling loses nothing; the word of who came back late counts no more."""
    store.outbox.put("hub", to("a/1"), content(), now=NOW)
    (lost,) = taken(store)
    assert store.outbox.next_at({"hub"}) == SOON
    later = SOON + timedelta(seconds=1)
    (again,) = store.outbox.claim({"hub"}, now=later, until=later + timedelta(minutes=2), limit=5)
    assert (again.target, again.attempt) == ("a/1", 2)
    store.outbox.settle([Settled(delivery=lost, state="sent")], now=later)
    assert store.outbox.counts("hub")["waiting"] == 1
    store.outbox.settle([Settled(delivery=again, state="sent")], now=later)
    assert store.outbox.counts("hub")["sent"] == 1


def test_two_workers_never_hold_the_same(store: Store, tmp_path: Path) -> None:
    """Claims of two processes at the same time share out what is due."""
    store.outbox.put("hub", to(*(f"h{n}/1" for n in range(200))), content(), now=NOW)
    held: list[int] = []

    def work(own: Store) -> None:
        while got := own.outbox.claim({"hub"}, now=NOW, until=SOON, limit=7):
            held.extend(each.id for each in got)

    with Store.open(tmp_path / "wire.db") as second:
        workers = [threading.Thread(target=work, args=(each,)) for each in (store, store, second)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert len(held) == len(set(held)) == 200


def test_newer_content_takes_the_place_of_what_waits(store: Store) -> None:
    """One delivery, the newest content; one that failed before keeps the time of its next try."""
    store.outbox.put("hub", to("a/1"), content("old"), now=NOW)
    assert store.outbox.put("hub", to("a/1"), content("old"), now=NOW) == 0
    assert store.outbox.put("hub", to("a/1"), content("new"), now=NOW) == 1
    (one,) = taken(store)
    assert one.payload == content("new")
    store.outbox.settle([Settled(delivery=one, state="waiting", at=SOON, error="down.")], now=NOW)
    store.outbox.put("hub", to("a/1"), content("newest"), now=NOW)
    assert taken(store) == []
    (line,) = store.outbox.lines({"hub"})
    assert (line.state, line.next_at, line.attempts, line.error) == ("waiting", SOON, 1, "down.")


@pytest.mark.parametrize("state", ["sent", "given-up"])
def test_what_changes_while_it_is_sent_is_sent_again(store: Store, state: str) -> None:
    """The new content waits until the old one arrived, so it can not be overtaken by it."""
    store.outbox.put("hub", to("a/1"), content("old"), now=NOW)
    (one,) = taken(store)
    store.outbox.put("hub", to("a/1"), content("new"), now=NOW)
    assert taken(store) == []
    store.outbox.settle([Settled(delivery=one, state="sent" if state == "sent" else "given-up")], now=NOW)
    (other,) = taken(store)
    assert (other.payload, other.attempt) == (content("new"), 1)
    store.outbox.settle([Settled(delivery=other, state="sent")], now=NOW)
    assert store.outbox.put("hub", to("a/1"), content("new"), now=NOW) == 1, "what was settled starts anew"


def test_what_is_told_once_is_told_once(store: Store) -> None:
    """Without `again` a name that is remembered stays as it is, in whatever state."""
    assert store.outbox.put("hub", to("a/1", key="story 1"), content("x"), now=NOW, again=False) == 1
    assert store.outbox.put("hub", to("a/1", key="story 1"), content("y"), now=NOW, again=False) == 0
    (one,) = taken(store)
    assert one.payload == content("x")
    store.outbox.settle([Settled(delivery=one, state="sent")], now=NOW)
    assert store.outbox.put("hub", to("a/1", key="story 1"), content("y"), now=NOW, again=False) == 0
    assert taken(store) == []
    assert store.outbox.put("hub", [], content("y"), now=NOW) == 0


def test_a_busy_lane_is_left_out(store: Store) -> None:
    """What waits for one host does not hold up others; limits count what is taken."""
    store.outbox.put("hub", to("a/1", "a/2", "b/1", "c/1"), content(), now=NOW)
    assert [each.target for each in taken(store, limit=1, without=("a",))] == ["b/1"]
    one = store.outbox.claim({"hub"}, now=NOW, until=SOON, limit=9, per_lane=1)
    assert [each.target for each in one] == ["a/1", "c/1"]
    assert [each.target for each in taken(store)] == ["a/2"]


def test_what_was_not_tried_is_given_back(store: Store) -> None:
    """At the end of a process: due at once, and no attempt is counted."""
    store.outbox.put("hub", to("a/1"), content(), now=NOW)
    store.outbox.give_back(taken(store), now=NOW)
    (one,) = taken(store)
    assert one.attempt == 1


def test_what_nobody_wants_any_more_is_withdrawn(store: Store) -> None:
    """By target, or by target and key; what was sent stays in the list."""
    store.outbox.put("hub", to("a/1", "b/1"), content(), now=NOW)
    store.outbox.put("hub", to("a/1", key="other"), content(), now=NOW)
    (first, *_) = taken(store, limit=1)
    assert store.outbox.withdraw("hub", "a/1", "other") == 1
    assert store.outbox.withdraw("hub", "a/1") == 1
    store.outbox.settle([Settled(delivery=first, state="sent")], now=NOW)
    assert [line.target for line in store.outbox.lines({"hub"})] == ["b/1"]
