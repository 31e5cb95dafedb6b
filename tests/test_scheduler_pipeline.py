"""One check as a value: what each answer of the network makes of a source's state."""

import pytest

from feeds.model import (
    BasicAuth,
    Check,
    FoundFeed,
    Freshness,
    Hop,
    ReadFailed,
    SourceState,
    Validators,
)
from feeds.model.head import FeedHead
from scheduler.rounds import pipeline
from tests.builders import FEED, NOW, a_source, a_state, at
from tests.fakes import FakeFetcher, FakeReader, curate

BODY = b"a moon base\nother news"


class Bench:
    """A source, a fake web and the walk between them."""

    def __init__(self, state: SourceState | None = None, head: FeedHead = FeedHead()) -> None:
        self.web = FakeFetcher()
        self.reader = FakeReader(head)
        self.state = state or a_state()
        self.tools = pipeline.Tools(fetcher=self.web, reader=self.reader, curate=curate)

    def check(self, hours: float = 0, *, force: bool = False) -> Check:
        """Check at this hour; the new state is the next check's."""
        check = pipeline.check(self.state, self.tools, now=at(hours=hours), force=force)
        self.state = check.state
        return check

    @property
    def sent(self) -> Validators:
        """The validators of the last request."""
        return self.web.requests[-1].validators


def test_a_new_feed_is_read_judged_and_planned() -> None:
    """Everything that the store needs is in the check."""
    bench = Bench(head=FeedHead(title="News", ttl_s=7200))
    bench.web.feed(FEED, BODY, etag='"1"', freshness=Freshness(max_age_s=60))
    check = bench.check()
    assert (check.outcome, check.status, check.entries, check.error) == ("changed", 200, 2, None)
    assert [one.verdict.keep for one in check.judged] == [True, False]
    assert (check.requests, check.conditional, check.wire_bytes) == (1, False, len(BODY))
    state = check.state
    assert state.validators == Validators(etag='"1"')
    assert (state.last_check, state.last_success, state.last_change, state.last_full) == (NOW, NOW, NOW, NOW)
    assert state.head.title == "News"
    assert len(state.seen or ()) == 2
    assert state.posted == (NOW, at(hours=-1))
    assert state.next_check is not None
    assert state.next_check >= at(hours=2)
    assert "ttl" in state.next_check_why


def test_an_unchanged_feed_costs_one_conditional_request() -> None:
    """304 keeps what was known, head hints and lifetime included."""
    bench = Bench(head=FeedHead(ttl_s=7200))
    bench.web.feed(FEED, BODY, etag='"1"', freshness=Freshness(max_age_s=10800))
    bench.web.not_modified(FEED)
    first = bench.check()
    second = bench.check(4)
    assert bench.sent == Validators(etag='"1"')
    assert (second.outcome, second.status, second.conditional) == ("unchanged", 304, True)
    assert second.state.validators == Validators(etag='"1"')
    assert second.state.freshness.max_age_s == 10800
    assert (second.state.seen, second.state.head) == (first.state.seen, first.state.head)
    assert second.state.next_check is not None
    assert second.state.next_check >= at(hours=7)


def test_a_304_may_renew_validators_and_lifetime() -> None:
    """RFC 9111 4.3.4: what the 304 states wins; an old Expires is over."""
    bench = Bench()
    bench.web.feed(FEED, BODY, etag='"1"', freshness=Freshness(max_age_s=60, expires_s=86400))
    bench.web.not_modified(FEED, etag='"2"', freshness=Freshness(max_age_s=7200))
    bench.check()
    state = bench.check(2).state
    assert state.validators.etag == '"2"'
    assert state.freshness == Freshness(max_age_s=7200)


def test_an_equal_body_is_not_read_again_but_its_validators_count() -> None:
    """The newest validators are sent, also when nothing else is new; dropped ones are forgotten."""
    bench = Bench()
    bench.web.feed(FEED, BODY, etag='"1"')
    bench.web.feed(FEED, BODY, etag='"2"')
    bench.web.feed(FEED, BODY)
    bench.check()
    check = bench.check(2)
    assert (check.outcome, check.status, bench.reader.reads) == ("unchanged", 200, 1)
    bench.check(4)
    assert bench.sent == Validators(etag='"2"')
    assert bench.state.validators == Validators()


def test_a_document_whose_entries_are_all_known_is_unchanged() -> None:
    """Another order is nothing new; only entries of the last document count as known."""
    bench = Bench()
    for body in (b"one\ntwo", b"two\none", b"two\nONE", b"two\none"):
        bench.web.feed(FEED, body)
    outcomes = [bench.check(2 * n) for n in range(4)]
    assert [check.outcome for check in outcomes] == ["changed", "unchanged", "changed", "changed"]
    assert [len(check.judged) for check in outcomes] == [2, 0, 1, 1]
    assert bench.state.last_change == at(hours=6)


def test_a_delta_adds_to_what_is_known() -> None:
    """226 (RFC 3229) holds new entries only: the others are not forgotten, no body is remembered."""
    bench = Bench(head=FeedHead(title="News"))
    bench.web.feed(FEED, b"one", etag='"1"')
    bench.web.feed(FEED, b"two", etag='"2"', status=226)
    bench.web.feed(FEED, b"one\ntwo", etag='"3"')
    bench.check()
    delta = bench.check(2)
    assert (delta.outcome, delta.status, len(delta.judged)) == ("changed", 226, 1)
    assert (delta.state.last_full, delta.state.body_hash) == (NOW, b"")
    last = bench.check(4)
    assert (last.outcome, last.state.head.title) == ("unchanged", "News")


def test_a_delta_without_a_head_keeps_the_old_one() -> None:
    """A bare list of entries says nothing on ttl and skip lists."""
    bench = Bench(a_state(head=FeedHead(ttl_s=7200)))
    bench.web.feed(FEED, b"two", status=226)
    assert bench.check().state.head.ttl_s == 7200


def test_endless_deltas_do_not_grow_for_ever() -> None:
    """Beyond the cap only the newest document's entries are remembered."""
    bench = Bench(a_state(seen=frozenset(bytes([n % 256, n // 256]) for n in range(pipeline.SEEN_CAP))))
    bench.web.feed(FEED, b"two", status=226)
    assert len(bench.check().state.seen or ()) == 1


@pytest.mark.parametrize("kind", ["dns", "timeout", "truncated", "protocol"])
def test_a_failure_keeps_everything_but_the_plan(kind: str) -> None:
    """Validators, entries and head stay; the failure is counted and told."""
    bench = Bench()
    bench.web.feed(FEED, BODY, etag='"1"')
    bench.web.fails(FEED, kind)  # type: ignore[arg-type] # a literal in a table
    before = bench.check().state
    check = bench.check(2)
    assert (check.outcome, check.cause, check.judged) == ("failed", kind, ())
    assert check.error == check.state.last_error != ""
    assert (check.state.validators, check.state.seen) == (before.validators, before.seen)
    assert (check.state.failures, check.state.last_success) == (1, NOW)


def test_an_unusable_answer_never_leaves_its_validators() -> None:
    """Else the next answer were a 304 to a body that nobody read."""
    bench = Bench()
    bench.web.feed(FEED, BODY, etag='"1"')
    bench.web.feed(FEED, b"broken", etag='"2"')
    bench.web.feed(FEED, BODY + b"\nmore", etag='"2"')
    before = bench.check().state
    check = bench.check(2)
    assert (check.outcome, check.status, check.cause) == ("failed", 200, "broken")
    assert (check.state.validators, check.state.body_hash) == (before.validators, before.body_hash)
    assert check.state.last_full == NOW
    healed = bench.check(24)
    assert bench.sent == Validators(etag='"1"')
    assert (healed.outcome, healed.state.failures, healed.state.last_error) == ("changed", 0, "")


def test_a_page_in_place_of_a_feed_is_told_with_the_feeds_it_names() -> None:
    """One sentence, the addresses once."""

    class Page(FakeReader):
        def read(self, request: object) -> ReadFailed:
            del request
            return ReadFailed(
                kind="page", sentence="This is a page.", feeds=(FoundFeed(url="https://a.example/f"),)
            )

    bench = Bench()
    bench.tools = pipeline.Tools(fetcher=bench.web, reader=Page(), curate=curate)
    bench.web.feed(FEED, b"<html>")
    assert bench.check().error == "This is a page. Its feeds: https://a.example/f"


def test_a_304_nobody_asked_for_is_a_failure() -> None:
    """Without a body there is nothing to keep."""
    bench = Bench()
    bench.web.not_modified(FEED, etag='"1"')
    check = bench.check()
    assert (check.outcome, check.status, check.cause) == ("failed", 304, "protocol")
    assert check.state.validators == Validators()


def test_a_full_answer_is_asked_for_after_a_week() -> None:
    """No validators are sent then, and the next week begins."""
    bench = Bench(a_state(validators=Validators(etag='"1"'), last_full=at(days=-8)))
    bench.web.feed(FEED, BODY, etag='"1"')
    assert not bench.check().conditional
    assert bench.state.last_full == NOW


def test_retry_after_holds_even_when_a_person_forces_it() -> None:
    """Nothing is sent before the time; the hold is told."""
    bench = Bench()
    bench.web.fails(FEED, status=503, retry_after_s=10800)
    bench.web.feed(FEED, BODY)
    assert bench.check().state.next_check_why.startswith("the server asked for silence")
    held = bench.check(1, force=True)
    assert (held.outcome, held.requests, held.state.failures) == ("deferred", 0, 1)
    assert held.state.next_check == at(hours=3)
    assert bench.check(3).outcome == "changed"
    assert bench.state.freshness.retry_after_s is None


def test_gone_twice_on_two_days_retires_a_source() -> None:
    """Not asked again by itself, nor by a forced round; revived, it is asked like any other."""
    bench = Bench()
    bench.web.fails(FEED, status=410)
    bench.web.fails(FEED, status=410)
    bench.web.fails(FEED, status=410)
    bench.web.feed(FEED, BODY)
    first = bench.check()
    assert (first.outcome, first.state.gone_count, first.state.retired) == ("gone", 1, False)
    again = bench.check(1)
    assert (again.state.gone_count, again.state.retired) == (1, False)
    confirmed = bench.check(26)
    assert (confirmed.outcome, confirmed.state.retired, confirmed.state.next_check) == ("gone", True, None)
    assert bench.check(300, force=True).outcome == "deferred"
    assert bench.web.asked(FEED) == 3
    bench.state = pipeline.revived(bench.state)
    alive = bench.check(301)
    assert (alive.outcome, alive.state.gone_count, alive.state.retired) == ("changed", 0, False)


def test_gone_must_be_said_in_a_row() -> None:
    """A 404 between two 410 starts the count anew."""
    bench = Bench()
    for status in (410, 404, 410):
        bench.web.fails(FEED, status=status)
    assert [bench.check(30 * n).state.gone_count for n in range(3)] == [1, 0, 1]
    assert not bench.state.retired


def test_a_skip_hour_defers_but_not_a_person() -> None:
    """The publisher's hours count when the plan woke us, not when somebody asks."""
    bench = Bench(a_state(head=FeedHead(skip_hours=(12,))))
    bench.web.feed(FEED, BODY)
    assert bench.check().outcome == "deferred"
    assert bench.state.next_check == at(hours=1)
    assert bench.check(force=True).outcome == "changed"


def test_a_source_that_moved_is_asked_at_its_new_address() -> None:
    """Validators go along; the configured address stays its name."""
    new = "https://new.example/feed"
    hops = (Hop(url=FEED, status=301, target=new),)
    bench = Bench()
    bench.web.feed(FEED, BODY, etag='"1"', hops=hops)
    bench.web.not_modified(FEED, hops=hops)
    bench.web.not_modified(new)
    assert bench.check().requests == 2
    bench.check(2)
    bench.check(4)
    assert [request.url for request in bench.web.requests] == [FEED, FEED, new]
    assert bench.sent == Validators(etag='"1"')
    assert bench.state.source.url == FEED


def test_credentials_and_own_headers_stay_with_their_origin() -> None:
    """They are sent to the configured origin only, whoever the source moved to."""
    source = a_source(headers=(("X-Key", "1"),), auth=BasicAuth(user="u", password="p"))
    for address, own in ((FEED, True), ("https://new.example/feed", False)):
        bench = Bench(a_state(source=source, address=address))
        bench.web.fails(address)
        bench.check()
        request = bench.web.requests[0]
        assert (request.headers == source.headers) is own
        assert (request.auth is not None) is own
        assert request.auth is None or request.auth.user == "u"


def test_posting_times_are_kept_newest_first_and_few() -> None:
    """The rhythm rests on the newest posts of the last year; none lies in the future."""
    old = tuple(at(hours=-n) for n in range(1, 200))
    bench = Bench(a_state(posted=(*old, at(days=-500))))
    bench.web.feed(FEED, b"one")
    posted = bench.check().state.posted
    assert len(posted) == pipeline.POSTED_KEPT
    assert posted[0] == NOW
    assert list(posted) == sorted(posted, reverse=True)
