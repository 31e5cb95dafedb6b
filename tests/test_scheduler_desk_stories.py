"""The operator joins and splits stories on their pages: real HTTP on loopback, a real store."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk_site import FOOTBALL, TOKEN, Site, served
from tests.test_scheduler_wire import STATION

BEARER = f"Bearer {TOKEN}"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Give a site with a token and two kept items, each a story of its own."""
    with served(tmp_path, token=TOKEN) as running:
        fields = {"item": running.ids[FOOTBALL], "action": "keep"}
        assert running.post("/operator/mark", fields, Authorization=BEARER).status == 200
        yield running


def story_of(site: Site, title: str) -> int:
    """Give the story in which an item is."""
    item = site.wire.workshop.store.find_item(str(site.ids[title]))
    assert item is not None
    assert item.story_id is not None
    return item.story_id


def form(page: str, action: str) -> dict[str, str]:
    """Give the hidden fields of the form that is sent to an action."""
    (found,) = re.findall(rf'<form[^>]*action="{re.escape(action)}">(.*?)</form>', page, re.DOTALL)
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found))


def test_stories_are_joined_and_split_on_the_page(site: Site) -> None:
    """The page tells what was done once, the feeds follow, and it is as with the command."""
    cookie, one, two = site.signed_in(), story_of(site, STATION), story_of(site, FOOTBALL)
    page = site.ask("GET", f"/story/{one}.html", Cookie=cookie)
    assert page.headers["cache-control"] == "private, no-store"
    assert "Split reports off" not in page.body
    fields = form(page.body, "../operator/story/join")
    got = site.post("/operator/story/join", {**fields, "other": two}, Cookie=cookie)
    joined = min(one, two)
    assert (got.status, got.headers["location"]) == (303, f"../../story/{joined}.html")
    told = f"Joined: story {joined} has 2 reports now."
    assert site.ask("HEAD", f"/story/{joined}.html", Cookie=cookie).status == 200
    page = site.ask("GET", f"/story/{joined}.html", Cookie=cookie)
    assert told in page.body
    assert told not in site.ask("GET", f"/story/{joined}.html", Cookie=cookie).body
    assert site.feed().count("<entry") == 1
    fields = {**form(page.body, "../operator/story/split"), "item": str(site.ids[FOOTBALL])}
    got = site.post("/operator/story/split", fields, Cookie=cookie)
    assert got.status == 303
    page = site.ask("GET", "/" + got.headers["location"].removeprefix("../../"), Cookie=cookie)
    assert "Split: 1 report is story" in page.body
    assert site.feed().count("<entry") == 2
    assert story_of(site, STATION) != story_of(site, FOOTBALL)


def test_others_see_no_form(site: Site) -> None:
    """Without a session the page is everybody's, and says that it differs by cookie."""
    one, cookie = story_of(site, STATION), site.signed_in()
    public = site.ask("GET", f"/story/{one}.html")
    assert "<form method" not in public.body
    assert "cookie" in public.headers["vary"]
    assert site.ask("GET", "/story/x.html", Cookie=cookie).status == 404
    assert site.ask("GET", f"/story/{one}.json", Cookie=cookie).body.startswith("{")


def test_scripts_join_and_split_with_the_token(site: Site) -> None:
    """The answer is one sentence and the story's number."""
    one, two = story_of(site, STATION), story_of(site, FOOTBALL)
    fields = {"story": one, "other": "https://agency.example/1"}
    got = site.post("/operator/story/join", fields, Authorization=BEARER)
    assert json.loads(got.body) == {
        "told": f"Joined: story {min(one, two)} has 2 reports now.",
        "story": min(one, two),
    }
    fields = {"story": min(one, two), "item": site.ids[STATION]}
    got = site.post("/operator/story/split", fields, Authorization=BEARER)
    assert json.loads(got.body)["told"].startswith("Split: 1 report is story")


def test_what_can_not_be_done_is_told(site: Site) -> None:
    """One sentence, and nothing changes."""
    one, item, other = story_of(site, STATION), site.ids[STATION], site.ids[FOOTBALL]
    for path, fields, sentence in (
        ("join", {"story": one, "other": one}, "are one story already"),
        ("join", {"story": one, "other": "99"}, "There is no story"),
        ("join", {"story": one, "other": "9" * 30}, "There is no story"),
        ("join", {"story": "99", "other": one}, "There is no story"),
        ("join", {"story": one, "other": "https://nowhere.example/"}, "There is no story"),
        ("join", {"story": one, "other": " "}, "Name the other story"),
        ("join", {"story": one, "other": "x" * 5000}, "Name the other story"),
        ("split", {"story": one}, "Choose the reports"),
        ("split", {"story": one, "item": "x"}, "Choose the reports"),
        ("split", {"story": one, "item": item}, "These are all items"),
        ("split", {"story": one, "item": other}, "is not in story"),
        ("split", {"story": one, "item": "9" * 18}, "is not in story"),
    ):
        got = site.post(f"/operator/story/{path}", fields, Authorization=BEARER)
        assert got.status == 400, (path, fields)
        assert sentence in got.body, (path, fields)
    assert site.feed().count("<entry") == 2


def test_forms_are_of_their_session_story_and_action(site: Site) -> None:
    """Without a seal, with that of another story, action or session, or from elsewhere: 403."""
    one, two, cookie = story_of(site, STATION), story_of(site, FOOTBALL), site.signed_in()
    page = site.ask("GET", f"/story/{one}.html", Cookie=cookie).body
    good = {**form(page, "../operator/story/join"), "other": str(two)}
    for fields, headers in (
        ({**good, "seal": ""}, {"Cookie": cookie}),
        ({**good, "story": str(two), "other": str(one)}, {"Cookie": cookie}),
        (good, {"Cookie": site.signed_in()}),
        (good, {}),
        (good, {"Cookie": cookie, "Origin": "https://evil.example"}),
    ):
        assert site.post("/operator/story/join", fields, **headers).status == 403, fields
    fields = {**good, "item": str(site.ids[STATION])}
    assert site.post("/operator/story/split", fields, Cookie=cookie).status == 403
    assert site.feed().count("<entry") == 2
