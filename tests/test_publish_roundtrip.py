"""The whole way round: hostile stories are published, judged from outside and read back."""

import importlib.util
import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.intake.dates import parse_date
from feeds.model import Enclosure, Story
from feeds.publish import clean
from feeds.publish.site import SiteFile, render
from tests.builders import a_channel, a_coverage, a_published_item, a_reason, a_source_line, a_story

BASE = "https://wire.example.org"
JUDGE = Path(__file__).resolve().parents[2] / "shared" / "judges" / "ci_validate.py"


def site(*stories: Story) -> dict[str, SiteFile]:
    """Render `stories` with one source and a hub."""
    return render(a_channel(hubs=("https://hub.example/",)), stories, [a_source_line()])


HOSTILE = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=30),
    st.sampled_from(
        (
            "]]><script>alert(1)</script>",
            "月球科研站 🌙‍🚀",
            "a\u202eb\x00\x0b\x85\ud800\uffff",
            "&#0;&lt;x&gt;&amp;amp;",
            "станция " * 400,
            "<" * 300,
        )
    ),
)
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 # bounds are naive
ADDRESSES = st.one_of(st.just("https://a.example/x"), HOSTILE.map("https://a.example/".__add__), HOSTILE)


@st.composite
def stories(draw: st.DrawFn) -> list[Story]:
    """Up to three stories whose texts and addresses are anything at all."""
    made = []
    for n in range(100, 100 + draw(st.integers(0, 3))):
        lead = a_published_item(
            n,
            source=draw(ADDRESSES),
            source_name=draw(HOSTILE),
            source_home=draw(ADDRESSES),
            url=draw(ADDRESSES),
            title=draw(HOSTILE),
            summary=draw(HOSTILE),
            language=draw(st.one_of(st.sampled_from(("zh", "ar", "pt-BR", "")), HOSTILE)),
            tags=tuple(draw(st.lists(HOSTILE, max_size=2))),
            authors=tuple(draw(st.lists(HOSTILE, max_size=2))),
            published=draw(TIMES),
            thumbnail=draw(ADDRESSES),
            enclosures=(Enclosure(url=draw(ADDRESSES), type=draw(HOSTILE), length=draw(st.integers(-5))),),
            reasons=(a_reason(draw(HOSTILE), words=draw(HOSTILE), note=draw(HOSTILE)),),
        )
        other = a_coverage(1, source_name=draw(HOSTILE), title=draw(HOSTILE), url=draw(ADDRESSES))
        made.append(a_story(n, lead=lead, also=(other,), updated=draw(TIMES)))
    return made


@settings(max_examples=25)
@given(stories())
def test_what_is_published_is_read_back(made: list[Story]) -> None:
    """Ids, titles, links and times survive the way through RSS and Atom and a real parser."""
    files = site(*made)
    for name in ("feed.rss", "feed.atom"):
        parsed = feedparser.parse(
            io.BytesIO(files[name].body), response_headers={"content-type": "application/xml; charset=utf-8"}
        )
        assert not parsed.bozo
        assert [entry.id for entry in parsed.entries] == [story.key for story in made]
        for entry, story in zip(parsed.entries, made, strict=True):
            url = clean.address(story.lead.url)  # where there is none, that parser may take the id
            assert entry.get("link", "") in ({url} if url else {"", story.key})
            when = story.lead.when.replace(microsecond=0)
            assert parse_date(entry.published) == when
            assert "<" not in entry.title
    items = json.loads(files["feed.json"].body)["items"]
    assert [item["id"] for item in items] == [story.key for story in made]


def validator() -> Any:  # noqa: ANN401 # a script of its own, loaded by path
    """Load the outside validator, or skip."""
    if not JUDGE.exists():
        pytest.skip("the outside validator is not beside this checkout")
    sys.path.insert(0, str(JUDGE.parent))
    try:
        spec = importlib.util.spec_from_file_location("outside_validator", JUDGE)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(JUDGE.parent))
    return module


@pytest.mark.material
@settings(max_examples=25)
@given(stories())
def test_an_outside_validator_finds_nothing(made: list[Story]) -> None:
    """No error and no warning on any feed, however hostile the texts."""
    judge = validator()
    files = site(*made, a_story(7, lead=a_published_item(7, summary="字" * 2000)))
    for name in ("feed.rss", "feed.atom", "feed.json", "sources.opml"):
        kind, messages = judge.judge(files[name].body, files[name].content_type, f"{BASE}/{name}")
        assert kind in {"rss2", "atom", "jsonfeed", "opml"}
        assert messages == []
