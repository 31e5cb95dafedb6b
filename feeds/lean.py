"""Libraries loaded without what nothing here asks of them.

A command that runs every few minutes may spend more on loading than on its work, and much of that goes into
modules that a library names at its top and uses in one function. Stand-ins take their places while the
library loads; whoever uses one after all gets the module, loaded then.
"""

import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


@contextmanager
def without(*modules: str) -> Iterator[None]:
    """Let nobody find these modules within this block, but for those that are loaded already."""
    absent = [name for name in modules if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type] # None says so (reference, 5.3.1)
    try:
        yield
    finally:
        for name in absent:
            if sys.modules.get(name, ...) is None:
                del sys.modules[name]


class Taken:
    """Stands for what was taken out of a module that is not loaded: a function, a class or a pattern."""

    def __init__(self, module: str, name: str) -> None:
        self._module = module
        self._name = name

    def _whole(self) -> Any:  # noqa: ANN401 # whatever it is
        return getattr(import_module(self._module), self._name)

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call what it stands for."""
        return self._whole()(*args, **kwargs)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, self._whole())

    def __getattr__(self, name: str) -> object:
        return getattr(self._whole(), name)


class StandIn(ModuleType):
    """Stands for a module while others are loaded; what they took of it works, and loads it."""

    def __init__(self, name: str, taken: str | Mapping[str, object] = "") -> None:
        """`taken`: names that others take out of it while they load, or what is to be found under them."""
        super().__init__(name)
        given = {each: Taken(name, each) for each in taken.split()} if isinstance(taken, str) else taken
        vars(self).update(given)

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._whole(), name)

    def _whole(self) -> ModuleType:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return import_module(self.__name__)


@contextmanager
def spared(modules: Mapping[str, str | Mapping[str, object]]) -> Iterator[None]:
    """Keep modules from being loaded within this block; what is loaded already stays.

    Each comes with what others take out of it while they load, as `StandIn` has it.
    """
    placed = {name: StandIn(name, taken) for name, taken in modules.items() if name not in sys.modules}
    sys.modules.update(placed)
    try:
        yield
    finally:
        for name, one in placed.items():
            if sys.modules.get(name) is one:
                del sys.modules[name]
                _leave_in_package(name, one)


def _leave_in_package(name: str, stand_in: StandIn) -> None:
    """Let `import a.b` of what was loaded meanwhile find `a.b` where importing would have put it."""
    package, _, module = name.rpartition(".")
    if package in sys.modules:
        vars(sys.modules[package]).setdefault(module, stand_in)


def load(
    *packages: str, without_: Sequence[str] = (), later: Mapping[str, str | Mapping[str, object]]
) -> None:
    """Load packages `without_` some modules, and with others `later`.

    Where a release of them can not bear that, they are left unloaded, and whoever imports them next loads
    them whole.
    """
    before = set(sys.modules)
    try:
        with without(*without_), spared(later), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some tell of what they miss
            for package in packages:
                import_module(package)
    except Exception:  # noqa: BLE001 # whatever a release that nobody here knows makes of a stand-in
        for name in set(sys.modules) - before:
            if name.partition(".")[0] in packages:
                del sys.modules[name]
