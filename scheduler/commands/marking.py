"""`mark`: what the operator says of an item, which no topic overrides."""

from typing import Annotated

import typer

from feeds.errors import ConfigError
from scheduler.commands.shell import Json, now, shell_of


def mark(
    context: typer.Context,
    item: Annotated[str, typer.Argument(metavar="ID|URL", help="An item by id or address.")],
    verdict: Annotated[
        str, typer.Argument(metavar="[keep|reject]", help="What it should be; not needed with --undo.")
    ] = "",
    *,
    undo: Annotated[bool, typer.Option("--undo", help="Take the mark back: the topic decides.")] = False,
    json: Json = False,
) -> None:
    """Say of a stored item that it belongs on the wire, or does not.

    It follows at once and for good, whatever the topic says; a kept item is dated by its publication, so
    readers do not take it for news. `moonwire topic train` learns from marks; marked items are never pruned.

    Example: moonwire mark 42 keep
    """
    from feeds.curate.topic import load  # noqa: PLC0415 # only this command needs it
    from scheduler.desk.marks import set_mark  # noqa: PLC0415 # as above
    from scheduler.judging.learned import tuning_of  # noqa: PLC0415 # as above

    keep = _wanted(verdict, undo=undo)
    shell = shell_of(context)
    about = load(shell.config.topic.file)
    with shell.store(sync=False) as store:
        found = store.find_item(item)
        stored = store.curation.item(found.id) if found else None
        if stored is None:
            raise ConfigError(
                f'No item with the id or address "{item}" is stored; `moonwire items --near` lists near ones.'
            )
        if undo and stored.mark is None:
            raise ConfigError(f"Item {stored.id} is not marked, so there is nothing to take back.")
        done = set_mark(store, stored, tuning_of(about, store), keep=keep, at=now())
    kept = done.keep
    if json:
        shell.show.json(
            {
                "id": stored.id,
                "mark": None if keep is None else verdict,
                "keep": kept,
                "was_kept": stored.keep,
            }
        )
        return
    said = "The mark is taken back" if keep is None else f"Marked to {verdict}"
    shell.show.text(f"{said}: item {stored.id} is {'kept' if kept else 'rejected'}: {stored.item.title}")


def _wanted(verdict: str, *, undo: bool) -> bool | None:
    if undo:
        if verdict not in {"", "keep", "reject"}:
            raise ConfigError(f'mark: found "{verdict}" beside --undo, expected nothing.')
        return None
    if verdict not in {"keep", "reject"}:
        raise ConfigError(f'mark: found "{verdict}", expected keep or reject (or --undo).')
    return verdict == "keep"
