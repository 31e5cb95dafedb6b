"""What stands around every page: head, masthead, ways to the other pages and to the feeds. Pure."""

import hashlib
from collections.abc import Mapping
from functools import cache, partial
from importlib import resources

from markupsafe import Markup

from feeds.model import Channel
from feeds.model.value import Value
from feeds.publish import clean, pictures
from feeds.publish.formats.jsonfeed import JSON_TYPE
from feeds.publish.formats.normal import Publication
from feeds.publish.formats.syndication import ATOM_TYPE, RSS_TYPE
from feeds.publish.library import Pieces
from feeds.publish.templating import environment

PAGES = (
    ("./", "Newest"),
    ("river", "River"),
    ("pictures", "Pictures"),
    ("sources", "Sources"),
    ("topic", "Topic"),
    ("feeds.html", "Feeds"),
)
_STATIC = (("index.html", "Newest"), ("near.html", "Near misses"), ("feeds.html", "Feeds"))
_SUMMARY = 320
_FORMATS = (("Atom", ATOM_TYPE, "atom"), ("RSS", RSS_TYPE, "rss"), ("JSON Feed", JSON_TYPE, "json"))

Alternates = tuple[tuple[str, str, str], ...]
"""Name, media type and address of the feeds of a page; addresses start at the site's root."""


def alternates(name: str, query: str = "") -> Alternates:
    """Return the three formats of one feed; `query` follows their endings, question mark included."""
    return tuple((label, kind, f"{name}.{ending}{query}") for label, kind, ending in _FORMATS)


MAIN = alternates("feed")


class Frame(Value, frozen=True, kw_only=True):
    """What stands around a page. `language` is that of its heading where it is not the page's own."""

    channel: Channel
    heading: str
    about: str
    here: str = ""
    depth: int = 0
    alternates: Alternates = MAIN
    live: bool = True
    heading_language: str = ""


def front_page(*, live: bool) -> str:
    """Return the way from the site's root to its front page; a folder has no name for it but the file's."""
    return (PAGES if live else _STATIC)[0][0]


@cache
def stylesheet() -> bytes:
    """Return the site's one stylesheet."""
    folder = resources.files("feeds.publish").joinpath("static")
    return b"".join(folder.joinpath(name).read_bytes() for name in ("moonwire.css", "live.css"))


@cache
def feed_style() -> bytes:
    """Return the stylesheet of feeds that are opened in a browser."""
    return resources.files("feeds.publish").joinpath("static", "feed.css").read_bytes()


@cache
def style_version() -> str:
    """Return what tells one stylesheet from another, for its address."""
    return hashlib.sha256(stylesheet()).hexdigest()[:8]


def page(template: str, frame: Frame, values: Mapping[str, object]) -> bytes:
    """Return a page made by a template of templates/live from `values`. Our own words are English."""
    title = clean.line(frame.channel.title) or "moonwire"
    common = {
        "language": "en",
        "title": title,
        "heading": frame.heading or title,
        "heading_language": frame.heading_language,
        "about": frame.about,
        "here": frame.here,
        "root": "../" * frame.depth,
        "alternates": frame.alternates,
        "pages": PAGES if frame.live else _STATIC,
        "live": frame.live,
        "style_version": style_version(),
        "summary_length": _SUMMARY,
        "pieces": pieces_html,
        "hit": None,
        "picture": partial(_picture, frame),
    }
    return environment().get_template(f"live/{template}").render({**common, **values}).encode()


def _picture(frame: Frame, entry: Publication) -> str:
    """Return where a card's picture stands; a folder has none, so its pages name the running site's."""
    own = "../" * frame.depth if frame.live else f"{clean.address(frame.channel.base_url)}/"
    return pictures.on_page(frame.channel, entry.thumbnail, own)


def pieces_html(pieces: Pieces) -> Markup:
    """Return marked pieces of a text as HTML, every piece escaped."""
    return Markup("").join(
        Markup("<mark>{}</mark>").format(text) if marked else Markup("{}").format(text)
        for text, marked in pieces
    )
