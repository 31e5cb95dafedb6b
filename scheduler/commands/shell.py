"""What the commands of Typer take from the options before their name."""

from typing import Annotated, cast

import typer

from scheduler.shell import Shell, now, opened

__all__ = ["Json", "Shell", "now", "opened", "shell_of"]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per line and nothing else.")]
"""The option that all listing commands share."""


def shell_of(context: typer.Context) -> Shell:
    """Return the shell that the options before the command's name have made."""
    return cast("Shell", context.obj)
