"""Small builders of model values with sensible defaults, for every test.

Name only what the test is about: `an_item(title="月球科研站")`. Times count from `NOW`.
Import as `from tests.builders import an_item`.
"""
# ruff: noqa: ANN401, D401 # builders take any field of the value they build, and are named after it

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from feeds.model import (
    Channel,
    Check,
    Coverage,
    Entry,
    FeedHead,
    Identity,
    Item,
    Judged,
    PublishedItem,
    Reason,
    Related,
    Relation,
    Source,
    SourceLine,
    SourceState,
    Story,
    Verdict,
)

NOW = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
"""The moment all tests live in."""

FEED = "https://agency.example/feed.xml"
"""The address of the one source a test needs unless it says otherwise."""


def at(*, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
    """`NOW` plus the given time (negative: before)."""
    return NOW + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def digest(text: str, size: int = 16) -> bytes:
    """A stable hash of a text, `size` bytes long."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).digest()


def a_source(url: str = FEED, **changes: Any) -> Source:
    """A source with a name derived from its address."""
    values: dict[str, Any] = {"url": url, "name": f"Name of {url}", "language": "en", "kind": "agency"}
    return Source(**values | changes)


def a_state(url: str = FEED, **changes: Any) -> SourceState:
    """The state of a source that was never asked."""
    source = changes.pop("source", None) or a_source(url)
    values: dict[str, Any] = {"source": source, "address": source.url}
    return SourceState(**values | changes)


def an_entry(n: int = 1, **changes: Any) -> Entry:
    """The `n`-th entry of a feed."""
    values: dict[str, Any] = {
        "guid": f"guid-{n}",
        "link": f"https://agency.example/news/{n}",
        "title": f"Lunar station milestone {n}",
        "summary": f"The station passed review number {n}.",
        "published": at(hours=-n),
        "raw_hash": digest(f"entry {n}"),
    }
    return Entry(**values | changes)


def a_head(**changes: Any) -> FeedHead:
    """The head of an RSS 2.0 document."""
    values: dict[str, Any] = {
        "title": "Agency news",
        "link": "https://agency.example/",
        "language": "en",
        "format": "rss20",
    }
    return FeedHead(**values | changes)


def an_item(n: int = 1, **changes: Any) -> Item:
    """The `n`-th item of the source `FEED`, published `n` hours before `NOW`."""
    values: dict[str, Any] = {
        "source": FEED,
        "guid": f"guid-{n}",
        "url": f"https://agency.example/news/{n}",
        "title": f"Lunar station milestone {n}",
        "summary": f"The station passed review number {n}.",
        "content": f"<p>The station passed review number {n}.</p>",
        "language": "en",
        "published": at(hours=-n),
        "site": "agency.example",
        "source_name": f"Name of {FEED}",
        "source_kind": "agency",
    }
    return Item(**values | changes)


def a_reason(concept: str = "lunar station", **changes: Any) -> Reason:
    """A reason for an item, found in its title."""
    values: dict[str, Any] = {"concept": concept, "words": concept, "place": "title", "weight": 0.6}
    return Reason(**values | changes)


def a_verdict(*, keep: bool = True, **changes: Any) -> Verdict:
    """A clear yes, or with `keep=False` a clear no."""
    values: dict[str, Any] = {
        "keep": keep,
        "near": False,
        "score": 0.9 if keep else 0.1,
        "reasons": (a_reason(),) if keep else (a_reason("off topic", weight=-0.4, kind="against"),),
        "tags": ("station",) if keep else (),
        "topic": "lunar-station 1",
    }
    return Verdict(**values | changes)


def an_identity(name: str = "one", **changes: Any) -> Identity:
    """An identity whose only key is made of `name`; no bands, no features."""
    values: dict[str, Any] = {
        "keys": (f"guid:{name}",),
        "fingerprint": digest(f"fingerprint {name}", 32),
        "content_hash": digest(f"content {name}"),
    }
    return Identity(**values | changes)


def a_judged(n: int = 1, *, keep: bool = True, **changes: Any) -> Judged:
    """The `n`-th item, judged and ready for the store."""
    item = changes.pop("item", None) or an_item(n)
    values: dict[str, Any] = {
        "item": item,
        "verdict": a_verdict(keep=keep),
        "identity": an_identity(f"{item.source} {item.guid}"),
        "raw_hash": digest(f"entry {n}"),
    }
    return Judged(**values | changes)


def a_check(*judged: Judged, **changes: Any) -> Check:
    """A check at `NOW` that found these entries; next check in an hour unless `state` says otherwise."""
    moment: datetime = changes.get("at", NOW)
    url = judged[0].item.source if judged else FEED
    values: dict[str, Any] = {
        "at": moment,
        "outcome": "changed" if judged else "unchanged",
        "status": 200 if judged else 304,
        "state": a_state(
            url,
            last_check=moment,
            last_success=moment,
            next_check=moment + timedelta(hours=1),
            seen=frozenset(each.raw_hash for each in judged),
        ),
        "entries": len(judged),
        "judged": judged,
        "requests": 1,
        "wire_bytes": 1000,
        "elapsed_s": 0.25,
    }
    return Check(**values | changes)


def a_relation(relation: Relation = Relation.SAME_ITEM, score: float = 1.0) -> Related:
    """A decision on a pair with one reason."""
    return Related(relation=relation, score=score, reasons=("the test says so",))


def a_published_item(n: int = 1, **changes: Any) -> PublishedItem:
    """The `n`-th item as stored and kept, in a story of its own."""
    values: dict[str, Any] = {
        "id": n,
        "source": FEED,
        "source_name": f"Name of {FEED}",
        "source_home": "https://agency.example/",
        "guid": f"guid-{n}",
        "url": f"https://agency.example/news/{n}",
        "title": f"Lunar station milestone {n}",
        "summary": f"The station passed review number {n}.",
        "content": f"<p>The station passed review number {n}.</p>",
        "language": "en",
        "published": at(hours=-n),
        "first_seen": NOW,
        "updated": None,
        "keep": True,
        "near": False,
        "score": 0.9,
        "reasons": (a_reason(),),
        "tags": ("station",),
        "story_id": n,
        "topic": "lunar-station 1",
    }
    return PublishedItem(**values | changes)


def a_coverage(n: int = 1, **changes: Any) -> Coverage:
    """The `n`-th other place that carried a story."""
    values: dict[str, Any] = {
        "source_name": f"Paper {n}",
        "url": f"https://paper{n}.example/moon",
        "title": f"Moon base seen by paper {n}",
        "language": "en",
        "when": at(hours=n),
        "relation": "same-article",
    }
    return Coverage(**values | changes)


def a_story(n: int = 1, **changes: Any) -> Story:
    """The `n`-th story, led by the `n`-th item."""
    lead = changes.pop("lead", None) or a_published_item(n)
    values: dict[str, Any] = {
        "id": n,
        "key": f"tag:moonwire,2026:story/{n:026d}",
        "lead": lead,
        "updated": lead.when,
    }
    return Story(**values | changes)


def a_channel(**changes: Any) -> Channel:
    """A channel on example.org."""
    values: dict[str, Any] = {
        "title": "Moonwire",
        "description": "News on the lunar station",
        "base_url": "https://wire.example.org",
        "feed_id": "tag:moonwire,2026:feed",
    }
    return Channel(**values | changes)


def a_source_line(n: int = 1, **changes: Any) -> SourceLine:
    """The `n`-th source as lists show it."""
    values: dict[str, Any] = {
        "url": f"https://source{n}.example/feed",
        "name": f"Source {n}",
        "language": "en",
        "kind": "press",
        "state": "active",
    }
    return SourceLine(**values | changes)
