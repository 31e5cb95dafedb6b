"""The command line through its real front door: arguments, exit codes, sentences."""

import atexit
import json
import os
import queue
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from scheduler import cli, lines
from scheduler.reference import commands
from scheduler.rounds.checker import Checker
from scheduler.rounds.flights import Flight
from tests.builders import a_state
from tests.town import Output, empty_home, given

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder with an empty home, so that no real file is found."""
    return empty_home(tmp_path, monkeypatch)


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


def test_init_writes_what_loads(work: Path, capsys: Output) -> None:
    """`init` writes a file once; --force replaces it; a folder gets moonwire.toml."""
    assert cli.run(["init"]) == 0
    assert cli.run(["init"]) == 2
    assert "--force replaces it" in capsys.readouterr().err
    assert cli.run(["init", "--force"]) == 0
    (work / "etc").mkdir()
    assert cli.run(["init", "etc"]) == 0
    assert (work / "etc" / "moonwire.toml").read_text() == (work / "moonwire.toml").read_text()
    assert cli.run(["init", "moonwire.toml/x/y.toml"]) == 2
    assert "can not be written" in capsys.readouterr().err
    assert sorted(p.name for p in work.iterdir()) == ["etc", "moonwire.toml"]


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
def test_a_wrong_file_is_one_sentence_and_exit_2(text: str, work: Path, capsys: Output) -> None:
    """No traceback, nothing on standard output, one sentence that starts with the program's name."""
    (work / "c.toml").write_text(text)
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
    argv: list[str], work: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    """People write it in either place."""
    (work / "c.toml").write_text("[serve]\nport = 0\n")
    given(monkeypatch, "{}\n")
    assert cli.run(argv) == 0
    assert json.loads(capsys.readouterr().out)["keep"] is False
    (work / "c.toml").unlink()
    assert cli.run(argv) == 2


def test_what_follows_two_hyphens_is_left_alone(capsys: Output) -> None:
    """After -- a --config is an argument like any other."""
    assert cli.run(["judge", "--", "--config"]) == 2
    assert "--config: can not be read" in capsys.readouterr().err


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

    monkeypatch.setattr(os, "fsync", interrupted)
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


def test_a_closed_pipe_is_quiet(work: Path) -> None:
    """`moonwire ... | head` says nothing and ends."""
    (work / "many.jsonl").write_text('{"title": "ILRS"}\n' * 5000)
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


@pytest.mark.parametrize("waits", [True, False])
def test_the_process_ends_though_somebody_still_waits_for_a_host(
    *, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was registered for the end is done, unless a thread waits that is left behind at once."""
    gate, left, registered = threading.Event(), list[int](), list[bool]()
    other = threading.Thread(target=gate.wait if waits else gate.is_set, daemon=True)
    other.start()
    monkeypatch.setattr(threading, "enumerate", lambda: [threading.main_thread(), other])
    monkeypatch.setattr(cli, "run", lambda _argv: 1)
    monkeypatch.setattr(atexit, "_run_exitfuncs", lambda: registered.append(True))
    monkeypatch.setattr(os, "_exit", left.append)
    cli.main()
    gate.set()
    assert (left, registered) == ([1], [] if waits else [True])


def test_the_end_does_not_wait_beside_a_thread_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others would get their moment in vain: the one that was given up is there for longer."""
    gate, at_work, jobs = threading.Event(), threading.Event(), queue.SimpleQueue[Flight | None]()

    def wait(_flight: Flight) -> None:
        at_work.set()
        gate.wait()

    hanging = Checker(jobs, wait, name="check-1")
    other = threading.Thread(target=gate.wait, daemon=True)
    flight = Flight(a_state(), 0.0, 0.0)
    for thread in (hanging, other):
        thread.start()
    told = [hanging.hangs]
    jobs.put(flight)
    assert at_work.wait(10)
    told.append(hanging.hangs)
    flight.cut = True
    told.append(hanging.hangs)
    monkeypatch.setattr(threading, "enumerate", lambda: [threading.main_thread(), other, hanging])
    monkeypatch.setattr(cli, "_LAST_S", 30)
    assert cli._somebody_waits()
    flight.answered = True
    told.append(hanging.hangs)
    jobs.put(None)
    gate.set()
    hanging.join(10)
    assert told == [False, False, True, False]
    assert not hanging.is_alive()
