"""`sources`: which feeds are watched, and how each of them stands."""

from pathlib import Path
from typing import Annotated

import typer

from feeds.errors import ConfigError, MoonwireError
from feeds.model import SourceLine, SourceState
from scheduler import records, times
from scheduler.commands.checking import check, choose_feed
from scheduler.commands.health import health, unmove
from scheduler.commands.shell import Json, now, opened, shell_of
from scheduler.desk import sources as desk
from scheduler.log import redact
from scheduler.publishing.files import write_file
from scheduler.wording import counted

app = typer.Typer(no_args_is_help=True, help="List, add, remove and check the feeds that are watched.")
app.command("check")(check)
app.command("health")(health)
app.command("unmove")(unmove)
Url = Annotated[str, typer.Argument(metavar="URL", help="The source by its address.")]


@app.command("list")
def list_(
    context: typer.Context,
    *,
    failing: Annotated[bool, typer.Option("--failing", help="Only those that do not work.")] = False,
    json: Json = False,
) -> None:
    """List the sources with their state and next check.

    Example: moonwire sources list --failing
    """
    shell = shell_of(context)
    with shell.store() as store:
        states = [s for s in store.sources(seen=False) if not failing or s.failures or s.retired]
    if json:
        for state in states:
            shell.show.json(records.source(state))
        return
    headings = ("state", "next check", "language", "kind", "name", "address", "remark")
    shell.show.table(headings, (_row(state) for state in states))
    shell.show.note(f"{counted(len(states), 'source')}.")


@app.command()
def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A feed, or a page that has one.")],
    *,
    name: Annotated[str, typer.Option(metavar="TEXT", help="Name to show.")] = "",
    language: Annotated[str, typer.Option(metavar="TAG", help="Language of its items, e.g. zh.")] = "",
    kind: Annotated[str, typer.Option(metavar="TEXT", help="What it is: agency, trade press, blog ...")] = "",
    unseen: Annotated[bool, typer.Option("--unseen", help="Do not ask it first; URL is the feed.")] = False,
) -> None:
    """Watch a further source; of a page, the feed behind it.

    It stands in the store beside those of the configuration file.

    Example: moonwire sources add https://www.leonarddavid.com/
    """
    shell = shell_of(context)
    source = desk.source_of({"url": url, "name": name, "language": language, "kind": kind})
    if not unseen:
        source = choose_feed(shell, source)
    with shell.store() as store:
        shell.show.text(desk.add(store, source, at=now()))


@app.command()
def remove(context: typer.Context, url: Url) -> None:
    """Stop watching a source that was added or imported; its items stay.

    Example: moonwire sources remove https://www.leonarddavid.com/feed/
    """
    shell = shell_of(context)
    with shell.store() as store:
        shell.show.text(desk.remove(store, url, file=shell.config.path))


@app.command()
def disable(context: typer.Context, url: Url) -> None:
    """Keep a source that was added, but do not ask it.

    Example: moonwire sources disable https://www.leonarddavid.com/feed/
    """
    _switch(context, url, disabled=True)


@app.command()
def enable(context: typer.Context, url: Url) -> None:
    """Ask a disabled or retired source again.

    A source is retired when it says twice to be gone for good (410).

    Example: moonwire sources enable https://www.leonarddavid.com/feed/
    """
    _switch(context, url, disabled=False)


@app.command()
def recheck(context: typer.Context, url: Url) -> None:
    """Let `moonwire run` ask a source now, or the next `moonwire fetch`, rather than at its planned time.

    The silence that its publisher or host asked for holds all the same.

    Example: moonwire sources recheck https://www.leonarddavid.com/feed/
    """
    shell = shell_of(context)
    with shell.store() as store:
        shell.show.text(desk.recheck(store, url, at=now()))


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="OPML file; - is standard input.")],
) -> None:
    """Watch the sources of an OPML file, as other feed readers export it.

    Example: moonwire sources import subscriptions.opml
    """
    from feeds.intake.opml import MAX_BYTES, parse_opml  # noqa: PLC0415 # only this command needs it

    shell = shell_of(context)
    with opened(file) as (stream, name):
        data = stream.read(MAX_BYTES + 1)
    try:
        found = parse_opml(data)
    except MoonwireError as error:
        raise ConfigError(f"{name}: {error}") from None
    with shell.store() as store:
        added, refused = desk.bring(store, found, at=now())
    for sentence in refused:
        shell.show.note(f"Left out: {sentence}")
    others = counted(len(found) - len(refused), "source")
    shell.show.text(f"Added {added} of {others} of {name}; the others were watched already.")


@app.command("export")
def export(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="File to write; - is standard output.")] = "-",
) -> None:
    """Write the watched sources as OPML, which other feed readers import.

    Example: moonwire sources export sources.opml
    """
    from feeds.publish.formats.opml import opml  # noqa: PLC0415 # only this command needs it

    shell = shell_of(context)
    with shell.store() as store:
        sources = [_line(state) for state in store.sources(seen=False)]
    data = opml(shell.config.serve.title, sources)
    if file == "-":
        shell.show.document(data)
        return
    write_file(Path(file), data)
    shell.show.note(f"Wrote {counted(len(sources), 'source')} to {file}.")


def _switch(context: typer.Context, url: str, *, disabled: bool) -> None:
    shell = shell_of(context)
    with shell.store() as store:
        shell.show.text(desk.switch(store, url, disabled=disabled, file=shell.config.path, at=now()))


def _line(state: SourceState) -> SourceLine:
    source = state.source
    return SourceLine(
        url=source.url,
        name=source.name or state.head.title,
        language=source.language,
        kind=source.kind,
        home=state.head.link,
    )


def _row(state: SourceState) -> tuple[str, ...]:
    source = state.source
    due = times.rfc3339(state.next_check) or "at the next round"
    asked = state.address or source.url
    return (
        records.standing(state),
        "" if source.disabled or state.retired else due,
        source.language,
        source.kind,
        source.name or state.head.title,
        source.url,
        state.last_error or ("" if asked == source.url else f"moved to {redact(asked)}"),
    )
