"""One POST as values. Makers: whoever has something to tell. Taker: `feeds.intake.post`."""

from dataclasses import dataclass, field

from feeds.model.fetching import FailureKind
from feeds.model.source import BasicAuth

_GONE = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRequest:
    """What to send, and where. Sizes are bytes."""

    url: str
    """http(s); a user:password@ in it is sent as HTTP Basic and never shown."""
    body: bytes = field(repr=False)
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()
    """Sent wherever a redirect leads, such as a signature of the body."""
    private: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Sent to the origin of `url` only, such as Authorization."""
    auth: BasicAuth | None = field(default=None, repr=False)
    answer_bytes: int = 0
    """How much of the answer's body is wanted at most, decoded; 0: none of it is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A 2xx answer."""

    url: str
    """The address that answered, without credentials."""
    status: int
    body: bytes = field(default=b"", repr=False)
    content_type: str = ""
    elapsed_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFailed:
    """Not taken. `sentence` says in one sentence what happened; it holds no credentials."""

    url: str
    kind: FailureKind
    sentence: str
    status: int | None = None
    """None: there was no answer at all."""
    retry_after_s: int | None = None
    """What the receiver asks for (RFC 9110 10.2.3), seconds."""
    elapsed_s: float = 0.0

    @property
    def gone(self) -> bool:
        """The receiver says that it is gone for good (RFC 9110 15.5.11)."""
        return self.status == _GONE

    @property
    def hopeless(self) -> bool:
        """Sending the same again would fail in the same way."""
        return self.kind == "address"


PostOutcome = Posted | PostFailed
