"""Request headers as sent, and what an answer's headers say. Pure."""

import re
from base64 import b64encode

from feeds.intake.target import Target, may_share
from feeds.later import late_pattern
from feeds.model import BasicAuth, FetchRequest, Validators

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.3, */*;q=0.1"
)
ACCEPT_ENCODING = "gzip, deflate, br, zstd"

_TOKEN = late_pattern(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_MAX_VALIDATOR = 4_096
_OWN = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "te", "upgrade", "expect", "trailer"}
)
"""Headers that belong to the connection, which a source can not set."""

Headers = dict[str, list[str]]
"""An answer's headers by lower-case name, values as latin-1."""


class RequestHeaders:
    """Makes the headers of each hop of one fetch: secrets go to the origin they were given for, only."""

    def __init__(self, request: FetchRequest, start: Target, user_agent: str) -> None:
        self._start = start
        asked = conditions(request.validators)
        self.conditional = bool(asked)
        """Whether they say what is known already, so that a 304 is an answer."""
        self._common = {
            "User-Agent": user_agent,
            "Accept": ACCEPT,
            "Accept-Encoding": ACCEPT_ENCODING,
            **asked,
        }
        self._private = {_cased(name): value for name, value in request.headers}
        auth = request.auth or start.auth
        if auth is not None and "Authorization" not in self._private:
            self._private["Authorization"] = basic(auth)

    def to(self, target: Target) -> dict[str, str]:
        """Make the headers to send to `target`; credentials and a source's own headers only to their origin.

        Credentials that a redirect carries in its address are never sent: the redirecting server
        would choose whom we log in as.
        """
        headers = {"Host": target.netloc, **self._common}
        if may_share(self._start, target):
            headers |= self._private
        return headers


def conditions(validators: Validators) -> dict[str, str]:
    """Make conditional headers, validators byte for byte (RFC 9110 13.1); `A-IM` offers RFC 3229 deltas."""
    headers = {}
    if validators.etag and sendable(validators.etag):
        headers["If-None-Match"] = validators.etag
        headers["A-IM"] = "feed"
    if validators.last_modified and sendable(validators.last_modified):
        headers["If-Modified-Since"] = validators.last_modified
    return headers


def validators_of(headers: Headers) -> Validators:
    """Read ETag and Last-Modified as they came; one that could not be sent back safely is left out."""
    return Validators(etag=_validator(headers, "etag"), last_modified=_validator(headers, "last-modified"))


def renewed(old: Validators, headers: Headers) -> Validators:
    """Give the validators to keep after a 304: those it carries, else the old ones (RFC 9111 4.3.4)."""
    new = validators_of(headers)
    return Validators(etag=new.etag or old.etag, last_modified=new.last_modified or old.last_modified)


def wrong_header(headers: tuple[tuple[str, str], ...]) -> str:
    """Give a clause on the first configured header that can not be sent, or an empty string."""
    for name, value in headers:
        if not _TOKEN.fullmatch(name):
            return f"the configured header name {name[:40]!r} is not legal"
        if name.lower() in _OWN:
            return f"the configured header {name} belongs to the connection"
        if not sendable(value):
            return f"the configured header {name} has a value that can not be sent"
    return ""


def sendable(value: str) -> bool:
    """Say whether `value` is one header line's worth of latin-1."""
    if value.isascii() and value.isprintable():  # as nearly always
        return True
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return _UNSENDABLE.search(value) is None


def basic(auth: BasicAuth) -> str:
    """Give the Authorization value for `auth` (RFC 7617, UTF-8)."""
    return "Basic " + b64encode(f"{auth.user}:{auth.password}".encode()).decode("ascii")


def first(headers: Headers, name: str) -> str:
    """Give the first value of the header `name` (lower case), or an empty string."""
    values = headers.get(name)
    return values[0] if values else ""


def joined(headers: Headers, name: str) -> str:
    """Give all values of a list-valued header, comma-joined (RFC 9110 5.3)."""
    values = headers.get(name)
    return ", ".join(values) if values else ""


def _cased(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))


def _validator(headers: Headers, name: str) -> str | None:
    value = first(headers, name)
    if not value or len(value) > _MAX_VALIDATOR or not sendable(value):
        return None
    return value
