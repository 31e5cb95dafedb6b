"""`store backup`, `check` and `prune`: the file that everything is kept in."""

from pathlib import Path
from typing import Annotated

import typer

from feeds.errors import ConfigError
from scheduler import exit_codes, times
from scheduler.commands.shell import now, shell_of
from scheduler.wording import counted

app = typer.Typer(no_args_is_help=True, help="Copy the store, check it, and remove old items from it.")


@app.command()
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; its folder is made if missing.")],
) -> None:
    """Write a copy of the store, also while the daemon runs.

    It appears under its name when it is complete. To go back to it, stop the daemon and put it in the
    place of the store, whose -wal and -shm files go.

    Example: moonwire store backup /var/backups/moonwire-monday.db
    """
    shell = shell_of(context)
    if file.exists():
        raise ConfigError(f"{file}: is there already; name a new file.")
    with shell.store(sync=False) as store:
        store.backup(file)
    shell.show.note(f"Wrote {file}.")


@app.command()
def check(context: typer.Context) -> None:
    """Read the whole store and say what is damaged in it; the exit code is 3 if anything is.

    Example: moonwire store check
    """
    shell = shell_of(context)
    with shell.store(sync=False) as store:
        found = store.integrity()
    for sentence in found:
        shell.show.text(sentence)
    if found:
        raise typer.Exit(exit_codes.STORE_UNUSABLE)
    shell.show.note(f"{shell.config.store.path} is whole.")


@app.command()
def prune(
    context: typer.Context,
    older: Annotated[str, typer.Argument(metavar="AGE", help="A span such as 90d, or a time.")],
    *,
    kept: Annotated[bool, typer.Option("--kept", help="Also items that are on the wire.")] = False,
) -> None:
    """Remove rejected items and near misses that were published and found before a time.

    None of them comes back. Marked items stay. `moonwire run` and `moonwire fetch --all` do so by
    themselves with what is older than [store] rejected_days.

    Example: moonwire store prune 90d
    """
    shell, at = shell_of(context), now()
    before = times.since(older, now=at, option="AGE")
    with shell.store(sync=False) as store:
        gone = store.prune(before, now=at, kept=kept)
    shell.show.text(f"Removed {counted(gone, 'item')}.")
