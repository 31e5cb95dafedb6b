"""The daemon: clockwork, signals, web server and drain around the wire.

This thread waits for signals, the scheduler's single worker turns the wire, the web server answers with
what the last turn made, and the station tells and sends what is new. The only home of APScheduler.
"""

import logging
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from typing import TextIO

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from feeds.publish.serving.app import SiteApp
from feeds.publish.serving.desk.app import OperatorApp
from feeds.publish.serving.desk.asked import Terms
from feeds.publish.serving.desk.routes import Desk
from feeds.publish.serving.hub_app import HubApp
from feeds.publish.serving.packed import Packer
from feeds.publish.serving.picture_app import PictureApp
from scheduler import log
from scheduler.config import load as configuration
from scheduler.config.types import Config
from scheduler.lock import daemon_lock
from scheduler.pictures.serving import Pictures
from scheduler.publishing import web
from scheduler.push.station import running
from scheduler.push.wiring import Push
from scheduler.translating.running import translating
from scheduler.wire import Wire
from scheduler.wording import counted
from scheduler.workshop import wall_clock

TICK_S = 5.0
_NO_CONTACT = "Set contact under [fetch] in moonwire.toml, so that publishers can reach you.\n"
_HANDLED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

_log = logging.getLogger("moonwire.daemon")
Signals = queue.SimpleQueue[int]
"""Signals in the order they came; its put() may interrupt a get() of the same thread, unlike an Event."""


def serve_forever(
    config: Config,
    *,
    host: str | None = None,
    port: int | None = None,
    log_json: bool = False,
    signals: Signals | None = None,
    out: TextIO | None = None,
) -> int:
    """Run until SIGTERM or SIGINT, then let what runs end and return 0; SIGHUP reads the file again.

    ConfigError (port, topic) and StoreError (store, another daemon) are raised before anything is
    asked. `signals` given: they come from there and not from the process.
    """
    config = config.serving(host, port)
    log.set_up(as_json=log_json)
    with ExitStack() as stack:
        stack.enter_context(daemon_lock(config.store.path))
        listener = web.bind(config.serve.host, config.serve.port)
        stack.callback(listener.close)
        config = config.serving(None, listener.getsockname()[1])
        wire = Wire(config)
        stack.callback(wire.close)
        push = Push(wire, wall_clock)
        wire.listener = push.station
        pictures = Pictures(lambda: wire.workshop, wall_clock)
        stack.callback(pictures.close)
        stack.enter_context(web.serving(app_of(wire, push, pictures), listener, lambda: wire.site.direct))
        stack.enter_context(running(push.station))
        stack.enter_context(translating(lambda: wire.workshop, wall_clock))
        signals = signals or stack.enter_context(_process_signals())
        with suppress(OSError):  # the wire runs though nobody can be greeted
            (out or sys.stdout).write(_greeting(config, wire.workshop.store.source_counts()[0]))
            (out or sys.stdout).flush()
        _run(wire, signals, lambda: configuration.load(config.path).serving(host, port))
    _log.info("stopped", extra={"action": "stop"})
    return 0


def app_of(wire: Wire, push: Push | None = None, pictures: Pictures | None = None) -> PictureApp:
    """Return the web application over what the last turn made, the library, operator, hub and pictures."""
    packer = Packer(lambda: wire.library, lambda: datetime.now(UTC))
    desk = Desk(lambda: _terms(wire), lambda: wire.library, wire.hands, lambda: datetime.now(UTC))
    app = OperatorApp(SiteApp(lambda: wire.site, lambda: wire.health, packer), desk)
    hub = HubApp(app, push.register if push else lambda: None, time.monotonic)
    return PictureApp(hub, pictures.find if pictures else lambda: None)


def _terms(wire: Wire) -> Terms | None:
    serve = wire.workshop.config.serve
    return Terms(token=serve.token, base_url=serve.base_url) if serve.token else None


def _run(wire: Wire, signals: Signals, load: Callable[[], Config]) -> None:
    """Turn the wire at each tick until told to stop; turns and reloads never overlap."""
    stop = threading.Event()
    logging.getLogger("apscheduler").setLevel(
        logging.ERROR
    )  # a tick that is skipped during a round is no news
    clockwork = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(1)})
    clockwork.add_job(
        wire.turn,
        "interval",
        args=[stop],
        seconds=TICK_S,
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
        next_run_time=datetime.now(UTC),
    )
    clockwork.start()
    try:
        while (number := signals.get()) == signal.SIGHUP:
            clockwork.add_job(wire.reload, args=[load], misfire_grace_time=None)
        _log.info("%s: finishing what runs", signal.Signals(number).name, extra={"action": "drain"})
    finally:
        stop.set()
        clockwork.shutdown(wait=True)


@contextmanager
def _process_signals() -> Iterator[Signals]:
    """Collect the process's signals in a queue for as long as the block lasts."""
    signals: Signals = queue.SimpleQueue()
    before = {number: signal.signal(number, lambda number, _: signals.put(number)) for number in _HANDLED}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _greeting(config: Config, watched: int) -> str:
    base = config.serve.base_url
    unnamed = not config.fetch.contact and "(+postmaster@" in config.fetch.user_agent
    return (
        f"moonwire watches {counted(watched, 'source')}. Open {base}/ in a browser, "
        f"or {base}/feed.rss in a feed reader. Ctrl-C stops it.\n"
    ) + (_NO_CONTACT if unnamed else "")
