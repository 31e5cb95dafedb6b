"""What the operator does on the pages of a running wire, and that it is seen at once."""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from feeds.errors import ConfigError, MoonwireError
from feeds.model.value import Value, asdict, field
from feeds.publish.serving.hands import Done, Looked, Marked, Wish
from scheduler.desk import sources, stories
from scheduler.desk.marks import set_mark
from scheduler.wording import counted
from scheduler.workshop import Workshop

_log = logging.getLogger("moonwire.desk")


class WireHands(Value, frozen=True):
    """Acts on a running wire from the web server's threads and shows at once what came of it.

    `at_work` is held meanwhile, so that neither a reload nor a rendering of the wire's own comes between; not
    while a publisher is asked, which takes seconds.
    """

    workshop: Callable[[], Workshop]
    refresh: Callable[[], None]
    at_work: AbstractContextManager[object]
    looking: threading.Lock = field(default_factory=threading.Lock)

    def marked(self, item_id: int) -> bool | None:
        """Return what the operator said of an item, if anything."""
        with self.at_work:
            stored = self.workshop().store.curation.item(item_id)
        return stored.mark if stored else None

    def mark(self, item_id: int, *, keep: bool | None) -> Marked | None:
        """Mark an item, then render what it changed; None when there is no such item. StoreError as usual."""
        with self.at_work:
            shop = self.workshop()
            stored = shop.store.curation.item(item_id)
            if stored is None:
                return None
            if stored.mark == keep:
                return Marked(id=item_id, mark=keep, keep=stored.keep, was_kept=stored.keep)
            done = set_mark(shop.store, stored, shop.tuner(), keep=keep, at=shop.clock())
            self.refresh()
        said = {True: "marked to keep", False: "marked to reject", None: "no longer marked"}[keep]
        _log.info("item %d is %s by the operator", item_id, said, extra={"action": "mark"})
        return done

    def join(self, story: str, other: str) -> Done:
        """Make two stories one, then render it."""
        with self.at_work:
            shop = self.workshop()
            moves = shop.config.publish.moves
            one = stories.join(shop.store, story, other, moves=moves, at=shop.clock())
            self.refresh()
        return _told(f"Joined: story {one.id} has {1 + len(one.also)} reports now.", "join", one.id)

    def split(self, story: str, items: Sequence[str]) -> Done:
        """Part items from their story, then render both."""
        with self.at_work:
            shop = self.workshop()
            moves = shop.config.publish.moves
            left, made = stories.split(shop.store, story, items, moves=moves, at=shop.clock())
            self.refresh()
        count = 1 + len(made.also)
        what = "1 report is" if count == 1 else f"{count} reports are"
        return _told(f"Split: {what} story {made.id} now; the rest is story {left.id}.", "split", left.id)

    def look(self, wish: Wish) -> Looked:
        """Ask an address once, with the wire's own manners; one look at a time."""
        from scheduler.desk.look import feeds_at, opened_beside  # noqa: PLC0415 # only adding needs it

        source = sources.source_of(asdict(wish))
        shop = self.workshop()
        sources.check_new(shop.store, source)
        if not self.looking.acquire(blocking=False):
            raise MoonwireError("Another address is being looked at; try again in a moment.")
        try:
            with opened_beside(shop.config, shop.hosts, shop.clock) as tools:
                found = feeds_at(source, tools, now=shop.clock())
        finally:
            self.looking.release()
        if found.direct is not None:
            check = found.direct.check
            kept = sum(judged.verdict.keep for judged in check.judged)
            told = f"This is a feed with {check.entries} entries; {kept} of them are on the topic."
        elif found.feeds:
            told = f"This page leads to {counted(len(found.feeds), 'feed')}."
        else:
            told = f"{found.error.rstrip('.')}."
        return Looked(sentence=told, feeds=found.feeds)

    def add(self, wish: Wish) -> Done:
        """Watch a feed from now on: it is due at once."""
        source = sources.source_of(asdict(wish))
        with self.at_work:
            shop = self.workshop()
            said = sources.add(shop.store, source, at=shop.clock())
            self.refresh()
        return _told(f"{said} It is asked within seconds.", "add")

    def change(self, source: str, action: str) -> Done:
        """Check, disable, enable or remove a watched source."""
        with self.at_work:
            shop = self.workshop()
            store, file, now = shop.store, shop.config.path, shop.clock()
            if action == "check":
                said = sources.recheck(store, source, at=now)
            elif action == "remove":
                said = sources.remove(store, source, file=file)
            elif action in {"disable", "enable"}:
                said = sources.switch(store, source, disabled=action == "disable", file=file, at=now)
            else:
                raise ConfigError("action is check, disable, enable or remove.")
            self.refresh()
        return _told(said, action)


def _told(sentence: str, action: str, story: int = 0) -> Done:
    _log.info("by the operator: %s", sentence, extra={"action": action})
    return Done(sentence=sentence, story=story)
