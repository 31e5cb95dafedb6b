"""Real feeds, where the material lies beside the checkout.

MOONWIRE_CORPUS=full tries every entry of every document as the only new one; otherwise a few of each.
"""

import io
import os
from pathlib import Path

import feedparser
import pytest

from feeds.intake.light import read_light
from feeds.intake.read import Work, prepare, read
from feeds.model.entry import Reading, ReadRequest
from feeds.model.value import replace

FEEDS = Path(__file__).parents[2] / "shared" / "corpus" / "feeds"
FULL = os.environ.get("MOONWIRE_CORPUS") == "full"
URL = "https://feed.example/dir/feed.xml"
DOCUMENTS = sorted(FEEDS.glob("*.xml")) if FEEDS.is_dir() else []

pytestmark = [
    pytest.mark.material,
    pytest.mark.skipif(not DOCUMENTS, reason="no real feeds beside the checkout"),
]


def request(path: Path) -> ReadRequest:
    """Ask for a document as if it had been fetched."""
    return ReadRequest(body=path.read_bytes(), content_type="application/xml", url=URL)


def chosen() -> list[Path]:
    """Small documents in CI, all of them on demand."""
    return [path for path in DOCUMENTS if FULL or path.stat().st_size < 60_000]


@pytest.mark.parametrize("path", chosen(), ids=lambda path: path.name)
def test_real_feed(path: Path) -> None:
    """As many entries as feedparser finds; each alone as in the whole; the cheap way agrees."""
    asked = request(path)
    whole = read(asked)
    assert isinstance(whole, Reading)
    headers = {"content-location": URL, "content-type": "application/xml"}
    raw = feedparser.parse(
        io.BytesIO(asked.body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    assert whole.total == len(whole.entries) == len(raw.entries)
    everything = frozenset(whole.hashes)
    for raw_hash in whole.hashes if FULL else whole.hashes[:3]:
        alone = read(replace(asked, seen=everything - {raw_hash}))
        assert isinstance(alone, Reading)
        assert alone.entries == tuple(entry for entry in whole.entries if entry.raw_hash == raw_hash)
        assert (alone.hashes, alone.head) == (whole.hashes, whole.head)
    work = prepare(asked)
    if not isinstance(work, Work) or work.parts is None:
        return
    for light, full in zip(read_light(work.parts.data, url=URL), whole.entries, strict=False):
        if light is not None:
            assert (light.guid, light.link, light.title) == (full.guid, full.link, full.title)
            assert (light.published, light.updated) == (full.published, full.updated)
