"""What the library answers: pages, feeds and JSON, for kind and for hostile requests."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from feeds.curate import topic
from feeds.curate.fold import fold
from feeds.model.value import replace
from feeds.publish import cursor
from feeds.publish.formats import catalogue
from feeds.publish.library import Filtered, Library
from feeds.publish.pages import charts
from feeds.publish.serving import live, openapi
from feeds.publish.serving.live import Reply, answer
from feeds.publish.slug import hashed, slug_of
from scheduler.publishing.cards import figures_of, last_months
from scheduler.publishing.library import StoreLibrary
from store import Store
from store.records import Figures as Counts
from tests.builders import (
    FEED,
    NOW,
    a_channel,
    a_check,
    a_judged,
    a_reason,
    a_source,
    a_state,
    a_verdict,
    an_identity,
    an_item,
    at,
)
from tests.fake_compare import twins

HOSTILE = '"><script>alert(1)</script>\u202e&amp;\x00'
OTHER = "https://other.example/feed"
PAGES = ("/river", "/sources", "/topic", "/pictures", "/feeds.html", "/item/1", "/item/4", "/nothing")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> StoreLibrary:
    """Return a library over a store of a few stories, one of them hostile, one a near miss."""
    store = Store.open(tmp_path_factory.mktemp("library") / "wire.db", fold=fold)
    judged = [
        a_judged(
            n,
            item=an_item(n, title=title, language=language, published=at(hours=-n), summary=f"Reactor {n}."),
            identity=an_identity(f"{n}"),
            verdict=a_verdict(
                tags=("power", HOSTILE), reasons=(a_reason(HOSTILE, words=HOSTILE, note=HOSTILE),)
            ),
        )
        for n, language, title in (
            (1, "zh", "國際月球科研站"),
            (2, "en", f"Hostile {HOSTILE} title"),
            (3, "ru", "Станция на Луне"),
        )
    ]
    copy = a_judged(1, item=replace(judged[0].item, source=OTHER), identity=judged[0].identity)
    near = a_judged(7, verdict=a_verdict(keep=False, near=True))
    checks = [
        a_check(*judged, near, state=_state(FEED)),
        a_check(copy, at=at(hours=1), state=_state(OTHER)),
        a_check(at=at(hours=2), outcome="failed", state=_state(FEED, last_error=f"No route {HOSTILE}")),
    ]
    store.sync_sources([a_source(FEED, name=f"Agency {HOSTILE}"), a_source(OTHER)], origin="config", now=NOW)
    for check in checks:
        store.record(check, compare=twins)
    about = topic.load("lunar-station")
    return StoreLibrary(store, a_channel(title=f"Wire {HOSTILE}"), about, lambda: at(hours=3))


def _state(url: str, **more: Any) -> Any:  # noqa: ANN401 # fields of a state
    posted = (NOW, at(hours=-6), at(hours=-12))
    return a_state(url, last_check=NOW, posted=posted, next_check=at(days=1), **more)


def ask(library: Library, path: str, query: str = "") -> Reply:
    """Ask for a path with a query string."""
    return answer(library, path, query.encode())


def page_of(reply: Reply) -> Any:  # noqa: ANN401 # lxml's types of an XPath are no help here
    """Return the page of a reply as a tree."""
    return html.document_fromstring(reply.body)


def tree_of(reply: Reply) -> Any:  # noqa: ANN401 # as above
    """Return the XML of a reply as a tree."""
    return etree.fromstring(reply.body)


def searching(text: str) -> str:
    """Return a query string."""
    return f"q={quote(text, safe='')}"


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


@pytest.mark.parametrize("ending", ["atom", "rss", "json"])
@pytest.mark.parametrize(
    ("path", "query", "count"),
    [
        ("/tag/power", "", 3),
        ("/lang/ru", "", 1),
        (f"/source/{hashed(OTHER)}", "", 1),
        ("/search", searching("国际"), 1),
    ],
)
def test_filtered_feeds(library: StoreLibrary, path: str, query: str, count: int, ending: str) -> None:
    """By tag, language, source and search; each names its own address and has an id of its own."""
    reply = ask(library, f"{path}.{ending}", query)
    address = f"https://wire.example.org{path}.{ending}" + (f"?{query}" if query else "")
    assert reply.shared
    assert reply.links[0] == ("self", address)
    if ending == "json":
        document = json.loads(reply.body)
        assert (document["feed_url"], len(document["items"])) == (address, count)
    else:
        root = tree_of(reply)
        assert len(root.xpath("//*[local-name()='entry' or local-name()='item']")) == count
        assert root.xpath("(/*|/rss/channel)/*[local-name()='link'][@rel='self']/@href") == [address]


def test_every_feed_is_listed(library: StoreLibrary) -> None:
    """The page and the OPML name them; every address answers."""
    opml = tree_of(ask(library, "/feeds.opml"))
    page = page_of(ask(library, "/feeds.html"))
    addresses = [each.removeprefix("https://wire.example.org") for each in opml.xpath("//@xmlUrl")]
    listed = page.xpath("//ul[@class='feeds']//a/@href")
    assert "/tag/power.atom" in addresses
    assert {each.removeprefix("/") for each in addresses} <= set(listed)
    for each in addresses:
        prepared = {"/feed.atom", "/near.atom", "/digest-daily.atom", "/digest-weekly.atom", "/health.atom"}
        if each not in prepared:
            assert ask(library, unquote(each)).status == 200


# the JSON interface

EXAMPLES: Mapping[str, str] = {
    "items": "limit=2",
    "stories": searching("tag:power"),
    "search": searching("reactor"),
    "sources": "",
    "why": "item=1",
    "stats": "",
}


def conforms(value: Any, schema: Mapping[str, Any]) -> None:  # noqa: ANN401 # JSON
    """Check a value against the part of JSON Schema that the description uses."""
    if "$ref" in schema:
        conforms(value, openapi.SCHEMAS[schema["$ref"].rpartition("/")[2]])
        return
    if "anyOf" in schema:
        real = next(each for each in schema["anyOf"] if (each.get("type") == "null") is (value is None))
        conforms(value, real)
        return
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    python: dict[str, Any] = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "array": list,
        "object": dict,
        "null": type(None),
    }
    assert any(isinstance(value, python[kind]) for kind in kinds), (value, schema)
    assert "boolean" in kinds or not isinstance(value, bool)
    if isinstance(value, dict):
        assert set(value) == set(schema["required"]) == set(schema["properties"])
        for name, part in value.items():
            conforms(part, schema["properties"][name])
    if isinstance(value, list):
        for part in value:
            conforms(part, schema["items"])
    if isinstance(value, str) and schema.get("format") == "date-time":
        assert value.endswith("Z")
        datetime.fromisoformat(value)
    assert value in schema.get("enum", [value])


@pytest.mark.parametrize("name", sorted(openapi.ROUTES))
def test_answers_are_as_described(library: StoreLibrary, name: str) -> None:
    """Every route of the description answers, with exactly the described fields."""
    reply = ask(library, f"/api/v1/{name}", EXAMPLES[name])
    assert (reply.status, reply.content_type, reply.shared) == (200, "application/json", True)
    value = json.loads(reply.body)
    conforms(value, {"$ref": f"#/components/schemas/{openapi.ROUTES[name][1]}"})
    assert value


def test_the_description_is_whole(library: StoreLibrary) -> None:
    """It is served, every reference in it leads somewhere, and errors are as described."""
    text = ask(library, "/api/v1/openapi.json").body.decode()
    document = json.loads(text)
    for name in set(re.findall(r"#/components/schemas/(\w+)", text)):
        assert name in document["components"]["schemas"]
    assert set(document["paths"]) == {f"/api/v1/{name}" for name in openapi.ROUTES}
    conforms(json.loads(ask(library, "/api/v1/why").body), {"$ref": "#/components/schemas/Error"})


def test_items_can_be_read_to_the_end(library: StoreLibrary) -> None:
    """By the cursor of each page, every kept report once."""
    seen, after = list[int](), ""
    while True:
        page = json.loads(ask(library, "/api/v1/items", f"limit=1&after={after}").body)
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert len(seen) == len(set(seen)) == 4


# small parts


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)), st.integers(1, 2**50))  # noqa: DTZ001 # hypothesis wants naive bounds
def test_a_cursor_comes_back(moment: datetime, number: int) -> None:
    """Whatever is handed out is read again exactly."""
    after = (moment.replace(tzinfo=NOW.tzinfo), number)
    assert cursor.read(cursor.written(after)) == after


@given(st.text(max_size=30))
def test_nothing_else_is_a_cursor(text: str) -> None:
    """Any other text is refused, and by nothing but ValueError."""
    try:
        found = cursor.read(text)
    except ValueError:
        return
    assert found is None or cursor.read(cursor.written(found)) == found


@given(st.text(min_size=1, max_size=60))
def test_slugs_are_safe_names(value: str) -> None:
    """No slash, no dot, no space, no control character, never empty, never long."""
    slug = slug_of(value)
    assert 0 < len(slug) <= 60
    assert not re.search(r"[/.\s\x00-\x1f]", slug)


@pytest.mark.parametrize(
    ("value", "slug"), [("Power", "power"), ("crewed landing", "crewed-landing"), ("月球", "月球")]
)
def test_usual_names_are_readable(value: str, slug: str) -> None:
    """Where nothing is lost there is no hash."""
    assert slug_of(value) == slug


def test_names_that_lose_something_are_told_apart() -> None:
    """a/b and a.b are two tags."""
    assert len({slug_of(value) for value in ("a/b", "a.b", "a b", "a--b", "…", "!")}) == 6


def test_charts_fit_their_frame() -> None:
    """Bars stack up to the count and never leave the picture; no number breaks it."""
    chart = charts.stacked(["2026-01", "2026-02"], [[3, 0], [4, 1]])
    assert {bar.series for bar in chart.bars} == {0, 1}
    assert all(bar.y >= 0 and bar.y + bar.height <= chart.height for bar in chart.bars)
    assert charts.stacked([], []).bars == ()
    assert charts.stacked(["2026-01"], [[0]]).bars == ()
    assert charts.stacked(["2026-01"], [[123456]]).labels[-1].text == "200000"


@pytest.mark.parametrize(
    ("seconds", "words"), [(20, "0 min"), (3000, "50 min"), (7200, "2 h"), (200_000, "2 days")]
)
def test_durations(seconds: float, words: str) -> None:
    """Rounded to what a person would say."""
    assert charts.duration(seconds) == words


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 B"), (1500, "1.5 kB"), (25_000_000, "25 MB"), (10**13, "10000 GB")]
)
def test_sizes(count: int, words: str) -> None:
    """In powers of a thousand."""
    assert charts.size(count) == words


def test_months_have_no_gaps_and_the_rest_is_one_series() -> None:
    """Seven languages become five and the rest; a month without reports is zero."""
    months = last_months(NOW, 3)
    assert months == ("2026-01", "2026-02", "2026-03")
    rows = tuple(("2026-03", name, 10 - at_) for at_, name in enumerate("abcdefg"))
    figures = figures_of(Counts(by_language=rows, by_tag=(), copies=(("2026-01", 4, 1),), speeds=()), months)
    assert figures.languages[0] == ("a", (0, 0, 10))
    assert figures.languages[-1] == ("", (0, 0, 9))
    assert (figures.reports, figures.copies, figures.tags) == ((4, 0, 0), (1, 0, 0), ())


def test_pictures_tell_who_was_first(library: StoreLibrary) -> None:
    """The table names the sources of shared stories."""
    page = page_of(ask(library, "/pictures"))
    assert len(page.xpath("//svg[@class='chart']")) == 3
    assert page.xpath("//section[@aria-labelledby='speed']//tbody//tr")


def test_a_channel_without_an_id_gives_none() -> None:
    """A filtered feed then has its address for an id."""
    about = catalogue.filtered_channel(a_channel(feed_id=""), _language("ru"))
    assert about == (
        "Moonwire: Russian",
        "Stories of Moonwire in Russian, each told by the first report that fits.",
        "",
    )


def _language(tag: str) -> Filtered:
    return Filtered(kind="lang", value=tag, label=tag, slug=tag)
