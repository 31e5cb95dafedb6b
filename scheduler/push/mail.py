"""A digest as a mail, and the one place that speaks SMTP."""

import smtplib
import ssl
from contextlib import ExitStack
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Final

from feeds.model import Channel
from feeds.model.digest import Digest
from feeds.model.value import Value
from feeds.publish.formats import digest_texts
from feeds.publish.formats.digest import digest_title, feed_name
from feeds.publish.slug import hashed
from scheduler.config.notify_types import SmtpConfig
from scheduler.push.courier import Arrived, Failed, Result

TIMEOUT_S: Final = 10.0
"""For each answer of the server."""
IMPLICIT_TLS: Final = 465
_FINAL: Final = range(500, 600)
_AUTH: Final = frozenset({530, 534, 535, 538})
"""The account, not the mail, is refused: the operator can mend that while we try again (RFC 4954 6)."""


class Letter(Value, frozen=True, kw_only=True):
    """A mail and its two ends."""

    sender: str
    recipient: str
    message: EmailMessage


def letter(channel: Channel, digest: Digest, sender: str, recipient: str) -> Letter:
    """Return a digest as multipart text and HTML (RFC 2046 5.1.4). Pure: equal at every attempt."""
    period, domain = digest.period, sender.rpartition("@")[2]
    message = EmailMessage()
    message["Subject"] = digest_title(channel, digest)
    message["From"] = _address(sender, channel.title)
    message["To"] = _address(recipient)
    message["Date"] = format_datetime(digest.made)
    name = f"{feed_name(period.kind)}.{period.name}.{hashed(channel.feed_id)}"
    message["Message-ID"] = f"<{name}@{_ascii(domain)}>"
    message["List-Id"] = f"<{feed_name(period.kind)}.{_ascii(domain)}>"  # RFC 2919: filters sort by it
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 5: no vacation notice comes back
    message.set_content(digest_texts.text(channel, digest))
    message.add_alternative(digest_texts.page(channel, digest), subtype="html")
    return Letter(sender=_spec(sender), recipient=_spec(recipient), message=message)


def send(smtp: SmtpConfig, mail: Letter, *, ca_file: Path | None = None) -> Result:
    """Hand one mail to the server; whatever it or the network does ends in a value."""
    where = f"{smtp.host}:{smtp.port}"
    try:
        with ExitStack() as stack:
            server = _connected(smtp, stack, ca_file)
            server.send_message(mail.message, mail.sender, [mail.recipient])
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        return _refused(where, code, said)
    except smtplib.SMTPResponseException as error:
        return _refused(where, error.smtp_code, error.smtp_error)
    except smtplib.SMTPNotSupportedError as error:
        return Failed(sentence=f"{where}: {_what_lacks(smtp, str(error))}.")
    except (smtplib.SMTPException, OSError, ValueError) as error:
        return Failed(sentence=f"{where}: the mail could not be handed over: {_reason(error)}.")
    return Arrived(status=250)


def _connected(smtp: SmtpConfig, stack: ExitStack, ca_file: Path | None) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    if smtp.port == IMPLICIT_TLS:
        server: smtplib.SMTP = stack.enter_context(
            smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=TIMEOUT_S, context=context)
        )
    else:
        server = stack.enter_context(smtplib.SMTP(smtp.host, smtp.port, timeout=TIMEOUT_S))
        if smtp.starttls:
            server.starttls(context=context)
    if smtp.user:
        server.login(smtp.user, smtp.password)
    return server


def _refused(where: str, code: int, said: bytes | str) -> Failed:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    told = " ".join(text.split())[:200]
    return Failed(
        sentence=f"{where}: the server answered {code} {told}".rstrip(" .") + ".",
        status=code,
        final=code in _FINAL and code not in _AUTH,
    )


def _what_lacks(smtp: SmtpConfig, said: str) -> str:
    if smtp.starttls and "STARTTLS" in said:
        return (
            "the server does not offer STARTTLS; set starttls = false in [smtp] if the way to it is safe, "
            "or port = 465 if it speaks TLS from the start"
        )
    return f"the server can not do what this mail needs: {said.rstrip('.')}"


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return (str(error) or type(error).__name__).rstrip(".")


def _address(address: str, name: str = "") -> Address:
    local, _, domain = address.rpartition("@")
    return Address(display_name=name, username=local, domain=_ascii(domain))


def _spec(address: str) -> str:
    """Return an address whose domain has the form that every server knows (RFC 5891)."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{_ascii(domain)}"


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
