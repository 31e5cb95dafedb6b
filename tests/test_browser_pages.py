"""Every page in a real browser: for eyes, ears and keyboards, on a phone and a desk, by day and night."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from scheduler.publishing.publish import publish_site
from scheduler.wire import Wire
from tests.browsing import axe, browsing, demo_site, needs_chromium, watched
from tests.desk_site import TOKEN

pytestmark = [pytest.mark.browser, needs_chromium, pytest.mark.timeout(240)]

WIDTHS = (360, 768, 1440)
VIEWS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((360, "light"), (768, "dark"), (1440, "light"))
"""What axe looks at: contrasts differ by scheme, what is shown by width, and neither by both."""
PUBLIC = {
    "front": "/",
    "near misses": "/near",
    "river": "/river",
    "search": "/river?q=lunar",
    "search in Chinese": "/river?q=%E6%9C%88%E7%90%83",
    "search for nothing there": "/river?q=zebra",
    "a tag": "/river?q=tag:power",
    "odd search": "/river?q=tag:x%20since:%20-%22",
    "sources": "/sources",
    "topic": "/topic",
    "pictures": "/pictures",
    "feeds": "/feeds.html",
    "error 404": "/nothing/at/all",
    "error 400": "/river?q=" + "x" * 501,
    "sign in": "/operator",
}
OPEN_ALL = "document.querySelectorAll('details').forEach(each => each.open = true)"
FEWER = """document.querySelectorAll(
  'section > details:nth-of-type(n+5), article:nth-of-type(n+5), ' +
  '.cards > li:nth-of-type(n+5), .feeds li:nth-of-type(n+5)'
).forEach(each => each.remove())"""
"""What repeats is looked at four times: contrasts of a thousand words take a minute."""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUSED = """(() => {
  const it = document.activeElement, style = getComputedStyle(it);
  return [it.getBoundingClientRect().top + scrollY, `${style.outlineStyle} ${style.outlineWidth}`];
})()"""
RUN_AXE = "axe.run(document, {resultTypes: ['violations']})"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a browser for all tests of this file."""
    with browsing() as started:
        yield started


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Wire]]:
    """Return the origin of a served site, and its wire."""
    with demo_site(tmp_path_factory.mktemp("site")) as served:
        yield served


def faults(page: Page) -> list[str]:
    """Return what is wrong with a page, all its details open, at each width and by day and night."""
    page.evaluate(OPEN_ALL)
    wrong = []
    for width in WIDTHS:
        page.set_viewport_size(ViewportSize(width=width, height=900))
        if (too_wide := page.evaluate(TOO_WIDE)) > 0:
            wrong.append(f"{too_wide} px too wide at {width}")
    page.evaluate(FEWER)
    page.evaluate(axe())
    for width, scheme in VIEWS:
        page.set_viewport_size(ViewportSize(width=width, height=900))
        page.emulate_media(color_scheme=scheme)
        found: Mapping[str, Any] = page.evaluate(RUN_AXE)
        assert found["passes"]
        violations = ((each["id"], each["nodes"][0]["html"][:200]) for each in found["violations"])
        wrong += [f"axe at {width}, {scheme}: {rule} {where}" for rule, where in violations]
    return wrong


def found_on(pages: Mapping[str, str], browser: Browser, origin: str, *, signed: bool = False) -> list[str]:
    """Open pages and return what is wrong with them, and what the browser complained of."""
    with browser.new_context(bypass_csp=True) as context:
        seen, wrong = watched(context, origin), []
        if signed:
            seen.open("/operator").fill("#token", TOKEN)
            seen.page.click("main button")
        for name, path in pages.items():
            wrong += [f"{name}: {each}" for each in faults(seen.open(path))]
            assert not signed or seen.page.locator("main form[method=post]").count(), name
    return [*wrong, *seen.wrong]


HALF = len(PUBLIC) // 2


@pytest.mark.parametrize("pages", [dict([*PUBLIC.items()][:HALF]), dict([*PUBLIC.items()][HALF:])])
def test_every_page_suits_everybody(pages: dict[str, str], browser: Browser, site: tuple[str, Wire]) -> None:
    """No violation of WCAG that axe knows, no sideways scrolling, no error, nothing asked of another host."""
    assert found_on(pages, browser, site[0]) == []


def test_stories_and_items_of_any_script_suit_everybody(browser: Browser, site: tuple[str, Wire]) -> None:
    """Stories told once and often, items in Arabic and Chinese; then the operator's view of them."""
    origin, wire = site
    store = wire.workshop.store
    stories = {len(story.also): f"/story/{story.id}.html" for story in store.stories(limit=50)}
    items = {item.language: f"/item/{item.id}" for item in store.items(which="all")}
    told = {f"story of {also + 1} reports": path for also, path in stories.items()}
    pages = {**told, **{f"item in {language}": items[language] for language in ("ar", "zh")}}
    assert len(told) > 1
    assert found_on(pages, browser, origin) == []
    own = {
        "operator": "/operator",
        "sources": "/sources",
        "item": items["ar"],
        "story": stories[max(stories)],
    }
    assert found_on(own, browser, origin, signed=True) == []


def test_the_pages_work_without_scripts_and_by_keyboard(browser: Browser, site: tuple[str, Wire]) -> None:
    """The skip link comes first and leads to the content; a search is typed and sent; focus can be seen."""
    origin, _ = site
    with browser.new_context(java_script_enabled=False) as context:
        seen = watched(context, origin)
        page = seen.open("/")
        page.keyboard.press("Tab")
        skip = page.locator(":focus")
        assert skip.inner_text() == "Skip to the content"
        box = skip.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        page.keyboard.press("Enter")
        assert page.url.endswith("/#content")
        page.keyboard.press("Tab")
        assert page.locator(":focus").get_attribute("id") == "q"
        page.keyboard.type("月球")
        page.keyboard.press("Enter")
        page.wait_for_url("**/river?q=*")
        assert page.locator("h1").inner_text() == "Search: 月球"
        assert page.locator("mark").count()
        page.locator("summary").first.focus()
        page.keyboard.press("Enter")
        assert page.locator("details[open]").count()
    assert seen.wrong == []


def test_focus_can_be_seen_wherever_it_goes(browser: Browser, site: tuple[str, Wire]) -> None:
    """Every stop of the Tab key on the front page has an outline, in the order of the page."""
    origin, _ = site
    with browser.new_context(bypass_csp=True) as context:
        page = watched(context, origin).open("/")
        tops, outlines = [], set()
        for _ in range(25):
            page.keyboard.press("Tab")
            top, outline = page.evaluate(FOCUSED)
            tops.append(top)
            outlines.add(outline)
    assert outlines == {"solid 3px"}
    assert tops[1:] == sorted(tops[1:])


def test_a_folder_offers_nothing_that_needs_an_application(
    browser: Browser, site: tuple[str, Wire], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Opened from disk: no form, and every link to the site's own leads to a file that is there."""
    folder = tmp_path_factory.mktemp("folder")
    publish_site(site[1].workshop, folder)
    with browser.new_context() as context:
        page = context.new_page()
        for name in ("index.html", "near.html", "feeds.html", *(f"story/{p.name}" for p in _stories(folder))):
            page.goto((folder / name).as_uri())
            assert page.locator("form").count() == 0, name
            links = page.eval_on_selector_all("a[href], link[href]", "all => all.map(each => each.href)")
            own = {each.partition("#")[0].partition("?")[0] for each in links if each.startswith("file:")}
            missing = [each for each in own if not _there(folder, each)]
            assert missing == [], name


def _stories(folder: Path) -> list[Path]:
    return sorted((folder / "story").glob("*.html"))[:4]


def _there(folder: Path, address: str) -> bool:
    path = unquote(urlsplit(address).path)
    return path.startswith(str(folder)) and (folder / path.removeprefix(f"{folder}/")).is_file()
