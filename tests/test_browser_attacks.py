"""Feeds that attack their readers, through the whole wire onto every page, in a real browser: none acts."""

import html
import importlib.util
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from lxml import html as lxml_html
from playwright.sync_api import Browser, BrowserContext, ViewportSize

from feeds.model.value import replace
from scheduler import daemon
from scheduler.publishing import web
from scheduler.publishing.publish import publish_site
from scheduler.wire import Wire
from tests.attacks import ADDRESSES, MARKUP, hostile_feed
from tests.browsing import browsing, needs_chromium
from tests.desk_site import TOKEN
from tests.fakes import FakeClock
from tests.fakes_http import RawServer, Reply, Seen, reply
from tests.harmless import harmful_address
from tests.test_scheduler_wire import NEVER, configured

MATERIAL = Path(__file__).resolve().parents[2] / "shared" / "faults"
SUBJECT = "Moon base"
TOPIC = """
[topic]
name = "all"
title = "All"
description = "Keeps whatever names its subject."
revision = 1
threshold = 0.5
near = 0.2
start = -3
[concepts.moon-base]
title = "its subject"
weight = 9
names.en = ["moon base"]
"""
ACTING = frozenset(
    {"script", "iframe", "object", "embed", "base", "style", "math", "marquee", "video", "audio"}
)
PATHS = (
    "/",
    "/near",
    "/river",
    "/sources",
    "/topic",
    "/pictures",
    "/feeds.html",
    "/river?q=moon",
    "/operator",
)
HOOK = """(() => {
  window.ran = () => window.told('ran');
  for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => window.told(name);
})()"""
POKE = """(() => {
  const told = [];
  for (const each of document.querySelectorAll('*')) {
    for (const name of each.getAttributeNames())
      if (/^on|^style$|^srcdoc$/i.test(name)) told.push(`${each.tagName} ${name}`);
    const to = String((each.href && (each.href.baseVal ?? each.href)) || each.action || each.src || '');
    if (/^[\\s\\0-\\x20]*(javascript|vbscript|data):/i.test(to)) told.push(`${each.tagName} ${to}`);
    if (/^(SCRIPT|IFRAME|OBJECT|EMBED|BASE|STYLE|ANIMATE|SET|MATH|MARQUEE|VIDEO|AUDIO)$/i.test(each.tagName))
      told.push(each.tagName);
  }
  document.querySelectorAll('details').forEach(each => each.open = true);
  return told;
})()"""

TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

Check = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attacked:
    """A served wire that has read hostile feeds, and the files it publishes to a folder."""

    origin: str
    wire: Wire
    folder: Path

    def paths(self) -> list[str]:
        """Return the address of the page of each story, and of its first report."""
        stories = self.wire.workshop.store.stories(limit=1000)
        items = [f"/item/{story.lead.id}" for story in stories]
        return [*items, *(f"/story/{story.id}.html" for story in stories)]


@contextmanager
def attacked(folder: Path, markup: tuple[str, ...], addresses: tuple[str, ...]) -> Iterator[Attacked]:
    """Run two hostile publishers of the same reports, the wire over them, and its server."""

    def publisher(seen: Seen) -> Reply:
        host = seen.header("Host") or ""
        body = hostile_feed(f"{host}{seen.target}", SUBJECT, markup, addresses)
        return reply(200, body, Content_Type="application/rss+xml")

    (folder / "all.toml").write_text(TOPIC, encoding="utf-8")
    with ExitStack() as stack:
        server = stack.enter_context(RawServer(publisher))
        more = f'[topic]\nfile = "{folder}/all.toml"\n[publish]\nentries = 1000\n'
        config = configured(folder, server.url("/one"), server.url("/two"), more=more)
        named = tuple(replace(each, name=markup[n]) for n, each in enumerate(config.sources))
        serve = replace(config.serve, token=TOKEN, title=f"Wire {markup[0]}")
        wire = Wire(replace(config, sources=named, serve=serve), clock=FakeClock())
        stack.callback(wire.close)
        assert wire.turn(NEVER)
        publish_site(wire.workshop, folder / "site")
        listener = web.bind("127.0.0.1", 0)
        stack.enter_context(web.serving(daemon.app_of(wire), listener, lambda: wire.site.direct))
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield Attacked(origin=origin, wire=wire, folder=folder / "site")


def ran_in(context: BrowserContext, site: Attacked, paths: list[str]) -> tuple[list[str], list[str]]:
    """Open each page, let it load; return what ran or was about to, and the HTML of all of them."""
    told: list[str] = []
    pages = []
    context.expose_function("told", lambda what: told.append(str(what)))
    context.add_init_script(HOOK)
    page = context.new_page()
    page.set_viewport_size(ViewportSize(width=360, height=800))
    page.on("request", lambda request: told.append(request.url) if site.origin not in request.url else None)
    for path in paths:
        page.goto(site.origin + path)
        told += [f"{path}: {each}" for each in page.evaluate(POKE)]
        told += [f"{path}: too wide"] if page.evaluate(TOO_WIDE) > 0 else []
        pages.append(page.content())
    return told, pages


def of_feeds(folder: Path) -> list[str]:
    """Return all HTML that readers get to show: titles, summaries and contents of the three formats."""
    rss, atom = (etree.fromstring((folder / name).read_bytes()) for name in ("feed.rss", "feed.atom"))
    own = "{*}title", "{*}description", "{*}summary", "{*}content", "{*}encoded"
    texts = [node.text or "" for tree in (rss, atom) for name in own for node in tree.iter(name)]
    items = json.loads((folder / "feed.json").read_text(encoding="utf-8"))["items"]
    texts += [item.get(key, "") for item in items for key in ("title", "content_html", "summary")]
    links = [node.get(key, "") for tree in (rss, atom) for node in tree.iter() for key in ("href", "url")]
    links += [node.text or "" for node in rss.iter("link")]
    assert [link for link in links if harmful_address(link)] == []
    return texts


def hold(site: Attacked, browser: Browser, check: Check, sign: str, count: int) -> None:
    """Demand that more than `count` pages show an attack by its `sign`, and that none acts."""
    paths = site.paths()
    assert len(paths) > count
    with browser.new_context(bypass_csp=True) as context:
        told, pages = ran_in(context, site, [*PATHS, *paths[::20]])
    assert told == []
    with browser.new_context(bypass_csp=True) as context:
        page = context.new_page()
        page.goto(f"{site.origin}/operator")
        page.fill("#token", TOKEN)
        page.click("main button")
        page.close()
        told, signed = ran_in(context, site, ["/sources", *paths])
    assert told == []
    assert sum(sign in html.unescape(page) for page in signed) > count
    for name in site.folder.rglob("*.html"):
        pages.append(name.read_text(encoding="utf-8"))
    for page_ in (*pages, *signed, *of_feeds(site.folder)):
        found = check(page_)
        assert not found, (found, page_[:200])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a browser for the tests of this file."""
    with browsing() as started:
        yield started


def harm_on(markup: str) -> list[str]:
    """Say what in a page or a piece of HTML could act: our own pages hold nothing that can."""
    tree = lxml_html.document_fromstring(f"<div>{markup}" if not markup.startswith("<!DOCTYPE") else markup)
    found = [str(each.tag) for each in tree.iter() if each.tag in ACTING]
    for each in tree.iter(etree.Element):
        names = map(str, each.attrib)
        found += [name for name in names if name.startswith("on") or name in {"style", "srcdoc"}]
        addresses = (each.get(name, "") for name in ("href", "src", "action", "formaction", "data"))
        found += [address for address in addresses if harmful_address(address)]
    return found


@pytest.mark.browser
@needs_chromium
@pytest.mark.timeout(300)
def test_no_attack_of_a_feed_acts_on_any_page(tmp_path: Path, browser: Browser) -> None:
    """Each attack in each field, kept, published, shown to everybody and to the operator."""
    assert len(MARKUP) + len(ADDRESSES) >= 60
    with attacked(tmp_path, MARKUP, ADDRESSES) as site:
        hold(site, browser, harm_on, "parent.ran", len(MARKUP))


@pytest.mark.browser
@needs_chromium
def test_the_browser_sees_each_attack_that_is_not_escaped(browser: Browser) -> None:
    """A look that finds nothing on a page of raw attacks would prove nothing."""
    with browser.new_context() as context:
        told: list[str] = []
        context.expose_function("told", lambda what: told.append(str(what)))
        context.add_init_script(HOOK)
        page = context.new_page()
        page.set_content(f"<!DOCTYPE html><p>{MARKUP[4]}{MARKUP[13]}{MARKUP[28]}")
        assert page.evaluate(POKE) == [
            "IMG onerror",
            "svg onload",
            f"a {ADDRESSES[0]}",
        ]
        page.wait_for_function("true")
    assert "ran" in told


def _checker() -> Any:  # noqa: ANN401 # a module that is not ours
    pytest.importorskip("html5lib", reason="the collection's own checker needs html5lib")
    spec = importlib.util.spec_from_file_location("xss_check", MATERIAL / "xss_check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.material
@pytest.mark.browser
@needs_chromium
@pytest.mark.timeout(900)
@pytest.mark.skipif(not MATERIAL.exists(), reason="the collection of payloads is not here")
def test_no_collected_attack_acts_on_any_page(tmp_path: Path, browser: Browser) -> None:
    """The same with what others have collected."""
    rows = [json.loads(line) for line in (MATERIAL / "xss_corpus.jsonl").read_text("utf-8").splitlines()]
    addresses = tuple(row["payload"] for row in rows if row["ctx"] == "url")
    markup = tuple(row["payload"] for row in rows if row["ctx"] != "url")
    assert len(rows) > 300
    check = _checker()

    def both(text: str) -> list[str]:
        inner = text[text.index("<main") : text.rindex("</main>")] if text.startswith("<!DOCTYPE") else text
        return [*harm_on(text), *check.active(inner, deep=False)]

    with attacked(tmp_path, markup, addresses) as site:
        hold(site, browser, both, "alert", len(rows) // 2)
