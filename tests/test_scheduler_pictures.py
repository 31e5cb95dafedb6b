"""Pictures that the site fetches for its readers: real HTTP on loopback, a real folder."""

import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.model import FetchRequest
from feeds.model.pictures import Images
from feeds.model.value import replace
from feeds.publish import pictures
from feeds.publish.serving import picture_app
from scheduler import daemon
from scheduler.pictures.cache import PictureCache
from scheduler.pictures.proxy import PictureProxy
from scheduler.pictures.serving import Pictures
from scheduler.publishing import web
from scheduler.wire import Wire
from tests.builders import NOW
from tests.desk_site import Site, Slow
from tests.fakes import FakeClock, FakeFetcher
from tests.fakes_http import RawServer, Reply, Seen, reply
from tests.test_scheduler_wire import NEVER, RSS, STATION, configured

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100
KEY = b"k" * 32


def answer(seen: Seen) -> Reply:
    """Serve a feed of one story with a picture, and pictures good and bad."""
    host = seen.header("Host")
    if seen.target == "/feed":
        item = (
            f"<item><title>{STATION}</title><link>https://agency.example/1</link><guid>1</guid>"
            "<pubDate>Sun, 08 Mar 2026 10:00:00 GMT</pubDate>"
            f'<description>&lt;p&gt;&lt;img src="http://{host}/p.png"&gt; text&lt;/p&gt;</description>'
            f'<media:thumbnail xmlns:media="http://search.yahoo.com/mrss/" url="http://{host}/p.png"/></item>'
        )
        return reply(200, RSS.format(items=item).encode(), Content_Type="application/rss+xml")
    bodies = {"/p.png": PNG, "/svg.png": b"<svg/>", "/large.png": PNG + b"x" * (5 * 1024 * 1024)}
    if seen.target == "/busy.png":
        return reply(429, Retry_After="7200")
    if seen.target not in bodies:
        return reply(404)
    return reply(200, bodies[seen.target], Content_Type="text/html")


@pytest.fixture
def publisher() -> Iterator[RawServer]:
    """Run the publisher."""
    with RawServer(answer) as running:
        yield running


def served(folder: Path, publisher: RawServer, images: Images, *, private: bool = True) -> Iterator[Site]:
    """Run a wire that serves pictures so."""
    clock = FakeClock()
    config = configured(folder, publisher.url("/feed"))
    wire = Wire(replace(config, publish=replace(config.publish, images=images)), clock=clock)
    allowed = frozenset({"127.0.0.1"}) if private else frozenset[str]()
    shown = Pictures(lambda: wire.workshop, clock, allow_private=allowed)
    try:
        assert wire.turn(NEVER)
        listener = web.bind("127.0.0.1", 0)
        with web.serving(daemon.app_of(wire, None, shown), listener, lambda: wire.site.direct):
            yield Site(listener.getsockname()[1], wire, clock, Slow())
    finally:
        shown.close()
        wire.close()


@pytest.fixture
def site(tmp_path: Path, publisher: RawServer) -> Iterator[Site]:
    """Give a site that serves pictures itself."""
    yield from served(tmp_path, publisher, "proxy")


def raw(site: Site, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask for bytes."""
    import http.client  # noqa: PLC0415 # the site's own client decodes

    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    try:
        connection.request("GET", path, headers={n.replace("_", "-"): v for n, v in headers.items()})
        got = connection.getresponse()
        return got.status, {name.lower(): value for name, value in got.getheaders()}, got.read()
    finally:
        connection.close()


def signed(site: Site, url: str) -> str:
    """Give the path at which this site serves a picture."""
    return "/" + pictures.signed(site.wire.workshop.store.keys.key("pictures"), url)


def test_a_picture_is_served_from_the_site_and_asked_for_once(site: Site, publisher: RawServer) -> None:
    """The page and the feed name the same address; the answer is guarded, kept, and good for a month."""
    page = site.ask("GET", "/").body
    path = signed(site, publisher.url("/p.png"))
    assert f'src="{path[1:]}"' in page
    assert f"{site.wire.workshop.config.serve.base_url}{path}" in site.feed()
    assert publisher.url("/p.png") not in page
    asked = len(publisher.seen)
    status, headers, body = raw(site, path)
    assert (status, headers["content-type"], body) == (200, "image/png", PNG)
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["x-content-type-options"] == "nosniff"
    assert "immutable" in headers["cache-control"]
    assert publisher.seen[-1].header("Accept") == "image/avif,image/webp,image/png,image/jpeg,image/gif;q=0.9"
    assert raw(site, path)[2] == PNG
    assert raw(site, path, If_None_Match=headers["etag"])[0] == 304
    assert site.ask("HEAD", path).headers["content-length"] == str(len(PNG))
    assert site.ask("POST", path).status == 405
    assert len(publisher.seen) == asked + 1
    assert site.wire.reload(lambda: site.wire.workshop.config)
    assert raw(site, path)[2] == PNG
    assert len(publisher.seen) == asked + 1


def test_what_is_no_picture_is_not_served(site: Site, publisher: RawServer) -> None:
    """SVG, documents, what is too large or absent: 404, and not asked for again within the hour."""
    for name in ("/svg.png", "/large.png", "/none.png", "/busy.png"):
        path = signed(site, publisher.url(name))
        asked = len(publisher.seen)
        for _ in range(2):
            status, headers, _body = raw(site, path)
            assert (status, headers["cache-control"]) == (404, "no-store"), name
        assert len(publisher.seen) == asked + 1, name
    folder = site.wire.workshop.config.store.path.with_name("wire.db.pictures")
    assert list(folder.glob("*/*")) == []
    site.clock.ticks(minutes=61)
    asked = len(publisher.seen)
    raw(site, signed(site, publisher.url("/none.png")))
    assert len(publisher.seen) == asked + 1
    raw(site, signed(site, publisher.url("/busy.png")))
    assert len(publisher.seen) == asked + 1


def test_the_site_is_no_open_proxy(site: Site, publisher: RawServer) -> None:
    """An address that it did not sign is not asked for."""
    asked = len(publisher.seen)
    good = signed(site, publisher.url("/p.png"))
    for path in ("/img/", "/img/x/y", good[:-1], "/" + pictures.signed(KEY, publisher.url("/p.png"))):
        assert raw(site, path)[0] == 404, path
    assert len(publisher.seen) == asked


def test_nothing_inside_the_own_network_is_asked_for(tmp_path: Path, publisher: RawServer) -> None:
    """Not even where feeds are: a foreign feed could name anything there."""
    for site in served(tmp_path, publisher, "proxy", private=False):
        asked = len(publisher.seen)
        assert raw(site, signed(site, publisher.url("/p.png")))[0] == 404
        assert len(publisher.seen) == asked


@pytest.mark.parametrize("images", ["feeds", "off", "keep"])
def test_without_proxy_there_is_nothing_to_ask(images: Images, tmp_path: Path, publisher: RawServer) -> None:
    """And the policy of pages lets foreign pictures in only where the operator wants them."""
    for site in served(tmp_path, publisher, images):
        assert raw(site, signed(site, publisher.url("/p.png")))[0] == 404
        for path in ("/", "/river"):
            policy = site.ask("GET", path).headers["content-security-policy"]
            assert ("img-src 'self' https: http:" in policy) == (images == "keep"), path
            assert (publisher.url("/p.png") in site.ask("GET", path).body) == (images == "keep"), path
        assert "https: http:" not in site.ask("GET", "/sources").headers["content-security-policy"]
        assert (publisher.url("/p.png") in site.feed()) == (images != "off")


def test_the_cache_is_bounded_in_bytes_and_age(tmp_path: Path) -> None:
    """The oldest go first; what is a month old is asked for again."""
    clock = FakeClock()
    cache = PictureCache(tmp_path / "kept", clock, most_bytes=300)

    def put(name: str, age_days: float) -> None:
        cache.put(name, PNG)
        when = (NOW - timedelta(days=age_days)).timestamp()
        for path in (tmp_path / "kept").glob("*/*"):
            if path.stat().st_mtime > when and path not in aged:
                os.utime(path, (when, when))
                aged.add(path)

    aged: set[Path] = set()
    put("a", 3)
    put("b", 2)
    assert (cache.get("a"), cache.get("b")) == (PNG, PNG)
    put("c", 1)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (None, PNG, PNG)
    clock.ticks(days=28.5)
    assert (cache.get("b"), cache.get("c")) == (None, PNG)
    assert PictureCache(tmp_path / "none", clock).get("a") is None
    (tmp_path / "file").write_bytes(b"")
    broken = PictureCache(tmp_path / "file" / "in", clock)
    broken.put("a", PNG)
    assert broken.get("a") is None


def test_many_readers_make_one_request(tmp_path: Path) -> None:
    """Who comes while a picture is asked for waits for it."""
    web_, url = FakeFetcher(), "https://a.example/p.png"
    web_.feed(url, PNG)
    gate = web_.blocks(url)
    proxy = PictureProxy(KEY, web_, PictureCache(tmp_path, FakeClock()), FakeClock())
    found: list[bytes] = []

    def ask() -> None:
        picture = proxy.find(pictures.signed(KEY, url))
        assert picture is not None
        found.append(picture.body)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert web_.began.acquire(timeout=30)
    gate.set()
    for thread in threads:
        thread.join(30)
    assert found == [PNG] * 4
    assert web_.asked(url) == 1
    assert isinstance(web_.requests[0], FetchRequest)


def test_few_failures_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest is forgotten, so that nobody fills the memory."""
    monkeypatch.setattr("scheduler.pictures.proxy._FAILED", 2)
    web_ = FakeFetcher()
    proxy = PictureProxy(KEY, web_, PictureCache(tmp_path, FakeClock()), FakeClock())
    urls = [f"https://a.example/{n}.png" for n in range(3)]
    for url in urls:
        web_.fails(url, status=404)
        assert proxy.find(pictures.signed(KEY, url)) is None
    for url, times in zip(urls, (2, 1, 1), strict=True):
        if times == 1:
            proxy.find(pictures.signed(KEY, url))
    proxy.find(pictures.signed(KEY, urls[0]))
    assert [web_.asked(url) for url in urls] == [2, 1, 1]


def test_too_many_at_once_are_sent_away(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 at once; the pages are not touched by it."""
    monkeypatch.setattr(picture_app, "_WAITING", 0)
    status, headers, _ = raw(site, "/img/x/y")
    assert (status, headers["retry-after"]) == (503, "5")
    assert site.ask("GET", "/").status == 200


def test_old_pictures_make_room_even_where_there_is_some(tmp_path: Path) -> None:
    """What is a month old goes at the first look, however little there is."""
    clock = FakeClock()
    first = PictureCache(tmp_path / "kept", clock)
    first.put("a", PNG)
    first.put("a", PNG)
    for path in (tmp_path / "kept").glob("*/*"):
        os.utime(path, (0, 0))
    PictureCache(tmp_path / "kept", clock).put("b", PNG)
    assert len(list((tmp_path / "kept").glob("*/*"))) == 1
