"""The operator on the pages: real HTTP on loopback, a real store, the wire's own rendering."""

import http.client
import json
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

import pytest

from feeds.errors import ConfigError, StoreError
from feeds.publish import operator_app
from feeds.publish.hands import Marked
from scheduler import daemon, web
from scheduler.config import parse
from scheduler.config_types import Config
from scheduler.desk import WireHands
from scheduler.wire import Wire
from tests.fakes import FakeClock
from tests.fakes_http import RawServer
from tests.test_scheduler_wire import NEVER, STATION, Publisher, configured

TOKEN = "a-token-of-the-operator"
FOOTBALL = "Local football results"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def cookie(self) -> str:
        """The cookie set, as a browser sends it back."""
        return self.headers["set-cookie"].partition(";")[0]


@dataclass(slots=True)
class Site:
    """A wire that is served, and a client of it."""

    port: int
    wire: Wire
    ids: dict[str, int] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Got:
        """Send one request; header names have _ for -."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            head = {name.lower(): value for name, value in answer.getheaders()}
            return Got(status=answer.status, headers=head, body=answer.read().decode())
        finally:
            connection.close()

    def post(self, path: str, fields: Mapping[str, object], **headers: str) -> Got:
        """Send a form."""
        return self.ask("POST", path, urlencode(fields).encode(), **FORM, **headers)

    def signed_in(self) -> str:
        """Sign in; returns the cookie."""
        got = self.post("/operator", {"token": TOKEN})
        assert (got.status, got.headers["location"]) == (303, "operator")
        return got.cookie

    def forms(self, item: int, cookie: str) -> dict[str, dict[str, str]]:
        """Return the fields of each form on the page of an item."""
        page = self.ask("GET", f"/item/{item}", Cookie=cookie).body
        found = {}
        for form in re.findall(r'<form method="post" action="../operator/mark">(.*?)</form>', page):
            fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
            found[fields["action"]] = fields
        return found

    def feed(self) -> str:
        """Return the feed."""
        return self.ask("GET", "/feed.atom").body


@contextmanager
def served(folder: Path, *, token: str = "", base_url: str = "http://127.0.0.1:8380") -> Iterator[Site]:
    """Run a wire with a kept and a rejected item, and its web server."""
    with RawServer(Publisher()) as publisher:
        config: Config = configured(folder, publisher.url("/feed"))
        wire = Wire(
            replace(config, serve=replace(config.serve, token=token, base_url=base_url)), clock=FakeClock()
        )
        try:
            assert wire.turn(NEVER)
            listener = web.bind("127.0.0.1", 0)
            with web.serving(daemon.app_of(wire), listener):
                site = Site(listener.getsockname()[1], wire)
                items = wire.workshop.store.items(which="all")
                site.ids = {item.title: item.id for item in items}
                yield site
        finally:
            wire.close()


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
    for path in ("/", "/river", "/near", f"/story/{item}.html"):
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


def test_a_wrong_token_is_refused_and_soon_nothing_is_looked_at(site: Site) -> None:
    """403 with a sentence and no cookie; after five even the right one has to wait."""
    assert '<label for="token">' in site.ask("GET", "/operator").body
    for wrong in ("", "x", TOKEN + "x", TOKEN[:-1], "\udc80é"[1:]):
        got = site.post("/operator", {"token": wrong})
        assert got.status == 403
        assert "This is not the token" in got.body
        assert "set-cookie" not in got.headers
        assert TOKEN not in got.body
    late = site.post("/operator", {"token": TOKEN})
    assert late.status == 429
    assert 0 < int(late.headers["retry-after"]) <= 60
    assert site.post("/operator/mark", {}, Authorization=f"Bearer {TOKEN}").status == 429


def test_signing_out_ends_the_session(site: Site) -> None:
    """The cookie is taken back, and a copy of it is worth nothing."""
    cookie = site.signed_in()
    page = site.ask("GET", "/operator", Cookie=cookie).body
    (seal,) = re.findall(r'name="seal" value="(\w+)"', page)
    assert site.post("/operator/sign-out", {"seal": "0"}, Cookie=cookie).status == 403
    got = site.post("/operator/sign-out", {"seal": seal}, Cookie=cookie)
    assert (got.status, got.headers["location"]) == (303, "../operator")
    assert "Max-Age=0" in got.headers["set-cookie"]
    assert '<label for="token">' in site.ask("GET", "/operator", Cookie=cookie).body
    assert site.post("/operator/sign-out", {"seal": seal}, Cookie=cookie).status == 403


def test_a_form_of_another_origin_session_or_item_is_refused(site: Site) -> None:
    """Missing, forged, of another session, item or action, from another site: 403, and nothing is marked."""
    item, cookie, other = site.ids[FOOTBALL], site.signed_in(), site.signed_in()
    good = site.forms(item, cookie)["keep"]
    wrong: list[tuple[Mapping[str, object], dict[str, str]]] = [
        ({**good, "seal": ""}, {"Cookie": cookie}),
        ({"item": item, "action": "keep"}, {"Cookie": cookie}),
        ({**good, "seal": "0" * 64}, {"Cookie": cookie}),
        ({**good, "seal": "é"}, {"Cookie": cookie}),
        (site.forms(item, other)["keep"], {"Cookie": cookie}),
        ({**good, "item": site.ids[STATION]}, {"Cookie": cookie}),
        ({**good, "action": "reject"}, {"Cookie": cookie}),
        (good, {}),
        (good, {"Cookie": "moonwire=9999999999.x.y"}),
        (good, {"Cookie": cookie, "Origin": "https://evil.example"}),
        (good, {"Cookie": cookie, "Origin": "null"}),
        (good, {"Cookie": cookie, "Sec_Fetch_Site": "cross-site"}),
        (good, {"Cookie": cookie, "Sec_Fetch_Site": "same-site"}),
        (
            {"item": item, "action": "keep"},
            {"Authorization": f"Bearer {TOKEN}", "Origin": "https://e.example"},
        ),
        ({"item": item, "action": "keep"}, {"Authorization": "Bearer x"}),
        ({"item": item, "action": "keep"}, {"Authorization": f"Basic {TOKEN}"}),
    ]
    for fields, headers in wrong:
        assert site.post("/operator/mark", fields, **headers).status == 403, (fields, headers)
    assert site.wire.workshop.store.curation.marked() == []
    own = f"http://127.0.0.1:{site.port}"
    got = site.post("/operator/mark", good, Cookie=cookie, Origin=own, Sec_Fetch_Site="same-origin")
    assert got.status == 303
    assert FOOTBALL in site.feed()


def test_a_sign_in_from_another_site_is_refused(site: Site) -> None:
    """Nobody signs the operator in or out from elsewhere."""
    assert site.post("/operator", {"token": TOKEN}, Origin="https://evil.example").status == 403


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


def test_bodies_are_short_forms(site: Site) -> None:
    """4 kB, of the one type, in ASCII, in few fields; a length that is not told is counted."""
    bearer = f"Bearer {TOKEN}"
    for body in (b"x" * 4097, b"x" * 100_000):
        assert site.ask("POST", "/operator/mark", body, Authorization=bearer, **FORM).status == 413
    kinds = {"Content_Type": "application/json"}
    assert site.ask("POST", "/operator/mark", b"{}", Authorization=bearer, **kinds).status == 415
    assert site.ask("POST", "/operator/mark", b"\xff", Authorization=bearer, **FORM).status == 400
    many = b"&".join([b"a=b"] * 9)
    assert site.ask("POST", "/operator/mark", many, Authorization=bearer, **FORM).status == 400
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as raw:
        chunk = b"800\r\n" + b"x" * 2048 + b"\r\n"
        head = b"POST /operator HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        raw.sendall(head + 3 * chunk + b"0\r\n\r\n")
        assert b" 413 " in raw.recv(100)


def test_other_ways_to_ask_are_told(site: Site) -> None:
    """405 with what is allowed; other addresses take no forms."""
    got = site.ask("GET", "/operator/mark")
    assert (got.status, got.headers["allow"]) == (405, "POST")
    assert site.ask("DELETE", "/operator").headers["allow"] == "GET, POST"
    assert site.ask("GET", "/operator/else").status == 404
    assert site.post(f"/item/{site.ids[STATION]}", {}, Cookie=site.signed_in()).status == 404


def test_a_form_that_does_not_come_is_not_waited_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """408 where the rest stays out, and a sender who leaves harms nobody."""
    head = b"POST /operator HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as raw:
        raw.sendall(head)
    monkeypatch.setattr(operator_app, "BODY_S", 0.05)
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as raw:
        raw.sendall(head)
        assert b" 408 " in raw.recv(100)
    assert site.ask("GET", "/operator").status == 200


def test_too_many_at_once_are_sent_away(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 at once; the pages for everybody are not touched by it."""
    monkeypatch.setattr(operator_app, "_WAITING", 0)
    assert site.ask("GET", "/operator").status == 503
    assert site.ask("GET", f"/item/{site.ids[STATION]}").status == 200


def test_a_store_that_fails_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 with the store's sentence; the operator tries again."""

    def full(_self: WireHands, _item: int, *, keep: bool | None) -> Marked:
        raise StoreError(f"the disk is full ({keep})")

    monkeypatch.setattr(WireHands, "mark", full)
    fields = {"item": site.ids[STATION], "action": "undo"}
    got = site.post("/operator/mark", fields, Authorization=f"Bearer {TOKEN}")
    assert got.status == 503
    assert "the disk is full (None)" in got.body


def test_a_reload_may_change_the_token(site: Site) -> None:
    """Sessions of the token before end with it; without one the site is for reading."""
    cookie, config = site.signed_in(), site.wire.workshop.config

    def with_token(token: str) -> Callable[[], Config]:
        return lambda: replace(config, serve=replace(config.serve, token=token))

    assert site.wire.reload(with_token("another-token-16"))
    assert '<label for="token">' in site.ask("GET", "/operator", Cookie=cookie).body
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


@pytest.mark.parametrize(
    "value", [None, "", "short-of-sixteen"[:15], "sixteen letters with spaces", "é" * 20, "x" * 501]
)
def test_a_token_that_can_not_be_one_is_told(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    """One sentence with key and variable, and without the value."""
    monkeypatch.delenv("MOONWIRE_TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("MOONWIRE_TOKEN", value)
    with pytest.raises(
        ConfigError, match=r"\[serve\] token_env: the environment variable MOONWIRE_TOKEN"
    ) as told:
        parse('source = []\n[serve]\ntoken_env = "MOONWIRE_TOKEN"', None)
    assert not value or value not in str(told.value)
    assert "\n" not in str(told.value)
