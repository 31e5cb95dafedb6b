"""What is loaded when it is first named: commands that run every few minutes need little of the program.

Only for packages and for the store's front, which know every part and mostly use few of them. Anywhere
else an import stands at the top. Thread-safe, as importing is.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType


def names(package: str, homes: Mapping[str, str]) -> Callable[[str], object]:
    """Return the `__getattr__` (PEP 562) of a package whose names stand in its modules.

    `homes` maps each module to its names, with spaces between them.
    """
    home_of = {name: home for home, listed in homes.items() for name in listed.split()}

    def found(name: str) -> object:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        got: object = getattr(import_module(f"{package}.{home_of[name]}"), name)
        return got

    return found


class Later:
    """Stands for a module that is loaded when something of it is used."""

    def __init__(self, module: str) -> None:
        self._name = module
        self._loaded: ModuleType | None = None

    def __getattr__(self, name: str) -> object:
        if self._loaded is None:
            self._loaded = import_module(self._name)
        found: object = getattr(self._loaded, name)
        return found
