"""From a publisher's new item to a subscriber's door, through the wire, over real HTTP."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.model.value import replace
from feeds.publish.serving.hub import LEAST_LEASE_S
from scheduler.push.hub import drop
from tests.fakes_posts import Answer, Came, PostServer
from tests.push_site import PushSite, Subscriber, pushing, settled, tried
from tests.test_scheduler_wire import STATION, document

SECRET = "moon-dust"
NEWS = "Lunar south pole base: Roscosmos and CNSA agree on ILRS modules"
OTHER = "Russia and China plan a nuclear power plant for the lunar research station"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[PushSite]:
    """Give a served wire with one story."""
    with pushing(tmp_path) as running:
        running.turn()
        yield running


def test_a_new_story_is_pushed_signed(site: PushSite) -> None:
    """Asked, confirmed, stored, and delivered: the bytes served, with type, links and signature."""
    subscriber = Subscriber(secret=SECRET)
    with PostServer(subscriber) as server:
        site.subscribe(server, subscriber)
        asked = server.seen[0]
        assert asked.method == "GET"
        site.publisher.body = document(STATION, NEWS)
        site.turn(hours=25)
        server.wait()
        came = server.seen[1]
        status, link, body = site.get("/feed.atom")
        assert status == 200
        assert (came.method, came.path, came.body) == ("POST", "/cb", body)
        assert NEWS.encode() in body
        assert came.headers["content-type"] == "application/atom+xml; charset=utf-8"
        assert came.headers["link"] == link
        assert f'<{site.topic()}>; rel="self"' in link
        assert f'<{site.base}/hub>; rel="hub"' in link
        assert subscriber.news == [body]
        settled(site.store, "hub")
        site.turn(hours=25)
        assert len(server.seen) == 2, "nothing changed, so nothing is sent"
    assert site.store.outbox.counts("hub") == {"waiting": 0, "sent": 1, "given-up": 0}


def test_news_goes_out_before_the_round_is_over(site: PushSite) -> None:
    """A round waits for slow publishers; what it stored already is delivered meanwhile."""
    subscriber, slow = Subscriber(), threading.Event()

    def hang(_: Came) -> Answer:
        assert slow.wait(30)
        return Answer(500)

    with PostServer(subscriber) as server, PostServer(hang) as slow_publisher:
        (source,) = site.config.sources
        sources = (source, replace(source, url=slow_publisher.url("/feed")))
        assert site.wire.reload(lambda: replace(site.config, sources=sources))
        site.subscribe(server, subscriber)
        site.publisher.body = document(STATION, NEWS)
        turn = threading.Thread(target=site.turn, kwargs={"hours": 25})
        turn.start()
        stored = site.store.revision()
        while site.store.revision() == stored:
            assert turn.is_alive()
        server.wait()
        assert turn.is_alive(), "the round still waits for the other publisher"
        slow.set()
        turn.join(30)
    assert NEWS.encode() in subscriber.news[0]


def test_who_shares_no_secret_gets_no_signature(site: PushSite) -> None:
    """And a subscriber with another secret than ours sees that what came is not from us."""
    plain, wrong = Subscriber(), Subscriber(secret="what it thinks it sent")
    with PostServer(plain) as one, PostServer(wrong) as other:
        site.subscribe(one, plain)
        wrong.wants.add(("subscribe", site.topic()))
        assert site.ask(other.url("/cb"), secret=SECRET) == 202
        other.wait()
        settled(site.store, "hub-verify")
        site.publisher.body = document(STATION, NEWS)
        site.turn(hours=25)
        one.wait()
        other.wait()
    assert len(plain.news) == 1
    assert (wrong.news, wrong.forged) == ([], 1)


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


def test_a_receiver_that_fails_gets_the_newest_later(site: PushSite) -> None:
    """Tried again with back-off; what came out meanwhile takes the place of what waits."""
    subscriber = Subscriber(answers=lambda _: Answer(503))
    with PostServer(subscriber) as server:
        site.subscribe(server, subscriber)
        site.publisher.body = document(STATION, NEWS)
        site.turn(hours=25)
        server.wait()
        tried(site.store, "hub", site.clock.now)
        site.publisher.body = document(STATION, NEWS, OTHER)
        site.turn(hours=25)
        site.push.station.dispatcher.wake()
        tried(site.store, "hub", site.clock.now)
        subscriber.answers = None
        site.clock.ticks(hours=7)
        site.push.station.dispatcher.wake()
        settled(site.store, "hub")
    assert [NEWS.encode() in body and OTHER.encode() in body for body in subscriber.news] == [True]


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


def test_filtered_feeds_are_pushed_too(site: PushSite) -> None:
    """One of a language; it names the hub, and only its subscribers hear of it when it changes."""
    subscriber = Subscriber(secret=SECRET)
    site.wire.library._kept.clear()  # its list of languages may be half a minute old
    (language,) = [each.slug for each in site.wire.library.facets("lang")]
    path = f"/lang/{language}.json"
    assert f'<{site.base}/hub>; rel="hub"' in site.get(path)[1]
    with PostServer(subscriber) as server:
        other_spelling = f"/lang/%{ord(language[0]):x}{language[1:]}.json"
        assert site.get(other_spelling)[0] == 200
        assert site.ask(server.url("/cb"), path=other_spelling) == 404, "one feed is one topic"
        site.subscribe(server, subscriber, path=path)
        site.publisher.body = document(STATION, NEWS)
        site.turn(hours=25)
        server.wait()
        assert server.seen[1].headers["content-type"] == "application/feed+json; charset=utf-8"
        assert f'<{site.topic(path)}>; rel="self"' in server.seen[1].headers["link"]
    assert NEWS.encode() in subscriber.news[0]


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


def test_hubs_elsewhere_are_told(tmp_path: Path) -> None:
    """One ping for each feed whose bytes changed; the feeds name the hub; without a hub of our own."""
    with PostServer() as server, pushing(tmp_path, hub=False, more="") as site:
        hubs = (server.url("/external"),)
        config = replace(site.config, publish=replace(site.config.publish, hubs=hubs))
        assert site.wire.reload(lambda: config)
        assert site.get("/hub", "POST", b"x=1")[0] == 404
        assert f'<{hubs[0]}>; rel="hub"' in site.get("/feed.json")[1]
        site.turn()
        forms = [came.body.decode() for came in server.wait(3)]
        settled(site.store, "ping")
        assert site.wire.health["push"] is not None
    topics = {f"hub.mode=publish&hub.url={site.base}/feed.{end}" for end in ("rss", "atom", "json")}
    assert {form.replace("%3A", ":").replace("%2F", "/") for form in forms} >= topics


def test_health_counts(site: PushSite) -> None:
    """Subscriptions, what waits and what was given up; nothing where nothing is pushed."""
    subscriber = Subscriber()
    with PostServer(subscriber) as server:
        site.subscribe(server, subscriber)
        site.wire.refresh()
        assert site.wire.health["push"] == {"subscriptions": 1, "waiting": 0, "given_up": 0}
        assert site.wire.reload(lambda: replace(site.config, serve=replace(site.config.serve, hub=False)))
        assert "push" not in site.wire.health
        assert site.get("/hub", "POST", b"x=1")[0] == 404
