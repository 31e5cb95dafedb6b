"""The operator adds and changes sources on their page: real HTTP on loopback, a real store."""

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.errors import ConfigError
from feeds.model.hold import HostHold
from feeds.publish.serving.desk.asked import Request, Terms
from feeds.publish.serving.desk.room import Notes
from feeds.publish.serving.desk.routes import Desk
from feeds.publish.slug import hashed
from scheduler.rounds.hosts import host_of
from tests import town
from tests.builders import NOW
from tests.desk_site import TOKEN, Site, served
from tests.fakes_http import RawServer, Reply, Seen, reply
from tests.test_scheduler_desk_stories import form
from tests.test_scheduler_wire import NEVER

BEARER = f"Bearer {TOKEN}"


def answer(seen: Seen) -> Reply:
    """Serve the town and a page that refuses."""
    if seen.target == "/busy":
        return reply(429, Retry_After="600")
    return town.answer(seen)


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


def states(site: Site) -> dict[str, str]:
    """Give the state of each source by address."""
    return {line.url: line.state for line in site.wire.workshop.store.source_lines()}


def test_a_source_is_found_chosen_and_added(site: Site, other: RawServer) -> None:
    """A page of two feeds, one chosen; it is asked at the next turn, told once, and outlives a reload."""
    cookie = site.signed_in()
    page = site.ask("GET", "/sources", Cookie=cookie)
    assert page.headers["cache-control"] == "private, no-store"
    typed = {**form(page.body, "operator/source/look"), "url": other.url("/two"), "language": "en"}
    found = site.post("/operator/source/look", typed, Cookie=cookie)
    assert found.status == 200
    assert "This page leads to 2 feeds." in found.body
    assert other.url("/feed") not in states(site)
    forms = re.findall(r'<form[^>]*action="add">(.*?)</form>', found.body)
    fields = [dict(re.findall(r'name="(\w+)" value="([^"]*)"', each)) for each in forms]
    assert [each["url"] for each in fields] == [other.url("/feed"), other.url("/mirror")]
    got = site.post("/operator/source/add", fields[1], Cookie=cookie)
    assert (got.status, got.headers["location"]) == (303, "../../sources")
    page = site.ask("GET", "/sources", Cookie=cookie)
    assert f"Added Mirror &lt;{other.url('/mirror')}&gt;. It is asked within seconds." in page.body
    assert states(site)[other.url("/mirror")] == "active"
    asked = len(other.seen)
    assert site.wire.turn(NEVER)
    assert [seen.target for seen in other.seen][asked:] == ["/mirror"]
    assert "Partners sign for the International Lunar Research Station" in site.feed()
    site.wire.reload(lambda: site.wire.workshop.config)
    assert states(site)[other.url("/mirror")] == "active"
    assert site.post("/operator/source/add", fields[1], Cookie=cookie).status == 400
    assert (
        "is watched already"
        in site.post("/operator/source/look", typed | {"url": other.url("/mirror")}, Cookie=cookie).body
    )


def test_sources_are_switched_off_and_on_asked_and_removed(site: Site, other: RawServer) -> None:
    """Each button does what it says, on the page and for scripts."""
    url, cookie = other.url("/feed"), site.signed_in()
    assert site.post("/operator/source/add", {"url": url}, Authorization=BEARER).status == 200

    def press(action: str) -> str:
        page = site.ask("GET", "/sources", Cookie=cookie).body
        for text in re.findall(r'<form[^>]*action="operator/source/change">(.*?)</form>', page, re.DOTALL):
            fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text))
            if (fields["source"], fields["action"]) == (hashed(url), action):
                got = site.post("/operator/source/change", fields, Cookie=cookie)
                assert got.status == 303
                assert got.headers["location"] == "../../sources"
                return site.ask("GET", "/sources", Cookie=cookie).body
        return "no such button"

    assert press("enable") == "no such button"
    assert f"Disabled {url}" in press("disable")
    assert states(site)[url] == "disabled"
    assert press("check") == "no such button"
    fields = {"source": url, "action": "check"}
    got = site.post("/operator/source/change", fields, Authorization=BEARER)
    assert (got.status, "is disabled; enable it first" in got.body) == (400, True)
    assert f"Enabled {url}" in press("enable")
    assert site.wire.turn(NEVER)
    asked = len(other.seen)
    assert "was asked 0 s ago" in press("check")
    site.clock.ticks(minutes=2)
    assert site.wire.turn(NEVER) is None
    assert "is asked next." in press("check")
    assert site.wire.turn(NEVER)
    assert len(other.seen) == asked + 1
    assert f"Removed {url}" in press("remove")
    assert url not in states(site)


def test_what_the_publisher_asked_for_holds(site: Site, other: RawServer) -> None:
    """Retry-After and a host that refuses outlast the operator's impatience; the sentence says until when."""
    url = other.url("/busy")
    assert site.post("/operator/source/add", {"url": url}, Authorization=BEARER).status == 200
    assert site.wire.turn(NEVER)
    site.clock.ticks(minutes=5)
    fields = {"source": url, "action": "check"}
    got = site.post("/operator/source/change", fields, Authorization=BEARER)
    assert got.status == 400
    assert "is not asked before" in got.body
    assert "Retry-After: 600" in got.body
    site.clock.ticks(hours=1)
    hold = HostHold(host=host_of(url), until=site.clock.now.replace(year=2027))
    site.wire.workshop.store.health.keep_hold(hold)
    got = site.post("/operator/source/change", fields, Authorization=BEARER)
    assert "refuses requests" in got.body


def test_what_stands_in_the_file_is_changed_there(site: Site) -> None:
    """The page offers no switch for it; a script is told where it stands."""
    (url,) = states(site)
    cookie = site.signed_in()
    page = site.ask("GET", "/sources", Cookie=cookie).body
    assert "Check now" in page
    assert ">Disable<" not in page
    for action in ("disable", "remove"):
        fields = {"source": url, "action": action}
        got = site.post("/operator/source/change", fields, Authorization=BEARER)
        assert got.status == 400
        assert "change it there" in got.body


@pytest.mark.parametrize(
    ("path", "fields", "status", "sentence"),
    [
        ("look", {"url": ""}, 400, "Give the address"),
        ("look", {"url": "x" * 5000}, 400, "Give the address"),
        ("look", {"url": "ftp://a.example/"}, 400, "expected an address that starts with http"),
        ("look", {"url": "http://10.0.0.1/"}, 200, "10.0.0.1"),
        ("add", {"url": "http://u:p@a.example/"}, 400, "a password is not stored"),
        ("add", {"url": "http://a.example/", "language": "no tag"}, 400, "a language tag"),
        ("add", {"url": "http://a.example/", "kind": "x" * 61}, 400, "one line of text"),
        ("change", {"source": "http://a.example/", "action": "check"}, 404, "There is no such source"),
        ("change", {"source": "http://a.example/", "action": "burn"}, 400, "action is check"),
    ],
)
def test_wrong_wishes_are_told(
    site: Site, path: str, fields: dict[str, str], status: int, sentence: str
) -> None:
    """One sentence that says what is wrong with it."""
    before = states(site)
    got = site.post(f"/operator/source/{path}", fields, Authorization=BEARER)
    assert got.status == status, got.body
    assert sentence in got.body
    assert states(site) == before


def test_scripts_are_told_in_json(site: Site) -> None:
    """A sentence and the status; people get a page."""
    got = site.post("/operator/source/look", {"url": "ftp://a.example/"}, Authorization=BEARER)
    assert got.headers["content-type"] == "application/json"
    assert "expected an address" in json.loads(got.body)["error"]
    wrong = site.post("/operator/source/look", {}, Authorization="Bearer x")
    assert (wrong.status, json.loads(wrong.body)) == (403, {"error": "This is not the token."})
    assert "www-authenticate" in wrong.headers
    assert site.post("/operator/source/look", {}).headers["content-type"].startswith("text/html")


def test_forms_are_of_their_session_and_source(site: Site, other: RawServer) -> None:
    """Without a seal, or from elsewhere, nothing is asked, added or changed."""
    (url,) = states(site)
    cookie = site.signed_in()
    for path, fields in (
        ("look", {"url": other.url("/feed")}),
        ("add", {"url": other.url("/feed")}),
        ("change", {"source": url, "action": "check"}),
    ):
        assert site.post(f"/operator/source/{path}", fields, Cookie=cookie).status == 403
        assert site.post(f"/operator/source/{path}", fields).status == 403
        headers = {"Authorization": BEARER, "Origin": "https://evil.example"}
        assert site.post(f"/operator/source/{path}", fields, **headers).status == 403
    assert other.seen == []
    assert list(states(site)) == [url]
    assert "<form method" not in site.ask("GET", "/sources").body


def test_notes_are_few_and_told_once() -> None:
    """The newest sessions keep theirs."""
    notes = Notes()
    threads = [threading.Thread(target=notes.leave, args=(str(n), f"note {n}")) for n in range(70)]
    for thread in threads:
        thread.start()
        thread.join()
    assert notes.take("69") == "note 69"
    assert notes.take("69") == ""
    assert notes.take("0") == ""


def test_the_page_takes_no_head_for_a_note(site: Site) -> None:
    """A request for the head alone does not use up what the next page has to tell."""
    (url,) = states(site)
    cookie = site.signed_in()
    page = site.ask("GET", "/sources", Cookie=cookie).body
    fields = form(page, "operator/source/change")
    assert fields["source"] == hashed(url)
    assert site.post("/operator/source/change", fields, Cookie=cookie).status == 303
    assert site.ask("HEAD", "/sources", Cookie=cookie).status == 200
    assert "once a minute is as often" in site.ask("GET", "/sources", Cookie=cookie).body


def test_a_session_that_is_none_sees_what_everybody_sees(site: Site) -> None:
    """A forged cookie is no error, and who is signed out while the request waits gets no forms either."""
    name = site.signed_in().partition("=")[0]
    answer = site.ask("GET", "/sources", Cookie=f"{name}=forged")
    assert answer.status == 200
    assert "operator/source/change" not in answer.body
    desk = Desk(lambda: None, lambda: site.wire.library, site.wire.hands, lambda: NOW)
    request = Request(method="GET", path="/sources", headers={}, client="127.0.0.1", body=b"")
    assert desk.answer(Terms(token=TOKEN, base_url=""), request) is None


def test_what_no_page_offers_is_a_wrong_wish(site: Site) -> None:
    """The hands say so themselves: they are asked by more than one page."""
    with pytest.raises(ConfigError, match="action is check, disable, enable or remove"):
        site.wire.hands.change(next(iter(states(site))), "burn")
