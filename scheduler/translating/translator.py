"""What is to be translated next, and what came of asking; never in the way of a round or of a reader."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from feeds.intake.translate import NAMES, NoTranslationError, answer_of, primary, request_of
from feeds.model import PublishedItem
from feeds.model.posting import Posted, PostOutcome, PostRequest
from feeds.model.translation import Translation
from scheduler.config.types import Config
from scheduler.translating.shown import name_of, target_of, words_of
from store import Store

_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=6)
_UNFIT_FOR = timedelta(days=1)
_MOST_UNFIT: Final = 4096
_OURS = frozenset({400, 413, 422})
"""Answers that are about the text: others may do better."""

_log = logging.getLogger("moonwire.translate")


class Posts(Protocol):
    """Sends one POST."""

    def post(self, request: PostRequest) -> PostOutcome:
        """Send; every failure is a value."""


class Translator:
    """Asks the service for what the feed shows; used by one thread. Waits longer after each failure."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._failures = 0
        self._until: datetime | None = None
        self._unfit: dict[bytes, datetime] = {}
        """Words that the service could do nothing with, and since when."""

    def step(self, store: Store, config: Config, poster: Posts, *, seconds: float = 20.0) -> int:
        """Translate for some seconds at most, newest first; returns how many items were."""
        to, began, made = target_of(config), time.monotonic(), 0
        if not to or (self._until is not None and self._clock() < self._until):
            return 0
        for item in self._wanted(store, config, to):
            if time.monotonic() - began >= seconds:
                break
            texts = tuple(text for text in words_of(item) if text)
            cost, now = sum(map(len, texts)), self._clock()
            if store.translations.spent(now) + cost > config.translate.budget:
                _log.debug("the day's budget of the translator is spent", extra={"action": "translate"})
                break
            store.translations.spend(cost, now=now)
            found = self._asked(item, texts, config, poster)
            if found is not None:
                store.translations.keep(name_of(item), found, now=now)
                made += 1
            if self._until is not None:
                break
        return made

    def _wanted(self, store: Store, config: Config, to: str) -> list[PublishedItem]:
        """Return the first reports of the feed's stories that are of another language and not translated."""
        publish, now = config.publish, self._clock()
        leads = [story.lead for story in store.stories(limit=publish.entries, moves=publish.moves)]
        foreign = [
            lead for lead in leads if lead.language and primary(lead.language) != primary(to) and lead.title
        ]
        done = store.translations.of([name_of(lead) for lead in foreign], to)
        self._unfit = {name: since for name, since in self._unfit.items() if now - since < _UNFIT_FOR}
        return [lead for lead in foreign if name_of(lead) not in done and name_of(lead) not in self._unfit]

    def _asked(
        self, item: PublishedItem, texts: tuple[str, ...], config: Config, poster: Posts
    ) -> Translation | None:
        wish = config.translate
        outcome = poster.post(
            request_of(wish.kind, wish.url, wish.key, texts, source=item.language, to=wish.to)
        )
        if not isinstance(outcome, Posted):
            if outcome.status in _OURS and len(self._unfit) < _MOST_UNFIT:
                self._unfit[name_of(item)] = self._clock()
            else:
                self._failed(outcome.sentence, outcome.retry_after_s)
            return None
        try:
            given = answer_of(wish.kind, outcome.body, texts)
        except NoTranslationError as error:
            self._failed(f"{outcome.url}: {error}.", None)
            return None
        self._failures, self._until = 0, None
        title, summary = words_of(item)
        by_text = dict(zip(texts, given, strict=True))
        return Translation(
            title=by_text.get(title, ""),
            summary=by_text.get(summary, ""),
            language=wish.to,
            by=NAMES[wish.kind],
        )

    def _failed(self, sentence: str, retry_after_s: int | None) -> None:
        wait = min(_FIRST_WAIT * 2 ** min(self._failures, 10), _LONGEST_WAIT)
        asked = timedelta(seconds=max(0, retry_after_s or 0))
        self._failures += 1
        self._until = self._clock() + max(wait, min(asked, timedelta(days=1)))
        if self._failures == 1:
            _log.warning("nothing is translated for a while: %s", sentence, extra={"action": "translate"})
