"""Sources added, asked at once, switched off and on, and removed."""

from typing import Final

from feeds.errors import ConfigError
from feeds.model.value import asdict
from feeds.publish.library import SourceCard
from feeds.publish.pages import operator as pages
from feeds.publish.serving.desk.asked import (
    Answer,
    Form,
    Refusal,
    Request,
    Terms,
    as_json,
    form_of,
    see_other,
)
from feeds.publish.serving.desk.room import Room
from feeds.publish.serving.hands import Looked, Wish

ACTIONS: Final = ("check", "disable", "enable", "remove")
_ADD = "add"
_PLACE = "../../sources"
_LONGEST = 4096


def look(room: Room, terms: Terms, request: Request) -> Answer:
    """Ask an address once and show what can be added."""
    form = form_of(request)
    session = room.gate.admitted(terms, request, form, "", _ADD)
    wish = _wish(form)
    looked = room.hands.look(wish)
    if not session:
        feeds = [{"url": feed.url, "title": feed.title, "type": feed.type} for feed in looked.feeds]
        return as_json({"told": looked.sentence, "feeds": feeds})
    return Answer(status=200, body=_choice(room, terms, session, wish, looked))


def _choice(room: Room, terms: Terms, session: str, wish: Wish, looked: Looked) -> bytes:
    seal = room.seals(terms, session, "", _ADD)[_ADD]
    return pages.choice(room.library().channel(), asdict(wish), looked.sentence, looked.feeds, seal=seal)


def add(room: Room, terms: Terms, request: Request) -> Answer:
    """Watch a feed from now on."""
    form = form_of(request)
    session = room.gate.admitted(terms, request, form, "", _ADD)
    return room.told(session, room.hands.add(_wish(form)), _PLACE)


def change(room: Room, terms: Terms, request: Request) -> Answer:
    """Do with a source what the form says; it is named by its short name or, by scripts, by its address."""
    form = form_of(request)
    name, action = form.one("source"), form.one("action")
    session = room.gate.admitted(terms, request, form, f"source/{name}", action)
    if action not in ACTIONS:
        raise Refusal(400, "action is check, disable, enable or remove.")
    card = next((card for card in _cards(room) if name in {card.slug, card.line.url}), None)
    if card is None:
        raise Refusal(404, "There is no such source.")
    try:
        done = room.hands.change(card.line.url, action)
    except ConfigError as error:
        if not session:
            raise
        room.notes.leave(session, str(error))
        return see_other(_PLACE)
    return room.told(session, done, _PLACE)


def sources(room: Room, terms: Terms, request: Request) -> Answer | None:
    """Answer with the sources and the forms that change them."""
    session = room.gate.session(terms, request.headers)
    if not session:
        return None
    cards = _cards(room)
    seals = {card.slug: room.seals(terms, session, f"source/{card.slug}", *ACTIONS) for card in cards}
    seal = room.seals(terms, session, "", _ADD)[_ADD]
    note = room.noted(request, session)
    return Answer(
        status=200, body=pages.sources(room.library().channel(), cards, seals=seals, seal=seal, note=note)
    )


def _cards(room: Room) -> tuple[SourceCard, ...]:
    return room.library().sources(fresh=True)


def _wish(form: Form) -> Wish:
    wish = Wish(**{name: form.one(name) for name in ("url", "name", "language", "kind")})
    if not wish.url or len(wish.url) > _LONGEST:
        raise Refusal(400, "Give the address of a feed, or of a page that has one.")
    return wish
