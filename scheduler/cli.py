"""The command line: `moonwire`, `python -m moonwire`. Exit codes stand in docs/reference/exit-codes.md.

Commands raise MoonwireError for what the operator can mend; here it becomes one sentence on standard
error and the exit code that goes with it. Nobody but a developer who asks for it sees a traceback.
"""

import atexit
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from feeds.errors import MoonwireError, StoreError
from scheduler import asking, exit_codes
from scheduler.rounds.checker import Checker
from scheduler.rounds.memory import look_for_garbage
from scheduler.shell import Shell
from scheduler.show import PipeClosedError, safe

_LAST_S = 0.05
"""What threads that were told to end have for it."""


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    debug = bool(os.environ.get("MOONWIRE_DEBUG")) or bool({"-v", "--verbose"} & set(argv))
    try:
        return _run(_config_first(argv))
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else exit_codes.DONE
    except (PipeClosedError, KeyboardInterrupt) as end:
        return exit_codes.PIPE_CLOSED if isinstance(end, PipeClosedError) else exit_codes.INTERRUPTED
    except MoonwireError as error:
        for sentence in str(error).splitlines():
            _complain(sentence)
        return _code(error)
    except UnicodeError as error:
        return _spoilt(argv) or _defect(error, debug=debug)
    except Exception as error:  # noqa: BLE001 # whatever it is, a person gets a sentence
        return _defect(error, debug=debug)


def _run(argv: list[str]) -> int:
    asked = asking.plain(argv[2:] if argv[:1] == ["--config"] else argv)
    if asked is None:
        _by_typer(argv)
    file = argv[1] if argv[0] == "--config" else os.environ.get("MOONWIRE_CONFIG")
    shell = Shell(config_path=Path(file) if file else None)
    return asking.ask(shell, everything=asked["everything"], store=False, json=asked["json"])


def _by_typer(argv: list[str]) -> NoReturn:
    from scheduler.commands.every import app  # noqa: PLC0415 # slow to load; see scheduler.asking

    look_for_garbage()
    app(args=argv, prog_name="moonwire")
    raise SystemExit


def main() -> None:
    """Run the command that the process was started with, and end the process."""
    _all_streams()
    # Without a handler logging prints warnings by itself, where a command has said what there is to say.
    logging.getLogger().addHandler(logging.NullHandler())
    code = run(sys.argv[1:])
    if not _somebody_waits():
        atexit._run_exitfuncs()  # noqa: SLF001 # there is no other way to call what was registered
    _leave(code)


def _all_streams() -> None:
    """Put nowhere in place of streams that the caller closed, before another file takes their numbers."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 # open to the end


def _somebody_waits() -> bool:
    """Whether threads are still at work: those that were told to end get a moment for it.

    But not where one is known to hang: whatever the others do, that one will still be there.
    """
    until = time.monotonic() + _LAST_S
    others = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    if any(isinstance(thread, Checker) and thread.hangs for thread in others):
        return True
    for thread in others:
        thread.join(max(0.0, until - time.monotonic()))
    return any(thread.is_alive() for thread in others)


def _leave(code: int) -> NoReturn:
    """End the process at once, although threads of it may still wait for hosts.

    The interpreter would end them at whatever they are in, which aborts the process where that is a
    library of Rust or C++; and it would free one by one what the system frees at once, which takes longer
    than a round over few feeds.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _config_first(argv: Sequence[str]) -> list[str]:
    """Move `--config FILE` before the command's name: people write it in either place."""
    before, after = list(argv), []
    if "--" in before:
        cut = before.index("--")
        before, after = before[:cut], before[cut:]
    for place, word in enumerate(before):
        if word == "--config" and place + 1 < len(before):
            return [*before[place : place + 2], *before[:place], *before[place + 2 :], *after]
        if word.startswith("--config="):
            return [word, *before[:place], *before[place + 1 :], *after]
    return [*before, *after]


def _code(error: MoonwireError) -> int:
    return exit_codes.STORE_UNUSABLE if isinstance(error, StoreError) else exit_codes.WRONG_USE


def _spoilt(argv: Sequence[str]) -> int | None:
    """Name the argument that holds bytes which are no text here: files may have such names, nothing else."""
    for word in argv:
        try:
            word.encode()
        except UnicodeEncodeError:
            _complain(f'found "{word}", expected text; this is not in the encoding that your locale names.')
            return exit_codes.WRONG_USE
    return None


def _complain(sentence: str) -> None:
    with suppress(OSError):  # standard error may be a full disk or a pipe that nobody reads
        sys.stderr.write(f"moonwire: {safe(sentence)}\n")


def _defect(error: Exception, *, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    hint = "" if debug else "; moonwire -v shows where"
    _complain(f"this is a defect of moonwire, please report it ({what}){hint}.")
    return exit_codes.DEFECT
