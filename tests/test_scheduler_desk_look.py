"""The operator has an address looked at before it is added: what a look finds, and its manners."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.publish.serving.hands import Wish
from scheduler.desk import look
from scheduler.desk.hands import WireHands
from tests.desk_site import TOKEN, Site, served
from tests.fakes_http import RawServer
from tests.test_scheduler_desk_sources import BEARER, answer, states
from tests.test_scheduler_desk_stories import form


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Give a site with a token."""
    with served(tmp_path, token=TOKEN) as running:
        yield running


@pytest.fixture
def other() -> Iterator[RawServer]:
    """Run the town, whose feeds can be added."""
    with RawServer(answer) as running:
        yield running


def test_a_feed_is_looked_at_before_it_is_added(site: Site, other: RawServer) -> None:
    """A feed says what it holds; where there is none the address can be added all the same."""
    for path, sentence in (
        ("/feed", "This is a feed with 2 entries; 1 of them are on the topic."),
        ("/one", "This page leads to 1 feed."),
        ("/blog", "This page leads to 1 feed."),
        ("/empty", "empty"),
    ):
        got = site.post("/operator/source/look", {"url": other.url(path)}, Authorization=BEARER)
        assert got.status == 200
        assert sentence in json.loads(got.body)["told"], path
    cookie = site.signed_in()
    typed = form(site.ask("GET", "/sources", Cookie=cookie).body, "operator/source/look")
    found = site.post("/operator/source/look", {**typed, "url": other.url("/empty")}, Cookie=cookie)
    assert "Add all the same" in found.body
    (text,) = re.findall(r'<form[^>]*action="add">(.*?)</form>', found.body)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', text))
    assert site.post("/operator/source/add", fields, Cookie=cookie).status == 303
    assert states(site)[other.url("/empty")] == "active"


def test_a_look_leaves_held_hosts_alone_and_counts(site: Site, other: RawServer) -> None:
    """What a host answers to a look holds for rounds too, and the other way round."""
    got = site.post("/operator/source/look", {"url": other.url("/busy")}, Authorization=BEARER)
    assert got.status == 200
    assert "429" in json.loads(got.body)["told"]
    asked = len(other.seen)
    got = site.post("/operator/source/look", {"url": other.url("/feed")}, Authorization=BEARER)
    assert got.status == 400
    assert "is left alone until" in got.body
    assert len(other.seen) == asked


def test_a_look_ends_in_time(site: Site, other: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between requests to one host are kept; a look that they make too long is given up."""
    book = site.wire.workshop.hosts
    monkeypatch.setattr(book, "_unspaced", lambda _url: False)
    monkeypatch.setattr(look, "LOOK_S", 0.5)
    got = site.post("/operator/source/look", {"url": other.url("/bare")}, Authorization=BEARER)
    assert got.status == 400
    assert "The look took longer than" in got.body
    assert [seen.target for seen in other.seen] == ["/bare"]


def test_one_look_at_a_time(site: Site, other: RawServer) -> None:
    """A second one is told to wait, while everything else is answered."""
    hands = site.wire.hands
    assert isinstance(hands, WireHands)
    with hands.looking:
        got = site.post("/operator/source/look", {"url": other.url("/feed")}, Authorization=BEARER)
    assert got.status == 503
    assert "Another address is being looked at" in got.body
    assert hands.look(Wish(url=other.url("/feed"))).feeds
