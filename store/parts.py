"""The parts of the store by what they know of, each loaded when it is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feeds.later import Later
from store.connection import Database

if TYPE_CHECKING:
    from store.archives import Archives
    from store.curation import Curation
    from store.digests import Digests
    from store.events import Events
    from store.health import Health
    from store.keys import Keys
    from store.notices import Notices
    from store.outbox import Outbox
    from store.records import Records
    from store.river import Rivers
    from store.subscriptions import Subscriptions
    from store.translations import Translations

_PARTS = {
    "curation": "curation.Curation",
    "health": "health.Health",
    "archives": "archives.Archives",
    "rivers": "river.Rivers",
    "records": "records.Records",
    "outbox": "outbox.Outbox",
    "subscriptions": "subscriptions.Subscriptions",
    "events": "events.Events",
    "notices": "notices.Notices",
    "digests": "digests.Digests",
    "keys": "keys.Keys",
    "translations": "translations.Translations",
}
"""Module and class of each part."""


class Parts:
    """What the store is made of beside sources, checks and stories. Base of `Store`."""

    curation: Curation
    """Marks, models, and other verdicts on stored items."""
    health: Health
    """How asking went, and hosts that are left alone."""
    archives: Archives
    """The published history."""
    rivers: Rivers
    """Stories under filters and searches, page by page."""
    records: Records
    """What is known of single items, and figures over all of them."""
    outbox: Outbox
    """What has to reach somebody outside."""
    subscriptions: Subscriptions
    """Who gets which feed pushed."""
    events: Events
    """What happened to sources."""
    notices: Notices
    """What the rules have told."""
    digests: Digests
    """Days and weeks that were closed."""
    keys: Keys
    """Random keys of this store's own."""
    translations: Translations
    """Titles and summaries in another language."""

    def __init__(self, db: Database) -> None:
        self._db = db

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """Make a part when it is first named."""
            if name not in _PARTS:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            module, _, kind = _PARTS[name].partition(".")
            part = getattr(Later(f"store.{module}"), kind)(self._db)
            return self.__dict__.setdefault(name, part)
