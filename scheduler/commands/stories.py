"""`story show`, `join` and `split`: what is told as one story, and the operator's word on it."""

from typing import TYPE_CHECKING, Annotated

import typer

from feeds.errors import ConfigError
from scheduler import story_records, times
from scheduler.commands.shell import Json, Shell, now, shell_of

if TYPE_CHECKING:
    from feeds.model import Story
    from store import Store

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
        _told(shell, _story(shell, store, story), json=json)


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
        one, two = _story(shell, store, story), _story(shell, store, other)
        if one.id == two.id:
            raise ConfigError(f"{story} and {other} are one story already: number {one.id}.")
        store.join(one.lead.id, two.lead.id, now=now())
        _told(shell, _story(shell, store, str(one.id)), json=json)


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
        whole = _story(shell, store, story)
        members = {whole.lead.id, *(each.item_id for each in whole.also)}
        parted = [_member(store, item, whole, members) for item in items]
        made = store.split(whole.id, parted, now=now())
        if made is None:
            raise ConfigError(
                f"These are all items of story {whole.id}; name only those that do not belong to it."
            )
        rest = next(iter(members - set(parted)))
        left = store.find_item(str(rest))
        for number in (left.story_id if left else None, made):
            _told(shell, _story(shell, store, str(number)), json=json)


def _member(store: "Store", item: str, whole: "Story", members: set[int]) -> int:
    found = store.find_item(item)
    if found is None or found.id not in members:
        raise ConfigError(
            f'The item "{item}" is not in story {whole.id}; `moonwire story show {whole.id}` lists its items.'
        )
    return found.id


def _story(shell: Shell, store: "Store", wanted: str) -> "Story":
    moves = shell.config.publish.moves
    found = store.story(int(wanted), moves=moves) if wanted.isascii() and wanted.isdigit() else None
    if found is None and (item := store.find_item(wanted)) and not wanted.isdigit():
        found = store.story(item.story_id, moves=moves) if item.story_id is not None else None
    if found is None:
        raise ConfigError(
            f'There is no story "{wanted}"; `moonwire why ITEM` tells in which story an item is.'
        )
    return found


def _told(shell: Shell, story: "Story", *, json: bool) -> None:
    if json:
        shell.show.json(story_records.story(story))
        return
    say, lead = shell.show.text, story.lead
    say((f"story {story.id}  ", "dim"), (lead.title or "(no title)", "bold"))
    languages = ", ".join(story.languages) or "unknown"
    outlets = f"{story.origins} independent {'origin' if story.origins == 1 else 'origins'}"
    say(f"told by {1 + len(story.also)}, {outlets}, languages {languages}")
    if story.aliases:
        say(f"took in {', '.join(map(str, story.aliases))}")
    say(f"{lead.id:>6}  {times.rfc3339(lead.when)}  first  {lead.source_name}: {lead.title} <{lead.url}>")
    for each in story.also:
        lag = story_records.lag(each.when - lead.when)
        copy = f" of {each.copy_of}" if each.copy_of is not None else ""
        when = f"{times.rfc3339(each.when)}  +{lag}"
        say(f"{each.item_id:>6}  {when}  {each.source_name}: {each.title} <{each.url}>")
        say((f"{'':8}{each.relation}{copy}, {each.score:.2f}: {' '.join(each.reasons)}", "dim"))
