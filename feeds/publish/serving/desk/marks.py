"""Marks on items: kept, rejected, or left to the topic again."""

from collections.abc import Mapping
from typing import Final

from feeds.publish.pages import operator as pages
from feeds.publish.serving.desk.asked import (
    Answer,
    Refusal,
    Request,
    Terms,
    as_json,
    form_of,
    is_number,
    see_other,
)
from feeds.publish.serving.desk.room import Room

ACTIONS: Final[Mapping[str, bool | None]] = {"keep": True, "reject": False, "undo": None}


def mark(room: Room, terms: Terms, request: Request) -> Answer:
    """Mark an item, or take its mark back."""
    form = form_of(request)
    item, action = form.one("item"), form.one("action")
    session = room.gate.admitted(terms, request, form, item, action)
    if action not in ACTIONS:
        raise Refusal(400, "action is keep, reject or undo.")
    done = room.hands.mark(int(item), keep=ACTIONS[action]) if is_number(item) else None
    if done is None:
        raise Refusal(404, "There is no item of this number.")
    if session:
        return see_other(f"../item/{done.id}")
    said = {True: "keep", False: "reject", None: None}[done.mark]
    return as_json({"id": done.id, "mark": said, "keep": done.keep, "was_kept": done.was_kept})


def item(room: Room, terms: Terms, request: Request) -> Answer | None:
    """Answer with an item's page and the forms that mark it."""
    session, name = room.gate.session(terms, request.headers), request.path.removeprefix("/item/")
    library = room.library()
    found = library.evidence(name) if session and is_number(name) else None
    if found is None:
        return None
    marked, seals = room.hands.marked(int(name)), room.seals(terms, session, name, *ACTIONS)
    return Answer(status=200, body=pages.item(library.channel(), found, mark=marked, seals=seals))
