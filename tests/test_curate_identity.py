"""Who an item is: its keys, look-up bands and fingerprint, and what two of them say of each other."""

import subprocess
import sys
from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.curate import tokens
from feeds.curate.fingerprint import LIMITS, overlap, pack, unpack
from feeds.curate.identity import compare, fingerprint, identify, outline, relate
from feeds.model import Identity, Item, Related, Relation
from tests.articles import CHINESE, ENGLISH, EVENT, an_article, elsewhere, relation
from tests.builders import NOW, at


def test_an_address_in_another_spelling_is_the_same_item() -> None:
    """Two sources that link to one page carry one item."""
    other = elsewhere(
        url="http://www.news.example/a/?utm_source=x", title="Other title", summary="Other text"
    )
    assert relation(an_article(), other) is Relation.SAME_ITEM


def test_a_guid_holds_only_at_its_source() -> None:
    """Post number 7 of two blogs are two posts."""
    a = an_article(guid="7", summary="One text about nothing in particular", title="One")
    b = elsewhere(guid="7", summary="Something else entirely, of another kind", title="Two")
    assert relation(a, b) is not Relation.SAME_ITEM


def test_entries_of_one_page_are_several_items() -> None:
    """A change log links every entry to one page; their guids tell them apart."""
    a = an_article(guid="log-1", title="Version 1", summary="First release of the flight software")
    b = an_article(guid="log-2", title="Version 2", summary="Fixes of the ground segment")
    assert relation(a, b) is not Relation.SAME_ITEM
    c = an_article(guid="urn:moonwire:1", url="https://news.example/a#one", title="One", summary="First text")
    d = an_article(guid="urn:moonwire:2", url="https://news.example/a#two", title="Two", summary="Second")
    assert relation(c, d) is not Relation.SAME_ITEM


def test_relatives_are_told_by_how_close_they_are() -> None:
    """A stranger, the same story, the same article and the same item, each for what it is."""
    others = (
        elsewhere(title="Rover rests", summary="The rover rests for the night."),
        elsewhere(summary="Delegates settled on a reactor and solar masts to feed the lunar station."),
        elsewhere(title="Copy"),
        an_article(title="Old title"),
    )
    assert [relation(an_article(), other) for other in others] == [
        Relation.DIFFERENT,
        Relation.SAME_STORY,
        Relation.SAME_ARTICLE,
        Relation.SAME_ITEM,
    ]


def test_fingerprints_of_another_version_are_strangers() -> None:
    """An upgrade never trips over what an older version wrote."""
    known = fingerprint(an_article())
    for odd in (b"", b"\xff" + known[1:], known[:20]):
        assert unpack(odd) is None
        assert compare(known, odd).relation is Relation.DIFFERENT


def shared_bands(a: Item, b: Item) -> set[int]:
    """Return the look-up keys two items share."""
    return set(identify(a).bands) & set(identify(b).bands)


def test_copies_share_a_band_and_strangers_do_not() -> None:
    """The store finds copies by look-up, without a scan."""
    assert shared_bands(an_article(), elsewhere(title="Other", summary=ENGLISH[60:260]))
    assert shared_bands(
        an_article(title="甲", summary=CHINESE, language="zh"), elsewhere(title="乙", summary=CHINESE[40:120])
    )
    assert shared_bands(an_article(summary="One"), elsewhere(summary="Two"))
    assert not shared_bands(
        an_article(), elsewhere(title="Rover", summary="The rover rests for the lunar night.")
    )
    assert identify(an_article(title="", summary="", url="", guid="x")).bands == ()


def test_edits_change_the_content_hash() -> None:
    """Title, text, content and address count; where it came from does not."""
    known = identify(an_article()).content_hash
    assert identify(an_article(source="https://other.example/feed")).content_hash == known
    for change in (
        {"title": "x"},
        {"summary": "x"},
        {"content": "<p>x</p>"},
        {"url": "https://news.example/b"},
    ):
        assert identify(an_article(**change)).content_hash != known


def test_fingerprints_are_stable_and_small() -> None:
    """Another process, with another hash seed, makes the same bytes; the longest text stays small."""
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from tests.articles import an_article\n"
        "from feeds.curate.identity import identify\n"
        "print(identify(an_article()))"
    )
    made = {
        subprocess.run(  # noqa: S603 # our own interpreter and code
            [sys.executable, "-c", code, *sys.path],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(made) == 1
    words = " ".join(f"word{n} 月球{n}" for n in range(3000))
    full = an_article(
        title=words[:500], summary=words[:2000], content=words, url="https://news.example/" + "a-b1" * 60
    )
    assert len(fingerprint(full)) <= 1600
    assert len(identify(full).bands) <= 42


ITEMS = st.builds(
    Item,
    source=st.sampled_from(["https://a.example/feed", "https://b.example/feed"]),
    guid=st.sampled_from(["1", "urn:moonwire:2", "https://a.example/1"]),
    url=st.sampled_from(
        [
            "",
            "https://a.example/1",
            "https://a.example/1#x",
            "https://b.example/a-b-c-d",
            "https://b.example/",
        ]
    ),
    title=st.one_of(st.text(max_size=30), st.sampled_from([row[1] for row in EVENT])),
    summary=st.one_of(st.text(max_size=60), st.sampled_from([row[2] for row in EVENT] + [ENGLISH, CHINESE])),
    language=st.sampled_from(["", "en", "zh", "ru"]),
    site=st.sampled_from(["", "a.example", "b.example"]),
    published=st.sampled_from([None, NOW, at(days=-3), at(days=-300)]),
    published_raw=st.sampled_from(["", "2026", "2026-03", "soon"]),
)


@given(ITEMS, ITEMS)
def test_relations_are_symmetric_and_sure(a: Item, b: Item) -> None:
    """relate(a, b) is relate(b, a), an item is itself, and scores are probabilities."""
    found = relate(a, b)
    assert found == relate(b, a)
    assert 0 <= found.score <= 1
    assert relate(a, a).relation is Relation.SAME_ITEM


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_can_be_identified(title: str, summary: str) -> None:
    """No text raises, and fingerprints come back as they were."""
    item = an_article(title=title, summary=summary)
    made = identify(item)
    known = unpack(made.fingerprint)
    assert known is not None
    assert pack(known) == made.fingerprint
    assert all(-(1 << 63) <= band < 1 << 63 for band in made.bands)
    assert made.keys


@given(ITEMS, st.booleans())
def test_an_outline_is_a_print_with_nothing_else(item: Item, brief: bool) -> None:  # noqa: FBT001 # drawn
    """The bytes of an outline are those of a print whose sets are empty, and name the same item."""
    made = outline(item, brief=brief)
    known = unpack(made.fingerprint)
    assert known is not None
    assert not known.length
    assert pack(known) == made.fingerprint
    assert made.keys == identify(item).keys or brief


@pytest.mark.parametrize("parts", [("",), ("月\ud800",), ("https://news.example/feed", "a")])
def test_hashes_of_texts_stay_what_they_are(parts: tuple[str, ...]) -> None:
    """They are stored: the first eight bytes of BLAKE2b over the parts, little end first."""
    joined = "\x1f".join(parts).encode("utf-8", "replace")
    assert tokens.hash64(*parts) == int.from_bytes(blake2b(joined, digest_size=8).digest(), "little")


@given(st.sets(st.integers(0, 10_000), max_size=400), st.sets(st.integers(0, 10_000), max_size=400))
def test_samples_estimate_overlap(a: set[int], b: set[int]) -> None:
    """The sampled overlap is exact for small sets and never leaves its range."""
    limit = LIMITS["passages"]
    one, other = (frozenset(sorted(whole)[:limit]) for whole in (a, b))
    shared, inside = overlap(one, other, limit)
    assert 0 <= shared <= inside <= 1
    if a and b and len(a) < limit and len(b) < limit:
        assert (shared, inside) == (len(a & b) / len(a | b), len(a & b) / min(len(a), len(b)))


def test_results_are_values_of_the_model() -> None:
    """What the store takes is what the model promises."""
    made = identify(an_article())
    assert isinstance(made, Identity)
    assert isinstance(relate(an_article(), elsewhere()), Related)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_words_of_ascii_are_those_beside_other_letters(text: str) -> None:
    """A text of one script is cut up as the same text among others."""
    assert [*tokens.units(text), "я"] == tokens.units(f"{text} я")
    assert [*tokens.stems(text), "я"] == tokens.stems(f"{text} я")
    assert not tokens.is_unspaced(tokens.units(text))
