"""From a publisher's new item to a subscriber's door, through the wire, over real HTTP."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.model.value import replace
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
