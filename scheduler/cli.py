"""The command line: `moonwire`, `python -m moonwire`. Exit codes stand in docs/reference/exit-codes.md.

Commands raise MoonwireError for what the operator can mend; here it becomes one sentence on standard
error and the exit code that goes with it. Nobody but a developer who asks for it sees a traceback.
"""

import logging
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from feeds.errors import MoonwireError, StoreError
from scheduler import exit_codes
from scheduler.commands import fetching, items, judging, marking, setting_up, shell, sources, stories, topics
from scheduler.show import PipeClosedError, safe

app = typer.Typer(
    name="moonwire",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for command in (
    fetching.run,
    fetching.fetch,
    fetching.publish,
    items.items,
    items.why,
    marking.mark,
    judging.judge,
    judging.relate,
    fetching.demo,
    setting_up.init,
):
    app.command()(command)
app.add_typer(sources.app, name="sources")
app.add_typer(topics.app, name="topic")
app.add_typer(stories.app, name="story")


def _version(asked: bool) -> None:  # noqa: FBT001 # Typer calls it so
    if asked:
        from moonwire import __version__  # noqa: PLC0415 # the entry point imports this module

        sys.stdout.write(f"moonwire {__version__}\n")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    *,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="MOONWIRE_CONFIG",
            help="Configuration file; else ./moonwire.toml, else the one in your configuration folder.",
        ),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log more, and show the traceback of a defect.")
    ] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop."),
    ] = False,
) -> None:
    """Watch feeds, keep the news on a station on the Moon, say why, and republish one feed.

    Start with `moonwire run` (no configuration is needed) or `moonwire demo` (no network either).
    `moonwire init` writes a commented configuration file.
    """
    context.obj = shell.Shell(config_path=config, verbose=verbose)
    if verbose:
        from scheduler import log  # noqa: PLC0415 # only then is there a log to format

        log.set_up(as_json=False, level=logging.DEBUG)


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    debug = bool(os.environ.get("MOONWIRE_DEBUG")) or bool({"-v", "--verbose"} & set(argv))
    try:
        app(args=_config_first(argv), prog_name="moonwire")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else exit_codes.DONE
    except PipeClosedError:
        return exit_codes.PIPE_CLOSED
    except KeyboardInterrupt:
        return exit_codes.INTERRUPTED
    except MoonwireError as error:
        for sentence in str(error).splitlines():
            sys.stderr.write(f"moonwire: {safe(sentence)}\n")
        return _code(error)
    except Exception as error:  # noqa: BLE001 # whatever it is, a person gets a sentence
        return _defect(error, debug=debug)
    return exit_codes.DONE


def main() -> None:
    """Run the command that the process was started with, and end the process."""
    # Without a handler logging prints warnings by itself, where a command has said what there is to say.
    logging.getLogger().addHandler(logging.NullHandler())
    sys.exit(run(sys.argv[1:]))


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


def _defect(error: Exception, *, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    what = safe(f"{type(error).__name__}: {error}".splitlines()[0])
    hint = "" if debug else "; moonwire -v shows where"
    sys.stderr.write(f"moonwire: this is a defect of moonwire, please report it ({what}){hint}.\n")
    return exit_codes.DEFECT
