"""`topic`: the files that say what counts as news."""

from typing import Annotated

import typer

from scheduler.commands.shell import Json, shell_of
from scheduler.exit_codes import DONE, SOME_FAILED

app = typer.Typer(no_args_is_help=True, help="List and examine topic files.")


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
def lint(
    context: typer.Context,
    file: Annotated[
        str | None, typer.Argument(metavar="[NAME|FILE]", help="Else the configured topic.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Find what is dead, doubled or dangerous in a topic file.

    Says of words that no concept uses, that stand twice, that can never count, or that are everyday words in
    another language. Ends with 1 when there is anything to mend.

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
        shell.show.note(f"{len(findings) or 'No'} findings.")
    raise typer.Exit(SOME_FAILED if findings else DONE)
