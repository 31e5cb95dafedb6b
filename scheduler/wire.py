"""The daemon's work without its clockwork: one turn asks what is due and renders what changed.

Turned by one thread. What the web server reads (`site`, `health`) are finished values that a turn replaces
as a whole; what the operator does on the pages comes from the server's threads, under a lock.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Protocol

from feeds.errors import MoonwireError, StoreError
from feeds.model import Check, Recorded
from feeds.model.value import replace
from feeds.publish.serving.prepared import Site
from scheduler.config.types import Config, ServeConfig
from scheduler.desk.hands import WireHands
from scheduler.judging.rejudge import CatchUp
from scheduler.publishing.filtered import Shelf
from scheduler.publishing.publish import PublishError, current_site, library_of, publish_site
from scheduler.push.stock import stock, told
from scheduler.push.telling import close_periods, meet_rules, take_stock
from scheduler.retention import AT_ONCE, EVERY, let_go
from scheduler.rounds.late import Late
from scheduler.rounds.run import RoundReport, run_round
from scheduler.version import __version__
from scheduler.workshop import Clock, Workshop, host_book, open_workshop, wall_clock

PATIENCE_S = 60.0
"""A round waits this long for busy hosts; the rest of their sources is left for the next one."""

CATCH_UP_S = 1.0
"""What a turn spends on stored items that another topic judged."""
CATCH_UP_AT_MOST = timedelta(minutes=10)
"""After a start, the digest of a day waits so long at most for a round that leaves nobody out."""
LEARN_EVERY = timedelta(hours=1)
"""How often the history of the sources is counted again."""

_log = logging.getLogger("moonwire.daemon")


class Listener(Protocol):
    """Whoever shows and tells what the wire stored. Called while the wire works: it returns at once."""

    def news(self) -> None:
        """Hear that something was stored which the site does not show yet."""
        ...

    def shown(self) -> None:
        """Hear that the site was rendered anew."""
        ...


class _Nobody:
    """Nobody waits for news."""

    def news(self) -> None:
        """Wait for the end of the round."""

    def shown(self) -> None:
        """Wait for readers to ask."""


class Wire:
    """A workshop kept open, the site made from it, and how it is doing."""

    def __init__(self, config: Config, *, clock: Clock = wall_clock) -> None:
        """Open everything; a wrong topic or store raises here, before anything is served."""
        self._clock = clock
        self._hosts = host_book(config.fetch)
        self._open = ExitStack()
        self.workshop = self._opened(config, self._open)
        self._report: RoundReport | None = None
        self._round_at: datetime | None = None
        self._shown: tuple[int, bool | None] | None = None
        self._offline = False
        self._late = Late(workers=config.fetch.workers)
        self.site = Site(files={})
        self.library = library_of(self.workshop)
        self._shelf = Shelf()
        self.listener: Listener = _Nobody()
        """Hears of news; set by the daemon."""
        self._at_work = threading.RLock()
        """Held while the site is rendered or the workshop exchanged."""
        self.hands = WireHands(lambda: self.workshop, self.refresh, self._at_work)
        self.health: dict[str, object] = {}
        self._catch_up = self._behind()
        self._learned_at = self._started_at = self._let_go_at = clock()
        self._complete = False
        self.refresh()

    def close(self) -> None:
        """Close store and tools."""
        self._open.close()

    def turn(self, stop: threading.Event) -> RoundReport | None:
        """Ask what is due, then show what came of it; returns the round's report, None if none was due.

        A store that fails (a full disk, another process's lock) is told once and tried again next turn.
        """
        try:
            report = self._turn(stop)
        except StoreError as error:
            if self.health.get("error") != str(error):
                _log.error("%s", error, extra={"action": "store"})  # its sentence says it all
            self.health = {**self.health, "ok": False, "error": str(error)}
            return None
        return report

    def _asked(self, stop: threading.Event) -> RoundReport | None:
        shop = self.workshop
        due = shop.store.due(self._clock(), seen=False)
        states = [state for state in due if not self._late.holds(state.source.url)]
        if not states and not self._late.ended:
            return None
        return run_round(
            shop, states, on_check=self._heard, stop=stop, patience_s=PATIENCE_S, late=self._late
        )

    def _turn(self, stop: threading.Event) -> RoundReport | None:
        report = self._asked(stop)
        if report is not None and (report.asked or report.deferred):
            self._report, self._round_at = report, self._clock()
            _log.info(
                "%s", report.sentence, extra={"action": "round", "asked": report.asked, "new": report.new}
            )
            self._tell_line(report)
        self._learn()
        self._let_go()
        self._take_stock(report)
        self.refresh()
        return report

    def _heard(self, _: Check, recorded: Recorded) -> None:
        """Show what was kept before the round is over, where somebody waits for it."""
        if recorded.kept or recorded.updated:
            self.listener.news()

    def _take_stock(self, report: RoundReport | None) -> None:
        """Note what happened to sources; days are closed once everybody was asked since the start."""
        shop, now = self.workshop, self._clock()
        asked_all = report is None or not report.left
        self._complete |= asked_all or now - self._started_at >= CATCH_UP_AT_MOST
        stock_of = take_stock if report is not None else close_periods
        stock_of(shop.store, shop.config, now=now, online=self._complete and not self._offline)

    def _learn(self) -> None:
        """Judge a few stored items again where the topic changed, and count the sources' history."""
        done = self._catch_up.step(seconds=CATCH_UP_S)
        if done.judged and not self._catch_up.left:
            _log.info("all stored items are judged by the present topic", extra={"action": "rejudge"})
        now = self._clock()
        if now - self._learned_at >= LEARN_EVERY:
            self._learned_at = now
            self.workshop.tuner.refresh()

    def _let_go(self) -> None:
        """Once a day remove what was rejected long ago, some at each turn."""
        now = self._clock()
        if now < self._let_go_at:
            return
        gone = let_go(self.workshop.store, self.workshop.config.store, now=now, most=AT_ONCE)
        if gone < AT_ONCE:
            self._let_go_at = now + EVERY
        if gone:
            _log.info("removed %d old rejected items", gone, extra={"action": "retention"})

    def _behind(self) -> CatchUp:
        """Say once what is of another topic."""
        behind = CatchUp(self.workshop.store, self.workshop.tuner)
        if behind.left:
            level = logging.INFO if behind.itself else logging.WARNING
            _log.log(level, "%s", behind.sentence, extra={"action": "rejudge"})
        return behind

    def reload(self, load: Callable[[], Config]) -> bool:
        """Take over another configuration, or keep the present one and say why; True when taken over."""
        old = self.workshop.config
        fresh = ExitStack()
        try:
            new = load()
            store = replace(new.store, path=old.store.path)
            wanted = replace(new, store=store, serve=_kept_address(new, old))
            if (new.store.path, new.serve.host, new.serve.port) != (
                old.store.path,
                old.serve.host,
                old.serve.port,
            ):
                _log.warning("store path, host and port change with the next start only")
            self._hosts = host_book(wanted.fetch)
            workshop = self._opened(wanted, fresh)
        except MoonwireError as error:
            fresh.close()
            _log.error(
                "the new configuration is refused, the old one stays: %s", error, extra={"action": "reload"}
            )  # its sentence says it all
            return False
        with self._at_work:
            self._open.close()
            self._open, self.workshop, self._shown = fresh, workshop, None
            # what the old one waits for ends in a closed store
            self._late = Late(workers=wanted.fetch.workers)
            self.library, self._shelf = library_of(workshop), Shelf()
            self._catch_up = self._behind()
        watched = workshop.store.source_counts()[0]  # with those that were added by command
        _log.info("configuration read again: %d sources", watched, extra={"action": "reload"})
        self.refresh()
        return True

    def refresh(self) -> None:
        """Render the site if what it shows has changed, write it where it belongs, and take stock."""
        with self._at_work:
            shop = self.workshop
            offline = self._offline or None
            shown = (shop.store.revision(), offline)
            if shown != self._shown:
                site = current_site(shop, previous=self.site, offline=offline)
                self._write()  # before anybody may be told: a hub may look into the folder at once
                self.site, self._shown = site, shown
                self.listener.shown()
            self.health = self._stock()

    def _write(self) -> None:
        folder = self.workshop.config.publish.dir
        if folder is None:
            return
        try:
            written = publish_site(self.workshop, folder, self._shelf)
        except PublishError as error:
            _log.error("%s", error, extra={"action": "publish"})  # its sentence says it all
            return
        if written:
            _log.info("%d files written to %s", len(written), folder, extra={"action": "publish"})

    def _tell_line(self, report: RoundReport) -> None:
        """Say once that nothing can be reached, and once that it can be again."""
        lost = report.line_down or (bool(report.asked) and report.unreached == report.asked)
        answered = report.asked > report.unreached
        if lost and not self._offline:
            _log.warning(
                "The sources can not be reached: is there a network? The wire keeps running, "
                "serves what it has, and asks again by itself.",
                extra={"action": "offline"},
            )
        elif answered and self._offline:
            _log.info("The sources can be reached again.", extra={"action": "online"})
        self._offline = lost or (self._offline and not answered)

    def _stock(self) -> dict[str, object]:
        store, report = self.workshop.store, self._report
        pushed = stock(self.workshop.config, store, self._clock())
        notices = told(self.workshop.config, store)
        due = store.next_due()
        watched, failing = store.source_counts()
        return {
            "ok": True,
            "status": "offline" if self._offline else "ok",
            "version": __version__,
            "sources": watched,
            "failing": failing,
            "revision": store.revision(),
            "of_another_topic": self._catch_up.left,
            **({} if pushed is None else {"push": pushed}),
            **({} if notices is None else {"told": notices}),
            "next_check": None if due is None else max(due, self._clock()).isoformat(timespec="seconds"),
            "last_round": None
            if report is None or self._round_at is None
            else {
                "at": self._round_at.isoformat(timespec="seconds"),
                "asked": report.asked,
                "failed": report.failed + report.gone,
                "new": report.new,
                "kept": report.kept,
                "seconds": round(report.elapsed_s, 1),
            },
        }

    def _opened(self, config: Config, stack: ExitStack) -> Workshop:
        workshop = stack.enter_context(open_workshop(config, clock=self._clock, book=self._hosts))
        meet_rules(workshop.store, config, now=self._clock())
        return workshop


def _kept_address(new: Config, old: Config) -> ServeConfig:
    """Return the new serving section at the address that is listened on already."""
    base = old.serve.base_url if new.serve.base_url_derived else new.serve.base_url
    return replace(new.serve, host=old.serve.host, port=old.serve.port, base_url=base)
