"""Pages as the library answers with them, for kind and for hostile requests, and what it refuses."""

import json

import pytest

from feeds.publish.serving import live
from scheduler.publishing.library import StoreLibrary
from tests.live_library import HOSTILE, a_library, ask, page_of, searching

PAGES = ("/river", "/sources", "/topic", "/pictures", "/feeds.html", "/item/1", "/item/4", "/nothing")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> StoreLibrary:
    """Return the library of a few stories."""
    return a_library(tmp_path_factory.mktemp("library"))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("query", ["", searching(HOSTILE), searching("reactor"), searching(f"tag:{HOSTILE}")])
def test_pages_are_whole_and_nothing_in_them_is_active(library: StoreLibrary, path: str, query: str) -> None:
    """Hostile titles, notes, errors, names and searches come out as text."""
    reply = ask(library, path, query)
    page = page_of(reply)
    assert reply.status == (404 if path == "/nothing" else 200)
    assert page.xpath("//script|//iframe|//object|//@onclick|//@onerror|//@style|//style|//img") == []
    assert all(
        not href.lower().startswith(("javascript:", "data:", "vbscript:"))
        for href in page.xpath("//@href|//@src")
    )
    assert len(page.xpath("//h1")) == len(page.xpath("//main")) == 1
    assert page.xpath("//html/@lang") == ["en"]
    assert b"\x00" not in reply.body
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_a_search_marks_its_words(library: StoreLibrary) -> None:
    """Simplified finds traditional; the words are marked as they stand; the search is a feed."""
    page = page_of(ask(library, "/river", searching("国际")))
    assert page.xpath("//h3//mark/text()") == ["國際"]
    assert page.xpath("//input/@value") == ["国际"]
    feeds = page.xpath("//link[@rel='alternate']/@href")
    assert f"search.atom?{searching('国际')}" in feeds
    empty = page_of(ask(library, "/river", searching("nowhere")))
    assert empty.xpath("//h2/text()") == ["Nothing fits this search"]


def test_a_river_goes_on(library: StoreLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    """The link to older stories keeps the search."""
    monkeypatch.setattr(live, "PER_PAGE", 1)
    first = page_of(ask(library, "/river", searching("reactor")))
    (href,) = first.xpath("//a[@rel='next']/@href")
    assert href.startswith("river?q=reactor&after=")
    second = page_of(ask(library, "/river", href.partition("?")[2]))
    assert first.xpath("//h3//text()") != second.xpath("//h3//text()")


def test_filters_are_added_to_the_search(library: StoreLibrary) -> None:
    """Links narrow what is searched; one that is on is not offered again."""
    page = page_of(ask(library, "/river", searching("reactor tag:power")))
    links = page.xpath("//nav[@class='narrow']//a/@href")
    assert "river?q=reactor+tag%3Apower+lang%3Azh" in links
    assert not any(href.endswith("tag%3Apower+tag%3Apower") for href in links)


def test_problems_of_a_search_are_said(library: StoreLibrary) -> None:
    """In the page and in JSON."""
    reply = ask(library, "/river", searching("since:soon reactor"))
    assert "since:soon is no date" in page_of(reply).text_content()
    found = json.loads(ask(library, "/api/v1/search", searching("since:soon reactor")).body)
    assert len(found["problems"]) == 1


def test_an_item_shows_its_evidence(library: StoreLibrary) -> None:
    """Verdict, reasons, dates, hash and relatives; a near miss has a page too."""
    text = " ".join(page_of(ask(library, "/item/4")).text_content().split())
    for part in (
        "Kept",
        "0.900",
        "Published",
        "First seen",
        "changed, status 200",
        "Hash of its text",
        "the same item",
    ):
        assert part in text
    assert "Near miss" in page_of(ask(library, "/item/1")).text_content()


@pytest.mark.parametrize(
    "path",
    [
        "/item/",
        "/item/x",
        "/item/99",
        "/item/" + "9" * 40,
        "/item/\u0661",
        "/archive/1.atom",
        "/archive/",
        "/tag/none.atom",
        "/tag/power",
        "/tag/power.exe",
        "/tag/../power.atom",
        "/lang/.atom",
        "/search.txt",
        "/api/v1/none",
        "//evil.example",
        "/\x00",
        "",
    ],
)
def test_what_is_not_there_is_said(library: StoreLibrary, path: str) -> None:
    """404 in the style of the site, JSON under /api, never a word of the path."""
    reply = ask(library, path)
    assert reply.status == 404
    assert b"evil" not in reply.body
    assert reply.content_type.startswith("application/json" if path.startswith("/api") else "text/html")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/river", "q=" + "a" * 501),
        ("/river", "after=zz"),
        ("/river", "after=-ffffffffffffff.1"),
        ("/river", "q=" + "%20a" * 2000),
        ("/search.atom", ""),
        ("/api/v1/search", ""),
        ("/api/v1/items", "limit=0"),
        ("/api/v1/items", "limit=101"),
        ("/api/v1/items", "limit=%D9%A1"),
        ("/api/v1/why", ""),
        ("/api/v1/why", "item=" + "a" * 2001),
    ],
)
def test_what_can_not_be_used_is_refused(library: StoreLibrary, path: str, query: str) -> None:
    """400 with one sentence."""
    assert ask(library, path, query).status == 400


def test_many_words_are_bounded(library: StoreLibrary) -> None:
    """Only the first ones count, and that is said."""
    found = json.loads(ask(library, "/api/v1/search", searching("a " * 200)).body)
    assert "too long" in found["problems"][0]


def test_pictures_tell_who_was_first(library: StoreLibrary) -> None:
    """The table names the sources of shared stories."""
    page = page_of(ask(library, "/pictures"))
    assert len(page.xpath("//svg[@class='chart']")) == 3
    assert page.xpath("//section[@aria-labelledby='speed']//tbody//tr")
