"""The guard of a POST: what is inside is out of reach, and what was encrypted stays so."""

import socket

import pytest

from tests.fakes_http import RawServer, reply
from tests.fakes_posts import Answer, PostServer
from tests.test_intake_fetch_guard import INNER, names, served
from tests.test_intake_post import a_poster, a_request, failed


@pytest.mark.parametrize("host", INNER)
def test_the_network_inside_is_out_of_reach(host: str) -> None:
    """Straight, and by a redirect that keeps the method."""
    inner = f"http://{host}:9/"
    with PostServer(lambda _: Answer(307, Location=inner)) as server, a_poster() as poster:
        for url in (inner, server.url()):
            outcome = failed(poster.post(a_request(url)), "address")
            assert outcome.hopeless
            assert "list it under fetch.allow_private" in outcome.sentence
        assert len(server.seen) == 1


def test_a_name_is_judged_by_what_it_resolves_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Told early by `refusal`, and judged again when connecting: a name may change its mind."""
    with a_poster(frozenset()) as poster:
        names(monkeypatch, ["10.0.0.7"], ["93.184.216.34", "10.0.0.7"], ["127.0.0.1"])
        assert poster.refusal("http://inside.example/") == "10.0.0.7 is a private address"
        assert poster.refusal("http://mixed.example/") == ""
        assert failed(poster.post(a_request("http://rebound.example/")), "address").status is None
        assert poster.refusal("http://192.168.1.1/") == "192.168.1.1 is a private address"
        assert "only http and https" in poster.refusal("file:///etc/passwd")


def test_a_name_that_does_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence, early and late."""

    def lookup(*_: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with a_poster() as poster:
        assert "does not resolve" in poster.refusal("http://nowhere.example/")
        assert (
            "check the spelling" in failed(poster.post(a_request("http://nowhere.example/")), "dns").sentence
        )


def test_what_was_encrypted_stays_so() -> None:
    """A redirect from https to http is refused; a certificate is verified."""
    plain = reply(307, Location="http://127.0.0.1:9/")
    with RawServer(lambda _: plain, context=served("right")) as server, a_poster() as poster:
        outcome = failed(poster.post(a_request(server.url("/", "localhost"))), "redirect")
        assert "from https to http" in outcome.sentence
    with RawServer(lambda _: reply(200), context=served("elsewhere")) as server, a_poster() as poster:
        failed(poster.post(a_request(server.url("/", "localhost"))), "tls")
