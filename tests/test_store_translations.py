"""Translations and keys that are kept: found by their words, made once, counted by day."""

from pathlib import Path

from feeds.model.translation import Translation
from store import Store
from store.translations import digest_of
from tests.builders import NOW, at

MADE = Translation(title="A station", summary="On the Moon", language="en", by="a machine")


def test_a_translation_is_found_by_its_words_and_language(tmp_path: Path) -> None:
    """Other words or another language have none; keeping one changes what is published."""
    one, other = digest_of("Станция", "На Луне"), digest_of("Станция", "На Луне!")
    with Store.open(tmp_path / "wire.db") as store:
        before = store.revision()
        store.translations.keep(one, MADE, now=NOW)
        assert store.revision() > before
        assert store.translations.of([one, other], "en") == {one: MADE}
        assert store.translations.of([one], "de") == {}
        assert store.translations.of([], "en") == {}
    assert digest_of("ab", "c") != digest_of("a", "bc")


def test_characters_are_counted_by_day(tmp_path: Path) -> None:
    """A new day begins at nothing."""
    with Store.open(tmp_path / "wire.db") as store:
        assert store.translations.spent(NOW) == 0
        store.translations.spend(100, now=NOW)
        store.translations.spend(20, now=at(hours=1))
        assert store.translations.spent(at(hours=2)) == 120
        assert store.translations.spent(at(days=1)) == 0
        store.translations.spend(1, now=at(days=3))
        assert store.translations.spent(NOW) == 0


def test_a_key_is_made_once(tmp_path: Path) -> None:
    """It outlives the process, and each name has its own."""
    with Store.open(tmp_path / "wire.db") as store:
        key = store.keys.key("pictures")
        assert len(key) == 32
        assert store.keys.key("pictures") == key
        assert store.keys.key("others") != key
    with Store.open(tmp_path / "wire.db") as store:
        assert store.keys.key("pictures") == key
