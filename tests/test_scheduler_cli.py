"""The command line through its real front door: arguments, exit codes, sentences."""

import io
import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from scheduler import cli, lines
from scheduler.reference import commands

Output = pytest.CaptureFixture[str]
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder with an empty home, so that no real file is found."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in ("MOONWIRE_CONFIG", "MOONWIRE_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


def given(monkeypatch: pytest.MonkeyPatch, data: str | bytes) -> None:
    """Put bytes on standard input."""
    raw = data.encode() if isinstance(data, str) else data
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))


def test_version(capsys: Output) -> None:
    """`--version` prints name and version."""
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("moonwire 0.")


def test_every_command_teaches(capsys: Output) -> None:
    """Each command's help says what it does and gives an example."""
    names = [name.split()[1:] for name in re.findall(r"^## `(moonwire .*)`$", commands(), re.MULTILINE)]
    assert len(names) >= 18
    for name in names:
        assert cli.run([*name, "--help"]) == 0
        assert "Example" in capsys.readouterr().out, name


@pytest.mark.parametrize(
    "argv",
    [
        ["nonsense"],
        ["items", "--nonsense"],
        ["run", "--port", "x"],
        ["items", "--limit", "-1"],
        ["why"],
        ["publish"],
    ],
)
def test_wrong_use_is_exit_2(argv: list[str], capsys: Output) -> None:
    """Unknown commands and options, missing and wrong arguments."""
    assert cli.run(argv) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_init_writes_what_loads(empty_home: Path, capsys: Output) -> None:
    """`init` writes a file once; --force replaces it; a folder gets moonwire.toml."""
    assert cli.run(["init"]) == 0
    assert cli.run(["init"]) == 2
    assert "--force replaces it" in capsys.readouterr().err
    assert cli.run(["init", "--force"]) == 0
    (empty_home / "etc").mkdir()
    assert cli.run(["init", "etc"]) == 0
    assert (empty_home / "etc" / "moonwire.toml").read_text() == (empty_home / "moonwire.toml").read_text()
    assert cli.run(["init", "moonwire.toml/x/y.toml"]) == 2
    assert "can not be written" in capsys.readouterr().err
    assert sorted(p.name for p in empty_home.iterdir()) == ["etc", "moonwire.toml"]


WRONG_FILES = [
    "[serve\n",
    "[serve]\nprot = 1",
    "[srve]\n",
    "port = 1",
    "[serve]\nport = 'x'",
    "[serve]\nport = 99999",
    "[serve]\nbase_url = 'x'",
    "[fetch]\nallow_private = 'x'",
    "[fetch]\nworkers = 0",
    "[schedule]\nmin_interval_s = 5\nmax_interval_s = 1",
    "[store]\npath = 5",
    "[[source]]\nname = 'no address'",
    "[[source]]\nurl = 'gopher://a.example'",
    "[[source]]\nurl = 'http://a.example'\n[[source]]\nurl = 'http://a.example'",
    "[[source]]\nurl = 'http://a.example'\nuser = 'u'\npassword_env = 'NOT_SET_ANYWHERE'",
    "[topic]\nfile = 'no-such-topic'",
]


@pytest.mark.parametrize("text", WRONG_FILES)
def test_a_wrong_file_is_one_sentence_and_exit_2(text: str, empty_home: Path, capsys: Output) -> None:
    """No traceback, nothing on standard output, one sentence that starts with the program's name."""
    (empty_home / "c.toml").write_text(text)
    assert cli.run(["--config", "c.toml", "judge", "/dev/null"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("moonwire: ")
    assert err.count("\n") == 1
    assert "c.toml" in err or "no-such-topic" in err


@pytest.mark.parametrize(
    "argv",
    [
        ["--config", "c.toml", "judge"],
        ["judge", "--config", "c.toml"],
        ["judge", "--config=c.toml", "-"],
    ],
)
def test_config_may_stand_before_or_after_the_command(
    argv: list[str], empty_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    """People write it in either place."""
    (empty_home / "c.toml").write_text("[serve]\nport = 0\n")
    given(monkeypatch, "{}\n")
    assert cli.run(argv) == 0
    assert json.loads(capsys.readouterr().out)["keep"] is False
    (empty_home / "c.toml").unlink()
    assert cli.run(argv) == 2


def test_what_follows_two_hyphens_is_left_alone(capsys: Output) -> None:
    """After -- a --config is an argument like any other."""
    assert cli.run(["judge", "--", "--config"]) == 2
    assert "--config: can not be read" in capsys.readouterr().err


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


def test_topics_are_listed_and_examined(empty_home: Path, capsys: Output) -> None:
    """The shipped topic is listed; a file with a word that no concept uses has a finding, and exit 1."""
    assert cli.run(["topic", "list"]) == 0
    assert "lunar-station" in capsys.readouterr().out
    assert cli.run(["topic", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["revision"]
    code = cli.run(["topic", "lint", "--json"])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == int(bool(found))
    own = files("feeds.curate").joinpath("topics", "lunar-station.toml").read_text(encoding="utf-8")
    (empty_home / "own.toml").write_text(own + '\n[words.nobody]\nen = ["xyzzy"]\n', encoding="utf-8")
    assert cli.run(["topic", "lint", "own.toml"]) == 1
    out, err = capsys.readouterr()
    assert "words.nobody" in out
    assert "findings" in err
    assert cli.run(["topic", "lint", "nowhere.toml"]) == 2


class Terminal(io.StringIO):
    """A text stream that says to be a terminal."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


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


def test_a_defect_is_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    """An unexpected exception ends with 70 and a hint; the traceback comes with -v or MOONWIRE_DEBUG."""

    def broken(*_args: object, **_named: object) -> None:
        raise RuntimeError("kaput\nindeed")

    monkeypatch.setattr(lines, "objects", broken)
    given(monkeypatch, "")
    assert cli.run(["judge"]) == 70
    err = capsys.readouterr().err
    assert err.startswith("moonwire: this is a defect of moonwire, please report it (RuntimeError: kaput);")
    assert err.endswith("moonwire -v shows where.\n")
    assert err.count("\n") == 1
    monkeypatch.setenv("MOONWIRE_DEBUG", "1")
    assert cli.run(["judge"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    """An interrupt ends with 130 and no words."""

    def interrupted(*_args: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    assert cli.run(["init"]) == 130
    assert capsys.readouterr().err == ""


def moonwire(*argv: str) -> subprocess.CompletedProcess[str]:
    """Run the command as its own process."""
    return subprocess.run(  # noqa: S603 # our own program
        [sys.executable, "-m", "moonwire", *argv],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
    )


def test_as_a_process() -> None:
    """The module runs as a program and hands its exit code over."""
    assert moonwire("--version").stdout.startswith("moonwire ")
    wrong = moonwire("--config", "no.toml", "items")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("moonwire: no.toml: there is no such file")


def test_a_closed_pipe_is_quiet(empty_home: Path) -> None:
    """`moonwire ... | head` says nothing and ends."""
    (empty_home / "many.jsonl").write_text('{"title": "ILRS"}\n' * 5000)
    process = subprocess.Popen(
        [sys.executable, "-m", "moonwire", "judge", "many.jsonl"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    with process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


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
