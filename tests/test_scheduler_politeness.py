"""What a publisher would see of us, counted from the log of checks."""

from datetime import datetime

from feeds.model.hold import HostHold
from feeds.model.value import replace
from scheduler.rounds.politeness import report
from store import CheckLine
from tests.builders import NOW, at

A1, A2, B1 = "https://a.example/1", "https://a.example/2", "https://b.example/1"


def line(url: str, when: datetime, **changes: object) -> CheckLine:
    """Make one line of the log."""
    made = CheckLine(
        source=url,
        asked=url,
        at=when,
        outcome="unchanged",
        status=304,
        wire_bytes=100,
        elapsed_s=1.0,
        entries=0,
        new=0,
        kept=0,
        error=None,
    )
    return replace(made, **changes)


def test_gaps_overlaps_and_requests_are_counted_per_host() -> None:
    """Sources of one host share a report; redirects count where they lead."""
    lines = [
        line(A1, at(seconds=60)),
        line(A2, at(seconds=5), elapsed_s=9.0),
        line(A1, NOW, elapsed_s=30.0, requests=2, hops=((301, "https://b.example/x"),), status=200),
        line(B1, at(minutes=1), requests=0, outcome="deferred", status=None),
    ]
    a, b = report(lines, (), now=NOW)
    assert (a.host, a.sources, a.requests, a.not_modified) == ("a.example:443", 2, 3, 2)
    assert (a.smallest_gap_s, a.most_at_once) == (5.0, 2)
    assert (b.host, b.sources, b.requests, b.smallest_gap_s, b.most_at_once) == (
        "b.example:443",
        0,
        1,
        None,
        0,
    )


def test_checks_one_after_the_other_are_one_at_a_time() -> None:
    """The end of one and the start of the next are no overlap; one without length counts as well."""
    lines = [line(A1, NOW, elapsed_s=5.0), line(A2, at(seconds=5), elapsed_s=0.0)]
    assert report(lines, (), now=NOW)[0].most_at_once == 1


def test_a_broken_promise_of_silence_shows() -> None:
    """A request of the same source before Retry-After is over is counted; one of another source is not."""
    told = line(A1, NOW, status=429, retry_after_s=120, outcome="failed")
    (heeded,) = report([told, line(A1, at(seconds=120)), line(A2, at(seconds=9))], (), now=NOW)
    assert (heeded.refusals, heeded.silences, heeded.silences_broken) == (1, 1, 0)
    (broken,) = report([told, line(A1, at(seconds=119))], (), now=NOW)
    assert broken.silences_broken == 1
    (stale,) = report([replace(told, status=404)], (), now=NOW)
    assert (stale.refusals, stale.silences) == (0, 0)


def test_a_host_that_is_left_alone_is_listed_though_nobody_asked() -> None:
    """Until the hold ends; an ended one is no news."""
    holds = (
        HostHold(host="a.example:443", until=at(hours=1), asked_until=at(hours=2)),
        HostHold(host="b.example:443", until=at(hours=-1)),
    )
    (held,) = report((), holds, now=NOW)
    assert (held.host, held.requests, held.held_until) == ("a.example:443", 0, at(hours=2))


def test_lines_of_older_versions_count_at_the_source() -> None:
    """They do not say what was asked."""
    assert report([line(A1, NOW, asked="")], (), now=NOW)[0].host == "a.example:443"
