"""Who translates titles and summaries, as a frozen value; the key shows in no repr."""

from typing import Literal

from feeds.model.value import Value

Service = Literal["libretranslate", "deepl"]


class TranslateConfig(Value, frozen=True, kw_only=True):
    """The [translate] section."""

    UNSHOWN = frozenset(("key",))

    kind: Service = "libretranslate"
    url: str = ""
    """Where the service stands; empty: nothing is translated."""
    key: str = ""
    to: str = "en"
    """BCP 47 tag of the readers' language."""
    budget: int = 50_000
    """Characters sent on one day (UTC) at most."""
