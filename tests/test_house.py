"""The house as a whole: no circle of imports, no room that grew too large, one version."""

import tomllib
from pathlib import Path

import grimp
import pytest

import moonwire

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("feeds", "store", "scheduler")
FOLDERS = (*PACKAGES, "tests", "benchmarks")
MOST_LINES = 300


def test_no_module_imports_itself_by_a_detour() -> None:
    """Take away, again and again, what imports nothing that is left: in the end nothing is left."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    imports = {name: set(graph.find_modules_directly_imported_by(name)) for name in graph.modules}
    while free := {name for name, needs in imports.items() if not needs}:
        imports = {name: needs - free for name, needs in imports.items() if name not in free}
    assert imports == {}


def test_nothing_inside_imports_the_entry_point() -> None:
    """Only `python -m moonwire` does: the entry point calls the scheduler, not the other way round."""
    importers = [
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if "from moonwire import" in path.read_text(encoding="utf-8")
    ]
    assert importers == ["scheduler/__main__.py"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_files_stay_small(folder: str) -> None:
    """A file beyond 300 lines has two subjects."""
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in (ROOT / folder).rglob("*.py")
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_one_version() -> None:
    """What the program says of itself is what it is packaged as."""
    packaged = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert moonwire.__version__ == packaged["project"]["version"]
