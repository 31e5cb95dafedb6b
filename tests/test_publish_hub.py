"""The protocol of the hub: requests read, addresses made, signatures as other programs compute them."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from feeds.publish.serving import hub
from feeds.publish.serving.hub import Refused, Wish

FORM = "application/x-www-form-urlencoded"
ASKED = {
    "hub.mode": "subscribe",
    "hub.callback": "https://reader.example/cb?id=7",
    "hub.topic": "https://wire.example/feed.atom",
}


def read(content_type: str = FORM, **more: str) -> Wish | Refused:
    """Read a request with some fields changed; an empty value leaves a field out."""
    fields = ASKED | {f"hub.{name}": value for name, value in more.items()}
    return hub.wish_of(
        content_type, urlencode({name: value for name, value in fields.items() if value}).encode()
    )


def test_a_request_is_read() -> None:
    """With the default lease and no secret; parameters of others are left alone (5.1)."""
    wish = hub.wish_of(f"{FORM}; charset=utf-8", urlencode(ASKED | {"hub.verify": "sync", "x": "y"}).encode())
    assert wish == Wish(
        mode="subscribe",
        callback=ASKED["hub.callback"],
        topic=ASKED["hub.topic"],
        lease_s=hub.DEFAULT_LEASE_S,
    )
    full = read(mode="unsubscribe", secret="s" * 199, lease_seconds="3600")
    assert isinstance(full, Wish)
    assert (full.mode, full.lease_s, len(full.secret)) == ("unsubscribe", 3600, 199)
    assert "sss" not in repr(full)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"mode": ""}, "hub.mode is"),
        ({"mode": "denied"}, "hub.mode is"),
        ({"mode": "publish"}, "knows by itself"),
        ({"callback": ""}, "hub.callback is missing"),
        ({"callback": "https://a.example/" + "x" * 2048}, "may have 2048"),
        ({"callback": "ftp://a.example/"}, "http or https"),
        ({"callback": "https://me:pw@a.example/"}, "without user name"),
        ({"callback": "https://a.example/#x"}, "fragment"),
        ({"callback": "https://a.example/a b"}, "RFC 3986"),
        ({"callback": "https://a.example/\r\nX: y"}, "RFC 3986"),
        ({"callback": "https:///x"}, "http or https"),
        ({"callback": "https://a.example:99999/"}, "http or https"),
        ({"topic": ""}, "hub.topic is missing"),
        ({"lease_seconds": "-1"}, "hub.lease_seconds"),
        ({"lease_seconds": "٣"}, "hub.lease_seconds"),
        ({"lease_seconds": "9" * 13}, "hub.lease_seconds"),
        ({"secret": "s" * 200}, "less than 200 bytes"),
        ({"secret": "密" * 67}, "less than 200 bytes"),
    ],
)
def test_a_wrong_request_is_told_why(more: dict[str, str], says: str) -> None:
    """One sentence, 400."""
    refused = read(**more)
    assert isinstance(refused, Refused)
    assert refused.status == 400
    assert says in refused.sentence


def test_what_is_no_form() -> None:
    """Another type, other bytes, too many fields, a field twice."""
    many = "&".join(f"x{n}=1" for n in range(40)).encode()
    for content_type, body, status in (
        ("application/json", b"{}", 415),
        (FORM, b"\xff", 400),
        (FORM, b"hub.mode=%ff", 400),
        (FORM, many, 400),
        (FORM, b"hub.mode=subscribe&hub.mode=unsubscribe", 400),
    ):
        refused = hub.wish_of(content_type, body)
        assert isinstance(refused, Refused)
        assert refused.status == status


@pytest.mark.parametrize(
    ("asked", "granted"),
    [("", 864_000), ("0", 300), ("299", 300), ("301", 301), ("999999999999", 30 * 86_400)],
)
def test_leases_have_bounds(asked: str, granted: int) -> None:
    """Too short ones would ask all day, too long ones would never be asked again."""
    assert hub.lease_of(asked) == granted


def test_the_question_keeps_the_callback_s_own_query() -> None:
    """5.3: the parameters are appended; a wish to leave has no lease."""
    wish = read()
    assert isinstance(wish, Wish)
    url = urlsplit(hub.verification_url(wish, "chal-lenge"))
    assert (url.scheme, url.netloc, url.path) == ("https", "reader.example", "/cb")
    assert parse_qs(url.query) == {
        "id": ["7"],
        "hub.mode": ["subscribe"],
        "hub.topic": ["https://wire.example/feed.atom"],
        "hub.challenge": ["chal-lenge"],
        "hub.lease_seconds": ["864000"],
    }
    leaving = read(mode="unsubscribe", callback="https://reader.example")
    assert isinstance(leaving, Wish)
    url = urlsplit(hub.verification_url(leaving, "x"))
    assert "hub.lease_seconds" not in parse_qs(url.query)
    assert hub.verification_url(leaving, "x").startswith("https://reader.example?hub.mode=unsubscribe&")


def test_a_denial_says_why() -> None:
    """5.2."""
    url = urlsplit(hub.denial_url("https://reader.example/cb", "https://wire.example/feed.atom", "No room."))
    assert parse_qs(url.query) == {
        "hub.mode": ["denied"],
        "hub.topic": ["https://wire.example/feed.atom"],
        "hub.reason": ["No room."],
    }


def test_only_the_very_challenge_confirms() -> None:
    """Nothing before, after or beside it (5.3)."""
    assert hub.is_confirmed(b"abc", "abc")
    for other in (b"", b"ab", b"abc\n", b"ABC", b"abcabc", "äbc".encode()):
        assert not hub.is_confirmed(other, "abc")


def test_signatures_are_those_of_rfc_4231() -> None:
    """Test case 2 there: another program computes the same."""
    assert hub.signature("Jefe", b"what do ya want for nothing?") == (
        "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
    assert hub.signature("密", b"x") != hub.signature("密", b"y")


def test_topics_are_addresses_of_the_site() -> None:
    """Under its base, whatever path that has."""
    assert hub.path_of("https://wire.example/moon/feed.atom", "https://wire.example/moon") == "/feed.atom"
    assert hub.path_of("https://wire.example/moon/feed.atom", "https://wire.example/moon/") == "/feed.atom"
    for topic in ("https://wire.example/moonfeed.atom", "http://wire.example/moon/feed.atom", "", "x"):
        assert hub.path_of(topic, "https://wire.example/moon") == ""


def test_a_ping_is_a_form() -> None:
    """As the hubs in use read it."""
    form = b"hub.mode=publish&hub.url=https%3A%2F%2Fa.example%2Ff%3Fx%3D1"
    assert hub.ping("https://a.example/f?x=1") == form
