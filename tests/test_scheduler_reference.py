"""The reference pages say what the code does."""

import re
from pathlib import Path
from typing import Any

import pytest

from feeds.model import Check, Recorded, Related, Relation, Verdict
from scheduler import exit_codes, records, reference
from scheduler.commands import checking
from scheduler.rounds.once import Look
from tests.builders import NOW, a_published_item, a_state

HOW_TO = reference.FOLDER.parent / "how-to"


@pytest.mark.parametrize("name", sorted(reference.pages()))
def test_generated_pages_are_current(name: str) -> None:
    """`python -m scheduler.reference` would change nothing."""
    assert (reference.FOLDER / name).read_text(encoding="utf-8") == reference.pages()[name], (
        "run: python -m scheduler.reference"
    )


def test_main_writes_the_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The module run as a program writes every page."""
    monkeypatch.setattr(reference, "FOLDER", tmp_path / "reference")
    reference.main()
    assert {path.name for path in (tmp_path / "reference").iterdir()} == set(reference.pages())


def test_every_exit_code_is_explained() -> None:
    """Each constant has its meaning, and no two are the same."""
    constants = [
        value for name, value in vars(exit_codes).items() if name.isupper() and isinstance(value, int)
    ]
    assert sorted(constants) == sorted(exit_codes.MEANINGS)


def _records() -> dict[str, dict[str, Any]]:
    state = a_state()
    check = Check(at=NOW, outcome="changed", state=state)
    item = a_published_item()
    return {
        "fetch": records.fetched(check, Recorded()),
        "items": records.item(item),
        "why": {k: v for k, v in records.why(item, []).items() if k not in records.item(item)},
        "judge": records.verdict(Verdict(keep=True, near=False, score=1, reasons=())),
        "relate": records.related(Related(relation=Relation.DIFFERENT, score=0, reasons=())),
        "sources list": records.source(state),
        "sources check": checking.as_record(Look(check=check, answered="")),
    }


@pytest.mark.parametrize(("command", "record"), _records().items())
def test_every_field_is_documented(command: str, record: dict[str, Any]) -> None:
    """The section of a command names the fields that it prints."""
    text = (reference.FOLDER / "json.md").read_text(encoding="utf-8")
    section = text.partition(f"## `{command} --json`")[2].partition("\n## ")[0]
    for field in record:
        assert f"`{field}`" in section


@pytest.mark.parametrize("path", sorted(HOW_TO.glob("*.md")), ids=lambda path: path.name)
def test_how_tos_name_only_commands_that_exist(path: Path) -> None:
    """A command in a guide is one that the reference knows."""
    known = set(re.findall(r"^## `moonwire ([a-z ]+)`$", reference.commands(), re.MULTILINE))
    for line in path.read_text(encoding="utf-8").splitlines():
        for words in re.findall(r"(?:^ {4}|[|`/]\s?)(?:\w+=\S+ )?moonwire ((?:[a-z]+ ?){1,2})", line):
            one, two = words.split()[0], " ".join(words.split()[:2])
            assert one in known or two in known, line
