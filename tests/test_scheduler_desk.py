"""The operator on the pages: real HTTP on loopback, a real store, the wire's own rendering."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from feeds.model.value import replace
from scheduler.config.load import parse
from scheduler.config.types import Config
from tests.desk_site import FOOTBALL, TOKEN, Site, served
from tests.test_scheduler_wire import NEVER, STATION


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Give a site with a token."""
    with served(tmp_path, token=TOKEN) as running:
        yield running


def test_without_a_token_the_site_is_for_reading(tmp_path: Path) -> None:
    """No form, no sign-in, and nothing can be written, whatever is sent."""
    with served(tmp_path) as site:
        item = site.ids[FOOTBALL]
        assert site.ask("GET", "/operator").status == 404
        assert "<form method" not in site.ask("GET", f"/item/{item}").body
        for path in ("/operator", "/operator/mark", "/operator/sign-out", f"/item/{item}", "/"):
            fields = {"token": "", "item": item, "action": "keep"}
            got = site.post(path, fields, Authorization="Bearer ", Cookie="moonwire=1.2.3")
            assert got.status in {403, 404, 405}, path
        assert FOOTBALL not in site.feed()
        assert "cookie" not in site.ask("GET", f"/item/{item}").headers["vary"]


def test_the_operator_marks_and_the_feed_follows(site: Site) -> None:
    """Keep, then reject, then let the topic decide: each is seen in the feed and on the page at once."""
    item, cookie = site.ids[FOOTBALL], site.signed_in()
    assert FOOTBALL not in site.feed()
    forms = site.forms(item, cookie)
    assert set(forms) == {"keep", "reject"}
    got = site.post("/operator/mark", forms["keep"], Cookie=cookie)
    assert (got.status, got.headers["location"]) == (303, f"../item/{item}")
    assert FOOTBALL in site.feed()
    page = site.ask("GET", f"/item/{item}", Cookie=cookie)
    assert "You marked this item to keep" in page.body
    assert "marked by the operator to keep" in site.ask("GET", f"/item/{item}").body
    forms = site.forms(item, cookie)
    assert set(forms) == {"reject", "undo"}
    assert site.post("/operator/mark", forms["undo"], Cookie=cookie).status == 303
    assert FOOTBALL not in site.feed()
    assert site.post("/operator/mark", forms["undo"], Cookie=cookie).status == 303
    station = site.ids[STATION]
    assert STATION in site.feed()
    assert site.post("/operator/mark", site.forms(station, cookie)["reject"], Cookie=cookie).status == 303
    assert STATION not in site.feed()


def _until(began: threading.Event, answered: threading.Event) -> None:
    began.set()
    answered.wait(30)


def test_a_round_that_takes_long_holds_no_mark_up(site: Site) -> None:
    """While a publisher is waited for, the mark is stored and shown; the round then ends as ever."""
    began, answered = threading.Event(), threading.Event()
    site.publisher.before = lambda: _until(began, answered)
    site.clock.ticks(hours=25)
    turn = threading.Thread(target=site.wire.turn, args=(NEVER,))
    turn.start()
    try:
        assert began.wait(30)
        fields = {"item": site.ids[FOOTBALL], "action": "keep"}
        assert site.post("/operator/mark", fields, Authorization=f"Bearer {TOKEN}").status == 200
        assert turn.is_alive()
        assert FOOTBALL in site.feed()
    finally:
        answered.set()
        turn.join(30)
    assert not turn.is_alive()
    assert FOOTBALL in site.feed()
    assert site.wire.health["ok"] is True


def test_only_the_operator_sees_forms(site: Site) -> None:
    """The page of who is signed in is kept by nobody; that of all others has no form and says it differs."""
    item, cookie = site.ids[STATION], site.signed_in()
    etag = site.ask("GET", f"/item/{item}").headers["etag"]
    own = site.ask("GET", f"/item/{item}", Cookie=cookie, If_None_Match=etag)
    assert own.status == 200
    assert own.headers["cache-control"] == "private, no-store"
    assert "etag" not in own.headers
    assert "form-action 'self'" in own.headers["content-security-policy"]
    assert own.headers["referrer-policy"] == "same-origin"
    assert '<meta name="referrer" content="same-origin">' in own.body
    head = site.ask("HEAD", f"/item/{item}", Cookie=cookie)
    assert (head.status, head.body) == (200, "")
    assert head.headers["content-length"] == own.headers["content-length"]
    for other in ("", "moonwire=1.2.3", f"{cookie}0"):
        public = site.ask("GET", f"/item/{item}", Cookie=other)
        assert public.headers["cache-control"].startswith("public")
        assert public.headers["vary"] == "accept-encoding, cookie"
        assert "<form method" not in public.body
    for path in ("/", "/river", "/near.html", "/story/1.json", "/story/999.html"):
        assert site.ask("GET", path, Cookie=cookie).body == site.ask("GET", path).body
    assert site.ask("GET", "/item/999", Cookie=cookie).status == 404
    assert site.ask("GET", "/item/x", Cookie=cookie).status == 404


@pytest.mark.parametrize(
    ("base_url", "flags"),
    [
        ("http://moon.example", {"Max-Age=43200", "Path=/", "HttpOnly", "SameSite=Strict"}),
        ("https://moon.example", {"Max-Age=43200", "Path=/", "HttpOnly", "SameSite=Strict", "Secure"}),
    ],
)
def test_the_cookie_is_guarded(tmp_path: Path, base_url: str, flags: set[str]) -> None:
    """Out of reach of scripts and other sites; only over TLS where the site is served so."""
    with served(tmp_path, token=TOKEN, base_url=base_url) as site:
        got = site.post("/operator", {"token": TOKEN}, Origin=base_url)
        value, *found = got.headers["set-cookie"].split("; ")
        assert set(found) == flags
        assert value.startswith("__Host-moonwire=" if "Secure" in flags else "moonwire=")
        assert TOKEN not in value
        assert got.headers["cache-control"] == "private, no-store"
        front = site.ask("GET", "/operator", Cookie=got.cookie)
        assert "You are signed in until" in front.body


def test_signing_out_ends_the_session(site: Site) -> None:
    """The cookie is taken back, and a copy of it is worth nothing."""
    cookie = site.signed_in()
    page = site.ask("GET", "/operator", Cookie=cookie).body
    (seal,) = re.findall(r'name="seal" value="(\w+)"', page)
    assert site.post("/operator/sign-out", {"seal": "0"}, Cookie=cookie).status == 403
    got = site.post("/operator/sign-out", {"seal": seal}, Cookie=cookie)
    assert (got.status, got.headers["location"]) == (303, "../operator")
    assert "Max-Age=0" in got.headers["set-cookie"]
    assert 'for="token"' in site.ask("GET", "/operator", Cookie=cookie).body
    assert site.post("/operator/sign-out", {"seal": seal}, Cookie=cookie).status == 403


def test_scripts_mark_with_the_token(site: Site) -> None:
    """No session and no seal; the answer is what `moonwire mark --json` prints."""
    item, bearer = site.ids[FOOTBALL], f"Bearer {TOKEN}"
    got = site.post("/operator/mark", {"item": item, "action": "keep"}, Authorization=bearer)
    assert got.status == 200
    assert json.loads(got.body) == {"id": item, "mark": "keep", "keep": True, "was_kept": False}
    assert FOOTBALL in site.feed()
    for fields, status in (
        ({"item": 999, "action": "keep"}, 404),
        ({"item": "9" * 30, "action": "keep"}, 404),
        ({"item": "1 or 1", "action": "keep"}, 404),
        ({"item": item, "action": "burn"}, 400),
        ({"item": item}, 400),
    ):
        assert site.post("/operator/mark", fields, Authorization=bearer).status == status, fields


def test_a_reload_may_change_the_token(site: Site) -> None:
    """Sessions of the token before end with it; without one the site is for reading."""
    cookie, config = site.signed_in(), site.wire.workshop.config

    def with_token(token: str) -> Callable[[], Config]:
        return lambda: replace(config, serve=replace(config.serve, token=token))

    assert site.wire.reload(with_token("another-token-16"))
    assert 'for="token"' in site.ask("GET", "/operator", Cookie=cookie).body
    assert site.post("/operator", {"token": TOKEN}).status == 403
    assert site.wire.reload(with_token(""))
    assert site.ask("GET", "/operator").status == 404


def test_the_token_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """By name of a variable; the value is in no representation of the configuration."""
    monkeypatch.setenv("MOONWIRE_TOKEN", TOKEN)
    config = parse('source = []\n[serve]\ntoken_env = "MOONWIRE_TOKEN"', None)
    assert config.serve.token == TOKEN
    assert TOKEN not in repr(config)
    assert parse("source = []\n[serve]\ntoken_env = ''", None).serve.token == ""
