"""What the operator wants to be told, as frozen values; no secret shows in a repr."""

from datetime import UTC, time, tzinfo
from typing import Literal

from feeds.model.notice import Condition
from feeds.model.value import Value

MailedDigest = Literal["daily", "weekly", "both"]


class NotifyRule(Value, frozen=True, kw_only=True):
    """One [[notify]] table: what is told, and to whom. Exactly one of `to` and `apprise` is set."""

    UNSHOWN = frozenset(("to", "secret", "apprise"))

    name: str
    """By which the store remembers what it has told."""
    condition: Condition
    to: str = ""
    """Address of a webhook; its path may be a secret."""
    secret: str = ""
    """Signs what a webhook gets; empty: it is not signed."""
    apprise: str = ""
    """An Apprise URL, which mostly holds a secret."""


class DigestConfig(Value, frozen=True, kw_only=True):
    """When days and weeks are closed, and who gets them by mail."""

    at: time = time(7)
    """When the digest of the day before is made, in the time zone."""
    time_zone: str = "UTC"
    """IANA name."""
    mail_to: tuple[str, ...] = ()
    mail: MailedDigest = "daily"

    @property
    def zone(self) -> tzinfo:
        """The time zone; UTC needs no database of them."""
        if self.time_zone == "UTC":
            return UTC
        from zoneinfo import ZoneInfo  # noqa: PLC0415 # most need none

        return ZoneInfo(self.time_zone)


class SmtpConfig(Value, frozen=True, kw_only=True):
    """The server that takes mail from us."""

    UNSHOWN = frozenset(("password",))

    host: str = ""
    port: int = 587
    """465: TLS from the first byte (RFC 8314 3.3)."""
    user: str = ""
    password: str = ""
    starttls: bool = True
    sender: str = ""
