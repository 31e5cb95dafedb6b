"""What the operator's desk refuses, over real HTTP: wrong tokens, strange forms, and what never ends."""

import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from feeds.errors import ConfigError, StoreError
from feeds.publish.serving.desk import app as operator_app
from feeds.publish.serving.hands import Marked
from scheduler.config.load import parse
from scheduler.desk.hands import WireHands
from tests.desk_site import FOOTBALL, FORM, TOKEN, Site, served
from tests.test_scheduler_wire import STATION


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Give a site with a token."""
    with served(tmp_path, token=TOKEN) as running:
        yield running


def test_a_wrong_token_is_refused_and_soon_nothing_is_looked_at(site: Site) -> None:
    """403 with a sentence and no cookie; after five even the right one has to wait."""
    assert 'for="token"' in site.ask("GET", "/operator").body
    for wrong in ("", "x", TOKEN + "x", TOKEN[:-1], "é"):
        got = site.post("/operator", {"token": wrong})
        assert got.status == 403
        assert "This is not the token" in got.body
        assert "set-cookie" not in got.headers
        assert TOKEN not in got.body
    late = site.post("/operator", {"token": TOKEN})
    assert late.status == 429
    assert 0 < int(late.headers["retry-after"]) <= 60
    assert site.post("/operator/mark", {}, Authorization=f"Bearer {TOKEN}").status == 429


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


def test_bodies_are_short_forms(site: Site) -> None:
    """16 kB, of the one type, in ASCII, in so many fields; a length that is not told is counted."""
    bearer = f"Bearer {TOKEN}"
    for body in (b"x" * 16_385, b"x" * 100_000):
        assert site.ask("POST", "/operator/mark", body, Authorization=bearer, **FORM).status == 413
    kinds = {"Content_Type": "application/json"}
    assert site.ask("POST", "/operator/mark", b"{}", Authorization=bearer, **kinds).status == 415
    assert site.ask("POST", "/operator/mark", b"\xff", Authorization=bearer, **FORM).status == 400
    many = b"&".join([b"a=b"] * 257)
    assert site.ask("POST", "/operator/mark", many, Authorization=bearer, **FORM).status == 400
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as raw:
        chunk = b"800\r\n" + b"x" * 2048 + b"\r\n"
        head = b"POST /operator HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        raw.sendall(head + 9 * chunk + b"0\r\n\r\n")
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
