"""A feed opened in a browser: its stylesheet, the type it is sent as, and what a real browser shows of it."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from lxml import etree
from playwright.sync_api import Browser

from feeds.publish.formats.documents import Place, feed_file
from feeds.publish.formats.normal import publications
from feeds.publish.serving.direct import direct_answer
from scheduler.wire import Wire
from tests.browsing import browsing, demo_site, needs_chromium
from tests.builders import a_channel, a_story
from tests.test_publish_app import SITE, ask, files

WINDOW = {"sec-fetch-dest": "document"}


@pytest.mark.parametrize(
    ("name", "href"), [("feed", "feed.css"), ("archive/7", "../feed.css"), ("tag/power", "../feed.css")]
)
@pytest.mark.parametrize("ending", ["rss", "atom"])
def test_a_feed_names_its_stylesheet(name: str, href: str, ending: str) -> None:
    """Before the document's root, by a relative address that stays when the site moves."""
    entries = publications([a_story(1)])
    body = feed_file(a_channel(), entries, Place(name=name), ending).body
    tree = etree.fromstring(body)
    instruction = tree.getprevious()
    assert instruction is not None
    assert (instruction.get("type"), instruction.get("href")) == ("text/css", href)
    assert body.startswith(b"<?xml version")
    assert b"stylesheet" not in feed_file(a_channel(), entries, Place(name=name), "json").body


def test_the_stylesheet_is_a_file_of_the_site_and_loads_nothing() -> None:
    """Also where the site is a folder; colours stand for day and night."""
    style = files()["feed.css"]
    assert style.content_type.startswith("text/css")
    text = style.body.decode()
    assert not re.search(r"url\(|@import", text)
    assert "prefers-color-scheme: dark" in text


def test_a_window_gets_xml_and_a_reader_the_feeds_own_type() -> None:
    """Browsers show no other type by its stylesheet; caches are told that it differs."""
    for path in ("/feed.rss", "/feed.atom"):
        shown, read = ask(path, headers=WINDOW), ask(path)
        assert shown.headers["content-type"] == "application/xml; charset=utf-8"
        assert shown.body == read.body
        assert read.headers["content-type"].startswith(f"application/{path[6:]}+xml")
        assert ask(path, headers={"sec-fetch-dest": "empty"}) == read
        assert shown.headers["vary"] == read.headers["vary"] == "accept-encoding, sec-fetch-dest"
    assert ask("/feed.json", headers=WINDOW).headers["content-type"].startswith("application/feed+json")
    assert ask("/", headers=WINDOW).headers["vary"] == "accept-encoding"


def test_what_is_answered_directly_leaves_windows_to_the_application() -> None:
    """Feeds only: pages are the same bytes and the same type for everybody."""
    window = [(b"sec-fetch-dest", b"document")]
    assert direct_answer(SITE.direct, b"GET", b"/feed.atom", window, b"") is None
    assert direct_answer(SITE.direct, b"GET", b"/feed.atom", [], b"") is not None
    assert direct_answer(SITE.direct, b"GET", b"/index.html", window, b"") is not None


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Return a browser for one test: while it lives its event loop runs, and others here start their own."""
    with browsing() as started:
        yield started


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Wire]]:
    """Return the origin of a served site, and its wire."""
    with demo_site(tmp_path_factory.mktemp("site")) as served:
        yield served


@pytest.mark.browser
@needs_chromium
@pytest.mark.timeout(240)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_person_can_read_a_feed(
    scheme: Literal["light", "dark"], browser: Browser, origin: tuple[str, Wire]
) -> None:
    """Titles, summaries and addresses, what to do with them; no raw markup, no sideways scrolling."""
    site, _ = origin
    with browser.new_context(viewport={"width": 360, "height": 800}, color_scheme=scheme) as context:
        page, told = context.new_page(), []
        page.on("console", lambda message: told.append(message.text))
        for path in ("feed.rss", "feed.atom", "lang/en.atom", "lang/ru.rss"):
            page.goto(f"{site}/{path}")
            assert page.evaluate("document.contentType") == "application/xml", path
            hint = "getComputedStyle(document.querySelector('channel, feed'), '::before').content"
            assert "feed reader" in page.evaluate(hint), path
            shown = "getComputedStyle(document.querySelector('item > title, entry > title')).display"
            assert page.evaluate(shown) == "block", path
            hidden = "getComputedStyle(document.querySelector('encoded, content')).display"
            assert page.evaluate(hidden) == "none", path
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
            paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
            assert (paper == "rgb(20, 22, 27)") == (scheme == "dark")
        assert [line for line in told if "favicon" not in line] == []
