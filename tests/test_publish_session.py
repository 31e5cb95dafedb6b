"""Signed sessions and forms, waits after wrong tokens, and what is believed of where a form came from."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.publish.serving.desk.asked import Terms
from feeds.publish.serving.session import (
    LONGEST_WAIT_S,
    SESSION_S,
    TRIES,
    Attempts,
    Keys,
    SignedOut,
    cookie_of,
    is_own,
    network,
)
from tests.builders import NOW

KEYS = Keys(token="sixteen-letters!")
NONCE = "n0nce"


def test_a_session_lasts_twelve_hours() -> None:
    """To the second, and its end is told."""
    session = KEYS.opened(NOW, NONCE)
    ends = NOW + timedelta(seconds=SESSION_S)
    assert KEYS.until(session, NOW) == ends
    assert KEYS.until(session, ends - timedelta(seconds=1)) == ends
    assert KEYS.until(session, ends) is None


def test_a_session_is_of_one_token_and_unlike_any_other() -> None:
    """Another token makes and takes others; nothing shows the token."""
    session, other = KEYS.opened(NOW, NONCE), Keys(token="sixteen-letters?")
    assert other.until(session, NOW) is None
    assert len({session, other.opened(NOW, NONCE), KEYS.opened(NOW, "m")}) == 3
    assert KEYS.token not in session + repr(KEYS) + repr(Terms(token=KEYS.token, base_url=""))


@given(st.text(max_size=300), st.integers(0, 90), st.characters())
def test_nothing_else_is_a_session(text: str, place: int, letter: str) -> None:
    """Neither any text nor a session with one character changed; none of it raises."""
    session = KEYS.opened(NOW, NONCE)
    changed = session[:place] + letter + session[place + 1 :]
    assert KEYS.until(text, NOW) is None
    assert (KEYS.until(changed, NOW) is not None) == (changed == session)


def test_a_signed_expiry_that_is_no_number_ends_nothing() -> None:
    """Only what this site would write is read."""
    for expires in ("", "x", "٣", "9" * 13):
        signature = KEYS._sign("session", f"{expires}.{NONCE}")
        assert KEYS.until(f"{expires}.{NONCE}.{signature}", NOW) is None


@given(
    st.lists(st.text(max_size=8), min_size=3, max_size=3),
    st.lists(st.text(max_size=8), min_size=3, max_size=3),
)
def test_a_seal_is_for_one_form(one: list[str], other: list[str]) -> None:
    """Session, item and action each count, and no two ways to cut them are the same."""
    seal = KEYS.seal(*one)
    assert KEYS.is_seal(seal, *one)
    assert KEYS.is_seal(seal, *other) == (one == other)


@given(st.text())
def test_only_the_token_is_the_token(text: str) -> None:
    """Any text may be given."""
    assert KEYS.is_token(text) == (text == KEYS.token)
    assert KEYS.is_token(KEYS.token)


def test_waits_grow_and_end() -> None:
    """Five are free, then a minute, two, four … up to an hour; who was quiet begins anew."""
    attempts, now, waits = Attempts(), NOW, []
    for _ in range(TRIES + 9):
        attempts.wrong("192.0.2.1", now)
        waits.append(attempts.wait_s("192.0.2.1", now))
        assert attempts.wait_s("192.0.2.2", now) == 0
        now += timedelta(seconds=waits[-1])
        assert attempts.wait_s("192.0.2.1", now) == 0
    assert waits[: TRIES + 2] == [0, 0, 0, 0, 60, 120, 240]
    assert waits[-1] == LONGEST_WAIT_S
    attempts.wrong("192.0.2.1", now + timedelta(hours=3))
    assert attempts.wait_s("192.0.2.1", now + timedelta(hours=3)) == 0


def test_the_right_token_clears_the_count() -> None:
    """Four slips yesterday are no reason to wait today."""
    attempts = Attempts()
    for _ in range(TRIES - 1):
        attempts.wrong("a", NOW)
    attempts.right("a")
    attempts.wrong("a", NOW)
    assert attempts.wait_s("a", NOW) == 0


def test_memory_is_bounded() -> None:
    """The oldest are forgotten, of clients and of sessions."""
    attempts, gone = Attempts(), SignedOut()
    for number in range(5000):
        attempts.wrong(f"client {number}", NOW)
        gone.add(f"session {number}")
    assert len(attempts._clients) == 4096
    assert "session 4999" in gone
    assert "session 0" not in gone


@pytest.mark.parametrize(
    ("client", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_a_network_counts_as_one_client(client: str, same: str) -> None:
    """Who has 2^64 addresses has five tries too."""
    assert network(client) == network(same)
    assert network(client) != network("2001:db8:0:1::1")


@pytest.mark.parametrize(
    ("headers", "base", "own"),
    [
        ({}, "https://a.example", True),
        ({"origin": "https://a.example"}, "https://a.example", True),
        ({"origin": "https://a.example"}, "https://A.example/wire", True),
        ({"origin": "http://a.example", "host": "a.example"}, "https://a.example", False),
        ({"origin": "http://b.example:1", "host": "B.example:1"}, "http://a.example", True),
        ({"origin": "https://b.example", "host": "b.example"}, "http://a.example", True),
        ({"origin": "https://b.example", "host": "a.example"}, "https://a.example", False),
        ({"origin": "null"}, "https://a.example", False),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, "https://a.example", True),
        ({"origin": "https://a.example", "sec-fetch-site": "cross-site"}, "https://a.example", False),
        ({"sec-fetch-site": "none"}, "https://a.example", True),
        ({"sec-fetch-site": "same-site"}, "https://a.example", False),
        ({"origin": ""}, "https://a.example", False),
        ({"origin": "https://a.example, https://b.example"}, "https://a.example", False),
    ],
)
def test_whose_form_it_is(headers: dict[str, str], base: str, *, own: bool) -> None:
    """By Sec-Fetch-Site, else Origin; under TLS a page without TLS is another site."""
    assert is_own(headers, base) == own


@pytest.mark.parametrize(
    ("header", "value"),
    [("", ""), ("a=1; moonwire=x.y; b", "x.y"), ("moonwire=1; moonwire=2", "1"), ("xmoonwire=1", "")],
)
def test_cookies(header: str, value: str) -> None:
    """The first of the name, whatever stands around it."""
    assert cookie_of(header, "moonwire") == value
