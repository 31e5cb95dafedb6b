"""`items` and `why`: what is stored, and what led to it."""

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from feeds.errors import ConfigError
from scheduler import records, times
from scheduler.commands.judging import reason_line
from scheduler.commands.shell import Json, Shell, now, shell_of

if TYPE_CHECKING:
    from feeds.model import Coverage, PublishedItem
    from store import Store

Which = Literal["kept", "all", "rejected", "near"]


def items(  # noqa: PLR0913 # one per option
    context: typer.Context,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Kept and rejected alike.")] = False,
    rejected: Annotated[bool, typer.Option("--rejected", help="Only rejected ones.")] = False,
    near: Annotated[bool, typer.Option("--near", help="Only rejected ones that came close.")] = False,
    since: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Only from then on: 3d, 12h, 2024-04-01 or RFC 3339.")
    ] = None,
    source: Annotated[str | None, typer.Option(metavar="URL|NAME", help="Only of this source.")] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=0, help="At most this many; 0: all.")] = 50,
    json: Json = False,
) -> None:
    """List stored items, newest first.

    The kept ones, unless told otherwise.

    Example: moonwire items --near --since 7d
    """
    shell = shell_of(context)
    which = _which(everything=everything, rejected=rejected, near=near)
    start = times.since(since, now=now()) if since else None
    with shell.store(sync=False) as store:
        address = _address(store, source) if source else None
        most = min(limit, sys.maxsize) or None  # SQLite knows no greater number
        found = store.items(which=which, since=start, source=address, limit=most)
    for one in found:
        if json:
            shell.show.json(records.item(one))
        else:
            _listed(shell, one)
    if not found and not json:
        shell.show.note("No such item is stored; `moonwire fetch` asks the sources for news.")


def why(
    context: typer.Context,
    item: Annotated[str, typer.Argument(metavar="ID|URL", help="An item by id or address.")],
    *,
    json: Json = False,
) -> None:
    """Explain the verdict on one stored item.

    Shows the score, every reason with the words that matched, where the item came from and what it
    duplicates.

    Example: moonwire why 42
    """
    shell = shell_of(context)
    with shell.store(sync=False) as store:
        found = store.find_item(item)
        if found is None:
            raise ConfigError(
                f'No item with the id or address "{item}" is stored; `moonwire items --all` lists them.'
            )
        original = store.find_item(str(found.duplicate_of)) if found.duplicate_of is not None else None
        coverage = store.relations(found.id)
    if json:
        shell.show.json(records.why(found, coverage))
    else:
        _explained(shell, found, original, coverage)


def _which(*, everything: bool, rejected: bool, near: bool) -> Which:
    chosen: list[Which] = []
    chosen += ["all"] if everything else []
    chosen += ["rejected"] if rejected else []
    chosen += ["near"] if near else []
    if len(chosen) > 1:
        raise ConfigError(f"--{chosen[0]} and --{chosen[1]} can not go together; choose one.")
    return chosen[0] if chosen else "kept"


def _address(store: "Store", wanted: str) -> str:
    """Return the address of a source named by address or, in any case, by name."""
    if store.source(wanted):
        return wanted
    named = [s.source.url for s in store.sources() if s.source.name.casefold() == wanted.casefold()]
    if len(named) != 1:
        how = "is not a known source" if not named else "names several sources"
        raise ConfigError(f'--source: "{wanted}" {how}; `moonwire sources list` shows their addresses.')
    return named[0]


def _listed(shell: Shell, one: "PublishedItem") -> None:
    mark = "" if one.keep else "near  " if one.near else "rejected  "
    again = f"  = {one.duplicate_of}" if one.duplicate_of is not None else ""
    shell.show.text(
        (f"{one.id:>6}  {one.when:%Y-%m-%d %H:%M}  ", "dim"), (mark, "yellow"), (one.title or one.url, "bold")
    )
    shell.show.text((f"{'':8}{one.score:.2f}  {one.source_name or one.source}{again}  {one.url}", "dim"))


def _explained(
    shell: Shell, one: "PublishedItem", original: "PublishedItem | None", coverage: "list[Coverage]"
) -> None:
    say = shell.show.text
    word, style = ("kept", "bold green") if one.keep else ("rejected", "bold red")
    if one.near:
        word, style = "rejected, but near", "bold yellow"
    say((one.title or "(no title)", "bold"))
    say(one.url or "(no address)")
    say((word, style), f" with a score of {one.score:.2f}", f" by topic {one.topic}" if one.topic else "")
    for step in one.reasons:
        say(f"    {reason_line(records.reason(step))}")
    if not one.reasons:
        say("    nothing in it speaks for or against the topic")
    say(f"source      {one.source_name or one.source} <{one.source}>")
    say(f"guid        {one.guid}")
    say(
        f"published   {times.rfc3339(one.published) or 'not said'}",
        f", first seen {times.rfc3339(one.first_seen)}",
    )
    say(f"language    {one.language or 'unknown'}")
    if one.duplicate_of is not None:
        say(f"duplicates  item {one.duplicate_of}", f": {original.title}" if original else "")
    for other in coverage:
        say(f"also        {other.relation}: {other.source_name}: {other.title} <{other.url}>")
        say((f"            {' '.join(other.reasons)}", "dim"))
