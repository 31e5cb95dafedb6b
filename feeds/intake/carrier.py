"""requests and urllib3, loaded without what nothing here asks of them.

Loading them whole takes as long as asking a hundred feeds. A third of it goes into guessing character sets
(`feeds.intake.charset` decides that), the versions of installed packages (urllib3, for HTTP/2) and zip files;
requests works without a guesser of character sets, and the others load when they are used after all. The
only home of both libraries.
"""

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

_GUESSERS = ("chardet", "charset_normalizer")


class _Later(ModuleType):
    """Stands for a module while others are loaded; what they took of it works, and loads it."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._whole(), name)

    def _whole(self) -> ModuleType:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return import_module(self.__name__)


def _versions() -> _Later:
    standing = _Later("importlib.metadata")
    version: Callable[[str], str] = lambda package: import_module("importlib.metadata").version(package)  # noqa: E731 # a def would load it to state its type
    vars(standing)["version"] = version
    return standing


@contextmanager
def _spared() -> Iterator[None]:
    """Keep what is not needed from being loaded within this block; what is loaded already stays."""
    stand_ins: dict[str, ModuleType | None] = dict.fromkeys(_GUESSERS)
    stand_ins |= {"importlib.metadata": _versions(), "zipfile": _Later("zipfile")}
    placed = {name: one for name, one in stand_ins.items() if name not in sys.modules}
    sys.modules.update(placed)  # type: ignore[arg-type] # None keeps a module from being found (reference, 5.3.1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # requests tells of a missing guesser
            yield
    finally:
        for name, one in placed.items():
            if sys.modules.get(name, ...) is one:
                del sys.modules[name]


with _spared():
    import requests
    import urllib3
    from requests.adapters import HTTPAdapter
    from urllib3.util.wait import wait_for_read

__all__ = [
    "HTTPAdapter",
    "requests",
    "urllib3",
    "wait_for_read",
]
