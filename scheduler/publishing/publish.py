"""From the store to published files: rendered once, dated by their bytes, replaced atomically."""

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from feeds.curate import topic
from feeds.errors import MoonwireError
from feeds.model import Channel, Stamp
from feeds.model.value import Value, replace
from feeds.publish.serving.hub import PATH as HUB_PATH
from feeds.publish.serving.prepared import Site, prepare
from feeds.publish.site import SiteFile, render, stamp
from scheduler.config.types import Config
from scheduler.publishing.bulletins import bulletin_files
from scheduler.publishing.files import replaced
from scheduler.publishing.filtered import Shelf
from scheduler.publishing.history import history_of, publish_archives
from scheduler.publishing.library import StoreLibrary
from scheduler.translating.shown import target_of, with_translations
from scheduler.workshop import Workshop, wall_clock
from store import Store

Tell = Callable[[Mapping[str, SiteFile], Mapping[str, Stamp]], None]


PICTURES = "pictures"
"""Name of the store's key that signs addresses of pictures."""


class PublishError(MoonwireError):
    """The folder to publish to can not be written."""


class Live(Value, frozen=True, kw_only=True):
    """An application serves the site; `offline` as `feeds.publish.site.render` has it."""

    offline: bool | None = None


def channel_of(config: Config, about: topic.Topic, store: Store | None = None) -> Channel:
    """Return what the configuration and the topic say of the feed as a whole.

    `store` holds the key that signs addresses of pictures; without it none are served from here.
    """
    key = store.keys.key(PICTURES) if store is not None and config.publish.images == "proxy" else b""
    own_hub = f"{config.serve.base_url}{HUB_PATH}" if config.serve.hub else ""
    return Channel(
        title=config.serve.title,
        description=about.description,
        base_url=config.serve.base_url,
        feed_id=f"tag:moonwire,2026:feed/{about.name}",
        hubs=((own_hub,) if own_hub else ()) + config.publish.hubs,
        own_hub=own_hub,
        footer=config.publish.footer,
        images=config.publish.images,
        image_key=key,
    )


def channel_in(config: Config) -> Channel:
    """Return what the configuration says of the feed as a whole, its topic read for that; ConfigError."""
    return channel_of(config, topic.load(config.topic.file))


def files_of(
    config: Config, store: Store, about: topic.Topic, *, now: datetime, live: Live | None = None
) -> dict[str, SiteFile]:
    """Render every file of the site from what is stored; equal content, equal bytes.

    What is due is archived at `now`. `live` is given when an application serves the site.
    """
    most, channel = config.publish.entries, channel_of(config, about, store)
    moves, to = config.publish.moves, target_of(config)
    history = history_of(store, channel, most=most, now=now, moves=moves, to=to)
    files = render(
        channel,
        with_translations(store, to, store.stories(limit=most, moves=moves)),
        store.source_lines(),
        near=[item for item in store.items(which="near", limit=most) if item.duplicate_of is None],
        history=replace(history, live=live is not None),
        offline=live.offline if live else None,
    )
    return files | bulletin_files(store, channel)


def stamped(store: Store, files: Mapping[str, SiteFile], *, now: datetime) -> dict[str, Stamp]:
    """Return since when each file holds its bytes, and remember it."""
    before = store.stamps()
    after = stamp(files, before, now)
    if after != before:
        store.save_stamps(after)
    return after


def current_site(workshop: Workshop, *, previous: Site | None = None, offline: bool | None = None) -> Site:
    """Render the site and make it ready to be served; parts that stay the same are taken over."""
    now = workshop.clock()
    files = files_of(workshop.config, workshop.store, workshop.topic, now=now, live=Live(offline=offline))
    return prepare(files, stamped(workshop.store, files, now=now), previous)


def library_of(workshop: Workshop) -> StoreLibrary:
    """Return what the web application may ask of an open workshop."""
    config, about = workshop.config, workshop.topic
    channel, most = channel_of(config, about, workshop.store), config.publish.entries
    moves, to = config.publish.moves, target_of(config)
    return StoreLibrary(workshop.store, channel, about, workshop.clock, most=most, moves=moves, to=to)


def publish_site(workshop: Workshop, folder: Path, shelf: Shelf | None = None) -> tuple[str, ...]:
    """Write the site of an open workshop to a folder; returns the paths whose bytes changed.

    `shelf` holds the filtered feeds of the time before, so that only those that changed are rendered.
    """
    shelf = shelf or Shelf()
    files = _folder_files(workshop.config, workshop.store, workshop.topic, shelf, now=workshop.clock())
    return _publish(workshop.store, folder, files, shelf)


def _folder_files(
    config: Config, store: Store, about: topic.Topic, shelf: Shelf, *, now: datetime
) -> dict[str, SiteFile]:
    """Render all that a folder holds: the site, and what `shelf` lacks of the feeds by tag and language."""
    most, moves, to = config.publish.entries, config.publish.moves, target_of(config)
    files = files_of(config, store, about, now=now)
    return files | shelf.files(store, channel_of(config, about, store), most=most, moves=moves, to=to)


def _publish(store: Store, folder: Path, files: Mapping[str, SiteFile], shelf: Shelf) -> tuple[str, ...]:
    """Write archives first, for the feeds lead to them; only when there is one more than the last time."""
    archived = (str(folder), store.archives.newest())
    older: tuple[str, ...] = ()
    if shelf.archived != archived:
        older = _telling(folder, lambda: publish_archives(store, folder))
        shelf.archived = archived
    return (*older, *publish_to(folder, files))


def publish_stored(config: Config, store: Store, folder: Path, tell: Tell | None = None) -> tuple[str, ...]:
    """Write the site of a store to a folder; returns the paths whose bytes changed.

    `tell` is called with all files and stamps once they are written.
    """
    about, now, shelf = topic.load(config.topic.file), wall_clock(), Shelf()
    files = _folder_files(config, store, about, shelf, now=now)
    stamps = stamped(store, files, now=now)
    written = _publish(store, folder, files, shelf)
    if tell is not None:
        tell(files, stamps)
    return written


def publish_to(folder: Path, files: Mapping[str, SiteFile]) -> tuple[str, ...]:
    """Replace every file whose bytes differ, one by one and each as a whole; pages last.

    A reader sees the old file or the new one, also after a crash: written beside it, synced, renamed.
    """

    def write() -> tuple[str, ...]:
        folder.mkdir(parents=True, exist_ok=True)
        order = sorted(files, key=lambda path: (path.endswith(".html"), path))
        written = tuple(path for path in order if replaced(folder / path, files[path].body))
        if written:
            _sync_folder(folder)
        return written

    return _telling(folder, write)


def _telling(folder: Path, write: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    """Put a failure to write in one sentence."""
    try:
        return write()
    except OSError as error:
        place = error.filename or folder
        raise PublishError(
            f"{place}: can not be written: {error.strerror}; check the folder to publish to."
        ) from error


def _sync_folder(folder: Path) -> None:
    """Make the renames themselves durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
