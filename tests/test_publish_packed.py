"""Answers of the library as a client meets them: validators, codings, caps, and a store that fails."""

import asyncio
import gzip
import threading
from datetime import datetime

import pytest
from starlette.types import Message

from feeds.errors import StoreError
from feeds.model import Channel
from feeds.publish.library import ArchiveFile, River
from feeds.publish.serving import packed
from feeds.publish.serving.app import SiteApp
from feeds.publish.serving.packed import Packer
from feeds.publish.serving.prepared import Site
from tests.builders import NOW, a_channel, a_story, at


class Shelf:
    """A library of one list; every other question is a mistake of the test."""

    def __init__(self) -> None:
        self.number = 1
        self.titles = 3
        self.asked = 0
        self.broken = False
        self.entered = threading.Event()
        self.gate: threading.Event | None = None

    def revision(self) -> int:
        """Return the number that the test set."""
        if self.broken:
            raise StoreError("The store is locked.")
        return self.number

    def channel(self) -> Channel:
        """Return a channel."""
        return a_channel()

    def facets(self, _: str) -> tuple[()]:
        """Return nothing to narrow by."""
        return ()

    def river(self, _: str, *, after: object, limit: int) -> River:
        """Return as many stories as the test set."""
        assert limit
        assert after is None
        self.asked += 1
        self.entered.set()
        if self.gate:
            self.gate.wait(10)
        return River(stories=tuple(a_story(n) for n in range(self.titles)), hits=(None,) * self.titles)

    def archive(self, path: str) -> ArchiveFile | None:
        """Return one archive."""
        if path != "archive/1.atom":
            return None
        return ArchiveFile(body=b"<feed/>" * 99, digest="d", changed_at=NOW, following="archive/2.atom")


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """Return the set time."""
        return self.now


Answer = tuple[int, dict[str, str], bytes]


async def asked(app: SiteApp, path: str, query: str = "", method: str = "GET", **headers: str) -> Answer:
    """Drive the application with one request."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
    }
    await app(scope, receive, send)
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], found, b"".join(each.get("body", b"") for each in sent[1:])


def app_over(shelf: Shelf, clock: Clock) -> SiteApp:
    """Return an application without prepared files."""
    packer = Packer(lambda: shelf, clock)  # type: ignore[arg-type, return-value] # it answers what is asked here
    return SiteApp(lambda: Site(files={}), lambda: {"ok": True}, packer)


def ask(app: SiteApp, path: str, query: str = "", method: str = "GET", **headers: str) -> Answer:
    """Drive the application from outside of any loop."""
    return asyncio.run(asked(app, path, query, method, **headers))


def test_a_page_has_validators_and_comes_packed() -> None:
    """200 with a strong tag, gzip by wish, 304 for either condition, HEAD without the body."""
    app = app_over(Shelf(), Clock())
    status, headers, body = ask(app, "/river")
    assert status == 200
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert ask(app, "/river", method="HEAD") == (200, headers, b"")
    status, zipped, small = ask(app, "/river", accept_encoding="gzip")
    assert gzip.decompress(small) == body
    assert zipped["etag"] != headers["etag"]
    assert ask(app, "/river", if_none_match=headers["etag"])[0] == 304
    assert ask(app, "/river", if_modified_since=headers["last-modified"])[0] == 304
    assert ask(app, "/river", if_none_match='""')[0] == 200


def test_an_answer_is_made_once_while_nothing_changes() -> None:
    """The revision decides; after half a minute it is made anew, and equal bytes keep their date."""
    shelf, clock = Shelf(), Clock()
    app = app_over(shelf, clock)
    first = ask(app, "/river")
    assert ask(app, "/river") == first
    assert shelf.asked == 1
    clock.now = at(minutes=5)
    assert ask(app, "/river") == first
    assert shelf.asked == 2
    shelf.number, shelf.titles = 2, 4
    changed = ask(app, "/river")
    assert changed[1]["last-modified"] == "Sun, 08 Mar 2026 12:05:00 GMT"
    shelf.number, shelf.titles, clock.now = 3, 3, NOW
    back = ask(app, "/river")
    assert back[1]["last-modified"] == "Sun, 08 Mar 2026 12:05:01 GMT"


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many different searches push each other out."""
    monkeypatch.setattr(packed, "_KEPT", 3)
    shelf = Shelf()
    app = app_over(shelf, Clock())
    for word in "abcd":
        ask(app, "/river", f"q={word}")
    ask(app, "/river", "q=d")
    assert shelf.asked == 4
    ask(app, "/river", "q=a")
    assert shelf.asked == 5


def test_an_archive_is_kept_long_and_names_its_successor() -> None:
    """Its bytes never change, so the link to the next one stands in the header."""
    status, headers, _ = ask(app_over(Shelf(), Clock()), "/archive/1.atom")
    assert (status, headers["cache-control"]) == (200, "public, max-age=2592000")
    assert headers["link"] == '<https://wire.example.org/archive/2.atom>; rel="next-archive"'
    assert headers["access-control-allow-origin"] == "*"


def test_what_is_refused_is_not_kept_and_never_304() -> None:
    """404 and 400 are pages that no cache holds."""
    app = app_over(Shelf(), Clock())
    for path, query, wanted in (("/nothing", "", 404), ("/river", "after=x", 400)):
        status, headers, body = ask(app, path, query, if_none_match="*")
        assert (status, headers["cache-control"]) == (wanted, "no-store")
        assert "etag" not in headers
        assert b"<h1" in body


def test_a_failing_store_is_told() -> None:
    """503 with its sentence, as JSON for programs."""
    shelf = Shelf()
    shelf.broken = True
    status, headers, body = ask(app_over(shelf, Clock()), "/api/v1/items")
    assert (status, headers["content-type"]) == (503, "application/json")
    assert body == b'{"error":"The store is locked."}\n'


def test_other_methods_and_own_addresses_pass_by() -> None:
    """POST is refused as ever; health does not ask the library."""
    app = app_over(Shelf(), Clock())
    assert ask(app, "/river", method="POST")[0] in {404, 405}
    assert ask(app, "/healthz")[0] == 200


def test_a_crowd_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """While as many wait as may, one more is told at once to come again."""
    monkeypatch.setattr("feeds.publish.serving.app._WAITING", 1)
    shelf = Shelf()
    shelf.gate = threading.Event()
    app = app_over(shelf, Clock())

    async def crowd() -> tuple[Answer, Answer]:
        first = asyncio.ensure_future(asked(app, "/river"))
        assert await asyncio.to_thread(shelf.entered.wait, 10)
        second = await asked(app, "/river", "q=b")
        assert shelf.gate
        shelf.gate.set()
        return await first, second

    first, second = asyncio.run(crowd())
    assert first[0] == 200
    assert (second[0], second[1]["retry-after"]) == (503, "5")
