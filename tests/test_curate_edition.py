"""Editions differ wherever topics may be compiled to something else, and stay where nothing changed."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.curate import edition
from feeds.curate.edition import begun, edition_of

ROOT = Path(edition.__file__).parents[2]
LOOK = """
import os, sys
opened = []
sys.addaudithook(lambda event, args: event == "open" and opened.append(str(args[0])))
from feeds.curate.compiled import content_of
content_of('topic.name = "t"\\nconcepts.c = {weight = 1, names.zh = ["绿茶"]}', "t.toml")
loaded = [module.__file__ for name, module in sys.modules.items() if name.startswith("feeds")]
print([os.path.realpath(each) for each in {*loaded, *opened} if each and not each.endswith(".pyc")])
"""


def test_every_file_that_has_a_say_counts() -> None:
    """What a fresh interpreter loads and reads of ours to compile a topic is what editions are made of."""
    done = subprocess.run(  # noqa: S603 # this interpreter, a text of ours
        [sys.executable, "-c", LOOK], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
    )
    ours = {each for each in ast.literal_eval(done.stdout) if Path(each).is_relative_to(ROOT / "feeds")}
    assert ours == {str(Path(each).resolve()) for each in edition._DECIDING}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Path]]:
    """Copy the files, as if a program that is about to begin lay there."""
    copies = [tmp_path / f"{number}" for number in range(len(edition._DECIDING))]
    for file, copy in zip(edition._DECIDING, copies, strict=True):
        shutil.copy(file, copy)
    monkeypatch.setattr(edition, "_DECIDING", tuple(map(str, copies)))
    begun.cache_clear()
    yield copies
    begun.cache_clear()


def test_the_same_text_and_program_are_one_edition(files: list[Path]) -> None:
    """Also when its files were written again, as by installing the same version."""
    first = edition_of("a")
    assert first is not None
    assert edition_of("a") == first
    for file in files:
        file.write_bytes(file.read_bytes())
    begun.cache_clear()
    assert edition_of("a") == first


def test_another_text_is_another_edition() -> None:
    """To the last character, those too that are no character."""
    assert len({edition_of(text) for text in ("", "a", "b", "a ", "\ud800", "\ud801")}) == 6


def test_another_program_is_another_edition(files: list[Path]) -> None:
    """Each of the files counts, and so does where one ends and the next begins."""
    found = {edition_of("a")}
    for file in files:
        file.write_bytes(file.read_bytes() + b"#")
        begun.cache_clear()
        found.add(edition_of("a"))
    first, second, *_ = files
    first.write_bytes(b"ab")
    second.write_bytes(b"c")
    begun.cache_clear()
    found.add(edition_of("a"))
    first.write_bytes(b"a")
    second.write_bytes(b"bc")
    begun.cache_clear()
    found.add(edition_of("a"))
    assert len(found) == len(files) + 3
    assert None not in found


def test_another_python_is_another_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    """With it come other tables of Unicode and another reader of TOML."""
    ours = edition_of("a")
    monkeypatch.setattr(sys, "version", "4.0")
    assert edition_of("a") not in {None, ours}


def test_a_program_that_is_exchanged_while_it_runs_has_no_edition(files: list[Path]) -> None:
    """What was loaded may be of the one or the other: nothing of that is kept or taken over."""
    assert edition_of("a") is not None
    new = files[3].with_name("new")
    new.write_bytes(files[3].read_bytes())
    new.replace(files[3])
    assert edition_of("a") is None


def test_a_program_that_does_not_lie_in_files_has_no_edition(files: list[Path]) -> None:
    """As in an archive, or without sources."""
    files[0].unlink()
    assert begun() == ()
    assert edition_of("a") is None
