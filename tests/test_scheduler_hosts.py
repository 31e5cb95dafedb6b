"""Manners towards a host: spacing, concurrency, storms of refusals, and work handed out in turn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.hold import HostHold
from scheduler.rounds.hosts import (
    HOLD_CAP_S,
    HOLD_S,
    RETRY_AFTER_CAP_S,
    HostBook,
    HostQueue,
    host_of,
    is_private,
    name_of,
)
from tests.builders import NOW, at

A1, A2, B1 = "https://a.example/1", "https://a.example/2", "https://b.example/1"


@pytest.mark.parametrize(
    ("url", "host", "name"),
    [
        ("https://A.Example/x", "a.example:443", "a.example"),
        ("http://a.example/x", "a.example:80", "a.example"),
        ("http://a.example:81/x", "a.example:81", "a.example"),
        ("http://[::1]:9/x", "::1:9", "::1"),
        ("nonsense", "nonsense", ""),
        ("http://a.example:banana/x", "http://a.example:banana/x", "a.example"),
        ("http://[broken/x", "http://[broken/x", ""),
    ],
)
def test_a_host_is_name_and_port(url: str, host: str, name: str) -> None:
    """Another port is another server; what has no host stands for itself."""
    assert host_of(url) == host
    assert name_of(url) == name


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("http://localhost:1/", True),
        ("http://x.localhost/", True),
        ("http://127.0.0.1/", True),
        ("http://10.1.2.3/", True),
        ("http://[::1]/", True),
        ("http://1.1.1.1/", False),
        ("http://a.example/", False),
        ("http://[broken", False),
    ],
)
def test_private_hosts_are_known_by_their_spelling(url: str, private: bool) -> None:  # noqa: FBT001 # a table's column
    """No name is looked up for it."""
    assert is_private(url) is private


def test_requests_to_one_host_are_spaced() -> None:
    """The second source of a host waits five seconds, that of another host does not."""
    line: HostQueue[str] = HostQueue(HostBook(spacing_s=5.0))
    for url in (A1, A2, B1):
        line.add(url, url)
    assert line.take(0.0) == (A1, A1)
    assert line.take(0.0) == (B1, B1)
    assert line.take(4.9) is None
    assert line.wait_s(4.0) == pytest.approx(1.0)
    assert line.take(5.0) == (A2, A2)
    assert line.take(99.0) is None
    assert line.wait_s(99.0) is None
    assert len(line) == 0


def test_spacing_is_remembered_over_rounds() -> None:
    """A new round does not ask a host at once again."""
    book = HostBook(spacing_s=5.0)
    first: HostQueue[int] = HostQueue(book)
    first.add(A1, 1)
    first.take(0.0)
    first.done(A1)
    second: HostQueue[int] = HostQueue(book)
    second.add(A2, 2)
    assert second.take(1.0) is None
    assert second.take(5.0) == (A2, 2)


def test_a_private_host_needs_no_pause_but_keeps_its_limit() -> None:
    """Two at once, the third when one is done, all without waiting."""
    line: HostQueue[int] = HostQueue(HostBook(spacing_s=5.0, per_host=2))
    urls = [f"http://127.0.0.1:9/{n}" for n in range(4)]
    for n, url in enumerate(urls):
        line.add(url, n)
    assert line.take(0.0) == (urls[0], 0)
    assert line.take(0.0) == (urls[1], 1)
    assert line.take(0.0) is None
    assert line.wait_s(0.0) is None
    line.done(urls[0])
    assert line.take(0.0) == (urls[2], 2)
    line.done(urls[1])
    line.done(urls[2])
    assert line.take(0.0) == (urls[3], 3)
    line.done(urls[3])


def one_host(share: int) -> tuple[str, HostBook, HostQueue[int]]:
    """Give an address, a book that lets so many ask its host at once, and a queue with one piece for it."""
    book = HostBook(spacing_s=0.0, per_host=share)
    queue: HostQueue[int] = HostQueue(book)
    queue.add("https://h.example/a", 1)
    return "https://h.example/a", book, queue


def test_somebody_else_asks_the_same_host_meanwhile() -> None:
    """A look from the pages counts against the host's share, and its end is noticed though nobody tells."""
    url, book, queue = one_host(1)
    book.start(url, 0.0)
    assert queue.take(1.0) is None
    book.finish(url)
    assert queue.take(1.0) == (url, 1)


def test_a_host_stands_in_line_once() -> None:
    """However its places are taken and given back."""
    url, book, queue = one_host(2)
    queue.add(url, 2)
    assert queue.take(0.0) == (url, 1)
    book.start(url, 0.0)
    queue.done(url)
    assert queue.take(1.0) == (url, 2)
    assert queue.take(1.0) is None


def test_what_is_left_can_be_taken_out() -> None:
    """A round that ends early gives its sources back."""
    line: HostQueue[int] = HostQueue(HostBook())
    for n, url in enumerate((A1, A2, B1)):
        line.add(url, n)
    line.take(0.0)
    assert sorted(line.rest()) == [1, 2]
    assert len(line) == 0
    assert line.take(99.0) is None
    line.done(A1)


def test_two_refused_sources_hold_the_whole_host() -> None:
    """One source that is refused is its own matter; a second one makes it the host's."""
    book = HostBook()
    book.answered(A1, 429, now=NOW)
    book.answered(A1, 429, now=NOW)
    assert book.held_until(A2, now=NOW) is None
    book.answered(A2, 403, now=NOW)
    assert book.held_until(A1, now=NOW) == at(seconds=HOLD_S)
    assert book.held_until(B1, now=NOW) is None
    assert book.held_until(A1, now=at(seconds=HOLD_S)) is None


def test_a_storm_that_goes_on_holds_longer_up_to_a_cap() -> None:
    """The pause doubles with each further refusal."""
    book = HostBook()
    book.answered(A1, 429, now=NOW)
    for _ in range(30):
        book.answered(A2, 429, now=NOW)
    assert book.held_until(A1, now=NOW) == at(seconds=HOLD_CAP_S)


@pytest.mark.parametrize(("asked", "held"), [(7200, 7200), (10**9, RETRY_AFTER_CAP_S), (-1, HOLD_S)])
def test_a_storm_respects_retry_after(asked: int, held: int) -> None:
    """The host is left alone as long as it says, within a day."""
    book = HostBook()
    for url in (A1, A2):
        book.answered(url, 429, now=NOW, retry_after_s=asked)
    assert book.held_until(A1, now=NOW) == at(seconds=held)


def test_any_other_answer_ends_a_storm() -> None:
    """No answer at all says nothing; a 200 or a 404 says that the host serves us again."""
    book = HostBook()
    for url in (A1, A2):
        book.answered(url, 403, now=NOW)
    book.answered(A1, None, now=NOW)
    assert book.held_until(A1, now=NOW) is not None
    book.answered(A1, 404, now=NOW)
    assert book.held_until(A1, now=NOW) is None


def test_one_answer_that_asks_for_silence_holds_the_host() -> None:
    """429 with Retry-After speaks to us as a whole; no success of a request under way ends it."""
    book = HostBook()
    book.answered(A1, 429, now=NOW, retry_after_s=120)
    assert book.held_until(A2, now=NOW) == at(seconds=120)
    book.answered(A2, 200, now=at(seconds=1))
    book.answered(A1, 429, now=at(seconds=2), retry_after_s=10)
    assert book.held_until(A2, now=at(seconds=3)) == at(seconds=120)
    assert book.held_until(A2, now=at(seconds=120)) is None
    book.answered(A1, 429, now=NOW, retry_after_s=10**9)
    assert book.held_until(A2, now=NOW) == at(seconds=HOLD_CAP_S)


def test_503_is_the_matter_of_one_source_unless_two_ask_for_silence() -> None:
    """A bridge with many feeds answers 503 for one of them when only that one's origin is down."""
    book = HostBook()
    book.answered(A1, 503, now=NOW, retry_after_s=7200)
    assert book.held_until(A2, now=NOW) is None
    book.answered(A2, 503, now=NOW)
    assert book.held_until(A1, now=NOW) is None
    for url in (A1, A2):
        book.answered(url, 503, now=NOW, retry_after_s=7200)
    assert book.held_until(A1, now=NOW) == at(seconds=7200)


def test_what_is_known_of_hosts_survives_the_process() -> None:
    """Each change is handed out to be kept; the next process takes it over."""
    kept: dict[str, HostHold] = {}

    def keep(hold: HostHold) -> None:
        kept[hold.host] = hold

    first = HostBook()
    first.remember((), keep)
    first.answered(A1, 200, now=NOW)
    assert not kept
    first.answered(A1, 429, now=NOW, retry_after_s=600)
    second = HostBook()
    second.remember(kept.values(), keep)
    assert second.held_until(A2, now=at(seconds=60)) == at(seconds=600)
    second.answered(A2, 429, now=at(seconds=700))
    assert second.held_until(A1, now=at(seconds=700)) == at(seconds=700 + HOLD_S)
    second.answered(A2, 200, now=at(hours=1))
    assert kept["a.example:443"].empty


@given(
    hosts=st.lists(st.integers(0, 4), max_size=30),
    per_host=st.integers(1, 3),
    spacing=st.sampled_from([0.0, 5.0]),
    order=st.randoms(use_true_random=False),
)
def test_all_work_is_handed_out_once_and_never_too_much_of_a_host(
    hosts: list[int], per_host: int, spacing: float, order: object
) -> None:
    """In whatever order work ends, every piece is given once, within the host's limits."""
    line: HostQueue[int] = HostQueue(HostBook(spacing_s=spacing, per_host=per_host))
    for n, host in enumerate(hosts):
        line.add(f"https://h{host}.example/{n}", n)
    now = 0.0
    given_out: list[int] = []
    running: list[str] = []
    starts: dict[str, float] = {}
    while len(line) or running:
        taken = line.take(now)
        if taken is not None:
            url, work = taken
            given_out.append(work)
            running.append(url)
            assert now - starts.get(host_of(url), float("-inf")) >= spacing
            starts[host_of(url)] = now
            assert sum(host_of(one) == host_of(url) for one in running) <= per_host
            continue
        wait = line.wait_s(now)
        if wait is not None and (not running or order.random() < 0.5):  # type: ignore[attr-defined] # hypothesis' Random
            now += wait
        else:
            line.done(running.pop(order.randrange(len(running))))  # type: ignore[attr-defined] # as above
    assert sorted(given_out) == list(range(len(hosts)))
