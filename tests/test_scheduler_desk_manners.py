"""A look from the pages beside a running round: both keep one memory of each host."""

from datetime import timedelta

from feeds.model import FetchRequest
from feeds.model.hold import HostHold
from scheduler.rounds.hosts import HostBook, HostQueue, held_of, host_of
from scheduler.rounds.once import Spaced
from tests.builders import NOW
from tests.fakes import FakeFetcher

URL = "https://a.example/feed"


def test_a_look_waits_while_the_host_has_enough_requests() -> None:
    """It is looked again every second, and asked when one of them has ended."""
    web, book = FakeFetcher(), HostBook(spacing_s=0.0, per_host=1)
    web.not_modified(URL)
    book.start(URL, 0.0)
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            book.finish(URL)

    Spaced(web, book, wait).fetch(FetchRequest(url=URL))
    assert waited == [1.0, 1.0, 1.0]
    assert web.asked(URL) == 1


def test_a_round_waits_after_a_look() -> None:
    """Work that was ready goes back in line when somebody else has asked its host meanwhile."""
    book = HostBook(spacing_s=5.0)
    queue: HostQueue[str] = HostQueue(book)
    queue.add(URL, "work")
    book.start(URL, 100.0)
    book.finish(URL)
    assert queue.take(102.0) is None
    assert len(queue) == 1
    assert queue.wait_s(102.0) == 3.0
    assert queue.take(105.0) == (URL, "work")


def test_the_longest_hold_of_a_host_counts() -> None:
    """Those that are over and those of other hosts do not."""
    host = host_of(URL)
    hour = timedelta(hours=1)
    holds = [
        HostHold(host=host, until=NOW - hour, asked_until=NOW + hour),
        HostHold(host=host, until=NOW + 2 * hour),
        HostHold(host="b.example:443", until=NOW + 3 * hour),
    ]
    assert held_of(holds, host, now=NOW) == NOW + 2 * hour
    assert held_of(holds, host, now=NOW + 2 * hour) is None
    assert held_of([], host, now=NOW) is None
