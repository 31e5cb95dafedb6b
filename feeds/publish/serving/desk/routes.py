"""Which request is for which action of the operator.

Every answer to a signed-in request is the operator's alone (private, no-store), never what is kept for
everybody.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from feeds.errors import ConfigError, MoonwireError
from feeds.publish.library import Library
from feeds.publish.pages import operator as pages
from feeds.publish.serving.desk import marks, signing, sources, stories
from feeds.publish.serving.desk.asked import Answer, Refusal, Request, Terms, as_json
from feeds.publish.serving.desk.gate import Gate
from feeds.publish.serving.desk.room import Room
from feeds.publish.serving.hands import Hands

_ROUTES: Final[Mapping[tuple[str, str], Callable[[Room, Terms, Request], Answer]]] = {
    ("GET", "/operator"): signing.front,
    ("POST", "/operator"): signing.sign_in,
    ("POST", "/operator/sign-out"): signing.sign_out,
    ("POST", "/operator/mark"): marks.mark,
    ("POST", "/operator/story/join"): stories.join,
    ("POST", "/operator/story/split"): stories.split,
    ("POST", "/operator/source/look"): sources.look,
    ("POST", "/operator/source/add"): sources.add,
    ("POST", "/operator/source/change"): sources.change,
}
_SHARED: Final[tuple[tuple[str, Callable[[Room, Terms, Request], Answer | None]], ...]] = (
    ("/item/", marks.item),
    ("/story/", stories.story),
    ("/sources", sources.sources),
)
"""Pages that everybody sees, and the operator with forms."""


class Desk:
    """Answers the operator; thread-safe. `terms` gives None while there is no token: nothing answers then."""

    def __init__(
        self,
        terms: Callable[[], Terms | None],
        library: Callable[[], Library],
        hands: Hands,
        clock: Callable[[], datetime],
    ) -> None:
        self._terms = terms
        self._room = Room(Gate(clock), library, hands)

    def terms(self) -> Terms | None:
        """Return the terms of this moment."""
        return self._terms()

    def signed_in(self, terms: Terms, headers: Mapping[str, str]) -> bool:
        """Say whether a request comes with a session that holds."""
        return bool(self._room.gate.session(terms, headers))

    def answer(self, terms: Terms, request: Request) -> Answer | None:
        """Answer a request; None for what everybody gets alike."""
        try:
            return self._routed(terms, request)
        except Refusal as refusal:
            return self._refused(request, refusal.status, refusal.sentence, *refusal.headers)
        except ConfigError as error:
            return self._refused(request, 400, str(error))
        except MoonwireError as error:
            return self._refused(request, 503, str(error), ("retry-after", "5"))

    def _refused(self, request: Request, status: int, sentence: str, *headers: tuple[str, str]) -> Answer:
        if "authorization" in request.headers:
            return as_json({"error": sentence}, status, *headers)
        body = pages.refused(self._room.library().channel(), sentence, request.path)
        return Answer(status=status, body=body, headers=headers)

    def _routed(self, terms: Terms, request: Request) -> Answer | None:
        route = _ROUTES.get((request.method.replace("HEAD", "GET"), request.path))
        if route is not None:
            return route(self._room, terms, request)
        for start, page in _SHARED:
            if request.path == start or (start.endswith("/") and request.path.startswith(start)):
                return page(self._room, terms, request)
        allowed = ", ".join(method for method, path in _ROUTES if path == request.path)
        if allowed:
            raise Refusal(405, "This address is not asked in that way.", ("allow", allowed))
        raise Refusal(404, "There is nothing at this address.")


def is_shared(path: str) -> bool:
    """Say whether a page that everybody sees is another one for the operator."""
    return path.startswith(("/item/", "/story/")) or path == "/sources"
