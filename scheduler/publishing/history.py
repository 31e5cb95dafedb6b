"""The published history: full pages of stories are rendered once, kept, and never touched again (RFC 5005).

A story goes into the archives in the order in which stories were opened, once the newest `most` of them have
left it behind; until then it stands in the feed, whatever its date. So from the feed along prev-archive
every story is met.
"""

import hashlib
import os
from datetime import datetime
from pathlib import Path
from typing import Final

from feeds.model import Channel, Story
from feeds.publish.formats.documents import archive_place, feed_files
from feeds.publish.formats.normal import publications
from feeds.publish.site import History
from feeds.publish.words import whole_second
from scheduler.publishing.files import replaced
from scheduler.translating.shown import with_translations
from store import Store
from store.archives import Written
from store.moves import DEFAULT, Moves

PER_ARCHIVE: Final = 50
"""Stories in each archive: a document of some hundred kilobytes, which a reader asks for once."""


def history_of(
    store: Store, channel: Channel, *, most: int, now: datetime, moves: Moves = DEFAULT, to: str = ""
) -> History:
    """Archive what is due, render what has no documents yet, and return what the feed leads on to.

    `most` is how many stories the feed has, `moves` which coverage moves their date, `to` the language into
    which they are translated. Costs a look at the
    stories that no archive holds: a hundred or so, however long the history is.
    """
    tail = store.archives.tail()
    while len(tail) >= max(most, PER_ARCHIVE):
        store.archives.close(tail[:PER_ARCHIVE])
        tail = tail[PER_ARCHIVE:]
    for number in store.archives.unwritten(channel.base_url):
        _write(store, channel, number, now, moves, to)
    stories = tuple(story for each in tail if (story := store.story(each, moves=moves)))
    return History(tail=with_translations(store, to, stories), newest=store.archives.newest())


def _write(store: Store, channel: Channel, number: int, now: datetime, moves: Moves, to: str) -> None:
    found = [story for each in store.archives.members(number) if (story := store.story(each, moves=moves))]
    entries = publications(
        sorted(
            with_translations(store, to, _own(found)),
            key=lambda each: (each.lead.when, each.id),
            reverse=True,
        )
    )
    documents = [
        Written(path=path, body=file.body, digest=hashlib.blake2b(file.body, digest_size=16).hexdigest())
        for path, file in feed_files(channel, entries, archive_place(number)).items()
    ]
    store.archives.write(number, channel.base_url, documents, now=whole_second(now))


def _own(stories: list[Story]) -> list[Story]:
    """Return each story once: those that became one meanwhile are found under each of their ids."""
    return list({story.id: story for story in stories}.values())


def publish_archives(store: Store, folder: Path) -> tuple[str, ...]:
    """Write the archives that a folder does not hold yet; returns their paths.

    A file whose time is that of the document is taken to be it, so nothing is read again.
    """
    written = []
    for path, mark in store.archives.marks().items():
        target, ticks = folder / path, int(mark.changed_at.timestamp())
        if target.is_file() and int(target.stat().st_mtime) == ticks:
            continue
        document = store.archives.document(path)
        assert document is not None
        replaced(target, document.body)
        os.utime(target, (ticks, ticks))
        written.append(path)
    return tuple(written)
