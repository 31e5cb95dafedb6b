"""Two services that translate, as values: what to post to them, and what their answers say. Pure.

LibreTranslate: POST /translate (its OpenAPI description, version 1.6). DeepL: POST /v2/translate (its API
reference, version 2). Both take several texts at once and answer in their order.
"""

import json
from collections.abc import Sequence
from typing import Any, Final, Literal

from feeds.model.posting import PostRequest

Service = Literal["libretranslate", "deepl"]
NAMES: Final[dict[Service, str]] = {"libretranslate": "LibreTranslate", "deepl": "DeepL"}
"""What readers are told."""
ANSWER_BYTES: Final = 256 * 1024
_LONGEST: Final = 4
"""A translation may be so many times as long as the text, and some more; beyond that it is none."""
_SLACK: Final = 400
_VARIANTS: Final = {"en": "EN-US", "pt": "PT-PT", "zh": "ZH"}
"""Targets for which DeepL wants a variant named."""


class NoTranslationError(ValueError):
    """An answer that holds no translation: why, in a clause."""


def primary(tag: str) -> str:
    """Return the language of a BCP 47 tag without script and region."""
    return tag.partition("-")[0].lower()


def request_of(  # one argument per part of a request
    service: Service, url: str, key: str, texts: Sequence[str], *, source: str, to: str
) -> PostRequest:
    """Return what asks for `texts` in the language `to`; `source` is the language they are in."""
    if service == "deepl":
        target = _VARIANTS.get(to.lower(), to.upper())
        asked: dict[str, Any] = {
            "text": list(texts),
            "source_lang": primary(source).upper(),
            "target_lang": target,
        }
        path = "/v2/translate"
        private: tuple[tuple[str, str], ...] = (("Authorization", f"DeepL-Auth-Key {key}"),)
    else:
        asked = {"q": list(texts), "source": primary(source), "target": primary(to), "format": "text"}
        path, private = "/translate", ()
        if key:
            asked["api_key"] = key
    return PostRequest(
        url=f"{url.rstrip('/')}{path}",
        body=json.dumps(asked, ensure_ascii=False).encode("utf-8", "replace"),
        content_type="application/json",
        headers=(("Accept", "application/json"),),
        private=private,
        answer_bytes=ANSWER_BYTES,
    )


def answer_of(service: Service, body: bytes, texts: Sequence[str]) -> tuple[str, ...]:
    """Return the translations of `texts` in an answer; NoTranslationError when it is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NoTranslationError("the answer is no JSON") from None
    if not isinstance(found, dict):
        raise NoTranslationError("the answer is no JSON object")
    given = _deepl(found) if service == "deepl" else found.get("translatedText")
    given = [given] if isinstance(given, str) else given
    if not isinstance(given, list) or len(given) != len(texts) or not all(isinstance(t, str) for t in given):
        raise NoTranslationError("the answer does not hold as many translations as texts were sent")
    for text, made in zip(texts, given, strict=True):
        if text.strip() and not made.strip():
            raise NoTranslationError("a translation in the answer is empty")
        if len(made) > _LONGEST * len(text) + _SLACK:
            raise NoTranslationError("a translation in the answer is far longer than its text")
    return tuple(given)


def _deepl(found: dict[str, Any]) -> object:
    listed = found.get("translations")
    if not isinstance(listed, list):
        return None
    return [each.get("text") if isinstance(each, dict) else None for each in listed]
