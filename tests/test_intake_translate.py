"""What translators are asked and what their answers say, as values."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.intake.translate import NoTranslationError, Service, answer_of, primary, request_of

TEXTS = ("Станция на Луне", "Кратко")


def test_libretranslate_is_asked_in_its_way() -> None:
    """Several texts at once, as text, with the key where there is one."""
    asked = request_of("libretranslate", "https://t.example/", "", TEXTS, source="ru-RU", to="en-GB")
    assert asked.url == "https://t.example/translate"
    body = json.loads(asked.body)
    assert body == {"q": list(TEXTS), "source": "ru", "target": "en", "format": "text"}
    asked = request_of("libretranslate", "https://t.example", "key", TEXTS, source="ru", to="en")
    assert json.loads(asked.body)["api_key"] == "key"
    assert asked.private == ()
    assert "key" not in repr(asked)


def test_deepl_is_asked_in_its_way() -> None:
    """The key goes to the service alone; English and Portuguese are asked for in one of their variants."""
    asked = request_of("deepl", "https://d.example", "key", TEXTS, source="zh-Hans", to="en")
    assert asked.url == "https://d.example/v2/translate"
    body = {"text": list(TEXTS), "source_lang": "ZH", "target_lang": "EN-US"}
    assert json.loads(asked.body) == body
    assert asked.private == (("Authorization", "DeepL-Auth-Key key"),)
    assert "DeepL-Auth-Key" not in repr(asked)
    assert json.loads(request_of("deepl", "u", "k", TEXTS, source="ru", to="de").body)["target_lang"] == "DE"


@pytest.mark.parametrize(
    ("service", "body", "found"),
    [
        ("libretranslate", {"translatedText": ["A station", "Short"]}, ("A station", "Short")),
        ("deepl", {"translations": [{"text": "A"}, {"text": "B"}]}, ("A", "B")),
    ],
)
def test_answers_come_in_order(service: Service, body: object, found: tuple[str, ...]) -> None:
    """One translation for each text."""
    assert answer_of(service, json.dumps(body).encode(), TEXTS) == found


def test_a_single_text_may_come_bare() -> None:
    """Older services answer one text with one."""
    assert answer_of("libretranslate", b'{"translatedText": "A"}', TEXTS[:1]) == ("A",)


@pytest.mark.parametrize("service", ["libretranslate", "deepl"])
@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no JSON"),
        (b"<html>", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "no JSON object"),
        (b"{}", "as many translations"),
        (b'{"translatedText": ["A"], "translations": [{"text": "A"}]}', "as many translations"),
        (b'{"translatedText": [1, 2], "translations": [{"text": 1}, {"text": 2}]}', "as many"),
        (b'{"translatedText": {"a": 1}, "translations": {"a": 1}}', "as many"),
        (b'{"translatedText": ["A", null], "translations": ["A", "B"]}', "as many"),
        (b'{"translatedText": ["A", " "], "translations": [{"text": "A"}, {"text": ""}]}', "is empty"),
        (
            json.dumps(
                {"translatedText": ["x" * 9000, "B"], "translations": [{"text": "x" * 9000}, {"text": "B"}]}
            ).encode(),
            "far longer",
        ),
    ],
)
def test_what_is_no_translation_is_told(service: Service, body: bytes, why: str) -> None:
    """In a clause; nothing of the answer is taken."""
    with pytest.raises(NoTranslationError, match=why):
        answer_of(service, body, TEXTS)


@given(st.binary(max_size=200))
def test_any_answer_is_read_or_refused(body: bytes) -> None:
    """No other error, whatever comes."""
    services: tuple[Service, ...] = ("libretranslate", "deepl")
    for service in services:
        with contextlib.suppress(NoTranslationError):
            assert len(answer_of(service, body, TEXTS)) == 2


def test_a_language_without_its_region() -> None:
    """Services know languages, mostly not their scripts and regions."""
    assert [primary(tag) for tag in ("pt-BR", "zh-Hant-TW", "EN", "")] == ["pt", "zh", "en", ""]
