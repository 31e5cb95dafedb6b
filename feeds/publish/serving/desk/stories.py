"""Stories joined and split."""

from feeds.publish.pages import operator as pages
from feeds.publish.serving.desk.asked import Answer, Refusal, Request, Terms, form_of, is_number
from feeds.publish.serving.desk.room import Room

_LONGEST = 4096
"""Characters of what names a story."""


def join(room: Room, terms: Terms, request: Request) -> Answer:
    """Make two stories one."""
    form = form_of(request)
    story, other = form.one("story"), form.one("other")
    session = room.gate.admitted(terms, request, form, f"story/{story}", "join")
    if not other or len(other) > _LONGEST:
        raise Refusal(400, "Name the other story by its number, or by the address of one of its items.")
    done = room.hands.join(story, other)
    return room.told(session, done, f"../../story/{done.story}.html")


def split(room: Room, terms: Terms, request: Request) -> Answer:
    """Part some reports from their story."""
    form = form_of(request)
    story, items = form.one("story"), form.every("item")
    session = room.gate.admitted(terms, request, form, f"story/{story}", "split")
    if not items or not all(map(is_number, items)):
        raise Refusal(400, "Choose the reports that do not belong to the story.")
    done = room.hands.split(story, items)
    return room.told(session, done, f"../../story/{done.story}.html")


def story(room: Room, terms: Terms, request: Request) -> Answer | None:
    """Answer with a story's page and the forms that join and split it."""
    session = room.gate.session(terms, request.headers)
    number, _, ending = request.path.removeprefix("/story/").partition(".")
    library = room.library()
    found = library.story(int(number)) if session and ending == "html" and is_number(number) else None
    if found is None:
        return None
    seals = room.seals(terms, session, f"story/{found.id}", "join", "split")
    body = pages.story(library.channel(), found, seals=seals, note=room.noted(request, session))
    return Answer(status=200, body=body)
