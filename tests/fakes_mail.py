"""A mail server on loopback: it remembers what came, and refuses as told."""

import socket
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


class _AnyPort(Controller):
    """Asks at the port that it was given, where its own way asks at the port it was told: 0."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        with socket.create_connection(server.sockets[0].getsockname(), timeout=30) as client:
            if self.ssl_context is None:
                client.recv(100)
                return
            trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            trusting.check_hostname = False
            trusting.verify_mode = ssl.CERT_NONE
            with trusting.wrap_socket(client) as wrapped:
                wrapped.recv(100)


@dataclass(slots=True)
class MailServer:
    """A server on 127.0.0.1; `came` holds what it took, `refusals` are given before it takes anything."""

    refusals: list[str] = field(default_factory=list)
    """Answers to RCPT, first to last; then everything is taken."""
    password: str = ""
    """Asked for when it is not empty; the user is "me"."""
    starttls: ssl.SSLContext | None = None
    """Offers STARTTLS with this certificate."""
    tls: ssl.SSLContext | None = None
    """Speaks TLS from the first byte."""
    any_script: bool = True
    """Knows SMTPUTF8 (RFC 6531)."""
    came: list[tuple[str, EmailMessage]] = field(default_factory=list)
    """Recipient and message."""
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    _controller: Controller | None = None

    @property
    def port(self) -> int:
        """The port it listens on."""
        assert self._controller is not None
        server: Any = self._controller.server
        return int(server.sockets[0].getsockname()[1])

    async def handle_RCPT(self, *given: Any) -> str:  # noqa: ANN401, N802 # the library's name and arguments
        """Refuse, or take down a recipient."""
        if self.refusals:
            return self.refusals.pop(0)
        _, _, envelope, address, _ = given
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: ANN401, N802 # as above
        """Take a message."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.came += [(recipient, message) for recipient in envelope.rcpt_tos]
        self.arrived.release()
        return "250 Taken"

    def _allowed(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:  # noqa: ANN401 # as above
        assert isinstance(data, LoginPassword)
        right = (data.login, data.password) == (b"me", self.password.encode())
        return AuthResult(success=right, handled=False)

    def wait(self) -> None:
        """Wait until one more message came."""
        assert self.arrived.acquire(timeout=30), "no mail came"

    def __enter__(self) -> Self:
        asks: dict[str, Any] = (
            {"authenticator": self._allowed, "auth_required": True, "auth_require_tls": False}
            if self.password
            else {}
        )
        asks |= {"tls_context": self.starttls} if self.starttls else {}
        self._controller = _AnyPort(
            self, hostname="127.0.0.1", port=0, enable_SMTPUTF8=self.any_script, ssl_context=self.tls, **asks
        )
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._controller is not None
        self._controller.stop()
