"""What is answered by asking the library: pages, filtered feeds, archives and the JSON interface.

No Starlette here and no clock: a request is a path and a query string, an answer a value. Nothing of a
request gets into an answer but the search itself, escaped.
"""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qs

from feeds.model import Channel, Story
from feeds.model.value import Value, replace
from feeds.publish import clean, cursor
from feeds.publish.formats import catalogue
from feeds.publish.formats.documents import ENDINGS, UTF8, Place, feed_file
from feeds.publish.formats.normal import publications
from feeds.publish.formats.opml import OPML_TYPE
from feeds.publish.library import FACETS, Cursor, Facet, Filtered, Library
from feeds.publish.pages import about as about_pages
from feeds.publish.pages import live as live_pages
from feeds.publish.pages import story as story_pages
from feeds.publish.serving import api, openapi
from feeds.publish.slug import in_address

PER_PAGE = 50
MOST = 100
LONGEST_QUERY_STRING = 4000
"""Bytes; a search of 500 characters of any script fits."""
LONGEST_SEARCH = 500
LONGEST_NAME = 2000
"""Characters of an item's address."""
HTML = "text/html" + UTF8
_KEPT_LONG = 2_592_000
_SHORT = 300


class Reply(Value, frozen=True, kw_only=True):
    """An answer before it is packed. `shared`: scripts of other sites may read it."""

    UNSHOWN = frozenset(("body",))

    status: int
    content_type: str
    body: bytes
    shared: bool = False
    max_age_s: int = _SHORT
    links: tuple[tuple[str, str], ...] = ()
    outside: bool = False
    """A page that shows pictures from where their publishers have them."""


class RefusedError(Exception):
    """A request that can not be answered: status and one sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Asked(Value, frozen=True, kw_only=True):
    """A request taken apart."""

    path: str
    values: Mapping[str, str]

    @property
    def query(self) -> str:
        """The search, cleaned; refused when it is too long."""
        text = clean.line(self.values.get("q", ""))
        if len(text) > LONGEST_SEARCH:
            raise RefusedError(400, f"A search may have {LONGEST_SEARCH} characters; this one has more.")
        return text

    @property
    def after(self) -> Cursor | None:
        """Where to go on."""
        try:
            return cursor.read(self.values.get("after", ""))
        except ValueError:
            raise RefusedError(
                400, "The place to go on from (after) is none that this site gave out."
            ) from None

    @property
    def limit(self) -> int:
        """Entries per page."""
        text = self.values.get("limit", str(PER_PAGE))
        if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MOST):  # noqa: PLR2004 # digits of MOST
            raise RefusedError(400, f"limit is a number from 1 to {MOST}.")
        return int(text)


def taken_apart(path: str, query_string: bytes) -> Asked:
    """Read a query string; only known names count, each once."""
    if len(query_string) > LONGEST_QUERY_STRING:
        raise RefusedError(400, "The address is too long; use fewer words.")
    pairs = parse_qs(
        query_string.decode("ascii", "replace"), max_num_fields=None, encoding="utf-8", errors="replace"
    )
    known = {"q", "after", "limit", "item"}
    return Asked(path=path, values={name: each[0] for name, each in pairs.items() if name in known})


def answer(library: Library, path: str, query_string: bytes) -> Reply:
    """Answer a request; what is refused or absent is a page (or JSON) that says so."""
    try:
        asked = taken_apart(path, query_string)
        return _route(library, asked)
    except RefusedError as refused:
        return refusal(library.channel(), path, refused.status, refused.sentence)


def refusal(channel: Channel, path: str, status: int, sentence: str) -> Reply:
    """Return a page or a JSON object with one sentence."""
    if path.startswith("/api/"):
        error = api.body({"error": sentence})
        return Reply(status=status, content_type=api.API_TYPE, body=error, shared=True, max_age_s=0)
    headings = {404: "Nothing is here", 503: "Not now"}
    heading = headings.get(status, "This can not be answered")
    depth = min(path.count("/") - 1, 8) if path.startswith("/") else 0
    page = live_pages.told(channel, heading, sentence, depth=max(0, depth))
    return Reply(status=status, content_type=HTML, body=page, max_age_s=0)


def _route(library: Library, asked: Asked) -> Reply:
    simple = _PAGES.get(asked.path)
    if simple:
        return simple(library, asked)
    first, _, rest = asked.path.removeprefix("/").partition("/")
    if first == "item" and rest:
        return _item(library, rest)
    if first == "story":
        return _story(library, rest)
    if first == "archive":
        return _archive(library, f"archive/{rest}")
    if first in FACETS:
        return _filtered(library, first, rest)
    if asked.path.startswith("/search."):
        return _searched(library, asked, asked.path.removeprefix("/search."))
    raise RefusedError(404, "There is nothing at this address.")


def _html(body: bytes, max_age_s: int = _SHORT) -> Reply:
    return Reply(status=200, content_type=HTML, body=body, max_age_s=max_age_s)


def _facets(library: Library) -> dict[Facet, tuple[Filtered, ...]]:
    return {kind: library.facets(kind) for kind in FACETS}


def _river(library: Library, asked: Asked) -> Reply:
    found = library.river(asked.query, after=asked.after, limit=PER_PAGE)
    facets: dict[Facet, tuple[Filtered, ...]] = {"tag": library.facets("tag"), "lang": library.facets("lang")}
    channel = library.channel()
    page = _html(live_pages.river(channel, found, asked.query, facets), max_age_s=60)
    return replace(page, outside=channel.images == "keep")


def _story(library: Library, name: str) -> Reply:
    """Answer for a story that is too old to stand among the newest, or that another one took in."""
    number, _, ending = name.partition(".")
    known = number.isascii() and number.isdigit() and len(number) <= 18  # noqa: PLR2004 # digits of an id
    found = library.story(int(number)) if known and ending in {"html", "json"} else None
    if found is None:
        raise RefusedError(404, "There is no story of this number.")
    if ending == "json":
        body = story_pages.story_json(library.channel(), found)
        return Reply(status=200, content_type=story_pages.STORY_TYPE + UTF8, body=body, shared=True)
    return _html(story_pages.story_page(library.channel(), found, live=True))


def _item(library: Library, name: str) -> Reply:
    if not (name.isascii() and name.isdigit() and len(name) <= 18):  # noqa: PLR2004 # digits of an id
        raise RefusedError(404, "There is no item of this number.")
    found = library.evidence(name)
    if found is None:
        raise RefusedError(404, "There is no item of this number.")
    return _html(live_pages.item(library.channel(), found))


def _archive(library: Library, path: str) -> Reply:
    found = library.archive(path)
    ending = path.rpartition(".")[2]
    if found is None or ending not in ENDINGS:
        raise RefusedError(404, "There is no archive of this number.")
    base = clean.address(library.channel().base_url)
    links = (("next-archive", f"{base}/{found.following}"),) if found.following else ()
    return Reply(
        status=200,
        content_type=_TYPES[ending],
        body=found.body,
        shared=True,
        max_age_s=_KEPT_LONG,
        links=links,
    )


def _filtered(library: Library, kind: str, rest: str) -> Reply:
    slug, _, ending = rest.rpartition(".")
    if ending not in ENDINGS or not slug or "/" in slug:
        raise RefusedError(404, "There is no feed at this address.")
    found = next((library.filtered(each, slug) for each in FACETS if each == kind), None)
    if found is None or not found.stories:
        raise RefusedError(404, "There is no feed at this address.")
    channel = library.channel()
    title, about, feed_id = catalogue.filtered_channel(channel, found)
    own = replace(channel, title=title, description=about, feed_id=feed_id, hubs=channel.own_hubs)
    return _feed(own, found.stories, Place(name=in_address(found.name)), ending)


def _searched(library: Library, asked: Asked, ending: str) -> Reply:
    if ending not in ENDINGS:
        raise RefusedError(404, "There is no feed at this address.")
    query = asked.query
    if not query:
        raise RefusedError(400, "A search feed needs words or filters: /search.atom?q=words.")
    channel = library.channel()
    found = library.river(query, after=None, limit=PER_PAGE)
    title = clean.line(channel.title) or "moonwire"
    address = live_pages.searched("", query)
    own = replace(
        channel,
        title=f"{title}: {query}",
        description=f"Stories of {title} that fit the search {query}",
        feed_id=f"{clean.address(channel.base_url)}/search.{ending}{address}",
        hubs=(),
    )
    place = Place(name="search", page=live_pages.searched("river", query), query=address)
    return _feed(own, found.stories, place, ending)


def _feed(channel: Channel, stories: tuple[Story, ...], place: Place, ending: str) -> Reply:
    file = feed_file(channel, publications(stories), place, ending)
    return Reply(status=200, content_type=file.content_type, body=file.body, shared=True, links=file.links)


def _api(name: str) -> "Callable[[Library, Asked], Reply]":
    def reply(library: Library, asked: Asked) -> Reply:
        value = _API[name](library, asked)
        return Reply(status=200, content_type=api.API_TYPE, body=api.body(value), shared=True, max_age_s=60)

    return reply


def _why(library: Library, asked: Asked) -> dict[str, object]:
    name = asked.values.get("item", "").strip()
    if not name or len(name) > LONGEST_NAME:
        raise RefusedError(400, "item is the id, address or guid of an item.")
    found = library.evidence(name)
    if found is None:
        raise RefusedError(404, "There is no such item.")
    return api.why(found)


def _search(library: Library, asked: Asked) -> dict[str, object]:
    if not asked.query:
        raise RefusedError(400, "q is what to search for.")
    return api.search(library.river(asked.query, after=asked.after, limit=asked.limit))


_API: dict[str, Callable[[Library, Asked], object]] = {
    "items": lambda library, asked: api.items(
        library.items(asked.query, after=asked.after, limit=asked.limit), asked.limit
    ),
    "stories": lambda library, asked: api.river(
        library.river(asked.query, after=asked.after, limit=asked.limit)
    ),
    "search": _search,
    "sources": lambda library, _: {"sources": [api.source(card) for card in library.sources()]},
    "why": _why,
    "stats": lambda library, _: {"revision": library.revision(), **library.stats()},
}

_PAGES: dict[str, Callable[[Library, Asked], Reply]] = {
    "/river": _river,
    "/sources": lambda library, _: _html(
        about_pages.sources(library.channel(), library.sources()), max_age_s=30
    ),
    "/topic": lambda library, _: _html(about_pages.topic(library.channel(), library.topic())),
    "/pictures": lambda library, _: _html(about_pages.pictures(library.channel(), library.figures())),
    "/feeds.html": lambda library, _: _html(
        about_pages.feeds(library.channel(), _facets(library), live=True)
    ),
    "/feeds.opml": lambda library, _: Reply(
        status=200,
        content_type=OPML_TYPE + UTF8,
        body=catalogue.catalogue_opml(library.channel(), _facets(library)),
        shared=True,
    ),
    "/api/v1/openapi.json": lambda _, __: Reply(
        status=200, content_type=api.API_TYPE, body=api.body(openapi.document()), shared=True
    ),
    **{f"/api/v1/{name}": _api(name) for name in openapi.ROUTES},
}
_TYPES = {
    "atom": "application/atom+xml" + UTF8,
    "rss": "application/rss+xml" + UTF8,
    "json": "application/feed+json" + UTF8,
}
