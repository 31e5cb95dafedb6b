"""Subscriptions over real HTTP: asked for, verified or refused, and how each ends."""

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.model.value import replace
from feeds.publish.serving.hub import LEAST_LEASE_S
from scheduler.push.hub import drop
from tests.fakes_posts import Answer, Came, PostServer
from tests.push_site import PushSite, Subscriber, pushing, settled, tried
from tests.test_scheduler_push_cycle import NEWS, OTHER
from tests.test_scheduler_wire import STATION, document


@pytest.fixture
def site(tmp_path: Path) -> Iterator[PushSite]:
    """Give a served wire with one story."""
    with pushing(tmp_path) as running:
        running.turn()
        yield running


def always(answer: Answer) -> Callable[[Came], Answer]:
    """Answer one thing to all."""
    return lambda _: answer


def test_nobody_is_subscribed_who_did_not_ask(site: PushSite) -> None:
    """A callback that denies, repeats nothing, redirects or is not there is not sent anything."""
    others = [Answer(404), Answer(200, b"yes"), Answer(200, b""), Answer(302, Location="/"), Answer(500)]
    for answer in others:
        with PostServer(always(answer)) as server:
            assert site.ask(server.url("/cb")) == 202
            server.wait()
            settled(site.store, "hub-verify")
    assert site.store.subscriptions.count(now=site.clock.now) == 0
    lines = site.store.outbox.lines({"hub-verify"})
    assert {(line.state, line.attempts) for line in lines} == {("given-up", 1)}
    assert sum("does not repeat the challenge" in line.error for line in lines) == 2


def test_a_callback_that_is_not_there_is_asked_again_for_a_while(site: PushSite) -> None:
    """No answer is no denial: three tries, then it is forgotten."""
    with PostServer() as server:
        nobody = server.url("/cb")
    assert site.ask(nobody) == 202
    for attempt in (1, 2, 3):
        line = tried(site.store, "hub-verify", site.clock.now)
        assert (line.attempts, line.status) == (attempt, None)
        site.clock.ticks(minutes=5)
        site.push.station.dispatcher.wake()
    assert line.state == "given-up"
    assert site.store.subscriptions.count(now=site.clock.now) == 0


def test_leaving_is_verified_too(site: PushSite) -> None:
    """A stranger can not unsubscribe somebody; the subscriber can."""
    subscriber = Subscriber()
    with PostServer(subscriber) as server:
        callback = server.url("/cb")
        site.subscribe(server, subscriber)
        assert site.ask(callback, mode="unsubscribe") == 202
        server.wait()
        settled(site.store, "hub-verify")
        assert site.store.subscriptions.count(now=site.clock.now) == 1
        subscriber.wants.add(("unsubscribe", site.topic()))
        assert site.ask(callback, mode="unsubscribe") == 202
        server.wait()
        settled(site.store, "hub-verify")
        assert site.store.subscriptions.count(now=site.clock.now) == 0
        assert site.ask(callback, mode="unsubscribe") == 404
        site.publisher.body = document(STATION, NEWS)
        site.turn(hours=25)
        settled(site.store, "hub")
    assert subscriber.news == []


def test_a_lease_ends(site: PushSite) -> None:
    """It is as long as the callback was told; after it nothing is sent, and nothing is kept."""
    subscriber = Subscriber()
    with PostServer(subscriber) as server:
        site.subscribe(server, subscriber, lease_seconds="1")
        assert f"hub.lease_seconds={LEAST_LEASE_S}" in server.seen[0].path
        (known,) = site.store.subscriptions.all(now=site.clock.now)
        assert known.expires - known.since == timedelta(seconds=LEAST_LEASE_S)
        site.publisher.body = document(STATION, NEWS)
        site.turn(hours=25)
        settled(site.store, "hub")
        assert len(server.seen) == 1


def test_what_waits_for_an_ended_lease_is_not_sent(site: PushSite) -> None:
    """Also when it was put into the outbox before."""
    subscriber = Subscriber(answers=lambda _: Answer(500))
    with PostServer(subscriber) as server:
        site.subscribe(server, subscriber, lease_seconds="90000")
        site.publisher.body = document(STATION, NEWS)
        site.turn(hours=24)
        server.wait()
        tried(site.store, "hub", site.clock.now)
        site.clock.ticks(hours=8)
        site.push.station.dispatcher.wake()
        settled(site.store, "hub")
        assert len(server.seen) == 2
    (line,) = site.store.outbox.lines({"hub"})
    assert (line.state, line.error) == (
        "given-up",
        f"127.0.0.1:{server.port}: it is not subscribed any more.",
    )


def test_gone_is_unsubscribed(site: PushSite) -> None:
    """410 (7): never sent again."""
    subscriber = Subscriber(answers=lambda _: Answer(410))
    with PostServer(subscriber) as server:
        site.subscribe(server, subscriber)
        for news in (NEWS, OTHER):
            site.publisher.body = document(STATION, news)
            site.turn(hours=25)
            settled(site.store, "hub")
        assert len(server.seen) == 2
    assert site.store.subscriptions.count(now=site.clock.now) == 0


def test_private_callbacks_are_refused(site: PushSite) -> None:
    """At registration: by number, by name, by what no name says; nothing is connected to."""
    for callback in ("http://10.0.0.1/cb", "http://127.0.0.2:9/", "http://[::1]/", "http://0.0.0.0/"):
        assert site.ask(callback) == 403
    assert site.store.outbox.waiting("hub-verify") == 0


def resolving(address: str) -> Callable[..., list[tuple[int, tuple[str, int]]]]:
    """Make a resolver that gives one address for all names."""
    return lambda _host, port, _patience: [(socket.AF_INET, (address, port))]


def test_names_of_private_addresses_are_refused(site: PushSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """At registration, and at the question when the name has changed its mind meanwhile."""
    monkeypatch.setattr("feeds.intake.post.resolve", resolving("10.1.2.3"))
    assert site.ask("http://reader.example/cb") == 403
    monkeypatch.setattr("feeds.intake.post.resolve", resolving("93.184.216.34"))
    monkeypatch.setattr("feeds.intake.dial.resolve", resolving("192.168.0.1"))
    assert site.ask("http://reader.example/cb") == 202
    settled(site.store, "hub-verify")
    (line,) = site.store.outbox.lines({"hub-verify"})
    assert (line.state, line.attempts) == ("given-up", 1)
    assert "192.168.0.1 is a private address" in line.error
    assert site.store.subscriptions.count(now=site.clock.now) == 0


def test_only_feeds_of_the_site_that_are_pushed(site: PushSite) -> None:
    """Neither pages nor near misses nor searches nor archives nor what is not there."""
    with PostServer() as server:
        for path in (
            "/",
            "/index.html",
            "/near.atom",
            "/search.atom?q=moon",
            "/nothing.atom",
            "/tag/no.atom",
        ):
            assert site.ask(server.url("/cb"), path=path) == 404, path
        assert site.ask(server.url("/cb"), path="/feed.atom/../feed.atom") == 404
    assert site.store.outbox.waiting("hub-verify") == 0


def test_a_site_that_moved_denies_what_it_was(tmp_path: Path) -> None:
    """Subscriptions to the old address end, and their callbacks learn why."""
    subscriber = Subscriber()
    with PostServer(subscriber) as server:
        with pushing(tmp_path) as site:
            site.turn()
            site.subscribe(server, subscriber)
        with pushing(tmp_path) as moved:
            server.wait()
            settled(moved.store, "hub-deny")
            assert moved.store.subscriptions.count(now=moved.clock.now) == 0
    assert subscriber.denied == ["This feed is not at this address any more."]


def test_the_operator_may_end_a_subscription(site: PushSite) -> None:
    """What waits for it is withdrawn, and it is told."""
    subscriber = Subscriber()
    with PostServer(subscriber) as server:
        site.subscribe(server, subscriber)
        (known,) = site.store.subscriptions.all(now=site.clock.now)
        drop(site.store, known, "Ended by the operator.", now=site.clock.now)
        site.push.station.dispatcher.wake()
        server.wait()
    assert subscriber.denied == ["Ended by the operator."]


def test_too_many_wishes_wait(site: PushSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """503, not a longer queue."""
    monkeypatch.setattr("scheduler.push.hub.PENDING_PER_HOST", 0)
    with PostServer() as server:
        assert site.ask(server.url("/cb")) == 503


def test_a_full_hub_says_so(site: PushSite) -> None:
    """At registration, and by a denial when the room went between asking and confirming."""
    subscriber, hub = Subscriber(), site.push.hub
    room = hub._caps
    with PostServer(subscriber) as server:
        site.subscribe(server, subscriber)
        hub._caps = replace(room, total=1)
        assert site.ask(server.url("/cb"), path="/feed.rss") == 503
        hub._caps = room
        subscriber.asked = lambda: setattr(hub, "_caps", replace(room, total=1))
        subscriber.wants.add(("subscribe", site.topic("/feed.rss")))
        assert site.ask(server.url("/cb"), path="/feed.rss") == 202
        server.wait(2)
        settled(site.store, "hub-verify", "hub-deny")
    assert subscriber.denied == ["There is no room: there are 1 subscriptions already."]
    assert site.store.subscriptions.count(now=site.clock.now) == 1
