"""Days are closed once and stay as they were; who wants them by mail gets each once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import feedparser
import pytest

from feeds.model import Judged
from feeds.model.digest import DigestKind
from feeds.model.value import replace
from scheduler.config.load import parse
from scheduler.config.types import Config
from scheduler.publishing.publish import channel_in
from scheduler.push.digests import close_due, mail_due
from scheduler.push.tellers import tellers
from scheduler.push.telling import close_periods
from scheduler.rounds.report import RoundReport
from store import Store
from store.digests import KIND
from tests.builders import NOW, a_check, a_judged, an_item, at
from tests.fake_compare import strangers
from tests.fakes import FakeClock
from tests.fakes_mail import MailServer
from tests.push_site import pushing, settled
from tests.test_scheduler_notify import NEWS, document
from tests.test_scheduler_wire import NEVER, configured, wired

DAWN = at(hours=19.5)
"""07:30 on the 9th: the day of the tests is over."""
PLAIN = parse("", None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Give an empty store."""
    with Store.open(tmp_path / "wire.db") as opened:
        yield opened


def file(store: Store, n: int, published: datetime, *, seen: datetime = NOW) -> None:
    """Store the `n`-th story."""
    judged: Judged = a_judged(n, item=an_item(n, published=published))
    store.record(a_check(judged, at=seen), compare=strangers)


def titles(store: Store, kind: DigestKind = "daily") -> dict[str, list[str]]:
    """Return the titles in each digest."""
    return {
        digest.period.name: [story.title.rpartition(" ")[2] for story in digest.stories]
        for digest in store.digests.newest(kind, limit=99)
    }


def test_a_day_is_closed_at_its_hour(store: Store) -> None:
    """Not before; with the stories of that day only; once."""
    for n, when in enumerate((at(hours=-13), at(hours=-11), at(hours=11), at(hours=12.5))):
        file(store, n, when)
    closed = [digest.period.name for digest in close_due(store, PLAIN, now=at(hours=18))]
    assert closed == ["2026-03-07", "2026-W09"], "a new wire begins with the latest"
    assert titles(store) == {"2026-03-07": ["0"]}
    revision = store.revision()
    closed = [digest.period.name for digest in close_due(store, PLAIN, now=DAWN)]
    assert closed == ["2026-03-08", "2026-W10"], "it was a Sunday"
    assert titles(store)["2026-03-08"] == ["2", "1"]
    assert titles(store, "weekly") == {"2026-W10": ["2", "1", "0"]}
    assert store.revision() == revision + 2
    assert close_due(store, PLAIN, now=at(hours=20)) == []


def test_a_closed_day_never_changes(store: Store) -> None:
    """What comes late stands in the next digest, marked; each story in one digest only."""
    file(store, 1, at(hours=2))
    close_due(store, PLAIN, now=DAWN)
    (before,) = store.digests.newest("daily", limit=1)
    file(store, 2, at(hours=3), seen=at(hours=21))
    file(store, 3, at(hours=22), seen=at(hours=22))
    file(store, 4, at(days=-8), seen=at(hours=22))
    close_due(store, PLAIN, now=at(days=1, hours=20))
    after, again = store.digests.newest("daily", limit=2)
    assert again == before
    assert [(story.title[-1], story.late) for story in after.stories] == [("3", False), ("2", True)]
    assert titles(store) == {"2026-03-09": ["3", "2"], "2026-03-08": ["1"]}


def test_an_archive_is_not_late_news(store: Store) -> None:
    """What a new wire read of the days before its first digest stands in none."""
    for n in range(1, 4):
        file(store, n, at(days=-n))
    close_due(store, PLAIN, now=at(hours=18))
    file(store, 5, at(hours=1))
    close_due(store, PLAIN, now=DAWN)
    assert titles(store) == {"2026-03-08": ["5"], "2026-03-07": ["1"]}


def test_a_story_whose_lead_changes_is_not_told_twice(store: Store) -> None:
    """An older report that comes late leads a story that was told: it is no late story."""
    file(store, 1, at(hours=11))
    close_due(store, PLAIN, now=DAWN)
    file(store, 2, at(hours=-20), seen=at(hours=21))
    one, two = store.find_item("guid-1"), store.find_item("guid-2")
    assert one is not None
    assert two is not None
    store.join(one.id, two.id, now=at(hours=21))
    close_due(store, PLAIN, now=at(days=1, hours=20))
    assert titles(store) == {"2026-03-08": ["1"]}


def test_days_without_news_have_no_entry(store: Store) -> None:
    """They are closed all the same, and nobody gets a mail about nothing."""
    config = mailing(9)
    assert len(close_due(store, config, now=DAWN)) == 2
    assert titles(store) == {}
    assert mail_due(store, config, now=DAWN) == 0
    assert close_due(store, config, now=DAWN) == []


def test_missed_days_are_made_up_for(store: Store) -> None:
    """A wire that was switched off closes each day by the dates of its stories."""
    close_due(store, PLAIN, now=DAWN)
    for day in range(1, 5):
        file(store, day, at(days=day), seen=at(days=6))
    close_due(store, PLAIN, now=at(days=6))
    assert titles(store) == {f"2026-03-{8 + day:02d}": [str(day)] for day in range(4, 0, -1)}


def test_a_full_day_is_read_page_by_page(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the size of a page, each story is found once, and a bound is kept."""
    for n in range(7):
        file(store, n, at(hours=n))
    every = [story.id for story in store.digests.stories(NOW, DAWN, limit=99, moves="never")]
    monkeypatch.setattr("store.digests._PAGE", 2)
    assert [story.id for story in store.digests.stories(NOW, DAWN, limit=99, moves="never")] == every
    assert [story.id for story in store.digests.stories(NOW, DAWN, limit=3, moves="never")] == every[:3]
    assert len(every) == 7


def test_a_digest_is_closed_by_one_process_only(store: Store) -> None:
    """Another one that comes to the same hour finds it made."""
    file(store, 1, at(hours=2))
    (first,) = [each for each in close_due(store, PLAIN, now=DAWN) if each.period.kind == "daily"]
    assert not store.digests.close(replace(first, made=at(days=9)))
    assert store.digests.one("daily", first.period.name) == first
    assert store.digests.mail(first, ["a@b.example"], "lane", now=DAWN)
    assert not store.digests.mail(first, ["a@b.example"], "lane", now=DAWN)


def test_offline_nothing_is_closed(store: Store) -> None:
    """A day waits for what it would lack; what is over is asked of the store only."""
    file(store, 1, at(hours=2))
    close_periods(store, PLAIN, now=DAWN, online=False)
    assert titles(store) == {}
    close_periods(store, PLAIN, now=DAWN, online=True)
    close_periods(store, PLAIN, now=DAWN, online=True)
    assert list(titles(store)) == ["2026-03-08"]


def mailing(port: int, more: str = "") -> Config:
    """Make a configuration that mails."""
    return parse(
        f'[digest]\nmail_to = ["a@b.example", "c@d.example"]\n{more}\n'
        f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nstarttls = false\nfrom = "m@w.example"\n',
        None,
    )


def test_each_gets_each_digest_once(store: Store) -> None:
    """Asked for once per recipient; of an older day, when mail is switched on later, nothing."""
    file(store, 1, at(hours=2))
    file(store, 2, at(hours=26))
    close_due(store, PLAIN, now=DAWN)
    close_due(store, PLAIN, now=at(days=1, hours=20))
    config = mailing(25)
    assert mail_due(store, config, now=at(days=1, hours=20)) == 1
    assert mail_due(store, config, now=at(days=1, hours=20)) == 0
    lines = store.outbox.lines({KIND})
    assert sorted((line.target, line.key) for line in lines) == [
        ("a@b.example", "daily 2026-03-09"),
        ("c@d.example", "daily 2026-03-09"),
    ]
    both = mailing(25, 'mail = "both"')
    close_due(store, both, now=at(days=8))
    assert mail_due(store, both, now=at(days=8)) == 1, "the week; the day before was empty"


def test_who_is_not_named_any_more_gets_nothing(store: Store) -> None:
    """What waited for them is given up, and so is a digest that is not there."""
    file(store, 1, at(hours=2))
    close_due(store, PLAIN, now=DAWN)
    mail_due(store, mailing(25), now=DAWN)
    couriers = tellers(
        lambda: PLAIN, lambda: store, lambda: channel_in(PLAIN), lambda: pytest.fail("no POST")
    )
    for delivery in store.outbox.claim({KIND}, now=DAWN, until=at(days=2), limit=9):
        for each in (delivery, replace(delivery, key="weekly 2020-W01")):
            result = couriers[KIND].send(each)
            assert "does not get the" in getattr(result, "sentence", "")
            assert getattr(result, "final", False)


@pytest.mark.parametrize(("left", "minutes"), [(0, 0), (3, 10)])
def test_a_started_wire_asks_everybody_before_it_closes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: int, minutes: int
) -> None:
    """A round that had to leave sources out may have missed their news of yesterday; not for long, though."""
    clock = FakeClock(DAWN)
    with wired(configured(tmp_path), clock) as wire:
        monkeypatch.setattr(wire, "_asked", lambda _: RoundReport(changed=1, left=left))
        wire.turn(NEVER)
        store = wire.workshop.store
        assert (store.digests.last("daily") is not None) == (minutes == 0)
        clock.ticks(minutes=minutes)
        wire.turn(NEVER)
        assert store.digests.last("daily") is not None


@contextmanager
def no_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ask no name server who we are."""
    with monkeypatch.context() as patch:
        patch.setattr("socket.getfqdn", lambda *_: "wire.example")
        yield


def test_a_day_through_the_wire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a publisher's item to the digest's feed and a mailbox, at the hour; a restart repeats nothing."""
    with no_names(monkeypatch), MailServer(refusals=["451 Try again later"]) as server:
        more = (
            '[digest]\nmail_to = "a@b.example"\n'
            f'[smtp]\nhost = "127.0.0.1"\nport = {server.port}\nstarttls = false\nfrom = "m@w.example"\n'
        )
        with pushing(tmp_path, hub=False, more=more) as site:
            site.publisher.body = document((NEWS[0], at(hours=-2)))
            site.turn()
            site.turn(hours=19.5)
            while not [line for line in site.store.outbox.lines({KIND}) if "451" in line.error]:
                NEVER.wait(0.01)
            site.clock.ticks(minutes=5)
            site.push.station.dispatcher.wake()
            server.wait()
            settled(site.store, KIND)
            body = site.wire.site.files["/digest-daily.atom"].variants["identity"].body
            (entry,) = feedparser.parse(body).entries
            assert entry.id.endswith("/digest-daily/2026-03-08")
            assert NEWS[0] in entry.content[0].value
            site.turn(hours=0.5)
        with pushing(tmp_path, hub=False, more=more) as again:
            again.turn(hours=20)
            settled(again.store, KIND)
            assert again.wire.site.files["/digest-daily.atom"].variants["identity"].body == body.replace(
                site.base.encode(), again.base.encode()
            )
        ((_, message),) = server.came
        assert message["Subject"] == "Lunar station wire, 8 March 2026"
