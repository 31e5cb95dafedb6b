"""Whose fault is it when nearly nothing answers? Then our own line is down, and no source is blamed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from feeds.model import Check, SourceState
from feeds.model.value import replace

CAUSES = frozenset({"dns", "connect", "timeout"})
HOSTS = 5
TENTH = 10
"""One host in ten that answers proves nothing: it may be the router's own page."""
RETRY_S = 300
SENTENCE = (
    "Nearly every host failed at once: the connection of this machine is taken to be down, "
    "no source is blamed, and all are asked again in a few minutes."
)

Doubt = tuple[SourceState, Check]
"""A source before its check, and the check that failed in a way our line may have caused."""


class LineWatch:
    """Holds back failures that our own line may have caused until the round has shown whether it is up.

    It is up once more than a tenth of the round's hosts answered, and always in a round of few hosts.
    """

    def __init__(self, hosts: Iterable[str]) -> None:
        self._all = set(hosts)
        self._answered: set[str] = set()
        self._silent: set[str] = set()
        self._doubts: list[Doubt] = []
        self._up = len(self._all) < HOSTS
        self.down = False

    @property
    def up(self) -> bool:
        """Whether our line is known to work."""
        return self._up

    def weigh(self, state: SourceState, check: Check, host: str) -> list[Doubt]:
        """Return what may be recorded now: this check, those held back before it as well, or nothing."""
        if unreached(check) and not self._up:
            self._silent.add(host)
            self._doubts.append((state, check))
            return []
        if check.requests:
            self._answered.add(host)
        if not self._up and len(self._answered) * TENTH > len(self._all):
            self._up = True
            return [*self._taken(), (state, check)]
        return [(state, check)]

    def settle(self, *, now: datetime, jitter: float) -> list[Doubt]:
        """Return what is left at the end of the round; blameless where the line proved to be down."""
        tried = len(self._silent | self._answered)
        if self._doubts and tried >= HOSTS and len(self._answered) * TENTH <= tried:
            self.down = True
            return [
                (state, blameless(check, state, now=now, jitter=jitter)) for state, check in self._taken()
            ]
        return self._taken()

    def _taken(self) -> list[Doubt]:
        doubts, self._doubts = self._doubts, []
        return doubts


def unreached(check: Check) -> bool:
    """Whether the host gave no answer at all; a document that takes too long to read is no such case."""
    return check.outcome == "failed" and check.status is None and check.cause in CAUSES


def blameless(check: Check, before: SourceState, *, now: datetime, jitter: float) -> Check:
    """Return the failure as our line's fault: the source keeps its record and is asked again soon."""
    at = now + timedelta(seconds=RETRY_S * (1 + jitter))
    why = "most hosts could not be reached: our own connection is taken to be down"
    kept = replace(
        before, last_check=check.at, last_error=check.error or "", next_check=at, next_check_why=why
    )
    return replace(check, state=kept)
