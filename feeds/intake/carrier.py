"""requests and urllib3, loaded without what nothing here asks of them.

Loading them whole takes as long as asking a hundred feeds. Half of it goes into guessing character sets
(`feeds.intake.charset` decides that), cookies, proxies of the environment, the patterns by which urllib3
takes addresses apart, the versions of installed packages and zip files; requests works without a guesser of
character sets, and the others load when they are used after all. A release of them that asks for more while
it loads is loaded whole. The only home of both libraries.
"""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

from feeds.later import without

_GUESSERS = ("chardet", "charset_normalizer")
_SPARED = {
    "calendar": "",
    "email.parser": "",
    "http.cookiejar": "",
    "http.cookies": "Morsel",
    "idna": "",
    "importlib.metadata": "version",
    "requests.cookies": "RequestsCookieJar _copy_cookie_jar cookiejar_from_dict extract_cookies_to_jar"
    " get_cookie_header merge_cookies",
    "urllib.request": "getproxies getproxies_environment parse_http_list proxy_bypass"
    " proxy_bypass_environment",
    "urllib3.util.url": "Url _BRACELESS_IPV6_ADDRZ_RE _IPV4_RE _encode_target _normalize_host parse_url",
    "zipfile": "",
}
"""Modules that load when they are used, each with the names that others take out of it while they load."""


class _Taken:
    """Stands for what was taken out of a module that is not loaded: a function, a class or a pattern."""

    def __init__(self, module: str, name: str) -> None:
        self._module = module
        self._name = name

    def _whole(self) -> Any:  # noqa: ANN401 # whatever it is
        return getattr(import_module(self._module), self._name)

    def __call__(self, *args: object, **kwargs: object) -> object:
        return self._whole()(*args, **kwargs)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, self._whole())

    def __getattr__(self, name: str) -> object:
        return getattr(self._whole(), name)


class _Later(ModuleType):
    """Stands for a module while others are loaded; what they took of it works, and loads it."""

    def __init__(self, name: str, taken: str = "") -> None:
        super().__init__(name)
        vars(self).update({each: _Taken(name, each) for each in taken.split()})

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._whole(), name)

    def _whole(self) -> ModuleType:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return import_module(self.__name__)


@contextmanager
def _spared() -> Iterator[None]:
    """Keep what is not needed from being loaded within this block; what is loaded already stays."""
    placed = {name: _Later(name, taken) for name, taken in _SPARED.items() if name not in sys.modules}
    sys.modules.update(placed)
    try:
        with without(*_GUESSERS), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # requests tells of a missing guesser
            yield
    finally:
        for name, one in placed.items():
            if sys.modules.get(name) is one:
                del sys.modules[name]
                _leave_in_package(name, one)


def _leave_in_package(name: str, stand_in: _Later) -> None:
    """Let `import a.b` of what was loaded meanwhile find `a.b` where importing would have put it."""
    package, _, module = name.rpartition(".")
    if package in sys.modules:
        vars(sys.modules[package]).setdefault(module, stand_in)


def _load(*packages: str) -> None:
    """Load them without what is spared; where a release of them can not bear that, leave them unloaded."""
    before = set(sys.modules)
    try:
        with _spared():
            for package in packages:
                import_module(package)
    except Exception:  # noqa: BLE001 # whatever a release that nobody here knows makes of a stand-in
        for name in set(sys.modules) - before:
            if name.partition(".")[0] in packages:
                del sys.modules[name]


_load("urllib3", "requests")

import requests  # noqa: E402 # as it was loaded just above
import urllib3  # noqa: E402 # as above
from requests.adapters import HTTPAdapter  # noqa: E402 # as above
from urllib3.util.wait import wait_for_read  # noqa: E402 # as above

__all__ = [
    "HTTPAdapter",
    "requests",
    "urllib3",
    "wait_for_read",
]
