"""Who may act on the pages: by a session that the token opened, or with the token itself."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

from feeds.publish.serving.desk.asked import Form, Refusal, Request, Terms
from feeds.publish.serving.session import Attempts, Keys, SignedOut, cookie_of, is_own


class Gate:
    """Tells the operator from others; thread-safe. Attempts and signed-out sessions are kept in memory."""

    def __init__(
        self, clock: Callable[[], datetime], *, nonce: Callable[[], str] = lambda: secrets.token_urlsafe(18)
    ) -> None:
        self._clock, self._nonce = clock, nonce
        self._attempts, self._signed_out = Attempts(), SignedOut()

    def session(self, terms: Terms, headers: Mapping[str, str]) -> str:
        """Return the session of a request; empty when there is none that holds."""
        session = cookie_of(headers.get("cookie", ""), terms.cookie)
        good = session and session not in self._signed_out
        return session if good and Keys(token=terms.token).until(session, self._clock()) else ""

    def until(self, terms: Terms, session: str) -> datetime | None:
        """Return when a session ends; None for an empty one."""
        return Keys(token=terms.token).until(session, self._clock()) if session else None

    def opened(self, terms: Terms) -> str:
        """Return a new session."""
        return Keys(token=terms.token).opened(self._clock(), self._nonce())

    def close(self, session: str) -> None:
        """End a session before its time."""
        self._signed_out.add(session)

    def check_way(self, terms: Terms, request: Request) -> None:
        """Refuse what another site sent."""
        if not is_own(request.headers, terms.base_url):
            raise Refusal(403, "This form was sent from another site.")

    def checked(self, terms: Terms, request: Request, form: Form, subject: str, action: str) -> str:
        """Return the session of a form that this site made for it, a subject and an action."""
        self.check_way(terms, request)
        session = self.session(terms, request.headers)
        if not session:
            raise Refusal(403, "You are not signed in, or no longer; sign in at /operator.")
        if not Keys(token=terms.token).is_seal(form.one("seal"), session, subject, action):
            raise Refusal(403, "This form is not of your session; open its page again.")
        return session

    def admitted(self, terms: Terms, request: Request, form: Form, subject: str, action: str) -> str:
        """Return the session of a form as `checked`, or "" for a script that shows the token (RFC 6750)."""
        self.check_way(terms, request)
        given = request.headers.get("authorization")
        if given is None:
            return self.checked(terms, request, form, subject, action)
        scheme, _, token = given.partition(" ")
        if scheme.lower() == "bearer" and self.is_token(terms, token.strip(), request.client):
            return ""
        raise Refusal(403, "This is not the token.", ("www-authenticate", 'Bearer error="invalid_token"'))

    def is_token(self, terms: Terms, text: str, client: str) -> bool:
        """Say whether a text is the token; refused while a client has to wait after wrong ones."""
        now = self._clock()
        wait = self._attempts.wait_s(client, now)
        if wait:
            raise Refusal(429, f"Too many wrong tokens; try again in {wait} s.", ("retry-after", str(wait)))
        if Keys(token=terms.token).is_token(text):
            self._attempts.right(client)
            return True
        self._attempts.wrong(client, now)
        return False
