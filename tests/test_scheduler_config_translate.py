"""The section of the translator in the configuration: one sentence per mistake."""

import pytest

from feeds.errors import ConfigError
from scheduler.config.load import parse


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ('url = "x"', "[translate] url"),
        ('url = "http://t.example"\nkind = "babel"', '"libretranslate" or "deepl"'),
        ('url = "http://t.example"\nkind = "deepl"', "[translate] key_env: is missing"),
        ('url = "http://t.example"\nkey_env = "NOT_SET_KEY"', "NOT_SET_KEY is not set or holds no key"),
        ('key_env = "NOT_SET_KEY"', "[translate] key_env: needs url"),
        ('url = "http://t.example"\nto = ""', "[translate] to"),
        ('url = "http://t.example"\nto = "no language"', "a language tag"),
        ('url = "http://t.example"\nbudget = -1', "a whole number from 0"),
    ],
)
def test_a_wrong_section_is_told(more: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence with the key and what was expected."""
    monkeypatch.delenv("NOT_SET_KEY", raising=False)
    with pytest.raises(ConfigError) as told:
        parse(f"source = []\n[translate]\n{more}", None)
    assert sentence in str(told.value)
    assert "\n" not in str(told.value)
