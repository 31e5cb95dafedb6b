"""What a key and a section of the configuration are; `keys` lists them."""

from dataclasses import dataclass

from scheduler.config.kinds import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of a section. `default` is its TOML text; None: computed or required, see `note`."""

    name: str
    kind: Kind
    help: str
    default: str | None = None
    note: str = ""
    """What stands in place of a written default."""
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One table of the file."""

    name: str
    help: str
    keys: tuple[Key, ...]
