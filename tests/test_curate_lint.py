"""Looking over topic files that load."""

from pathlib import Path

import pytest

from feeds.curate.lint import lint, look_over
from feeds.curate.topic import build, shipped

HEAD = '[topic]\nname = "t"\n[concepts.c]\nweight = 4\nnames.en = ["clay pot"]\n'


def findings(text: str) -> list[tuple[str, str]]:
    """Give kind and key of what is found in a topic of the test's own."""
    return [(finding.kind, finding.key) for finding in look_over(build(HEAD + text, "t.toml"))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ('[words.kiln]\nen = ["kiln"]', [("unused", "words.kiln")]),
        ('[others.o]\nnames.en = ["mud", "mud"]', [("doubled", "others.o.names.en")]),
        ('[others.o]\nnames.en = ["Mud"]\nnames.de = ["mud"]', []),
        ('[others.o]\nnames.en = ["mudd*", "muddy"]', [("shadowed", "others.o.names.en")]),
        ('[others.o]\nnames.en = ["muddy*"]\nnames.de = ["muddy tea"]', []),
        ('[others.o]\nnames.en = ["clay pot"]', [("dead", "concepts.c.names.en")]),
        ('[others.o]\nnames.sv = ["by"]', [("colliding", "others.o.names.sv")]),
        ('[others.o]\nnames.en = ["by"]', [("colliding", "others.o.names.en")]),
        ('[others.o]\nnames.en = ["which"]', []),
        ('[others.o.names.only]\nsv = ["by"]', []),
        ('[others.o.names.only]\nsv = ["by", "by"]', [("doubled", "others.o.names.only.sv")]),
        ('[others.o]\nnames.zh = ["陶", "陶"]', [("doubled", "others.o.names.zh")]),
    ],
)
def test_each_fault_is_found(text: str, expected: list[tuple[str, str]]) -> None:
    """Kind and key of every finding, and nothing else."""
    assert findings(text) == expected


@pytest.mark.parametrize("name", shipped())
def test_shipped_topics_are_clean(name: str) -> None:
    """What we ship passes its own check."""
    assert [finding.sentence for finding in lint(name)] == []


def test_the_topic_of_the_how_to_is_clean(tmp_path: Path) -> None:
    """Whoever follows the page and looks over the file finds nothing to mend."""
    page = Path(__file__).parent.parent / "docs" / "how-to" / "topic.md"
    path = tmp_path / "tea.toml"
    path.write_text(page.read_text("utf-8").split("```toml\n")[2].split("```")[0], "utf-8")
    assert [finding.sentence for finding in lint(str(path))] == []


def test_sentences_name_key_and_way_out(tmp_path: Path) -> None:
    """A finding says where and what to do."""
    path = tmp_path / "t.toml"
    path.write_text(HEAD + '[others.o]\nnames.sv = ["by"]', "utf-8")
    (finding,) = lint(str(path))
    assert finding.sentence.startswith("others.o.names.sv: 'by' is an everyday word in en")
    assert "only.sv" in finding.sentence
