"""Checks that ended without an answer of the host: our own defect, or the round's patience."""

import logging
from datetime import datetime

from feeds.model import Check, SourceState
from feeds.model.value import Value, replace
from scheduler.log import redact
from scheduler.rounds import moves, pipeline, plan

_log = logging.getLogger("moonwire.round")


class Moment(Value, frozen=True, kw_only=True):
    """When a check failed and what plans the next one. Maker: the round."""

    now: datetime
    pace: plan.Pace
    jitter: float


def broken(state: SourceState, error: Exception, moment: Moment) -> Check:
    """Return the check on which our own code failed: logged whole, told in one sentence, backed off."""
    _log.error("defect while checking %s", state.source.url, exc_info=error, extra={"action": "defect"})
    sentence = f"moonwire itself failed on this source ({type(error).__name__}); please report it."
    return _failed(state, moment, sentence=sentence, cause="defect")


def given_up(state: SourceState, moment: Moment) -> Check:
    """Return the check of a host that had not answered in full when all others had."""
    url = moves.address_of(state)
    sentence = (
        f"{redact(url)}: it had not answered when the rest of the round was done; a later round waits for it."
    )
    check = _failed(state, moment, sentence=sentence, cause="timeout")
    return replace(check, requests=1, asked=url)


def _failed(state: SourceState, moment: Moment, *, sentence: str, cause: str) -> Check:
    after = pipeline.failed(state, now=moment.now, sentence=sentence)
    at, why = plan.next_check(after, now=moment.now, pace=moment.pace, jitter=moment.jitter)
    return Check(
        at=moment.now,
        outcome="failed",
        state=replace(after, next_check=at, next_check_why=why),
        error=sentence,
        cause=cause,
    )
