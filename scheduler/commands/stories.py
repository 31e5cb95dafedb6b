"""`story show`, `join` and `split`: what is told as one story, and the operator's word on it."""

from typing import TYPE_CHECKING, Annotated

import typer

from scheduler import story_records, times
from scheduler.commands.shell import Json, Shell, now, shell_of
from scheduler.desk import stories as desk
from scheduler.wording import counted

if TYPE_CHECKING:
    from feeds.model import Story

app = typer.Typer(no_args_is_help=True, help="Look at stories, join and split them.")

Which = Annotated[
    str, typer.Argument(metavar="STORY", help="A story by its id, or by the address of one of its items.")
]


@app.command()
def show(context: typer.Context, story: Which, *, json: Json = False) -> None:
    """Show a story: who told it first, who followed when, and in what words or copies.

    Example: moonwire story show 12
    """
    shell = shell_of(context)
    with shell.store(sync=False) as store:
        _told(shell, desk.story_of(store, story, shell.config.publish.moves), json=json)


@app.command()
def join(
    context: typer.Context,
    story: Which,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The story that belongs to it.")],
    *,
    json: Json = False,
) -> None:
    """Make two stories one, and keep them so whatever comes.

    The older of the two keeps its id in the feeds.

    Example: moonwire story join 12 15
    """
    shell = shell_of(context)
    with shell.store(sync=False) as store:
        _told(shell, desk.join(store, story, other, moves=shell.config.publish.moves, at=now()), json=json)


@app.command()
def split(
    context: typer.Context,
    story: Which,
    items: Annotated[
        list[str], typer.Argument(metavar="ITEM...", help="Items that do not belong to it, by id or address.")
    ],
    *,
    json: Json = False,
) -> None:
    """Take items out of a story into one of their own, and keep them apart whatever comes.

    Example: moonwire story split 12 345 346
    """
    shell = shell_of(context)
    with shell.store(sync=False) as store:
        for part in desk.split(store, story, items, moves=shell.config.publish.moves, at=now()):
            _told(shell, part, json=json)


def _told(shell: Shell, story: "Story", *, json: bool) -> None:
    if json:
        shell.show.json(story_records.story(story))
        return
    from feeds.publish.words import lag  # noqa: PLC0415 # only stories for people need it

    say, lead = shell.show.text, story.lead
    say((f"story {story.id}  ", "dim"), (lead.title or "(no title)", "bold"))
    languages = ", ".join(story.languages) or "unknown"
    outlets = counted(story.origins, "independent origin")
    say(f"told by {1 + len(story.also)}, {outlets}, languages {languages}")
    if story.aliases:
        say(f"took in {', '.join(map(str, story.aliases))}")
    say(f"{lead.id:>6}  {times.rfc3339(lead.when)}  first  {lead.source_name}: {lead.title} <{lead.url}>")
    for each in story.also:
        copy = f" of {each.copy_of}" if each.copy_of is not None else ""
        when = f"{times.rfc3339(each.when)}  +{lag(each.when - lead.when)}"
        say(f"{each.item_id:>6}  {when}  {each.source_name}: {each.title} <{each.url}>")
        say((f"{'':8}{each.relation}{copy}, {each.score:.2f}: {' '.join(each.reasons)}", "dim"))
