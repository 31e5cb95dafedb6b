"""Standard streams as they are found: closed, full, without a reader; and what was typed, in any encoding."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler import cli
from tests.town import Output, empty_home

ROOT = Path(__file__).resolve().parent.parent
FULL = Path("/dev/full")
with_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no full device")


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder with an empty home; nothing is watched."""
    folder = empty_home(tmp_path, monkeypatch)
    (folder / "moonwire.toml").write_text('source = []\n[store]\npath = "wire.db"\n')
    return folder


def in_shell(line: str) -> tuple[int, str]:
    """Run a line of shell, in which MOONWIRE is the program; returns exit code and standard error."""
    done = subprocess.run(  # noqa: S603 # our own program
        ["/bin/sh", "-c", line.replace("MOONWIRE", f"'{sys.executable}' -m moonwire")],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("MOONWIRE sources list >&-", 0, "0 sources."),
        ("MOONWIRE judge <&-", 0, ""),
        ("MOONWIRE sources list 2>&-", 0, ""),
        ("MOONWIRE why 99 <&- >&- 2>&-", 2, ""),
    ],
)
def test_streams_may_be_closed(line: str, code: int, told: str) -> None:
    """What a caller closed is nowhere: the command does its work and ends as ever."""
    ended, err = in_shell(line)
    assert ended == code
    assert err.strip() == told


@with_full
@pytest.mark.parametrize("command", ["sources list", "topic list --json", "digest"])
def test_output_that_can_not_be_written_is_told(command: str) -> None:
    """A full disk behind `> FILE` is a sentence, and no defect."""
    code, err = in_shell(f"MOONWIRE {command} > /dev/full")
    assert code == 2
    assert err == "moonwire: standard output: can not be written: No space left on device.\n"


@with_full
@pytest.mark.parametrize(("command", "code"), [("sources list", 0), ("why 99", 2), ("items --since x", 2)])
def test_where_nobody_can_be_told_the_work_is_done(command: str, code: int) -> None:
    """Standard error on a full disk changes no exit code."""
    assert in_shell(f"MOONWIRE {command} 2> /dev/full >/dev/null")[0] == code


@pytest.mark.parametrize(("command", "code"), [("sources list", 0), ("why 99", 2)])
def test_nor_does_a_pipe_that_nobody_reads(command: str, code: int) -> None:
    """`moonwire ... 2>&1 >/dev/null | true` ends as it would with a reader."""
    line = f"mkfifo pipe; true < pipe & exec 3> pipe; wait; MOONWIRE {command} 2>&3 >/dev/null"
    assert in_shell(line)[0] == code


@pytest.mark.parametrize(
    "argv",
    [
        ["why", "\udcff"],
        ["items", "--source", "\udcff"],
        ["sources", "add", "--unseen", "http://a.example/\udcff"],
        ["sources", "remove", "\udcff"],
        ["story", "show", "\udcff"],
    ],
)
def test_an_argument_that_is_no_text_is_told(argv: list[str], capsys: Output) -> None:
    """Bytes that the locale's encoding does not know are wrong use, and no defect."""
    assert cli.run(argv) == 2
    err = capsys.readouterr().err
    assert err.startswith("moonwire: found ")
    assert err.endswith("expected text; this is not in the encoding that your locale names.\n")


def test_files_may_have_such_names(work: Path) -> None:
    """A name of a file is bytes, whatever the locale."""
    (work / "\udcff.jsonl").write_text('{"title": "ILRS"}\n')
    assert cli.run(["judge", "\udcff.jsonl"]) == 0


def test_a_folder_that_is_gone_is_told(work: Path) -> None:
    """A deployment may replace the folder that a shell stands in."""
    (work / "gone").mkdir()
    ended, err = in_shell("cd gone && rmdir ../gone && MOONWIRE items")
    assert ended == 2
    assert err.splitlines()[-1].startswith("moonwire: The folder you are in is gone;")


def test_a_folder_named_on_the_command_line_is_no_setting(capsys: Output, work: Path) -> None:
    """What can not be written is named; nobody is sent to a key that is not set."""
    (work / "file").write_text("")
    assert cli.run(["publish", "file"]) == 2
    err = capsys.readouterr().err
    assert err == "moonwire: file: can not be written: File exists; check the folder to publish to.\n"


def test_ctrl_c_is_quiet_while_the_program_loads() -> None:
    """An impatient person gets no traceback either."""
    early = (
        "import feeds.lean as lean, moonwire\ndef load(*_, **__): raise KeyboardInterrupt\nlean.load = load"
    )
    ended, err = in_shell(f"'{sys.executable}' -c '{early}\nmoonwire.main()'")
    assert (ended, err) == (130, "")
