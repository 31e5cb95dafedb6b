"""A library over a store of a few stories, one of them hostile, and what a test asks of it."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from lxml import etree, html

from feeds.curate import topic
from feeds.curate.fold import fold
from feeds.model.value import replace
from feeds.publish.library import Library
from feeds.publish.serving.live import Reply, answer
from scheduler.publishing.library import StoreLibrary
from store import Store
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


def a_library(folder: Path) -> StoreLibrary:
    """Return a library over a store of a few stories, one of them hostile, one a near miss."""
    store = Store.open(folder / "wire.db", fold=fold)
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
