"""Feeds that the library makes when asked: by tag, language, source and search."""

import json
from urllib.parse import unquote

import pytest

from feeds.publish.formats import catalogue
from feeds.publish.library import Filtered
from feeds.publish.slug import hashed
from scheduler.publishing.library import StoreLibrary
from tests.builders import a_channel
from tests.live_library import OTHER, a_library, ask, page_of, searching, tree_of


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> StoreLibrary:
    """Return the library of a few stories."""
    return a_library(tmp_path_factory.mktemp("library"))


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
