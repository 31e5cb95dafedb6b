"""Build hook: the tree is flat, the wheel holds one top-level name, `moonwire`.

`feeds`, `store` and `scheduler` as installed top-level names would collide with other packages on
the index, so a standard build moves them under `moonwire/_app`. An editable install reads the tree.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGES = ("feeds", "store", "scheduler")


class Layout(BuildHookInterface[Any]):
    """Lay the flat tree out as one package."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name each file of the wheel; `version` is hatchling's word for the build's kind."""
        if version != "standard":
            return
        root = Path(self.root)
        files: dict[str, str] = {}
        for package in PACKAGES:
            for path in sorted((root / package).rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
                    files[str(path)] = f"moonwire/_app/{path.relative_to(root).as_posix()}"
        # one source has one place: what `python -m moonwire` runs leaves its package
        files[str(root / "moonwire.py")] = "moonwire/__init__.py"
        files[str(root / "scheduler" / "__main__.py")] = "moonwire/__main__.py"
        build_data["force_include"].update(files)
