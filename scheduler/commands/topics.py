"""`topic`: the files that say what counts as news."""

from typing import Annotated

import typer

from scheduler.commands import teaching
from scheduler.commands.shell import Json, shell_of
from scheduler.exit_codes import DONE, SOME_FAILED
from scheduler.wording import counted

app = typer.Typer(no_args_is_help=True, help="List, examine, test and apply topics, and let them learn.")


@app.command("list")
def list_(context: typer.Context, *, json: Json = False) -> None:
    """List the shipped topics.

    Example: moonwire topic list
    """
    from feeds.curate.topic import load, shipped  # noqa: PLC0415 # only this command needs it

    shell = shell_of(context)
    for name in shipped():
        topic = load(name)
        if json:
            shell.show.json({"name": name, "title": topic.title, "revision": topic.revision})
        else:
            shell.show.text((name, "bold"), f"  {topic.title}, revision {topic.revision}")


@app.command()
def show(
    context: typer.Context,
    file: Annotated[
        str | None, typer.Argument(metavar="[NAME|FILE]", help="Else the configured topic.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Show what a topic looks for and what each find counts.

    Example: moonwire topic show lunar-station
    """
    from feeds.curate.topic import load  # noqa: PLC0415 # only this command needs it

    shell = shell_of(context)
    topic = load(file or shell.config.topic.file)
    if not json:
        shell.show.text((f"{topic.title} ({topic.label})", "bold"))
        shell.show.text(topic.description)
        shell.show.text(f"kept from {topic.threshold:g}, near from {topic.near:g}, start {topic.start:+g}")
    for one in topic.concepts:
        if json:
            row = {"key": one.key, "title": one.title, "weight": one.weight, "group": one.group}
            shell.show.json(row | {"near": list(one.near), "needs": list(one.needs), "tags": list(one.tags)})
        else:
            tags = f"  [{', '.join(one.tags)}]" if one.tags else ""
            shell.show.text(f"{one.weight:+6.2f}  {one.key}: {one.title}{tags}")


@app.command()
def lint(
    context: typer.Context,
    file: Annotated[
        str | None, typer.Argument(metavar="[NAME|FILE]", help="Else the configured topic.")
    ] = None,
    *,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with 1 when there is anything to mend.")
    ] = False,
    json: Json = False,
) -> None:
    """Find what is dead, doubled or dangerous in a topic file.

    Says of words that no concept uses, that stand twice, that can never count, or that are everyday words in
    another language. Findings alone end with 0, so that a script asks for --strict; a file that can not be
    loaded is one sentence and ends with 2.

    Example: moonwire topic lint my-topic.toml
    """
    from feeds.curate.lint import lint as findings_of  # noqa: PLC0415 # only this command needs it

    shell = shell_of(context)
    findings = findings_of(file or shell.config.topic.file)
    for finding in findings:
        if json:
            shell.show.json({"kind": finding.kind, "key": finding.key, "sentence": finding.sentence})
        else:
            shell.show.text((f"{finding.kind:<10}", "yellow"), finding.sentence)
    if not json:
        shell.show.note(f"{counted(len(findings), 'finding') if findings else 'No findings'}.")
    raise typer.Exit(SOME_FAILED if findings and strict else DONE)


app.command("test")(teaching.measure)
app.command()(teaching.train)
app.command()(teaching.apply)
