"""All commands under one name: the Typer application."""

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from scheduler.commands import (
    assisting,
    digesting,
    fetching,
    hub,
    items,
    judging,
    keeping,
    marking,
    notify,
    setting_up,
    shell,
    sources,
    stories,
    topics,
)
from scheduler.version import __version__

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
    digesting.digest,
    items.items,
    items.why,
    marking.mark,
    judging.judge,
    judging.relate,
    fetching.demo,
    assisting.mcp,
    setting_up.init,
):
    app.command()(command)
app.add_typer(sources.app, name="sources")
app.add_typer(topics.app, name="topic")
app.add_typer(stories.app, name="story")
app.add_typer(keeping.app, name="store")
app.add_typer(hub.app, name="hub")
app.add_typer(notify.app, name="notify")


def _version(asked: bool) -> None:  # noqa: FBT001 # Typer calls it so
    if asked:
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
