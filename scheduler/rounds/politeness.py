"""How each host was treated, from the log of checks: what a publisher would see in a log of theirs. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from feeds.model.hold import HostHold
from feeds.model.value import Value
from scheduler.rounds.hosts import host_of
from scheduler.rounds.plan import RETRY_AFTER_CAP_S
from store import CheckLine

WINDOW = timedelta(hours=24)
_SILENCING = frozenset({429, 503})


class HostReport(Value, frozen=True, kw_only=True):
    """One host over the last `WINDOW`. Durations are seconds, times aware UTC."""

    host: str
    """Name and port."""
    sources: int
    """Sources that were asked there."""
    requests: int
    """All of them, redirects to it from elsewhere included."""
    not_modified: int
    smallest_gap_s: float | None
    """Between the starts of two checks; None with fewer than two. A redirect within a check is none."""
    most_at_once: int
    """Checks that ran at the same time."""
    refusals: int
    """Answers 403 and 429."""
    silences: int
    """Answers that asked for silence (429 or 503 with Retry-After)."""
    silences_broken: int
    """Of these, how many were followed by a request of the same source before the time was over."""
    held_until: datetime | None
    """Until when the host as a whole is left alone."""


def report(lines: Iterable[CheckLine], holds: Iterable[HostHold], *, now: datetime) -> tuple[HostReport, ...]:
    """Return a report per host, most requests first, from check lines of the last `WINDOW`."""
    asked: defaultdict[str, list[CheckLine]] = defaultdict(list)
    requests: Counter[str] = Counter()
    for line in sorted(lines, key=lambda each: each.at):
        if line.requests:
            host = host_of(line.asked or line.source)
            asked[host].append(line)
            requests.update([host, *(host_of(target) for _, target in line.hops)])
    held = {hold.host: _latest(hold, now) for hold in holds}
    found = [
        _host(host, asked[host], requests[host], held.get(host))
        for host in {*requests, *(host for host, until in held.items() if until)}
    ]
    return tuple(sorted(found, key=lambda each: (-each.requests, each.host)))


def _host(host: str, lines: Sequence[CheckLine], requests: int, held_until: datetime | None) -> HostReport:
    gaps = [(b.at - a.at).total_seconds() for a, b in pairwise(lines)]
    silencing = [line for line in lines if line.retry_after_s and line.status in _SILENCING]
    return HostReport(
        host=host,
        sources=len({line.source for line in lines}),
        requests=requests,
        not_modified=sum(line.status == 304 for line in lines),  # noqa: PLR2004 # Not Modified
        smallest_gap_s=min(gaps, default=None),
        most_at_once=_most_at_once(lines),
        refusals=sum(line.status in {403, 429} for line in lines),
        silences=len(silencing),
        silences_broken=sum(_broken(line, lines) for line in silencing),
        held_until=held_until,
    )


def _most_at_once(lines: Sequence[CheckLine]) -> int:
    """Count the checks that overlap; one that ends as another begins does not."""
    edges = [(line.at, 1) for line in lines]
    edges += [(line.at + timedelta(seconds=max(line.elapsed_s, 1e-6)), -1) for line in lines]
    most = now = 0
    for _, step in sorted(edges):
        now += step
        most = max(most, now)
    return most


def _broken(silencing: CheckLine, lines: Sequence[CheckLine]) -> bool:
    asked = min(silencing.retry_after_s or 0, RETRY_AFTER_CAP_S)
    until = silencing.at + timedelta(seconds=asked)
    return any(line.source == silencing.source and silencing.at < line.at < until for line in lines)


def _latest(hold: HostHold, now: datetime) -> datetime | None:
    times = [time for time in (hold.until, hold.asked_until) if time is not None and time > now]
    return max(times, default=None)
