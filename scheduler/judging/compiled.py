"""The topic of a file, out of the store where the same was compiled before: that is most of what it takes."""

from contextlib import suppress
from typing import TYPE_CHECKING

from feeds.curate.compiled import content_of, pack, unpack
from feeds.curate.edition import edition_of
from feeds.curate.topic import Topic, of_content
from feeds.curate.topictext import text_of
from feeds.errors import StoreError

if TYPE_CHECKING:
    from feeds.curate.topicfile import Content
    from store import Store


def load_beside(name_or_path: str, store: "Store") -> Topic:
    """Return the same as `feeds.curate.topic.load`, and raise the same; `store` is only to be quicker.

    One that can not be read or written now costs time and nothing else.
    """
    text, path = text_of(name_or_path)
    edition = edition_of(text)
    content = None if edition is None else _kept(store, edition)
    if content is None:
        content = content_of(text, path)
        if edition is not None:
            with suppress(StoreError):
                store.curation.keep_compiled(edition, pack(content))
    return of_content(content, text, path)


def _kept(store: "Store", edition: bytes) -> "Content | None":
    with suppress(StoreError):
        packed = store.curation.compiled(edition)
        return None if packed is None else unpack(packed)
    return None
