"""A POST as a value: what arrives, what is refused, and that neither secrets nor bodies go astray."""

import contextlib
import gc
import gzip
import socket
import threading

import pytest

from feeds.errors import ConfigError
from feeds.intake.address import AllowPrivate
from feeds.intake.post import Poster, PosterLimits
from feeds.intake.roots import verified_context
from feeds.model import BasicAuth
from feeds.model.posting import Posted, PostFailed, PostOutcome, PostRequest
from tests.fakes_http import RawServer, Reply, Seen, raw, reply, sequence
from tests.fakes_posts import Answer, PostServer
from tests.test_intake_fetch_guard import TLS, served


def a_poster(allow: AllowPrivate = frozenset({"127.0.0.1"}), **limits: float) -> Poster:
    """Make a poster that may call loopback, and trusts the test authority."""
    context = verified_context()
    context.load_verify_locations(TLS / "authority.pem")
    return Poster(
        allow_private=allow,
        user_agent="moonwire/1",
        limits=PosterLimits(**{"total_s": 5, **limits}),
        context=context,
    )


def a_request(url: str, body: bytes = b"a=1", **more: object) -> PostRequest:
    """Make a form."""
    told = {"content_type": "application/x-www-form-urlencoded", **more}
    return PostRequest(url=url, body=body, **told)  # type: ignore[arg-type] # as the test says


def failed(outcome: PostOutcome, kind: str) -> PostFailed:
    """Check that a POST failed in this way."""
    assert isinstance(outcome, PostFailed), outcome
    assert outcome.kind == kind, outcome
    return outcome


def test_a_body_arrives_as_it_is() -> None:
    """Bytes, type and own headers; each on a connection of its own; the answer's body is not looked at."""
    with PostServer() as server, a_poster() as poster:
        body = bytes(range(256)) * 4000
        for _ in range(2):
            outcome = poster.post(
                a_request(server.url("/x?y=1"), body, headers=(("X-Hub-Signature", "sha256=0"),))
            )
            assert isinstance(outcome, Posted)
            assert (outcome.status, outcome.body, outcome.url) == (200, b"", server.url("/x?y=1"))
    first, second = server.seen
    assert (first.path, first.body) == ("/x?y=1", body)
    assert first.headers["content-type"] == "application/x-www-form-urlencoded"
    assert first.headers["x-hub-signature"] == "sha256=0"
    assert first.headers["user-agent"] == "moonwire/1"
    assert first.headers["content-length"] == str(len(body))
    assert "accept-language" not in first.headers
    assert first.port != second.port


def test_no_connection_is_kept() -> None:
    """Also not with a server that would: who pushes to thousands can not hold thousands open."""
    with RawServer(lambda _: reply(200, b"thanks")) as server, a_poster() as poster:
        for _ in range(2):
            assert isinstance(poster.post(a_request(server.url())), Posted)
            assert isinstance(poster.ask(server.url(), answer_bytes=100), Posted)
        assert server.connections == 4
    del poster
    gc.collect()  # a socket that nobody closed would warn, and warnings are errors


def test_an_empty_body_is_a_body() -> None:
    """A POST stays a POST."""
    with PostServer() as server, a_poster() as poster:
        assert isinstance(poster.post(a_request(server.url(), b"")), Posted)
    assert (server.seen[0].method, server.seen[0].headers["content-length"]) == ("POST", "0")


def test_the_answer_is_read_when_wanted() -> None:
    """Decoded, up to the cap; more is a failure and not a memory."""
    packed = Answer(200, gzip.compress(b"x" * 900), Content_Encoding="gzip", Content_Type="text/x")
    with PostServer(lambda _: packed) as server, a_poster() as poster:
        outcome = poster.post(a_request(server.url(), answer_bytes=1000))
        assert isinstance(outcome, Posted)
        assert (outcome.body, outcome.content_type) == (b"x" * 900, "text/x")
        short = failed(poster.post(a_request(server.url(), answer_bytes=800)), "too-large")
        assert short.sentence == f"{server.url()}: the document is larger than 800 bytes when decoded."
    broken = Answer(200, b"not gzip at all", Content_Encoding="gzip")
    with PostServer(lambda _: broken) as server, a_poster() as poster:
        failed(poster.post(a_request(server.url(), answer_bytes=800)), "encoding")


@pytest.mark.parametrize(
    ("status", "says"), [(404, "404 (Not Found)"), (503, "503 (Service Unavailable)"), (599, "599")]
)
def test_a_refusal_says_what_came(status: int, says: str) -> None:
    """The status, and how long the receiver asks to be left alone."""
    with PostServer(lambda _: Answer(status, b"no", Retry_After="120")) as server, a_poster() as poster:
        outcome = failed(poster.post(a_request(server.url())), "status")
    assert outcome.sentence == f"{server.url()}: it answered {says}."
    assert (outcome.status, outcome.retry_after_s, outcome.gone, outcome.hopeless) == (
        status,
        120,
        False,
        False,
    )


def test_a_receiver_may_be_gone() -> None:
    """410 is told apart."""
    with PostServer(lambda _: Answer(410)) as server, a_poster() as poster:
        assert failed(poster.post(a_request(server.url())), "status").gone


def test_a_large_body_over_tls_keeps_to_the_time() -> None:
    """A receiver that takes nothing in can not hold the sender for longer than the whole call may take."""

    def hang(_: Seen) -> Reply:
        return Reply(then="hang")

    for context in (None, served("right")):
        with RawServer(hang, context=context) as server, a_poster(total_s=0.5) as poster:
            url = server.url("/", "localhost")
            outcome = failed(poster.post(a_request(url, b"x" * (16 << 20))), "timeout")
            assert "within 0.5 s" in outcome.sentence
            assert outcome.elapsed_s < 3


def test_a_receiver_that_sips_keeps_to_the_time_too() -> None:
    """Each of its sips is in time; all of them together are not."""
    ending = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        context = served("right")

        def sip() -> None:
            with contextlib.suppress(OSError):
                plain, _ = listener.accept()
                with context.wrap_socket(plain, server_side=True) as connection:
                    while not ending.wait(0.05) and connection.recv(16_384):
                        pass

        receiver = threading.Thread(target=sip)
        receiver.start()
        with a_poster(total_s=1) as poster:
            url = f"https://localhost:{listener.getsockname()[1]}/"
            outcome = failed(poster.post(a_request(url, b"x" * (16 << 20))), "timeout")
        ending.set()
        receiver.join(30)
    assert outcome.elapsed_s < 5


def test_a_post_is_never_sent_twice() -> None:
    """An answer that was lost may have been obeyed: whoever sends decides whether to do it again."""
    with RawServer(sequence(raw(b"", "close"), reply(200))) as server, a_poster() as poster:
        failed(poster.post(a_request(server.url())), "connect")
        assert len(server.seen) == 1


def test_who_hangs_up_early_may_have_said_why() -> None:
    """A receiver that refuses a large body without reading it is heard."""
    with RawServer(lambda _: reply(413, then="close")) as server, a_poster() as poster:
        outcome = poster.post(a_request(server.url(), b"x" * (8 << 20)))
    assert isinstance(outcome, PostFailed)
    assert outcome.status in {413, None}


def test_wrong_headers_are_not_sent() -> None:
    """What could split a request, or belongs to the connection, or can not be sent."""
    with a_poster() as poster:
        url = "http://127.0.0.1:9/"
        for request in (
            a_request(url, headers=(("X-A", "1\r\nX-B: 2"),)),
            a_request(url, private=(("Host", "elsewhere"),)),
            a_request(url, headers=(("X A", "1"),)),
        ):
            assert "configured" not in failed(poster.post(request), "address").sentence
        typed = PostRequest(url="http://127.0.0.1:9/", body=b"", content_type="a\nb")
        failed(poster.post(typed), "address")
        failed(poster.post(a_request("mailto:x@example")), "address")
    with pytest.raises(ConfigError, match="user_agent"):
        Poster(allow_private=False, user_agent="\n")


def test_no_sentence_holds_a_secret() -> None:
    """Neither of the address nor of the headers; nor does a repr."""
    request = a_request(
        "http://me:pw@127.0.0.1:1/x", private=(("X-Key", "sesame"),), auth=BasicAuth(user="u", password="pw2")
    )
    with a_poster() as poster:
        outcome = failed(poster.post(request), "connect")
    for text in (repr(outcome), repr(request).replace("me:pw@", "")):
        assert not {"pw2", "sesame", ":pw@"} & set(text.split("'")), text
        assert "sesame" not in text
        assert "pw2" not in text
    assert "pw" not in outcome.sentence


def test_a_question_follows_no_redirect() -> None:
    """A GET for what a receiver says: its body, and any other status is a failure."""
    with PostServer(lambda _: Answer(200, b"challenge")) as server, a_poster() as poster:
        outcome = poster.ask(server.url("/cb?a=1&hub.mode=subscribe"), answer_bytes=100)
        assert isinstance(outcome, Posted)
        assert outcome.body == b"challenge"
        assert (server.seen[0].method, server.seen[0].path) == ("GET", "/cb?a=1&hub.mode=subscribe")
        assert "content-type" not in server.seen[0].headers
    with PostServer(lambda _: Answer(307, Location="/next")) as server, a_poster() as poster:
        failed(poster.ask(server.url(), answer_bytes=100), "status")
        assert len(server.seen) == 1
