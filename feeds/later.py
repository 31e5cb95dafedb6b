"""What is loaded when it is first named: commands that run every few minutes need little of the program.

Only for packages and for the store's front, which know every part and mostly use few of them. Anywhere
else an import stands at the top. Thread-safe, as importing is.

Regular expressions may come late too: those that a usual entry is not held against, where compiling them
takes more than a tenth of a millisecond.
"""

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import AnyStr, Generic, cast


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


def late_pattern(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Stand for a regular expression that is compiled when something of it is used. Thread-safe."""
    return cast("re.Pattern[AnyStr]", _LatePattern(source, flags))


class _LatePattern(Generic[AnyStr]):
    """What was used once is found at once from then on, as in the pattern itself."""

    def __init__(self, source: AnyStr, flags: int) -> None:
        self._source: AnyStr = source
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):  # what copying and pickling ask for, of one that has nothing yet
            raise AttributeError(name)
        found: object = getattr(re.compile(self._source, self._flags), name)
        self.__dict__[name] = found
        return found
