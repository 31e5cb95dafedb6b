"""What the operator may do on the pages: sign in with the token, mark items, sign out.

A request is a value and so is the answer; the web server's side is `operator_app`. Every
answer to a signed-in request is the operator's alone (private, no-store), never what is kept for everybody.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl

from feeds.errors import MoonwireError
from feeds.publish.library import Library
from feeds.publish.pages import operator as pages
from feeds.publish.serving.hands import Hands, Marked
from feeds.publish.serving.prepared import SECURITY, Headers
from feeds.publish.serving.session import SESSION_S, Attempts, Keys, SignedOut, cookie_of, is_own

ACTIONS: Final[Mapping[str, bool | None]] = {"keep": True, "reject": False, "undo": None}
LONGEST_BODY = 4096
"""Bytes of a form."""
_FORM = "application/x-www-form-urlencoded"
_DIGITS = 18
_FIELDS = 8
_SIGN_OUT = "sign-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Under which token and address the site is run."""

    token: str = field(repr=False)
    base_url: str

    @property
    def secure(self) -> bool:
        """Whether cookies are only for encrypted connections."""
        return self.base_url.lower().startswith("https:")

    @property
    def cookie(self) -> str:
        """Name of the session's cookie; browsers guard the prefix (RFC 6265bis 4.1.3.2)."""
        return "__Host-moonwire" if self.secure else "moonwire"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request: header names in lower case, `client` the address it came from.

    The body has at most `LONGEST_BODY` bytes; who reads it sees to that.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    client: str
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer to the operator alone."""

    status: int
    body: bytes = field(default=b"", repr=False)
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


class Desk:
    """Answers the operator; thread-safe. Pure but for attempts and signed-out sessions, kept in memory.

    `terms` gives None while there is no token: then nothing here answers.
    """

    def __init__(
        self,
        terms: Callable[[], Terms | None],
        library: Callable[[], Library],
        hands: Hands,
        clock: Callable[[], datetime],
        *,
        nonce: Callable[[], str] = lambda: secrets.token_urlsafe(18),
    ) -> None:
        self._terms, self._library, self._hands = terms, library, hands
        self._clock, self._nonce = clock, nonce
        self._attempts, self._signed_out = Attempts(), SignedOut()

    def terms(self) -> Terms | None:
        """Return the terms of this moment."""
        return self._terms()

    def session(self, terms: Terms, headers: Mapping[str, str]) -> str:
        """Return the session of a request; empty when there is none that holds."""
        session = cookie_of(headers.get("cookie", ""), terms.cookie)
        good = session and session not in self._signed_out
        return session if good and Keys(token=terms.token).until(session, self._clock()) else ""

    def answer(self, terms: Terms, request: Request) -> Answer | None:
        """Answer a request; None for what everybody gets alike."""
        try:
            return self._routed(terms, request)
        except Refusal as refusal:
            body = pages.refused(self._library().channel(), refusal.sentence, request.path)
            return Answer(status=refusal.status, body=body, headers=refusal.headers)
        except MoonwireError as error:
            body = pages.refused(self._library().channel(), str(error), request.path)
            return Answer(status=503, body=body, headers=(("retry-after", "5"),))

    def _routed(self, terms: Terms, request: Request) -> Answer | None:
        route = _ROUTES.get((request.method.replace("HEAD", "GET"), request.path))
        if route is not None:
            return route(self, terms, request)
        if request.path.startswith("/item/"):
            return self._item(terms, request)
        allowed = ", ".join(method for method, path in _ROUTES if path == request.path)
        if allowed:
            raise Refusal(405, "This address is not asked in that way.", ("allow", allowed))
        raise Refusal(404, "There is nothing at this address.")

    def _front(self, terms: Terms, request: Request) -> Answer:
        session = self.session(terms, request.headers)
        keys, channel = Keys(token=terms.token), self._library().channel()
        until = keys.until(session, self._clock()) if session else None
        if until is None:
            return Answer(status=200, body=pages.sign_in(channel))
        return Answer(status=200, body=pages.signed_in(channel, until, keys.seal(session, "", _SIGN_OUT)))

    def _sign_in(self, terms: Terms, request: Request) -> Answer:
        _check_way(request, terms)
        form = _form(request)
        if not self._is_token(terms, form.get("token", ""), request.client):
            return Answer(status=403, body=pages.sign_in(self._library().channel(), wrong=True))
        session = Keys(token=terms.token).opened(self._clock(), self._nonce())
        return _seen_other("operator", ("set-cookie", _cookie(terms, session, SESSION_S)))

    def _sign_out(self, terms: Terms, request: Request) -> Answer:
        session = self._checked(terms, request, item="", action=_SIGN_OUT)
        self._signed_out.add(session)
        return _seen_other("../operator", ("set-cookie", _cookie(terms, "", 0)))

    def _mark(self, terms: Terms, request: Request) -> Answer:
        _check_way(request, terms)
        form = _form(request)
        item, action = form.get("item", ""), form.get("action", "")
        scripted = self._bearer(terms, request)
        if not scripted:
            self._checked(terms, request, item=item, action=action)
        if action not in ACTIONS:
            raise Refusal(400, "action is keep, reject or undo.")
        if not _is_number(item):
            raise Refusal(404, "There is no item of this number.")
        done = self._hands.mark(int(item), keep=ACTIONS[action])
        if done is None:
            raise Refusal(404, "There is no item of this number.")
        return _told(done) if scripted else _seen_other(f"../item/{done.id}")

    def _item(self, terms: Terms, request: Request) -> Answer | None:
        session = self.session(terms, request.headers)
        name = request.path.removeprefix("/item/")
        if not session or not _is_number(name):
            return None
        library = self._library()
        found = library.evidence(name)
        if found is None:
            return None
        mark, keys = self._hands.marked(int(name)), Keys(token=terms.token)
        seals = {action: keys.seal(session, name, action) for action in ACTIONS}
        return Answer(status=200, body=pages.item(library.channel(), found, mark=mark, seals=seals))

    def _checked(self, terms: Terms, request: Request, *, item: str, action: str) -> str:
        """Return the session of a form that this site made for it."""
        _check_way(request, terms)
        session = self.session(terms, request.headers)
        if not session:
            raise Refusal(403, "You are not signed in, or no longer; sign in at /operator.")
        seal = _form(request).get("seal", "")
        if not Keys(token=terms.token).is_seal(seal, session, item, action):
            raise Refusal(403, "This form is not of your session; open the item again.")
        return session

    def _bearer(self, terms: Terms, request: Request) -> bool:
        """Say whether a script shows the token (RFC 6750); a wrong one is refused."""
        given = request.headers.get("authorization")
        if given is None:
            return False
        scheme, _, token = given.partition(" ")
        if scheme.lower() == "bearer" and self._is_token(terms, token.strip(), request.client):
            return True
        raise Refusal(403, "This is not the token.", ("www-authenticate", 'Bearer error="invalid_token"'))

    def _is_token(self, terms: Terms, text: str, client: str) -> bool:
        now = self._clock()
        wait = self._attempts.wait_s(client, now)
        if wait:
            raise Refusal(429, f"Too many wrong tokens; try again in {wait} s.", ("retry-after", str(wait)))
        if Keys(token=terms.token).is_token(text):
            self._attempts.right(client)
            return True
        self._attempts.wrong(client, now)
        return False


_ROUTES: Final[Mapping[tuple[str, str], Callable[[Desk, Terms, Request], Answer]]] = {
    ("GET", "/operator"): Desk._front,  # noqa: SLF001 # the table of this class's own routes
    ("POST", "/operator"): Desk._sign_in,  # noqa: SLF001 # as above
    ("POST", "/operator/mark"): Desk._mark,  # noqa: SLF001 # as above
    ("POST", "/operator/sign-out"): Desk._sign_out,  # noqa: SLF001 # as above
}


def plain(status: int, sentence: str) -> Answer:
    """Return an answer of one sentence."""
    return Answer(status=status, body=f"{sentence}\n".encode(), content_type="text/plain; charset=utf-8")


def _cookie(terms: Terms, session: str, age_s: int) -> str:
    secure = "; Secure" if terms.secure else ""
    return f"{terms.cookie}={session}; Max-Age={age_s}; Path=/; HttpOnly; SameSite=Strict{secure}"


def _check_way(request: Request, terms: Terms) -> None:
    if not is_own(request.headers, terms.base_url):
        raise Refusal(403, "This form was sent from another site.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise Refusal(415, f"A form is sent as {_FORM}.")


def _form(request: Request) -> dict[str, str]:
    try:
        pairs = parse_qsl(request.body.decode("ascii"), max_num_fields=_FIELDS, errors="strict")
    except ValueError:
        raise Refusal(400, "This is no form.") from None
    return dict(reversed(pairs))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS


def _seen_other(place: str, *headers: tuple[str, str]) -> Answer:
    """Lead on to a place relative to the request's: the site may stand under a path of its host."""
    return Answer(status=303, headers=(("location", place), *headers))


def _told(done: Marked) -> Answer:
    mark = {True: "keep", False: "reject", None: None}[done.mark]
    told = {"id": done.id, "mark": mark, "keep": done.keep, "was_kept": done.was_kept}
    return Answer(status=200, body=json.dumps(told).encode() + b"\n", content_type="application/json")
