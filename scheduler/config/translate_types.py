"""Who translates titles and summaries, as a frozen value; the key shows in no repr."""

from dataclasses import dataclass, field
from typing import Literal

Service = Literal["libretranslate", "deepl"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslateConfig:
    """The [translate] section."""

    kind: Service = "libretranslate"
    url: str = ""
    """Where the service stands; empty: nothing is translated."""
    key: str = field(default="", repr=False)
    to: str = "en"
    """BCP 47 tag of the readers' language."""
    budget: int = 50_000
    """Characters sent on one day (UTC) at most."""
