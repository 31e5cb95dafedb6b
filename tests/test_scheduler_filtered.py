"""A folder with the whole site: filtered feeds, their lists, and archives."""

import json
from pathlib import Path
from typing import Any

import feedparser
import pytest
from lxml import etree, html

from feeds.curate import topic
from feeds.publish.library import Filtered
from scheduler.config.load import parse
from scheduler.publishing import filtered, publish
from scheduler.publishing.cards import topic_card
from scheduler.publishing.filtered import Shelf
from store import Store
from tests.builders import a_channel, a_check, a_judged, a_verdict, an_identity, an_item, at
from tests.fake_compare import strangers


def fill(store: Store, first: int, last: int, *tags: str, language: str = "en") -> None:
    """Store kept reports of these numbers."""
    judged = [
        a_judged(
            n,
            item=an_item(n, language=language, published=at(hours=-n)),
            identity=an_identity(f"{n}"),
            verdict=a_verdict(tags=tags),
        )
        for n in range(first, last + 1)
    ]
    store.record(a_check(*judged), compare=strangers)


def hrefs(tree: Any, path: str) -> list[str]:  # noqa: ANN401 # an element of lxml
    """Return the values of attributes."""
    return [str(each) for each in tree.xpath(path)]


def test_a_published_folder_holds_the_whole_site(tmp_path: Path) -> None:
    """Every link of the front page, of the list of feeds and of the feeds leads to a file."""
    config = parse(f'[store]\npath = "{tmp_path}/wire.db"\n', None)
    folder = tmp_path / "site"
    with Store.open(config.store.path) as store:
        fill(store, 1, 160, "Crewed landing", "a/b")
        fill(store, 161, 170, language="ru")
        written = publish.publish_stored(config, store, folder)
        assert publish.publish_stored(config, store, folder) == ()
    assert {"archive/1.atom", "tag/crewed-landing.atom", "lang/ru.json", "feeds.html"} <= set(written)
    for page in ("index.html", "feeds.html"):
        for href in hrefs(html.fromstring((folder / page).read_bytes()), "//a/@href|//link/@href"):
            if "://" not in href and not href.startswith("#"):
                assert (folder / href.partition("?")[0]).resolve().exists(), href
    base = config.serve.base_url
    for address in hrefs(etree.fromstring((folder / "feeds.opml").read_bytes()), "//@xmlUrl"):
        path = address.removeprefix(f"{base}/")
        empty = {"near.atom", "digest-daily.atom", "digest-weekly.atom", "health.atom"}
        assert feedparser.parse((folder / path).read_bytes()).entries or path in empty
    feed = json.loads((folder / "feed.json").read_bytes())
    assert (folder / feed["next_url"].removeprefix(f"{base}/")).is_file()


def test_only_feeds_whose_stories_changed_are_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new Russian report renders the Russian feed, not the English one."""
    rendered = list[str]()
    real = filtered._rendered

    def noting(channel: object, about: Filtered, stories: object) -> object:
        rendered.append(about.name)
        return real(channel, about, stories)  # type: ignore[arg-type] # handed through

    monkeypatch.setattr(filtered, "_rendered", noting)
    with Store.open(tmp_path / "wire.db") as store:
        shelf, channel = Shelf(), a_channel()
        fill(store, 1, 3, "power")
        first = shelf.files(store, channel, most=50)
        assert sorted(rendered) == ["lang/en", "tag/power"]
        rendered.clear()
        assert shelf.files(store, channel, most=50) == first
        assert rendered == []
        fill(store, 9, 9, language="ru")
        shelf.files(store, channel, most=50)
        assert rendered == ["lang/ru"]
        rendered.clear()
        shelf.files(store, a_channel(title="Other"), most=50)
        assert sorted(rendered) == ["lang/en", "lang/ru", "tag/power"]


def test_a_topic_shows_its_concepts_and_lists() -> None:
    """Names by language, what must stand together, and the word lists behind."""
    card = topic_card(topic.load("lunar-station"))
    assert any(concept.weight > 0 and concept.words for concept in card.concepts)
    assert any("close together" in concept.rule for concept in card.concepts)
    assert any(concept.weight < 0 for concept in card.concepts)
    assert {"zh", "ru", "en"} <= {language for each in card.lists for language, _ in each.words}
