"""The guard at work: what is connected to is what was judged; TLS is verified."""

import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from feeds.intake import address, dial
from feeds.intake.address import AllowPrivate
from feeds.intake.fetch import Fetcher, FetchLimits
from feeds.intake.roots import verified_context
from feeds.intake.wire import PlainSocket
from feeds.model import Fetched, FetchFailed, FetchOutcome, FetchRequest
from tests.fakes_http import RawServer, reply, sequence

TLS = Path(__file__).parent / "corpus" / "tls"
FEED = b"<rss/>"
Rows = list[tuple[object, ...]]


def a_fetcher(allow: AllowPrivate = frozenset(), **limits: float) -> Fetcher:
    """Make a fetcher with this allow list, and the test authority among its trusted ones."""
    context = verified_context()
    context.load_verify_locations(TLS / "authority.pem")
    return Fetcher(
        limits=FetchLimits(**{"total_s": 5, **limits}),  # type: ignore[arg-type] # only times are given here
        allow_private=allow,
        user_agent="moonwire/1",
        context=context,
    )


def served(certificate: str) -> ssl.SSLContext:
    """Make the context of a server that shows `certificate`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / f"{certificate}.pem")
    return context


def refused(outcome: FetchOutcome, kind: str) -> str:
    """Check that `outcome` is a failure of `kind`, and give its sentence."""
    assert isinstance(outcome, FetchFailed), outcome
    assert outcome.kind == kind, outcome
    return outcome.sentence


def names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let the resolver give these addresses, one list per call; returns the names asked."""
    asked: list[str] = []
    left = iter(answers)

    def lookup(host: str, port: int, *_: object) -> Rows:
        asked.append(host)
        rows: Rows = []
        for ip in next(left):
            family = socket.AF_INET6 if ":" in ip else socket.AF_INET
            rows.append((family, socket.SOCK_STREAM, 6, "", (ip, port)))
        return rows

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


INNER = (
    "127.0.0.2",
    "[::ffff:127.0.0.2]",
    "0.0.0.0",
    "10.0.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "[fd00::1]",
)


@pytest.mark.parametrize("host", INNER)
def test_redirects_into_the_network_are_refused(host: str) -> None:
    """A listed host can not lead to one that is not listed; nothing is connected to."""
    with (
        RawServer(lambda _: reply(302, Location=f"http://{host}:{server.port}/canary")) as server,
        a_fetcher(frozenset({"127.0.0.1"})) as fetcher,
    ):
        sentence = refused(fetcher.fetch(FetchRequest(url=server.url())), "address")
        assert server.connections == 1
    assert "fetch.allow_private" in sentence
    assert f"(redirected to http://{host if host[0] != '[' else '['}" in sentence


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "127.1", "127.0.0.1%2f@127.0.0.2", "0177.0.0.1"]
)
def test_odd_spellings_are_refused(host: str) -> None:
    """Numbers in disguise are refused even where the plain address is listed."""
    with (
        RawServer(lambda _: reply(302, Location=f"http://{host}:{server.port}/canary")) as server,
        a_fetcher(frozenset({"127.0.0.1"})) as fetcher,
    ):
        refused(fetcher.fetch(FetchRequest(url=server.url())), "address")
        assert server.connections == 1


def test_a_name_is_resolved_once_and_that_address_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the address that was judged is the one connected to; a later answer is judged anew."""
    asked = names(monkeypatch, ["127.0.0.1"], ["127.0.0.2"])
    with (
        RawServer(sequence(reply(200, FEED, "close"))) as server,
        a_fetcher(frozenset({"127.0.0.1", "rebind.example"})) as fetcher,
    ):
        url = server.url(host="rebind.example")
        assert isinstance(fetcher.fetch(FetchRequest(url=url)), Fetched)
        assert asked == ["rebind.example"]
        fetcher.idle()
        assert "127.0.0.2 is a loopback address" in refused(fetcher.fetch(FetchRequest(url=url)), "address")
        assert asked == ["rebind.example"] * 2


def test_inner_addresses_among_outer_ones_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several addresses only those that may be asked are tried, in order, until one answers."""
    names(monkeypatch, ["10.0.0.1", "::1", "127.0.0.1"])
    with (
        RawServer(sequence(reply(200, FEED))) as server,
        a_fetcher(frozenset({"127.0.0.1", "::1"})) as fetcher,
    ):
        assert isinstance(fetcher.fetch(FetchRequest(url=server.url(host="both.example"))), Fetched)


def test_this_machines_own_addresses_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A public address that turns out to be our own is left before anything is sent."""
    monkeypatch.setattr(address, "special", lambda _: "")
    with RawServer(sequence(reply(200, FEED))) as server, a_fetcher() as fetcher:
        sentence = refused(fetcher.fetch(FetchRequest(url=server.url())), "address")
    assert "127.0.0.1 is an address of this machine" in sentence
    assert server.seen == []


def test_a_name_that_does_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver's word is in the sentence."""

    def lookup(*_: object) -> Rows:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with a_fetcher() as fetcher:
        sentence = refused(fetcher.fetch(FetchRequest(url="http://gone.example/")), "dns")
    assert "the name gone.example does not resolve (Name or service not known)" in sentence


def test_a_name_that_can_not_be_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that breaks in its own way is a failure as well."""

    def lookup(*_: object) -> Rows:
        raise UnicodeError("label too long")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with a_fetcher() as fetcher:
        assert "label too long" in refused(fetcher.fetch(FetchRequest(url="http://gone.example/")), "dns")


def test_a_resolver_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver has no deadline of its own, so it gets ours."""
    release = threading.Event()

    def lookup(*_: object) -> Rows:
        release.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with a_fetcher(connect_s=0.1) as fetcher:
        sentence = refused(fetcher.fetch(FetchRequest(url="http://slow.example/")), "dns")
    release.set()
    assert "not resolved in time" in sentence


def failing(error: OSError) -> Callable[..., None]:
    """Make a `connect` that fails with `error`."""

    def connect(*_: object) -> None:
        raise error

    return connect


def test_an_address_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection attempt that runs out of time names the address."""
    monkeypatch.setattr(PlainSocket, "connect", failing(TimeoutError()))
    with a_fetcher(allow=True) as fetcher:
        sentence = refused(fetcher.fetch(FetchRequest(url="http://127.0.0.1:81/")), "timeout")
    assert "127.0.0.1 port 81 does not answer" in sentence


def test_a_connect_that_raises_a_bug_closes_its_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no network failure is raised, and leaves no socket behind."""

    def connect(*_: object) -> None:
        raise KeyError("bug")

    monkeypatch.setattr(PlainSocket, "connect", connect)
    with a_fetcher(allow=True) as fetcher, pytest.raises(KeyError, match="bug"):
        fetcher.fetch(FetchRequest(url="http://127.0.0.1:81/"))


def test_a_trusted_certificate() -> None:
    """The right name under a trusted issuer is fetched, and the connection kept."""
    with (
        RawServer(lambda _: reply(200, FEED), context=served("right")) as server,
        a_fetcher(frozenset({"127.0.0.1", "localhost"})) as fetcher,
    ):
        for _ in range(2):
            assert isinstance(fetcher.fetch(FetchRequest(url=server.url())), Fetched)
        assert server.connections == 1
        assert isinstance(fetcher.fetch(FetchRequest(url=server.url(host="localhost"))), Fetched)


@pytest.mark.parametrize(
    ("certificate", "why"),
    [("stranger", "self-signed certificate"), ("elsewhere", "IP address mismatch"), ("expired", "expired")],
)
def test_certificates_that_are_refused(certificate: str, why: str) -> None:
    """An untrusted issuer, another name, a past date: each ends in one clear sentence, nothing sent."""
    with (
        RawServer(lambda _: reply(200, FEED), context=served(certificate)) as server,
        a_fetcher(allow=True) as fetcher,
    ):
        sentence = refused(fetcher.fetch(FetchRequest(url=server.url())), "tls")
    assert "the certificate of 127.0.0.1 can not be trusted" in sentence
    assert why in sentence
    assert server.seen == []


def test_an_authority_that_only_we_know_is_refused_by_default() -> None:
    """The standard context trusts certifi's roots and nothing else."""
    with (
        RawServer(lambda _: reply(200, FEED), context=served("right")) as server,
        Fetcher(limits=FetchLimits(total_s=5), allow_private=True, user_agent="moonwire/1") as fetcher,
    ):
        assert "unable to get local issuer" in refused(fetcher.fetch(FetchRequest(url=server.url())), "tls")


def test_plain_http_on_an_https_address() -> None:
    """A server that speaks first, and not TLS, is named as such."""
    with RawServer(lambda _: reply(400)) as server, a_fetcher(allow=True, connect_s=0.2) as fetcher:
        url = server.url().replace("http:", "https:")
        assert "may speak no TLS there" in refused(fetcher.fetch(FetchRequest(url=url)), "timeout")


@pytest.mark.parametrize(
    ("error", "kind", "why"),
    [
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), "tls", "handshake failed"),
        (
            ConnectionResetError(104, "Connection reset by peer"),
            "tls",
            "the connection broke in the TLS handshake",
        ),
        (TimeoutError(), "timeout", "the TLS handshake took too long"),
    ],
)
def test_handshakes_that_fail(error: OSError, kind: str, why: str) -> None:
    """Each way a handshake fails has its clause."""
    failed = dial.tls_failure("feed.example", error)
    assert failed.kind == kind
    assert why in failed.what


def test_a_server_without_tls_that_answers_at_once() -> None:
    """Bytes that are no TLS record end the handshake with a hint."""
    listener = socket.create_server(("127.0.0.1", 0))

    def speak() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"220 mail.example ESMTP\r\n")
            connection.recv(10_000)

    thread = threading.Thread(target=speak)
    thread.start()
    with a_fetcher(allow=True) as fetcher:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        sentence = refused(fetcher.fetch(FetchRequest(url=url)), "tls")
    thread.join()
    listener.close()
    assert "speaks no TLS on this port; try the address with http://" in sentence
