"""Days and weeks are closed when their time has come, each once, and mailed to whom the operator names."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from feeds.model.digest import Digest, DigestKind, Period
from feeds.model.value import replace
from feeds.publish.formats.digest import KINDS, digest_of
from scheduler.config.notify_types import DigestConfig
from scheduler.config.types import Config
from scheduler.push.periods import last_closed, to_close
from store import Store
from store.moves import Moves

LATE: Final = timedelta(days=7)
"""A story that comes in later than this after its own period stands in no digest."""
_LOOKED_AT: Final = 1000
"""Stories of a period that are looked at."""
_REMEMBERED: Final = 8
"""Digests whose stories do not stand in the next one again."""


def close_due(store: Store, config: Config, *, now: datetime) -> list[Digest]:
    """Make and keep the digests of all periods that are over; returns the new ones, oldest first."""
    made = []
    for kind in KINDS:
        last = store.digests.last(kind)
        for period in to_close(kind, last[0] if last else None, now, config.digest):
            digest = gathered(store, period, now=now, moves=config.publish.moves)
            if store.digests.close(digest):
                made.append(digest)
    return made


def gathered(store: Store, period: Period, *, now: datetime, moves: Moves) -> Digest:
    """Return the digest of a period as the store has it at `now`, with what came in late for earlier ones."""
    told = {
        story.story
        for digest in store.digests.newest(period.kind, limit=_REMEMBERED)
        if digest.period.name < period.name
        for story in digest.stories
    }
    last = store.digests.last(period.kind)
    start = period.start - LATE if last else period.start
    found = store.digests.stories(start, period.end, limit=_LOOKED_AT, moves=moves)
    fresh = [story for story in found if told.isdisjoint((story.id, *story.aliases))]
    late = [
        story
        for story in fresh
        if last and story.lead.when < period.start and story.lead.first_seen >= last[1]
    ]
    own = [story for story in fresh if story.lead.when >= period.start]
    return replace(digest_of(period, own, late), made=now)


def mail_due(store: Store, config: Config, *, now: datetime) -> int:
    """Ask for the mails of the latest digests that were not asked for; returns how many digests that are."""
    if not config.digest.mail_to:
        return 0
    asked = 0
    for kind in mailed_kinds(config.digest):
        period = last_closed(kind, now, config.digest)
        digest = store.digests.unmailed(kind, period.name)
        lane = f"{config.smtp.host}:{config.smtp.port}"
        if digest is not None:
            asked += store.digests.mail(digest, config.digest.mail_to, lane, now=now)
    return asked


def mailed_kinds(digest: DigestConfig) -> Iterable[DigestKind]:
    """Return the kinds of digest that are mailed."""
    return KINDS if digest.mail == "both" else (digest.mail,)
