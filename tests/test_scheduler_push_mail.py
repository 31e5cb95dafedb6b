"""A digest by mail, with a real mail server on loopback."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from feeds.model.digest import Digest
from feeds.model.value import replace
from feeds.publish.formats.digest import digest_of
from scheduler.config.notify_types import DigestConfig, SmtpConfig
from scheduler.push.courier import Arrived, Failed, Result
from scheduler.push.mail import letter, send
from scheduler.push.periods import period_of
from tests.builders import a_channel, a_published_item, a_story
from tests.fakes_mail import MailServer
from tests.test_intake_fetch_guard import TLS, served

ME = "moonwire@example.org"
YOU = "reader@example.net"


def a_digest() -> Digest:
    """Return a day with a Chinese story."""
    period = period_of("daily", date(2026, 3, 8), DigestConfig())
    lead = a_published_item(1, title="国际月球科研站", language="zh")
    return replace(digest_of(period, [a_story(1, lead=lead)]), made=period.due)


@pytest.fixture(autouse=True)
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ends say their names, which no name server is asked for here."""
    monkeypatch.setattr("socket.getfqdn", lambda *_: "wire.example")


@pytest.fixture
def server() -> Iterator[MailServer]:
    """Run a server that takes everything."""
    with MailServer() as running:
        yield running


def plain(server: MailServer, **changes: object) -> SmtpConfig:
    """Return how to reach it without encryption."""
    values: dict[str, object] = {"host": "127.0.0.1", "port": server.port, "starttls": False, "sender": ME}
    return SmtpConfig(**values | changes)  # type: ignore[arg-type] # its own fields


def sent(smtp: SmtpConfig, to: str = YOU, title: str = "Новости Луны") -> Result:
    """Send the digest to somebody."""
    return send(smtp, letter(a_channel(title=title), a_digest(), ME, to))


def sentence(result: Result) -> str:
    """Return why it failed."""
    assert isinstance(result, Failed)
    return result.sentence


def test_a_digest_arrives_as_text_and_html(server: MailServer) -> None:
    """In any script, with an id that is the same at every attempt, and no vacation notice asked for."""
    assert sent(plain(server)) == Arrived(status=250)
    assert sent(plain(server)) == Arrived(status=250)
    (recipient, message), (_, again) = server.came
    assert recipient == YOU
    assert message["Subject"] == "Новости Луны, 8 March 2026"
    assert message["From"].addresses[0].display_name == "Новости Луны"
    assert message["Message-ID"] == again["Message-ID"]
    assert message["Message-ID"].startswith("<digest-daily.2026-03-08.")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime.isoformat() == "2026-03-09T07:00:00+00:00"
    assert message["List-Id"] == "<digest-daily.example.org>"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    for part in message.iter_parts():
        assert "国际月球科研站" in part.get_content()


def test_addresses_of_any_script(server: MailServer) -> None:
    """A domain goes in its ASCII form; a name before it needs a server that knows SMTPUTF8."""
    assert isinstance(sent(plain(server), "reader@почта.example"), Arrived)
    assert isinstance(sent(plain(server), "читатель@почта.example"), Arrived)
    assert [to for to, _ in server.came] == [
        "reader@xn--80a1acny.example",
        "читатель@xn--80a1acny.example",
    ]


def test_a_server_that_knows_one_script_only() -> None:
    """It is said what it lacks; the same reader gets mail once it was replaced."""
    with MailServer(any_script=False) as server:
        told = sentence(sent(plain(server), "читатель@почта.example"))
        assert "the server can not do what this mail needs: One or more source or delivery addresses" in told
        assert server.came == []


def test_a_domain_that_no_server_knows(server: MailServer) -> None:
    """A name that has no ASCII form goes as it is: the server says what it thinks of it."""
    odd = f"reader@{'ü' * 70}.example"
    assert letter(a_channel(), a_digest(), ME, odd).recipient == odd
    server.refusals += ["501 Bad address"]
    assert "501 Bad address" in sentence(sent(plain(server), odd))


def test_what_is_refused_for_good_is_not_tried_again(server: MailServer) -> None:
    """5xx of a recipient ends it, 4xx does not; the server's own words are told."""
    server.refusals += ["550 No such user here", "451 Try again later"]
    gone, later = sent(plain(server)), sent(plain(server))
    assert gone == Failed(
        sentence=f"127.0.0.1:{server.port}: the server answered 550 No such user here.",
        status=550,
        final=True,
    )
    assert isinstance(later, Failed)
    assert (later.status, later.final) == (451, False)
    assert isinstance(sent(plain(server)), Arrived)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_password_is_sent_where_one_is_asked_for() -> None:
    """A wrong one is tried again: the operator can mend it meanwhile. It is in no sentence."""
    with MailServer(password="moon dust") as server:
        assert isinstance(sent(plain(server, user="me", password="moon dust")), Arrived)
        wrong = sent(plain(server, user="me", password="hunter2"))
        assert isinstance(wrong, Failed)
        assert (wrong.status, wrong.final) == (535, False)
        assert "hunter2" not in wrong.sentence
        assert sentence(sent(plain(server))).startswith(f"127.0.0.1:{server.port}: the server answered 530")


def test_mail_is_not_sent_openly_when_encryption_is_wanted(server: MailServer) -> None:
    """A server without STARTTLS gets nothing, and the sentence says what to change."""
    told = sentence(sent(plain(server, starttls=True)))
    assert "does not offer STARTTLS; set starttls = false" in told
    assert server.came == []


def test_a_server_that_is_not_there(server: MailServer, tmp_path: Path) -> None:
    """One sentence, and it is tried again; so it is when a file of authorities is wrong."""
    config = plain(server)
    with MailServer() as gone:
        nobody = plain(gone)
    told = sent(nobody)
    assert "the mail could not be handed over: Connection refused." in sentence(told)
    assert not getattr(told, "final", True)
    mail = letter(a_channel(), a_digest(), ME, YOU)
    bad = send(replace(config, starttls=True), mail, ca_file=tmp_path / "none.pem")
    assert "No such file" in sentence(bad)


def secure(config: SmtpConfig, authority: str = "authority") -> Result:
    """Send over TLS, trusting one more authority."""
    mail = letter(a_channel(), a_digest(), ME, YOU)
    return send(config, mail, ca_file=TLS / f"{authority}.pem")


def test_the_way_is_encrypted_by_starttls() -> None:
    """With the certificate of the server checked: a wrong or an unknown one gets nothing."""
    for certificate, arrives in (("right", True), ("elsewhere", False), ("stranger", False)):
        with MailServer(starttls=served(certificate)) as server:
            result = secure(plain(server, starttls=True))
            assert isinstance(result, Arrived) == arrives
            assert len(server.came) == arrives
            if not arrives:
                assert "certificate verify failed" in sentence(result)


def test_tls_from_the_first_byte_is_spoken_on_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """On port 465 nothing is said in the clear; a server that does not speak TLS there is told so."""
    with MailServer(tls=served("right")) as server:
        monkeypatch.setattr("scheduler.push.mail.IMPLICIT_TLS", server.port)
        assert isinstance(secure(plain(server, starttls=True)), Arrived)
    with MailServer() as server:
        monkeypatch.setattr("scheduler.push.mail.IMPLICIT_TLS", server.port)
        assert "could not be handed over" in sentence(sent(plain(server)))
        assert server.came == []
