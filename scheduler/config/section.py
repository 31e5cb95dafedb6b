"""What a key and a section of the configuration are; `keys` lists them."""

from feeds.model.value import Value
from scheduler.config.kinds import Kind


class Key(Value, frozen=True, kw_only=True):
    """One key of a section. `default` is its TOML text; None: computed or required, see `note`."""

    name: str
    kind: Kind
    help: str
    default: str | None = None
    note: str = ""
    """What stands in place of a written default."""
    required: bool = False


class Section(Value, frozen=True, kw_only=True):
    """One table of the file."""

    name: str
    help: str
    keys: tuple[Key, ...]
