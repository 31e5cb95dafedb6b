"""Reading lightly changes no verdict: what is kept or near is so by the long way and by the short one."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.curate.assess import assess, is_wanted
from feeds.curate.topic import load
from feeds.curate.tune import may_matter, tuning
from feeds.intake.read import read
from feeds.model import Judged, Reading, ReadRequest, Source

NOW = datetime(2026, 11, 2, tzinfo=UTC)
URL = "https://wire.example/feed.xml"
LUNAR = tuning(load("lunar-station"))
BEST = tuning(LUNAR.topic, None, {URL: (1000, 1000)})
PATTERNS = [p.source.replace("*", "").replace("..", " ") for p in LUNAR.topic.patterns]
CORPUS = Path(__file__).with_name("corpus")
SETS = [
    *(CORPUS / name for name in ("lunar.jsonl", "hard.jsonl", "everyday.jsonl")),
    *sorted((Path(__file__).parents[2] / "shared" / "relevance").glob("dev.jsonl")),
]


def document(rows: Iterable[dict[str, str]]) -> bytes:
    """Write items with all their text as HTML, escaped in some and quoted in others."""
    items = []
    for number, row in enumerate(rows):
        html = f"<p>{escape(row.get('summary') or '')}</p><img src='/a%20b.png' alt='x'/>"
        text = f"<![CDATA[{html}]]>" if number % 2 and "]]>" not in html else escape(html)
        link = f"<link>https://wire.example/{number}</link>" if number % 5 else ""
        items.append(
            f"<item><title>{escape(escape(row['title']))}</title>{link}"
            f"<guid isPermaLink='false'>g{number}</guid><description>{text}</description>"
            "<category>news</category></item>"
        )
    return f"<rss version='2.0'><channel><title>T</title>{''.join(items)}</channel></rss>".encode()


def judged(body: bytes, *, lightly: bool) -> Iterator[Judged]:
    """Read and judge, as a check does, a source of the best history."""
    found = read(
        ReadRequest(
            body=body,
            url=URL,
            now=NOW,
            vocabulary=(lambda entry: may_matter(entry, BEST)) if lightly else None,
            wanted=lambda entry: is_wanted(entry, BEST),
        )
    )
    assert isinstance(found, Reading)
    yield from assess(found.entries, Source(url=URL), found.head, BEST, now=NOW)


def compare(body: bytes) -> int:
    """Hold the short way against the long one; returns how many were judged the short way."""
    full = {one.item.guid: one for one in judged(body, lightly=False)}
    light = {one.item.guid: one for one in judged(body, lightly=True)}
    assert full.keys() == light.keys()
    short = 0
    for guid, one in full.items():
        other = light[guid]
        assert (one.verdict.keep, one.verdict.near) == (other.verdict.keep, other.verdict.near), (
            one.item.title
        )
        assert (one.item.title, one.item.url) == (other.item.title, other.item.url)
        if one.item.url or (one.item.title.isascii() and one.item.summary == other.item.summary):
            assert one.identity.keys == other.identity.keys
        assert other.verdict.reasons
        if one.verdict.keep or one.verdict.near:
            assert one == other
        short += one != other
    return short


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_verdicts_of_labelled_items(path: Path) -> None:
    """Over all labelled items at hand."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    short = sum(compare(document(rows[start : start + 100])) for start in range(0, len(rows), 100))
    assert short > 0 or path.stem == "lunar"


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(PATTERNS), max_size=3),
            st.lists(st.sampled_from(PATTERNS), max_size=4),
            st.text(max_size=20),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_verdicts_of_made_up_items(rows: list[tuple[list[str], list[str], str]]) -> None:
    """Over items of the topic's words in any mixture."""
    compare(
        document(
            {"title": f"{' '.join(title)} t{number}", "summary": f"{noise} {' '.join(text)}"}
            for number, (title, text, noise) in enumerate(rows)
        )
    )
