"""What a key and a section of the configuration are; `keys` lists them."""

from collections.abc import Mapping, Sequence
from functools import cached_property

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


class Section(Value, frozen=True, kw_only=True, dict=True):
    """One table of the file."""

    name: str
    help: str
    keys: tuple[Key, ...]

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """The kind of each key; a file may have thousands of tables of one section."""
        return {key.name: key.kind for key in self.keys}

    @cached_property
    def required(self) -> Sequence[Key]:
        """The keys that must be there."""
        return [key for key in self.keys if key.required]
