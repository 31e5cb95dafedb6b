"""The daemon's turns over real HTTP and a real store: ask, keep, render, write, reload."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from feeds.errors import ConfigError, StoreError
from feeds.model import SourceState
from scheduler.config.load import parse
from scheduler.config.types import Config
from scheduler.rounds.flights import Flight
from scheduler.rounds.run import run_round
from scheduler.wire import Wire
from scheduler.workshop import Workshop, open_workshop
from store import Store
from tests.builders import NOW
from tests.fakes import FakeClock
from tests.fakes_http import RawServer, Reply, Seen, reply

NEVER = threading.Event()

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Agency</title><link>https://agency.example/</link><description>d</description>
{items}</channel></rss>"""


def document(*titles: str) -> bytes:
    """Make a feed with one item per title."""
    items = "".join(
        f"<item><title>{title}</title><link>https://agency.example/{n}</link><guid>{n}</guid>"
        "<pubDate>Sun, 08 Mar 2026 10:00:00 GMT</pubDate></item>"
        for n, title in enumerate(titles)
    )
    return RSS.format(items=items).encode()


STATION = "China and Russia sign agreement on the International Lunar Research Station"


class Publisher:
    """A publisher on loopback: what it says can be changed, and it answers 304 when nothing was."""

    def __init__(self) -> None:
        self.body = document(STATION, "Local football results")
        self.down = False
        self.conditional = 0

    def __call__(self, seen: Seen) -> Reply:
        """Answer one request."""
        tag = f'"{hash(self.body)}"'
        if self.down:
            return reply(500)
        if seen.header("If-None-Match") == tag:
            self.conditional += 1
            return reply(304, ETag=tag)
        return reply(200, self.body, ETag=tag, Content_Type="application/rss+xml")


def configured(folder: Path, *urls: str, more: str = "") -> Config:
    """Make a configuration that may ask loopback."""
    none = "" if urls else "source = []\n"
    sources = "".join(f'[[source]]\nurl = "{url}"\n' for url in urls)
    text = (
        f'{none}[store]\npath = "{folder}/wire.db"\n[fetch]\nallow_private = ["127.0.0.1"]\n{more}\n{sources}'
    )
    return parse(text, None)


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock that only moves when told."""
    return FakeClock()


@contextmanager
def wired(config: Config, clock: FakeClock) -> Iterator[Wire]:
    """Open a wire and close it again."""
    wire = Wire(config, clock=clock)
    try:
        yield wire
    finally:
        wire.close()


def test_what_is_kept_is_served_and_an_unchanged_turn_changes_nothing(
    tmp_path: Path, clock: FakeClock
) -> None:
    """From a publisher's item to the bytes of our feed; then 304, and the very same site."""
    publisher = Publisher()
    with RawServer(publisher) as server, wired(configured(tmp_path, server.url("/feed")), clock) as wire:
        assert STATION.encode() not in wire.site.files["/feed.rss"].variants["identity"].body
        report = wire.turn(NEVER)
        assert report is not None
        assert (report.asked, report.new, report.kept) == (1, 2, 1)
        first = wire.site
        body = first.files["/feed.rss"].variants["identity"].body
        assert STATION.encode() in body
        assert b"football" not in body
        assert wire.turn(NEVER) is None
        clock.ticks(hours=2)
        again = wire.turn(NEVER)
        assert again is not None
        assert (again.unchanged, publisher.conditional) == (1, 1)
        assert wire.site.files["/feed.rss"] is first.files["/feed.rss"]
        assert wire.health["status"] == "ok"
        assert wire.health["revision"] == wire.workshop.store.revision()
        assert wire.health["last_round"] == {
            "at": "2026-03-08T14:00:00+00:00",
            "asked": 1,
            "failed": 0,
            "new": 0,
            "kept": 0,
            "seconds": pytest.approx(0, abs=5),
        }


def test_a_full_answer_a_week_later_changes_nothing_either(tmp_path: Path, clock: FakeClock) -> None:
    """The body is the same, so nothing is read, stored or rendered anew."""
    publisher = Publisher()
    with RawServer(publisher) as server, wired(configured(tmp_path, server.url("/feed")), clock) as wire:
        wire.turn(NEVER)
        clock.ticks(days=8)
        report = wire.turn(NEVER)
        assert report is not None
        assert (report.unchanged, report.new, publisher.conditional) == (1, 0, 0)


def test_the_site_is_written_to_its_folder_when_it_changes(tmp_path: Path, clock: FakeClock) -> None:
    """A folder for any web server follows the wire; a folder that can not be written does not stop it."""
    with RawServer(Publisher()) as server:
        config = configured(tmp_path, server.url("/feed"), more=f'[publish]\ndir = "{tmp_path}/site"\n')
        with wired(config, clock) as wire:
            wire.turn(NEVER)
            page = tmp_path / "site" / "index.html"
            assert STATION in page.read_text()
            for path in (tmp_path / "site").rglob("*.*"):
                path.unlink()
            for folder in (*(tmp_path / "site").iterdir(), tmp_path / "site"):
                folder.rmdir()
            (tmp_path / "site").write_text("in the way")
            assert wire.reload(lambda: config)
            assert STATION.encode() in wire.site.files["/"].variants["identity"].body


def test_what_another_process_stored_is_served_too(tmp_path: Path, clock: FakeClock) -> None:
    """`moonwire fetch` beside the daemon: the next turn shows it."""
    publisher = Publisher()
    with RawServer(publisher) as server:
        config = configured(tmp_path, server.url("/feed"))
        with wired(config, clock) as wire:
            wire.turn(NEVER)
            publisher.body = document(
                STATION, "Lunar south pole base: Roscosmos and CNSA agree on ILRS modules"
            )
            with open_workshop(config, clock=clock) as shop:
                run_round(shop, shop.store.sources(), force=True)
            assert wire.turn(NEVER) is None
            assert b"agree on ILRS modules" in wire.site.files["/feed.json"].variants["identity"].body


def test_a_lost_line_is_told_once_and_its_return_too(
    tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A person reads it in the log, a monitor in /healthz; everything goes on."""
    publisher = Publisher()
    with RawServer(publisher) as server:
        made = configured(tmp_path, *(f"http://127.0.0.1:{port}/feed" for port in range(1, 7)))
        with wired(made, clock) as wire, caplog.at_level("INFO", logger="moonwire.daemon"):
            for _ in range(2):
                report = wire.turn(NEVER)
                assert report is not None
                assert report.line_down
                clock.ticks(hours=1)
            assert (wire.health["status"], wire.health["ok"], wire.health["failing"]) == ("offline", True, 0)
            assert sum("can not be reached" in record.message for record in caplog.records) == 1
            assert wire.reload(lambda: configured(tmp_path, server.url("/feed")))
            wire.turn(NEVER)
            assert wire.health["status"] == "ok"
            assert sum("reached again" in record.message for record in caplog.records) == 1


def test_a_new_configuration_is_taken_over_while_running(tmp_path: Path, clock: FakeClock) -> None:
    """Other sources are asked from the next turn on; store, host and port stay."""
    with RawServer(Publisher()) as server, wired(configured(tmp_path), clock) as wire:
        more = '[serve]\nport = 1\ntitle = "Moon news"\n'
        elsewhere = tmp_path / "elsewhere"
        new = configured(elsewhere, server.url("/feed"), more=more)
        assert wire.reload(lambda: new)
        assert b"Moon news" in wire.site.files["/"].variants["identity"].body
        assert wire.workshop.config.store.path == tmp_path / "wire.db"
        assert wire.workshop.config.serve.port != 1
        report = wire.turn(NEVER)
        assert report is not None
        assert report.kept == 1
        assert not elsewhere.exists()


def test_what_was_late_before_is_asked_anew_afterwards(tmp_path: Path, clock: FakeClock) -> None:
    """It ends in a store that is closed by then: nobody waits for it."""
    with RawServer(Publisher()) as server, wired(configured(tmp_path, server.url("/feed")), clock) as wire:
        [state] = wire.workshop.store.sources()
        assert wire._late.takes(Flight(state, 0.0, 0.0))
        assert wire.turn(NEVER) is None
        assert wire.reload(lambda: configured(tmp_path, server.url("/feed")))
        report = wire.turn(NEVER)
    assert report is not None
    assert report.kept == 1


def refuses() -> Config:
    """Fail as a wrong file does."""
    raise ConfigError("moonwire.toml: line 3: nonsense.")


@pytest.mark.parametrize("wrong", ["file", "topic"])
def test_a_bad_configuration_is_refused_and_the_old_one_kept(
    wrong: str, tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """One sentence in the log, and the wire goes on as before."""
    with RawServer(Publisher()) as server, wired(configured(tmp_path, server.url("/feed")), clock) as wire:
        before = wire.workshop
        bad_topic = configured(tmp_path, more='[topic]\nfile = "no/such/topic.toml"\n')
        load: Callable[[], Config] = refuses if wrong == "file" else lambda: bad_topic
        assert not wire.reload(load)
        assert wire.workshop is before
        assert "the old one stays" in caplog.text
        assert wire.turn(NEVER) is not None


def test_a_store_that_fails_is_told_once_and_tried_again(
    tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon serves what it has and says in /healthz that something is wrong."""
    with wired(configured(tmp_path), clock) as wire:
        with monkeypatch.context() as patch:

            def full(*_: object, **__: object) -> list[SourceState]:
                raise StoreError("No space is left.")

            patch.setattr(Store, "due", full)
            assert wire.turn(NEVER) is None
            assert wire.turn(NEVER) is None
        assert caplog.text.count("No space is left.") == 1
        assert (wire.health["ok"], wire.health["error"]) == (False, "No space is left.")
        wire.turn(NEVER)
        assert wire.health["ok"] is True


def test_a_workshop_paces_by_its_configuration(tmp_path: Path) -> None:
    """Bounds, workers and hosts are the operator's."""
    config = configured(tmp_path, more="per_host = 1\nworkers = 3\n[schedule]\nmin_interval_s = 60\n")
    with open_workshop(config, clock=FakeClock()) as shop:
        assert isinstance(shop, Workshop)
        assert (shop.workers, shop.tools.pace.floor_s) == (3, 60)
        assert shop.clock() == NOW
        assert 0 <= shop.jitter() < 1
        shop.hosts.start("http://127.0.0.1/", 0.0)
        assert shop.hosts.ready_at("http://127.0.0.1/") is None
        shop.hosts.finish("http://127.0.0.1/")
        assert shop.hosts.ready_at("http://127.0.0.1/") == 0.0


@pytest.mark.parametrize(("allowed", "pause"), [("true", 0.0), ("false", 5.0), ('["10.0.0.1"]', 5.0)])
def test_only_allowed_private_hosts_go_without_a_pause(tmp_path: Path, allowed: str, pause: float) -> None:
    """A machine of one's own needs no manners; a public one always gets them."""
    config = parse(f'[store]\npath = "{tmp_path}/w.db"\n[fetch]\nallow_private = {allowed}\n', None)
    with open_workshop(config, sync=False) as shop:
        assert shop.clock().tzinfo is not None
        assert shop.store.sources() == []
        for url, expected in (("http://127.0.0.1/", pause), ("https://agency.example/", 5.0)):
            shop.hosts.start(url, 0.0)
            assert shop.hosts.ready_at(url) == expected
