"""The operator's pages: signing in and out, and pages of the site with forms that act. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from feeds.model import Channel, FoundFeed, Story
from feeds.publish import clean
from feeds.publish.library import Evidence, SourceCard
from feeds.publish.pages import about as about_pages
from feeds.publish.pages import live as live_pages
from feeds.publish.pages import story as story_pages
from feeds.publish.pages.frame import Frame, page

Seals = Mapping[str, str]
"""What the forms of a page carry, by action."""


def sign_in(channel: Channel, *, wrong: bool = False) -> bytes:
    """Return the form that takes the token; `wrong` says that another one was given."""
    frame = Frame(channel=channel, heading="Operator", about="Sign in to act on the pages.")
    return page("operator.html", frame, {"until": None, "wrong": wrong, "sentence": ""})


def signed_in(channel: Channel, until: datetime, seal: str, note: str = "") -> bytes:
    """Return what stands at /operator for who is signed in; `note` tells what was done last."""
    frame = Frame(channel=channel, heading="Operator", about="You are signed in.")
    return page("operator.html", frame, {"until": until, "seal": seal, "sentence": "", "note": note})


def refused(channel: Channel, sentence: str, path: str) -> bytes:
    """Return a page of one sentence, for a request to `path`."""
    frame = Frame(
        channel=channel,
        heading="This was not done",
        about=clean.line(sentence),
        depth=max(0, min(path.count("/") - 1, 8)),
    )
    return page("operator.html", frame, {"sentence": clean.line(sentence)})


def item(channel: Channel, found: Evidence, *, mark: bool | None, seals: Seals) -> bytes:
    """Return the page of an item with a form for each action."""
    choices = [("keep", "Keep"), ("reject", "Reject"), ("undo", "Take the mark back")]
    same = {True: "keep", False: "reject", None: "undo"}[mark]
    said = {True: "You marked this item to keep.", False: "You marked this item to reject.", None: ""}[mark]
    forms = [
        {"action": action, "label": label, "seal": seals[action]}
        for action, label in choices
        if action != same
    ]
    return live_pages.item(channel, found, desk={"said": said, "item": found.item.id, "forms": forms})


def story(channel: Channel, told: Story, *, seals: Seals, note: str) -> bytes:
    """Return the page of a story with the forms that join and split it."""
    return story_pages.story_page(channel, told, live=True, desk={"seals": seals, "note": clean.line(note)})


def sources(
    channel: Channel, cards: Sequence[SourceCard], *, seals: Mapping[str, Seals], seal: str, note: str
) -> bytes:
    """Return the page of sources with the forms that change them; `seal` is of the form that adds one."""
    buttons = {
        card.slug: [
            {"action": action, "label": label, "seal": seals[card.slug][action]}
            for action, label in _actions(card)
        ]
        for card in cards
    }
    return about_pages.sources(
        channel, cards, desk={"seal": seal, "note": clean.line(note), "buttons": buttons}
    )


def _actions(card: SourceCard) -> list[tuple[str, str]]:
    """Return what can be done with a source; what stands in the configuration is changed there."""
    state = card.line.state
    actions = [("check", "Check now")] if state in {"active", "failing"} else []
    if state == "retired" or (card.added and state == "disabled"):
        actions.append(("enable", "Enable"))
    if card.added:
        actions += [("disable", "Disable")] if state != "disabled" else []
        actions.append(("remove", "Remove"))
    return actions


def choice(
    channel: Channel, wish: Mapping[str, str], sentence: str, feeds: Sequence[FoundFeed], *, seal: str
) -> bytes:
    """Return the page on what is at an address: each feed with a form that adds it.

    `wish` is what was typed: url, name, language, kind. Where there is no feed, the address itself can be
    added.
    """
    frame = Frame(channel=channel, heading="Add a source", about=clean.line(sentence), depth=2)
    offered = [
        {
            "title": clean.line(wish["name"] or feed.title),
            "url": feed.url,
            "shown": clean.line(feed.url),
            "type": clean.line(feed.type),
            "language": wish["language"],
            "kind": wish["kind"],
        }
        for feed in feeds
        or (FoundFeed(url=wish["url"], title="", type="nobody knows yet; it is asked all the same"),)
    ]
    values = {"offered": offered, "seal": seal, "found": bool(feeds), "sentence": clean.line(sentence)}
    return page("operator_source.html", frame, values)
