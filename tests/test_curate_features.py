"""What reports of one event share in any language: names and places, and how much each weighs."""

import pytest

from feeds.curate import features, likeness
from feeds.curate.fold import fold
from feeds.curate.identity import identify
from tests.articles import EVENT, an_article


def test_features_do_not_depend_on_language() -> None:
    """Reports of one event share at least two features, so that the store finds them."""
    found = [
        set(identify(an_article(language=tongue, title=title, summary=summary)).features)
        for tongue, title, summary in EVENT
    ]
    assert all(len(a & b) >= 2 for a in found for b in found)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("印度尼西亚的火箭", "indonesia"),
        ("インドネシアの衛星", "indonesia"),
        ("中国南极洲考察", "antarctica"),
    ],
)
def test_a_place_inside_the_name_of_another_is_none(text: str, place: str) -> None:
    """Indonesia is not India, although its Chinese and Japanese names hold India's."""
    found = features.concept_names(fold(text))
    assert f"place:{place}" in found
    assert not found & {"place:india", "place:southpole"}


def test_the_gazetteer_is_sound() -> None:
    """Each pattern can be found, no two concepts have one hash, every measure has a weight."""
    names = [f"{kind}:{name}" for kind, group in features._gazetteer().items() for name in group]
    assert set(features._gazetteer()) == set(features.CLASSES)
    assert len({features.code_of(name) for name in names}) == len(names)
    for kind, group in features._gazetteer().items():
        for name, aliases in group.items():
            for alias in aliases:
                assert f"{kind}:{name}" in features.concept_names(
                    fold(alias.replace("*", "").replace("..", ""))
                ), alias
    assert features.name_of(0) == ""
    assert len(likeness.story_model().weights) == len(likeness.MEASURES)


def test_the_table_of_weights_comes_back() -> None:
    """What the fitting writes is what is read: common words weigh little, unknown ones the default."""
    packed = features.packed_weights({7: 0.5, 5: 0.001})
    assert packed == bytes([5, 0, 0, 0, 7, 0, 0, 0, 221, 22])
    assert (
        features.weight(features.code_of("place:china")) < 2 < features.weight(features.code_of("place:peru"))
    )
    assert features.weight(1) == features.DEFAULT_WEIGHT
