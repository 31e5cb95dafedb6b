"""The operator's pages: signing in and out, and an item with the forms that mark it. Pure."""

from collections.abc import Mapping
from datetime import datetime

from feeds.model import Channel
from feeds.publish.library import Evidence
from feeds.publish.pages import live as live_pages
from feeds.publish.pages.frame import Frame, page


def sign_in(channel: Channel, *, wrong: bool = False) -> bytes:
    """Return the form that takes the token; `wrong` says that another one was given."""
    frame = Frame(channel=channel, heading="Operator", about="Sign in to mark items on the pages.")
    return page("operator.html", frame, {"until": None, "wrong": wrong, "sentence": ""})


def signed_in(channel: Channel, until: datetime, seal: str) -> bytes:
    """Return what stands at /operator for who is signed in."""
    frame = Frame(channel=channel, heading="Operator", about="You are signed in.")
    return page("operator.html", frame, {"until": until, "seal": seal, "sentence": ""})


def refused(channel: Channel, sentence: str, path: str) -> bytes:
    """Return a page of one sentence, for a request to `path`."""
    frame = Frame(
        channel=channel,
        heading="This was not done",
        about=sentence,
        depth=max(0, min(path.count("/") - 1, 8)),
    )
    return page("operator.html", frame, {"sentence": sentence})


def item(channel: Channel, found: Evidence, *, mark: bool | None, seals: Mapping[str, str]) -> bytes:
    """Return the page of an item with a form for each action; `seals` are what the forms carry."""
    choices = [("keep", "Keep"), ("reject", "Reject"), ("undo", "Take the mark back")]
    same = {True: "keep", False: "reject", None: "undo"}[mark]
    said = {True: "You marked this item to keep.", False: "You marked this item to reject.", None: ""}[mark]
    forms = [
        {"action": action, "label": label, "seal": seals[action]}
        for action, label in choices
        if action != same
    ]
    return live_pages.item(channel, found, desk={"said": said, "item": found.item.id, "forms": forms})
