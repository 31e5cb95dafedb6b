"""The wheel: what it holds, and that it works in an empty environment away from the checkout."""

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CLEAN = {
    "PATH": os.environ.get("PATH", ""),
    "LANG": "C.UTF-8",
    **{k: v for k, v in os.environ.items() if k.startswith(("PIP_", "SSL_", "REQUESTS_CA"))},
}


def run(*argv: str | Path, cwd: Path | str = "/", home: Path | None = None) -> str:
    """Run a program with a bare environment; returns its standard output, fails with its errors."""
    done = subprocess.run(  # noqa: S603 # programs of this test's own making
        [str(a) for a in argv],
        cwd=cwd,
        env=CLEAN | ({"HOME": str(home)} if home else {}),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of the tree, so that nothing of the checkout is touched."""
    work = tmp_path_factory.mktemp("build")
    tree = work / "tree"
    skip = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "work", "*.db*")
    shutil.copytree(ROOT, tree, ignore=skip)
    run(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", work / "dist", tree, home=work
    )
    return next((work / "dist").glob("*.whl"))


def test_wheel_holds_only_the_one_package(wheel: Path) -> None:
    """Nothing but `moonwire/…` and its metadata is installed, and all code and data is there."""
    with zipfile.ZipFile(wheel) as z:
        names = set(z.namelist())
    tops = {n.split("/")[0] for n in names}
    assert tops == {"moonwire", next(t for t in tops if t.endswith(".dist-info"))}
    expected = {"moonwire/__init__.py", "moonwire/__main__.py"}
    for package in ("feeds", "store", "scheduler"):
        for path in (ROOT / package).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                expected.add("moonwire/_app/" + path.relative_to(ROOT).as_posix())
    expected.remove("moonwire/_app/scheduler/__main__.py")  # it is moonwire/__main__.py
    assert {n for n in names if n.startswith("moonwire/")} == expected


@pytest.mark.timeout(900)
def test_wheel_works_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    """Installed without development tools, the commands and the demo run from `/`."""
    env = tmp_path / "env"
    venv.create(env, with_pip=True)
    python = env / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, home=tmp_path)
    moonwire = env / "bin" / "moonwire"
    assert run(moonwire, "--version", home=tmp_path).strip()
    assert run(python, "-m", "moonwire", "--version", home=tmp_path) == run(
        moonwire, "--version", home=tmp_path
    )
    verdict = subprocess.run(  # noqa: S603 # the program under test
        [str(moonwire), "judge", "--json", "-"],
        input='{"title": "China and Russia sign for the International Lunar Research Station"}\n',
        env=CLEAN | {"HOME": str(tmp_path)},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(verdict.stdout)["keep"] is True
    site = tmp_path / "site"
    run(moonwire, "demo", "--publish", site, home=tmp_path)
    assert (site / "feed.atom").stat().st_size > 5000
