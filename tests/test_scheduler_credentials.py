"""User name and password in an address: sent to its origin, shown nowhere; and the contact we name."""

import socket

import pytest

from feeds.errors import ConfigError
from feeds.model import BasicAuth
from scheduler import daemon
from scheduler.config.kinds import split_credentials
from scheduler.config.load import parse


def _source(url: str, more: str = "") -> str:
    return f"[[source]]\nurl = '{url}'\n{more}"


@pytest.mark.parametrize(
    ("url", "bare", "auth"),
    [
        ("http://me:pw@a.example/f", "http://a.example/f", BasicAuth(user="me", password="pw")),
        ("http://me@a.example/f?x", "http://a.example/f?x", BasicAuth(user="me", password="")),
        ("https://m%40e:p%3Aw@a.example:81", "https://a.example:81", BasicAuth(user="m@e", password="p:w")),
        ("http://a.example/@me:x@b", "http://a.example/@me:x@b", None),
    ],
)
def test_credentials_in_an_address_become_the_sources_own(
    url: str, bare: str, auth: BasicAuth | None
) -> None:
    """The address that names the source for life, in every list and log, has no password in it."""
    (source,) = parse(_source(url), None).sources
    assert (source.url, source.auth) == (bare, auth)
    assert "pw" not in repr(source)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (_source("http://me:pw@a.example", "user = 'you'\npassword_env = 'HOME'"), "user in one of the two"),
        (_source("http://m%3Ae:pw@a.example"), "without a colon"),
        (_source("http://me:p%0Aw@a.example"), "control characters"),
        (_source("http://me:pw@:80/"), "names a host"),
        (_source("http://me:pw@[1/"), "names a host"),
        (_source("ftp://me:pw@a.example"), "starts with http"),
        (_source("http://a.example") + "\n" + _source("http://me:pw@a.example"), "each address once"),
    ],
)
def test_a_wrong_address_is_told_without_its_password(text: str, told: str) -> None:
    """A sentence on a mistake may end up in a log or a screenshot."""
    with pytest.raises(ConfigError, match=told) as caught:
        parse(text, None)
    assert "pw" not in str(caught.value)
    assert "p%0Aw" not in str(caught.value)


def test_an_address_without_credentials_is_left_byte_for_byte() -> None:
    """Odd but legal addresses are the identity of their sources."""
    assert split_credentials("HTTP://A.example?") == ("HTTP://A.example?", None)


def test_who_sets_no_contact_is_reached_at_the_postmaster(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 5321 4.5.1 gives each host that mailbox; a host name that is none is not sent."""
    for host, named in (("moon-1.lab", "moon-1.lab"), ("моя (пк)", "localhost"), ("", "localhost")):
        monkeypatch.setattr(socket, "gethostname", lambda host=host: host)
        agent = parse("", None).fetch.user_agent
        assert agent.startswith("moonwire/")
        assert agent.endswith(f" (+postmaster@{named})")


@pytest.mark.parametrize(
    ("fetch", "asked"), [("", True), ("contact = 'me@a.example'", False), ("user_agent = 'X/1'", False)]
)
def test_the_greeting_asks_for_a_contact_while_none_is_named(fetch: str, asked: bool) -> None:  # noqa: FBT001 # a column of the table
    """Whoever names one, or a User-Agent of their own, is not told again at each start."""
    greeting = daemon._greeting(parse(f"[fetch]\n{fetch}", None), 36)
    assert ("Set contact under [fetch]" in greeting) is asked
