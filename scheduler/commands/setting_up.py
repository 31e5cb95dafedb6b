"""`init`: the configuration file that an operator edits."""

from pathlib import Path
from typing import Annotated

import typer

from feeds.errors import ConfigError
from scheduler.commands.shell import shell_of
from scheduler.publishing.files import write_file


def init(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="File to write, or a folder for moonwire.toml.")] = Path(
        "moonwire.toml"
    ),
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write a commented configuration file.

    Example: moonwire init ~/.config/moonwire/
    """
    from scheduler.config.starter import init_text  # noqa: PLC0415 # only this command needs it

    target = path / "moonwire.toml" if path.is_dir() else path
    if target.exists() and not force:
        raise ConfigError(f"{target}: is there already; --force replaces it.")
    write_file(target, init_text().encode(), folders=True)
    shell_of(context).show.note(f"Wrote {target}.")
