"""A request to the operator's desk, the form in it, and the answer, as values."""

import json
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from feeds.model.value import Value
from feeds.publish.serving.prepared import SECURITY, Headers

LONGEST_BODY: Final = 16_384
"""Bytes of a form: an address of a source may take a quarter of them, written in percent signs."""
_FORM = "application/x-www-form-urlencoded"
_FIELDS = 256
"""Fields of a form: one for each report that is split from a story."""
_DIGITS = 18


class Terms(Value, frozen=True, kw_only=True):
    """Under which token and address the site is run."""

    UNSHOWN = frozenset(("token",))

    token: str
    base_url: str

    @property
    def secure(self) -> bool:
        """Whether cookies are only for encrypted connections."""
        return self.base_url.lower().startswith("https:")

    @property
    def cookie(self) -> str:
        """Name of the session's cookie; browsers guard the prefix (RFC 6265bis 4.1.3.2)."""
        return "__Host-moonwire" if self.secure else "moonwire"


class Request(Value, frozen=True, kw_only=True):
    """A request: header names in lower case, `client` the address it came from.

    The body has at most `LONGEST_BODY` bytes; who reads it sees to that.
    """

    UNSHOWN = frozenset(("body",))

    method: str
    path: str
    headers: Mapping[str, str]
    client: str
    body: bytes = b""


class Answer(Value, frozen=True, kw_only=True):
    """An answer to the operator alone."""

    UNSHOWN = frozenset(("body",))

    status: int
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def head(self) -> Headers:
        """All headers as they are sent. Origin is only told truly under `same-origin` (Fetch 3.1)."""
        security = tuple(pair for pair in SECURITY if pair[0] != b"referrer-policy")
        own = tuple((name.encode(), value.encode()) for name, value in self.headers)
        return (
            (b"content-type", self.content_type.encode()),
            (b"content-length", str(len(self.body)).encode()),
            (b"cache-control", b"private, no-store"),
            (b"vary", b"cookie"),
            (b"referrer-policy", b"same-origin"),
            *security,
            *own,
        )


class Refusal(Exception):  # noqa: N818 # an answer, not an error
    """A request that is not obeyed: status and one sentence."""

    def __init__(self, status: int, sentence: str, *headers: tuple[str, str]) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, headers


class Form(Value, frozen=True):
    """The fields of a form in their order."""

    fields: tuple[tuple[str, str], ...]

    def one(self, name: str) -> str:
        """Return the first value of a field without the spaces around it; empty when there is none."""
        return next((value.strip() for key, value in self.fields if key == name), "")

    def every(self, name: str) -> tuple[str, ...]:
        """Return all values of a field."""
        return tuple(value.strip() for key, value in self.fields if key == name)


def form_of(request: Request) -> Form:
    """Return the form in a request; refused when it is none, or of another kind."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise Refusal(415, f"A form is sent as {_FORM}.")
    try:
        pairs = parse_qsl(request.body.decode("ascii"), max_num_fields=_FIELDS, errors="strict")
    except ValueError:
        raise Refusal(400, "This is no form.") from None
    return Form(tuple(pairs))


def is_number(text: str) -> bool:
    """Say whether a text can be the number of something stored."""
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS


def see_other(place: str, *headers: tuple[str, str]) -> Answer:
    """Lead on to a place relative to the request's: the site may stand under a path of its host."""
    return Answer(status=303, headers=(("location", place), *headers))


def as_json(values: Mapping[str, object], status: int = 200, *headers: tuple[str, str]) -> Answer:
    """Return what a script is told."""
    body = json.dumps(values, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    return Answer(status=status, body=body, content_type="application/json", headers=headers)


def plain(status: int, sentence: str) -> Answer:
    """Return an answer of one sentence."""
    return Answer(status=status, body=f"{sentence}\n".encode(), content_type="text/plain; charset=utf-8")
