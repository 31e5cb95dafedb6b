"""From the store to published files: rendered once, dated by their bytes, replaced atomically."""

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from feeds.curate import topic
from feeds.errors import MoonwireError
from feeds.model import Channel, Stamp
from feeds.publish.prepared import Site, prepare
from feeds.publish.site import SiteFile, render, stamp
from scheduler.config_types import Config
from scheduler.workshop import Workshop, wall_clock
from store import Store


class PublishError(MoonwireError):
    """The folder to publish to can not be written."""


def channel_of(config: Config, about: topic.Topic) -> Channel:
    """Return what the configuration and the topic say of the feed as a whole."""
    return Channel(
        title=config.serve.title,
        description=about.description,
        base_url=config.serve.base_url,
        feed_id=f"tag:moonwire,2026:feed/{about.name}",
        hubs=config.publish.hubs,
    )


def files_of(
    config: Config, store: Store, about: topic.Topic, *, offline: bool | None = None
) -> dict[str, SiteFile]:
    """Render every file of the site from what is stored; equal content, equal bytes."""
    most = config.publish.entries
    return render(
        channel_of(config, about),
        store.stories(limit=most),
        store.source_lines(),
        near=[item for item in store.items(which="near", limit=most) if item.duplicate_of is None],
        offline=offline,
    )


def stamped(store: Store, files: Mapping[str, SiteFile], *, now: datetime) -> dict[str, Stamp]:
    """Return since when each file holds its bytes, and remember it."""
    before = store.stamps()
    after = stamp(files, before, now)
    if after != before:
        store.save_stamps(after)
    return after


def current_site(workshop: Workshop, *, previous: Site | None = None, offline: bool | None = None) -> Site:
    """Render the site and make it ready to be served; parts that stay the same are taken over."""
    files = files_of(workshop.config, workshop.store, workshop.topic, offline=offline)
    return prepare(files, stamped(workshop.store, files, now=workshop.clock()), previous)


def publish_site(workshop: Workshop, folder: Path) -> tuple[str, ...]:
    """Write the site of an open workshop to a folder; returns the paths whose bytes changed."""
    return publish_to(folder, files_of(workshop.config, workshop.store, workshop.topic))


def publish_stored(config: Config, store: Store, folder: Path) -> tuple[str, ...]:
    """Write the site of a store to a folder; returns the paths whose bytes changed."""
    files = files_of(config, store, topic.load(config.topic.file))
    stamped(store, files, now=wall_clock())
    return publish_to(folder, files)


def publish_to(folder: Path, files: Mapping[str, SiteFile]) -> tuple[str, ...]:
    """Replace every file whose bytes differ, one by one and each as a whole; pages last.

    A reader sees the old file or the new one, also after a crash: written beside it, synced, renamed.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        order = sorted(files, key=lambda path: (path.endswith(".html"), path))
        written = tuple(path for path in order if _replaced(folder / path, files[path].body))
        if written:
            _sync_folder(folder)
    except OSError as error:
        place = error.filename or folder
        raise PublishError(f"{place}: can not be written: {error.strerror}; check [publish] dir.") from error
    return written


def _replaced(target: Path, body: bytes) -> bool:
    if target.is_file() and target.read_bytes() == body:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as out:
            out.write(body)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return True


def _sync_folder(folder: Path) -> None:
    """Make the renames themselves durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
