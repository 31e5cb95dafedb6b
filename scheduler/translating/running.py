"""The translator beside a running wire, in a thread of its own; and once, for a command that ends."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from feeds.errors import MoonwireError
from scheduler.push.posters import Posters
from scheduler.translating.translator import Translator
from scheduler.workshop import Workshop

LOOK_S: Final = 5.0
"""How often it is looked whether there is something new to translate: one number of the store."""
_AGAIN_S: Final = 60.0
"""After this time it is looked all the same: a wait may be over, or a new day have begun."""
ONCE_S: Final = 20.0
"""What a command that ends spends on translating."""
_STOP_S: Final = 15.0

_log = logging.getLogger("moonwire.translate")


@contextmanager
def translating(
    workshop: Callable[[], Workshop], clock: Callable[[], datetime], *, look_s: float = LOOK_S
) -> Iterator[None]:
    """Translate for as long as the block lasts; what was translated is shown by the wire's next turn."""
    stop = threading.Event()
    thread = threading.Thread(
        target=_run, args=(workshop, Translator(clock), stop, look_s), name="translate", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_STOP_S)


def _run(
    workshop: Callable[[], Workshop], translator: Translator, stop: threading.Event, look_s: float
) -> None:
    seen: tuple[int, int] | None = None
    rounds = 0
    while not stop.wait(look_s):
        rounds += 1
        try:
            shop = workshop()
            now = (shop.store.revision(), rounds // max(1, int(_AGAIN_S / look_s)))
            if shop.config.translate.url and now != seen:
                seen = now
                _step(shop, translator, stop)
        except MoonwireError as error:  # a store that is being exchanged, or a wrong address: tried again
            _log.debug("%s", error, extra={"action": "translate"})
        except Exception:  # noqa: BLE001 # a thread has nobody to raise to
            _log.exception("defect while translating", extra={"action": "defect"})


def _step(shop: Workshop, translator: Translator, stop: threading.Event) -> None:
    poster = Posters(lambda: shop.config.fetch)()
    while not stop.is_set() and (made := translator.step(shop.store, shop.config, poster, seconds=1.0)):
        _log.info("translated: %d", made, extra={"action": "translate"})


def translate_now(shop: Workshop) -> int:
    """Translate what a round brought, for some seconds at most; returns how many items were."""
    poster = Posters(lambda: shop.config.fetch)()
    return Translator(shop.clock).step(shop.store, shop.config, poster, seconds=ONCE_S)
