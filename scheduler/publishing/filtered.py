"""Feeds by tag and language for a folder: rendered only where their stories changed since the last time."""

from feeds.model import Channel, Story
from feeds.model.value import replace
from feeds.publish.formats.catalogue import catalogue_opml, filtered_channel
from feeds.publish.formats.documents import UTF8, Place, SiteFile, feed_files
from feeds.publish.formats.normal import publications
from feeds.publish.formats.opml import OPML_TYPE
from feeds.publish.library import Facet, Filtered
from feeds.publish.pages.about import feeds as feeds_page
from feeds.publish.serving.live import HTML
from feeds.publish.slug import hashed, in_address, slug_of
from scheduler.translating.shown import with_translations
from store import Query, Store
from store.moves import DEFAULT, Moves
from store.query import Filter

MOST = 100
"""Tags, languages or sources that have feeds of their own; the most usual ones."""
STATIC: tuple[Facet, ...] = ("tag", "lang")


def facets_of(store: Store, kind: Facet) -> tuple[Filtered, ...]:
    """Return the tags, languages or sources that kept items have, the most usual first."""
    names = {line.url: line.name for line in store.source_lines()} if kind == "source" else {}
    found = [
        Filtered(
            kind=kind,
            value=value,
            label=names.get(value, value),
            slug=hashed(value) if kind == "source" else slug_of(value),
            count=count,
        )
        for value, count in store.rivers.facet(kind, limit=MOST)
    ]
    return tuple({each.slug: each for each in reversed(found)}.values())[::-1]


def stories_of(
    store: Store, about: Filtered, *, most: int, moves: Moves = DEFAULT, to: str = ""
) -> tuple[Story, ...]:
    """Return the newest stories of a tag, language or source, as its own reports tell them.

    `to` is the language into which they are translated; empty: none.
    """
    return with_translations(store, to, _found(store, about, most=most, moves=moves))


def _found(store: Store, about: Filtered, *, most: int, moves: Moves) -> tuple[Story, ...]:
    if about.kind == "source":
        return store.rivers.of_source(about.value, limit=most, moves=moves)
    query = Query(filters=(Filter(key=about.kind, value=about.value),))
    return store.rivers.page(query, limit=most, moves=moves).stories


class Shelf:
    """What one folder has, so that only what changed is rendered or looked at; used by one thread."""

    def __init__(self) -> None:
        self.archived: tuple[str, int] | None = None
        """The folder and the number of the newest archive in it."""
        self._held: dict[str, tuple[Channel, tuple[Story, ...], dict[str, SiteFile]]] = {}

    def files(
        self, store: Store, channel: Channel, *, most: int, moves: Moves = DEFAULT, to: str = ""
    ) -> dict[str, SiteFile]:
        """Return the feeds by tag and language, their OPML and their page, by path."""
        groups = {kind: facets_of(store, kind) for kind in STATIC}
        held, files = {}, {}
        for about in (each for group in groups.values() for each in group):
            known, stories = (
                self._held.get(about.name),
                stories_of(store, about, most=most, moves=moves, to=to),
            )
            if known and known[:2] == (channel, stories):
                held[about.name] = known
            else:
                held[about.name] = (channel, stories, _rendered(channel, about, stories))
            files.update(held[about.name][2])
        self._held = held
        files["feeds.opml"] = SiteFile(body=catalogue_opml(channel, groups), content_type=OPML_TYPE + UTF8)
        files["feeds.html"] = SiteFile(body=feeds_page(channel, groups, live=False), content_type=HTML)
        return files


def _rendered(channel: Channel, about: Filtered, stories: tuple[Story, ...]) -> dict[str, SiteFile]:
    title, description, feed_id = filtered_channel(channel, about)
    own = replace(channel, title=title, description=description, feed_id=feed_id, hubs=channel.own_hubs)
    place = Place(name=in_address(about.name))
    files = feed_files(own, publications(stories), place)
    return {f"{about.name}.{path.rpartition('.')[2]}": file for path, file in files.items()}
