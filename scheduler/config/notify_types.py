"""What the operator wants to be told, as frozen values; no secret shows in a repr."""

from dataclasses import dataclass, field
from datetime import UTC, time, tzinfo
from typing import Literal

from feeds.model.notice import Condition

MailedDigest = Literal["daily", "weekly", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyRule:
    """One [[notify]] table: what is told, and to whom. Exactly one of `to` and `apprise` is set."""

    name: str
    """By which the store remembers what it has told."""
    condition: Condition
    to: str = field(default="", repr=False)
    """Address of a webhook; its path may be a secret."""
    secret: str = field(default="", repr=False)
    """Signs what a webhook gets; empty: it is not signed."""
    apprise: str = field(default="", repr=False)
    """An Apprise URL, which mostly holds a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestConfig:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpConfig:
    """The server that takes mail from us."""

    host: str = ""
    port: int = 587
    """465: TLS from the first byte (RFC 8314 3.3)."""
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = True
    sender: str = ""
