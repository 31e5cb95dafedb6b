"""The published history, followed by a client of our own: every kept story once, archives for ever."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.curate.topic import load
from feeds.model import Channel, Judged
from feeds.publish.serving.live import answer
from feeds.publish.site import render
from scheduler.publishing.history import PER_ARCHIVE, history_of, publish_archives
from scheduler.publishing.library import StoreLibrary
from store import Store
from tests.builders import NOW, a_channel, a_check, a_judged, a_verdict, an_identity, an_item, at
from tests.fake_compare import strangers

ATOM = "{http://www.w3.org/2005/Atom}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
CHANNEL = a_channel()


def told(n: int, *, days: float | None = None, title: str = "", keep: bool = True) -> Judged:
    """Return the `n`-th report, by default published `n` minutes before now."""
    when = at(minutes=-n) if days is None else at(days=days)
    item = an_item(n, title=title or f"Lunar station {n}", published=when)
    identity = an_identity(f"{n}", content_hash=f"{title} {n} {keep}".encode())
    return a_judged(n, item=item, identity=identity, verdict=a_verdict(keep=keep))


def site_of(store: Store, *, most: int = 60, channel: Channel = CHANNEL) -> dict[str, bytes]:
    """Return all bytes of the site by address, archives included."""
    history = history_of(store, channel, most=most, now=NOW)
    files = render(channel, store.stories(limit=most), [], history=history)
    bodies = {path: file.body for path, file in files.items()}
    for path in store.archives.marks():
        found = store.archives.document(path)
        assert found is not None
        bodies[path] = found.body
    return {f"{channel.base_url}/{path}": body for path, body in bodies.items()}


@dataclass
class Client:
    """A reader that knows RFC 5005 section 4: the newest document of an entry wins."""

    site: dict[str, bytes]
    entries: dict[str, str] = field(default_factory=dict)
    seen_in_archives: list[str] = field(default_factory=list)
    visited: list[str] = field(default_factory=list)

    def follow(self, address: str) -> "Client":
        """Read the subscription document and all archives before it."""
        following: str | None = address
        while following:
            assert following not in self.visited
            self.visited.append(following)
            following = self._read(etree.fromstring(self.site[following]), following)
        return self

    def _read(self, feed: etree._Element, address: str) -> str | None:
        links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
        archived = feed.find(f"{HISTORY}archive") is not None
        assert links["self"] == address
        assert archived is (len(self.visited) > 1)
        assert links.get("current") == (self.visited[0] if archived else None)
        assert links.get("next") == links.get("prev-archive")
        for entry in feed.findall(f"{ATOM}entry"):
            key, title = entry.findtext(f"{ATOM}id"), entry.findtext(f"{ATOM}title")
            assert key is not None
            assert title is not None
            self.entries.setdefault(key, title)
            if archived:
                self.seen_in_archives.append(key)
        return links.get("prev-archive")


def kept(store: Store) -> set[str]:
    """Return the keys of all living stories."""
    return {story.key for story in store.stories(limit=10_000)}


def test_following_prev_archive_yields_every_story_exactly_once(tmp_path: Path) -> None:
    """Also those that came late with an old date, and none stands in two archives."""
    with Store.open(tmp_path / "wire.db") as store:
        store.record(a_check(*(told(n) for n in range(1, 221))), compare=strangers)
        site_of(store)
        late = [told(n, days=-400 - n) for n in range(300, 330)]
        store.record(a_check(*late), compare=strangers)
        site = site_of(store)
        client = Client(site).follow(f"{CHANNEL.base_url}/feed.atom")
        assert set(client.entries) == kept(store)
        assert len(client.entries) == 250
        assert len(client.seen_in_archives) == len(set(client.seen_in_archives))
        assert len(client.visited) == 1 + store.archives.newest() == 5


def test_an_archive_never_changes_whatever_happens_to_its_stories(tmp_path: Path) -> None:
    """Edits and withdrawals reach readers by the feed; what was archived stays byte for byte."""
    with Store.open(tmp_path / "wire.db") as store:
        store.record(a_check(*(told(n) for n in range(1, 201))), compare=strangers)
        before = {path: body for path, body in site_of(store).items() if "/archive/" in path}
        assert len(before) == 3 * 3
        edits = [told(200, title="Edited"), told(1, title="Edited too")]
        store.record(a_check(*edits, at=at(hours=1)), compare=strangers)
        store.record(a_check(told(199, keep=False), at=at(hours=2)), compare=strangers)
        store.record(a_check(*(told(n) for n in range(500, 560)), at=at(hours=3)), compare=strangers)
        after = site_of(store)
        assert {path: after[path] for path in before} == before
        client = Client(after).follow(f"{CHANNEL.base_url}/feed.atom")
        assert kept(store) <= set(client.entries)
        assert "Edited too" in client.entries.values()


@settings(max_examples=12)
@given(
    steps=st.lists(st.tuples(st.integers(1, 90), st.booleans(), st.integers(0, 900)), min_size=1, max_size=6),
    most=st.integers(1, 130),
)
def test_whatever_comes_and_goes_every_living_story_is_met(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, bool, int]], most: int
) -> None:
    """Batches of any size and age, withdrawals and returns: the walk meets all, each archive only once."""
    with Store.open(tmp_path_factory.mktemp("walk") / "wire.db") as store:
        number, archived = 0, dict[str, bytes]()
        for size, withdraw, age in steps:
            batch = [told(n, days=-age - n / 1000) for n in range(number + 1, number + size + 1)]
            store.record(a_check(*batch), compare=strangers)
            if withdraw and number:
                store.record(a_check(told(number, keep=False)), compare=strangers)
                store.record(a_check(told(number, title="Back")), compare=strangers)
            number += size
            site = site_of(store, most=most)
            client = Client(site).follow(f"{CHANNEL.base_url}/feed.atom")
            assert kept(store) <= set(client.entries)
            assert len(client.seen_in_archives) == len(set(client.seen_in_archives))
            assert archived.items() <= site.items()
            archived = {path: body for path, body in site.items() if "/archive/" in path}


def test_rss_and_json_lead_the_same_way(tmp_path: Path) -> None:
    """RSS by atom:link, JSON Feed by next_url; the same stories in each."""
    with Store.open(tmp_path / "wire.db") as store:
        store.record(a_check(*(told(n) for n in range(1, 200))), compare=strangers)
        site = site_of(store)
        base, by_rss, by_json = CHANNEL.base_url, set[str](), set[str]()
        address: str | None = f"{base}/feed.rss"
        while address:
            found = feedparser.parse(site[address])
            assert not found.bozo
            by_rss |= {entry.id for entry in found.entries}
            links = {link.rel: link.href for link in found.feed.links}
            assert (b"<fh:archive/>" in site[address]) is ("/archive/" in address)
            address = links.get("prev-archive")
        address = f"{base}/feed.json"
        while address:
            document = json.loads(site[address])
            by_json |= {item["id"] for item in document["items"]}
            address = document.get("next_url")
        assert by_rss == by_json == kept(store)


def test_a_small_store_has_no_archives(tmp_path: Path) -> None:
    """The feed leads nowhere until something is archived."""
    with Store.open(tmp_path / "wire.db") as store:
        store.record(a_check(*(told(n) for n in range(1, PER_ARCHIVE))), compare=strangers)
        site = site_of(store, most=5)
        assert not [path for path in site if "/archive/" in path]
        client = Client(site).follow(f"{CHANNEL.base_url}/feed.atom")
        assert set(client.entries) == kept(store)


def test_another_address_of_the_site_writes_the_archives_anew(tmp_path: Path) -> None:
    """Links name the site, so its move is the one thing that touches archives; their stories stay."""
    with Store.open(tmp_path / "wire.db") as store:
        store.record(a_check(*(told(n) for n in range(1, 200))), compare=strangers)
        old = Client(site_of(store)).follow(f"{CHANNEL.base_url}/feed.atom")
        moved = a_channel(base_url="https://moved.example")
        site = site_of(store, channel=moved)
        new = Client(site).follow("https://moved.example/feed.atom")
        assert new.entries == old.entries
        assert not any(CHANNEL.base_url.encode() in body for body in site.values())


def test_a_folder_gets_each_archive_once(tmp_path: Path) -> None:
    """A file of the document's time is not read or written again; a lost one comes back."""
    with Store.open(tmp_path / "wire.db") as store:
        store.record(a_check(*(told(n) for n in range(1, 200))), compare=strangers)
        site = site_of(store)
        folder = tmp_path / "site"
        first = publish_archives(store, folder)
        assert first == tuple(sorted(store.archives.marks()))
        assert publish_archives(store, folder) == ()
        (folder / first[0]).unlink()
        assert publish_archives(store, folder) == first[:1]
        assert (folder / first[0]).read_bytes() == site[f"{CHANNEL.base_url}/{first[0]}"]


def test_the_application_answers_with_archives(tmp_path: Path) -> None:
    """As they were written, for long, with their successor in the header; the newest has none."""
    with Store.open(tmp_path / "wire.db") as store:
        store.record(a_check(*(told(n) for n in range(1, 200))), compare=strangers)
        site = site_of(store)
        library = StoreLibrary(store, CHANNEL, load("lunar-station"), lambda: NOW)
        for number in (1, 2, 3):
            for ending in ("atom", "rss", "json"):
                path = f"archive/{number}.{ending}"
                reply = answer(library, f"/{path}", b"")
                assert reply.body == site[f"{CHANNEL.base_url}/{path}"]
                follow = f"{CHANNEL.base_url}/archive/{number + 1}.{ending}"
                assert reply.links == ((("next-archive", follow),) if number < 3 else ())
        assert answer(library, "/archive/4.atom", b"").status == 404
        assert library.stats()["archives"] == 3
