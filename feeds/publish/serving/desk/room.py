"""What every action of the operator works with, and the sentences that the next page tells."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from feeds.model.value import Value, field
from feeds.publish.library import Library
from feeds.publish.serving.desk.asked import Answer, Request, Terms, as_json, see_other
from feeds.publish.serving.desk.gate import Gate
from feeds.publish.serving.hands import Done, Hands
from feeds.publish.serving.session import Keys

_SESSIONS = 64


class Notes:
    """What was done, by session, until a page has told it. Thread-safe; the newest sessions only."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._notes: OrderedDict[str, str] = OrderedDict()

    def leave(self, session: str, sentence: str) -> None:
        """Let the session's next page tell a sentence."""
        with self._lock:
            self._notes[session] = sentence
            self._notes.move_to_end(session)
            if len(self._notes) > _SESSIONS:
                self._notes.popitem(last=False)

    def take(self, session: str) -> str:
        """Return the sentence for a session, once."""
        with self._lock:
            return self._notes.pop(session, "")


class Room(Value, frozen=True):
    """The desk's means."""

    gate: Gate
    library: Callable[[], Library]
    hands: Hands
    notes: Notes = field(default_factory=Notes)

    def seals(self, terms: Terms, session: str, subject: str, *actions: str) -> dict[str, str]:
        """Return what the forms of a page carry, by action."""
        keys = Keys(token=terms.token)
        return {action: keys.seal(session, subject, action) for action in actions}

    def noted(self, request: Request, session: str) -> str:
        """Return what the page of this request has to tell; a request for its head alone tells nothing."""
        return self.notes.take(session) if request.method == "GET" else ""

    def told(self, session: str, done: Done, place: str) -> Answer:
        """Tell a script at once, and a person on the page that is led to."""
        if not session:
            return as_json({"told": done.sentence, **({"story": done.story} if done.story else {})})
        self.notes.leave(session, done.sentence)
        return see_other(place)
