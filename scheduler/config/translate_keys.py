"""The keys of [translate], and what no single one of them shows."""

import os
import re
from typing import Any

from scheduler.config.findings import Findings
from scheduler.config.kinds import LANGUAGE, OPTIONAL_ADDRESS, VARIABLE, one_of, whole
from scheduler.config.section import Key, Section
from scheduler.config.translate_types import TranslateConfig

_KEY = r"[\x21-\x7e]{1,500}"

TRANSLATE = Section(
    name="translate",
    help="Titles and summaries of other languages, translated beside the original by a service you choose.",
    keys=(
        Key(
            name="url",
            kind=OPTIONAL_ADDRESS,
            default='""',
            help="Where the service stands, e.g. https://api-free.deepl.com; without it none is asked.",
        ),
        Key(
            name="kind",
            kind=one_of("libretranslate", "deepl"),
            default='"libretranslate"',
            help="Whose way of asking it understands.",
        ),
        Key(
            name="key_env",
            kind=VARIABLE,
            default='""',
            help="Environment variable that holds the service's key, where it asks for one.",
        ),
        Key(
            name="to",
            kind=LANGUAGE,
            default='"en"',
            help="Language of your readers; what is written in it is not translated.",
        ),
        Key(
            name="budget",
            kind=whole(0, 100_000_000),
            default="50000",
            help="Characters that may be sent on one day (UTC).",
        ),
    ),
)


def translate_of(values: dict[str, Any], findings: Findings) -> TranslateConfig:
    """Return the section, its key in place of the name of the variable."""
    variable = values.pop("key_env", "")
    url, kind = values.get("url", ""), values.get("kind", "libretranslate")
    if not url:
        if variable:
            findings.add("[translate] key_env", "needs url beside it, the address of the service.")
        return TranslateConfig()
    if not values.get("to", "en"):
        findings.add("[translate] to", f'found "" (text), expected {LANGUAGE.expected}.')
    key = os.environ.get(variable, "") if variable else ""
    if variable and not re.fullmatch(_KEY, key):
        findings.add(
            "[translate] key_env",
            f"the environment variable {variable} is not set or holds no key, expected 1 to 500 letters, "
            "digits or signs without spaces.",
        )
    if kind == "deepl" and not variable:
        findings.add(
            "[translate] key_env", 'is missing, expected the variable of the key that kind = "deepl" needs.'
        )
    return TranslateConfig(**values, key=key)
