"""Signing in with the token, and out."""

from typing import Final

from feeds.publish.pages import operator as pages
from feeds.publish.serving.desk.asked import Answer, Request, Terms, form_of, see_other
from feeds.publish.serving.desk.room import Room
from feeds.publish.serving.session import SESSION_S

SIGN_OUT: Final = "sign-out"


def front(room: Room, terms: Terms, request: Request) -> Answer:
    """Answer with the form for the token, or with what there is to do."""
    session, channel = room.gate.session(terms, request.headers), room.library().channel()
    until = room.gate.until(terms, session)
    if until is None:
        return Answer(status=200, body=pages.sign_in(channel))
    seal = room.seals(terms, session, "", SIGN_OUT)[SIGN_OUT]
    return Answer(status=200, body=pages.signed_in(channel, until, seal, room.noted(request, session)))


def sign_in(room: Room, terms: Terms, request: Request) -> Answer:
    """Open a session for the token."""
    room.gate.check_way(terms, request)
    if not room.gate.is_token(terms, form_of(request).one("token"), request.client):
        return Answer(status=403, body=pages.sign_in(room.library().channel(), wrong=True))
    return see_other("operator", ("set-cookie", _cookie(terms, room.gate.opened(terms), SESSION_S)))


def sign_out(room: Room, terms: Terms, request: Request) -> Answer:
    """End the session."""
    room.gate.close(room.gate.checked(terms, request, form_of(request), "", SIGN_OUT))
    return see_other("../operator", ("set-cookie", _cookie(terms, "", 0)))


def _cookie(terms: Terms, session: str, age_s: int) -> str:
    secure = "; Secure" if terms.secure else ""
    return f"{terms.cookie}={session}; Max-Age={age_s}; Path=/; HttpOnly; SameSite=Strict{secure}"
