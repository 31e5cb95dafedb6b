"""One HTTP exchange as values. Maker: `feeds.intake.fetch`. Taker: `scheduler.rounds.pipeline`."""

from datetime import datetime
from typing import Literal

from feeds.model.source import BasicAuth
from feeds.model.value import Value


class Validators(Value, frozen=True, kw_only=True):
    """ETag and Last-Modified exactly as the server sent them (bytes as latin-1), RFC 9110 8.8."""

    etag: str | None = None
    last_modified: str | None = None


class FetchRequest(Value, frozen=True, kw_only=True):
    """What to ask for. Maker: the pipeline. `validators` empty means an unconditional GET."""

    UNSHOWN = frozenset(("auth",))

    url: str
    validators: Validators = Validators()
    headers: tuple[tuple[str, str], ...] = ()
    auth: BasicAuth | None = None


class Freshness(Value, frozen=True, kw_only=True):
    """How long the server asks to be left alone; None where it said nothing or said nonsense."""

    max_age_s: int | None = None
    """Cache-Control: max-age (RFC 9111 5.2.2.1)."""
    expires_s: int | None = None
    """Expires minus Date (RFC 9111 5.3), in seconds from the answer."""
    retry_after_s: int | None = None
    """Retry-After (RFC 9110 10.2.3), seconds; an HTTP-date is taken relative to Date."""


class Hop(Value, frozen=True, kw_only=True):
    """One redirect that was followed: from `url` with `status` to `target` (both absolute)."""

    url: str
    status: int
    target: str

    @property
    def permanent(self) -> bool:
        """301 and 308 say the address moved for good (RFC 9110 15.4)."""
        return self.status in {301, 308}


class Fetched(Value, frozen=True, kw_only=True):
    """A complete 200 (or 226) answer, decoded, within all caps."""

    UNSHOWN = frozenset(("body",))

    url: str
    """The address that answered, after redirects."""
    status: int
    body: bytes
    content_type: str = ""
    validators: Validators = Validators()
    freshness: Freshness = Freshness()
    hops: tuple[Hop, ...] = ()
    wire_bytes: int = 0
    elapsed_s: float = 0.0
    date: datetime | None = None


class NotModified(Value, frozen=True, kw_only=True):
    """304: `validators` are those to keep (RFC 9111 4.3.4: new ones of the 304 win)."""

    url: str
    validators: Validators
    freshness: Freshness = Freshness()
    hops: tuple[Hop, ...] = ()
    wire_bytes: int = 0
    elapsed_s: float = 0.0


FailureKind = Literal[
    "address",
    "dns",
    "connect",
    "tls",
    "timeout",
    "protocol",
    "status",
    "redirect",
    "too-large",
    "encoding",
    "truncated",
]


class FetchFailed(Value, frozen=True, kw_only=True):
    """No usable answer. `sentence` says in one sentence what happened and what would mend it."""

    url: str
    kind: FailureKind
    sentence: str
    status: int | None = None
    freshness: Freshness = Freshness()
    hops: tuple[Hop, ...] = ()
    wire_bytes: int = 0
    elapsed_s: float = 0.0

    @property
    def gone(self) -> bool:
        """The publisher says the feed was taken down for good (RFC 9110 15.5.11)."""
        return self.status == 410  # noqa: PLR2004 # the number is the standard's name


FetchOutcome = Fetched | NotModified | FetchFailed
