"""judge, relate and topic through the real front door."""

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from scheduler import cli
from tests.town import Output, Terminal, empty_home, given

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder with an empty home, so that no real file is found."""
    return empty_home(tmp_path, monkeypatch)


def test_judge_keeps_order_and_fields(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    """Each line comes back with its own fields and the verdict, in order."""
    given(
        monkeypatch,
        '{"n": 1, "title": "China and Russia sign for the International Lunar Research Station"}\n'
        '\n{"n": 2, "title": "Football results", "summary": null, "published": "2024-04"}\n',
    )
    assert cli.run(["judge", "--json"]) == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["n"], first["keep"], second["n"], second["keep"]) == (1, True, 2, False)
    assert first["reasons"][0]["words"]
    assert second["summary"] is None


def test_relate_says_how(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    """The same address is the same item; strangers are different."""
    one = {
        "url": "https://a.example/1",
        "title": "Lunar station agreed",
        "summary": None,
        "published": "2024",
    }
    other = {"url": "https://b.example/2", "title": "Bread prices rise", "site": "b.example"}
    given(monkeypatch, f"{json.dumps({'a': one, 'b': one})}\n{json.dumps({'a': one, 'b': other})}\n")
    assert cli.run(["relate"]) == 0
    same, different = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert same["relation"] == "same-item"
    assert different["relation"] == "different"
    assert same["reasons"]


@pytest.mark.parametrize(
    ("command", "line"), [("judge", b"nonsense"), ("judge", b"\xff"), ("relate", b'{"a": {}}')]
)
def test_a_bad_line_is_named(
    command: str, line: bytes, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    """One sentence with the line's number, exit 2; what came before is out already."""
    given(monkeypatch, b'{"a": {}, "b": {}}\n' + line + b"\n")
    assert cli.run([command]) == 2
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1
    assert "standard input: line 2: " in err
    assert err.count("\n") == 1


def test_a_missing_file_is_named(capsys: Output) -> None:
    """A file that is not there is named with what is wrong."""
    assert cli.run(["judge", "no.jsonl"]) == 2
    assert "no.jsonl: can not be read: No such file" in capsys.readouterr().err


def test_topics_are_listed_and_examined(work: Path, capsys: Output) -> None:
    """The shipped topic is listed; a file with a word that no concept uses has a finding."""
    assert cli.run(["topic", "list"]) == 0
    assert "lunar-station" in capsys.readouterr().out
    assert cli.run(["topic", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["revision"]
    assert cli.run(["topic", "lint", "--strict", "--json"]) == 0
    assert capsys.readouterr().out == ""
    own = files("feeds.curate").joinpath("topics", "lunar-station.toml").read_text(encoding="utf-8")
    (work / "own.toml").write_text(own + '\n[words.nobody]\nen = ["xyzzy"]\n', encoding="utf-8")
    assert cli.run(["topic", "lint", "own.toml", "--strict"]) == 1
    out, err = capsys.readouterr()
    assert "words.nobody" in out
    assert err == "1 finding.\n"
    assert cli.run(["topic", "lint", "nowhere.toml"]) == 2


def test_verdicts_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the verdict comes as text with its reasons."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("NO_COLOR", "1")
    given(monkeypatch, '{"title": "A base on the Moon: ILRS"}\n{"title": "Bread"}\n')
    assert cli.run(["judge"]) == 0
    assert "keep   1.00" in screen.getvalue()
    assert "ILRS" in screen.getvalue()
    assert "reject 0.0" in screen.getvalue()
    given(monkeypatch, '{"a": {"title": "x", "url": "http://a.example/1"}, "b": {"title": "y"}}\n')
    assert cli.run(["relate"]) == 0
    assert "x / y" in screen.getvalue()


def test_json_is_utf8_in_any_locale(tmp_path: Path) -> None:
    """A Latin-1 terminal setting does not change JSON."""
    file = tmp_path / "one.jsonl"
    file.write_text('{"title": "月球科研站"}\n', encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(  # noqa: S603 # our own program
        [sys.executable, "-m", "moonwire", "judge", str(file)],
        capture_output=True,
        env=environment,
        check=True,
    )
    assert json.loads(done.stdout.decode("utf-8"))["title"] == "月球科研站"
