"""Documents broken in every way: what can be read of them is, and nothing is raised."""

import os
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.intake.read import read
from feeds.model.entry import ReadFailed, Reading, ReadRequest
from tests.corpora import CORPUS
from tests.readings import URL, item, reading, rss, titles


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            rss(item(1)).replace(b"Item 1", b"R&D &nbsp;caf&eacute; &bogus; &#0;&#xD800;&#99999999;"),
            ["R&D \xa0café &bogus; \ufffd\ufffd\ufffd"],
        ),
        (rss(item(1)).replace(b"Item 1", b"a \x0b\x08\x00b"), ["a b"]),
        (rss(item(1)).replace(b"Item 1", b"1 < 2 &#65;"), ["1 < 2 A"]),
        (b"\n\n  " + rss(item(1)), ["Item 1"]),
        (b"<br />\n<b>Warning</b>: x.php\n" + rss(item(1)), ["Item 1"]),
        (rss(item(1)) + b"\n<!-- cached --><div>x</div>", ["Item 1"]),
        (rss(item(1)) + b"<!-- </rss> -->", ["Item 1"]),
        (rss(item(1, "<foo:bar>x</foo:bar>"), item(2)), ["Item 1", "Item 2"]),
        (rss(item(1, '<a foo:x="1"/>')), ["Item 1"]),
        (
            rss(item(1), item(2, "<description><p>a <b>b <i>c</b></i></description>"), item(3)),
            ["Item 1", "Item 2", "Item 3"],
        ),
        (rss(item(1, "<description><p>a <b>b <i>c</b></i></description>")), ["Item 1"]),
        (
            rss(item(1), item(2, "<description>" + "<a>" * 300 + "</a>" * 300 + "</description>")),
            ["Item 1", "Item 2"],
        ),
        (rss(item(1), head="<description><p>unclosed</description>"), ["Item 1"]),
        (rss(item(1), item(2))[:-60], ["Item 1", "Item 2"]),
        (rss(item(1)).replace(b"Item 1", "Item \uffff".encode()), ["Item \ufffd"]),
        (rss(), []),
        (b"<rss/>", []),
    ],
)
def test_malformed(body: bytes, expected: list[str]) -> None:
    """Feeds in the wild are broken in a few ways, and are read all the same."""
    assert titles(reading(body)) == expected


SEEDS = [path.read_bytes() for path in sorted(CORPUS.glob("*.*")) if path.suffix in {".rss", ".atom", ".cdf"}]


@given(st.binary(max_size=400), st.text(max_size=20), st.sampled_from(["", URL, "::", "http://["]))
@settings(max_examples=100)
def test_any_bytes(body: bytes, content_type: str, url: str) -> None:
    """Whatever comes, a value comes back."""
    assert isinstance(read(ReadRequest(body=body, content_type=content_type, url=url)), Reading | ReadFailed)


@given(
    st.integers(),
    st.sampled_from(range(max(len(SEEDS), 1))),
    st.sampled_from(["", URL]),
    st.sampled_from([None, lambda entry: b"moon" in entry]),
)
@settings(max_examples=int(os.environ.get("MOONWIRE_FUZZ", "60")))
def test_mutated_documents(
    seed: int, which: int, url: str, vocabulary: Callable[[bytes], bool] | None
) -> None:
    """Bytes changed, doubled, cut and spliced in real shapes of documents never raise."""
    dice = random.Random(seed)  # noqa: S311 # no secret depends on it
    body = bytearray(SEEDS[which])
    for _ in range(dice.randint(1, 12)):
        at, size = dice.randrange(len(body)), dice.randint(0, 40)
        piece = SEEDS[dice.randrange(len(SEEDS))]
        start = dice.randrange(len(piece))
        new = dice.choice(
            [
                b"",
                bytes([dice.randrange(256)]),
                piece[start : start + size],
                b"<![CDATA[",
                b"-->",
                b"&",
                b"<item>",
            ]
        )
        body[at : at + dice.choice([0, size])] = new
        body = body or bytearray(b"<")
    found = read(ReadRequest(body=bytes(body), url=url, vocabulary=vocabulary))
    assert isinstance(found, Reading | ReadFailed)
    if isinstance(found, Reading):
        assert len(found.hashes) == found.total
        assert all(entry.raw_hash in found.hashes for entry in found.entries)
