"""One POST as values. Makers: whoever has something to tell. Taker: `feeds.intake.post`."""

from feeds.model.fetching import FailureKind
from feeds.model.source import BasicAuth
from feeds.model.value import Value

_GONE = 410


class PostRequest(Value, frozen=True, kw_only=True):
    """What to send, and where. Sizes are bytes."""

    UNSHOWN = frozenset(("body", "private", "auth"))

    url: str
    """http(s); a user:password@ in it is sent as HTTP Basic and never shown."""
    body: bytes
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()
    """Sent wherever a redirect leads, such as a signature of the body."""
    private: tuple[tuple[str, str], ...] = ()
    """Sent to the origin of `url` only, such as Authorization."""
    auth: BasicAuth | None = None
    answer_bytes: int = 0
    """How much of the answer's body is wanted at most, decoded; 0: none of it is looked at."""


class Posted(Value, frozen=True, kw_only=True):
    """A 2xx answer."""

    UNSHOWN = frozenset(("body",))

    url: str
    """The address that answered, without credentials."""
    status: int
    body: bytes = b""
    content_type: str = ""
    elapsed_s: float = 0.0


class PostFailed(Value, frozen=True, kw_only=True):
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
