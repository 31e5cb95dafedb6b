"""What stands around every page that answers a question: head, masthead, ways to the other pages. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from feeds.model import Channel
from feeds.publish import clean
from feeds.publish.library import Pieces
from feeds.publish.pages.front import stylesheet
from feeds.publish.templating import environment

PAGES = (
    ("river", "River"),
    ("pictures", "Pictures"),
    ("sources", "Sources"),
    ("topic", "Topic"),
    ("feeds.html", "Feeds"),
)
_STATIC = (("feeds.html", "Feeds"), ("near.html", "Near misses"))
_SUMMARY = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around every page."""

    channel: Channel
    heading: str
    about: str
    here: str = ""
    depth: int = 0
    alternates: tuple[tuple[str, str, str], ...] = ()
    live: bool = True


def page(template: str, frame: Frame, values: Mapping[str, object]) -> bytes:
    """Return a page made by a template of templates/live from `values`."""
    common = {
        "title": clean.line(frame.channel.title) or "moonwire",
        "heading": frame.heading,
        "about": frame.about,
        "here": frame.here,
        "root": "../" * frame.depth,
        "alternates": frame.alternates,
        "pages": PAGES if frame.live else _STATIC,
        "style_version": hashlib.sha256(stylesheet()).hexdigest()[:8],
        "summary_length": _SUMMARY,
        "pieces": pieces_html,
    }
    return environment().get_template(f"live/{template}").render({**common, **values}).encode()


def pieces_html(pieces: Pieces) -> Markup:
    """Return marked pieces of a text as HTML, every piece escaped."""
    return Markup("").join(
        Markup("<mark>{}</mark>").format(text) if marked else Markup("{}").format(text)
        for text, marked in pieces
    )
