"""`sources check`, and the look at an address before it is added: asked once, nothing stored."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from feeds.errors import ConfigError
from feeds.model import FoundFeed, Source
from feeds.model.value import replace
from scheduler.commands.fetching import checked_address
from scheduler.commands.shell import Json, Shell, now, shell_of
from scheduler.exit_codes import DONE, SOME_FAILED
from scheduler.times import rfc3339

if TYPE_CHECKING:
    from scheduler.rounds.once import Look


def check(
    context: typer.Context,
    urls: Annotated[list[str], typer.Argument(metavar="URL...", help="Feeds, or pages that have one.")],
    *,
    json: Json = False,
) -> None:
    """Ask an address once and say what is there; store nothing.

    Says format, entries, newest, problems and when the next check would be. Of an HTML page it
    shows the feeds behind it. Ends with 1 when an address holds no usable feed.

    Example: moonwire sources check https://spacenews.com/
    """
    from scheduler.rounds import once  # noqa: PLC0415 # only looking needs it

    shell = shell_of(context)
    failed = False
    addresses = [checked_address(url) for url in dict.fromkeys(urls)]
    with once.opened_spaced(shell.config) as tools:
        for url in addresses:
            looked = once.look(_configured(shell, url), tools, now=now())
            failed = failed or looked.check.error is not None
            if json:
                shell.show.json(as_record(looked))
            else:
                _told(shell, looked)
    raise typer.Exit(SOME_FAILED if failed else DONE)


def choose_feed(shell: Shell, source: Source) -> Source:
    """Return the source with the address of the one feed that is there; ConfigError when there is none."""
    from scheduler.desk.look import feeds_at  # noqa: PLC0415 # only looking needs it
    from scheduler.rounds import once  # noqa: PLC0415 # as above

    with once.opened_spaced(shell.config) as tools:
        found = feeds_at(source, tools, now=now(), told=shell.show.note)
    feeds = found.feeds
    if found.direct is not None:
        return replace(source, name=source.name or feeds[0].title)
    if not feeds:
        raise ConfigError(f"{found.error.rstrip('.')}; --unseen adds it all the same.")
    if len(feeds) > 1:
        for feed in feeds:
            shell.show.text(feed.url, f"  {feed.title}" if feed.title else "")
        raise ConfigError(f"{source.url} has {len(feeds)} feeds; add the one you want by its address.")
    shell.show.note(f"{source.url} is a page; its feed is {feeds[0].url}.")
    return replace(source, url=feeds[0].url, name=source.name or feeds[0].title)


def as_record(looked: "Look") -> dict[str, Any]:
    """Return what `sources check --json` prints of one address."""
    check = looked.check
    return {
        "url": check.state.source.url,
        "outcome": check.outcome,
        "status": check.status,
        "format": check.state.head.format,
        "title": check.state.head.title,
        "entries": check.entries,
        "newest": rfc3339(looked.newest),
        "problems": list(check.problems),
        "feeds": [_feed(feed) for feed in looked.feeds],
        "next_check": rfc3339(check.state.next_check),
        "next_check_why": check.state.next_check_why,
        "error": check.error,
    }


def _feed(feed: FoundFeed) -> dict[str, str]:
    return {"url": feed.url, "title": feed.title, "type": feed.type}


def _configured(shell: Shell, url: str) -> Source:
    return next((source for source in shell.config.sources if source.url == url), Source(url=url))


def _told(shell: Shell, looked: "Look") -> None:
    check, say = looked.check, shell.show.text
    head = check.state.head
    say((check.state.source.url, "bold"))
    if check.error is not None:
        say(("  failed      ", "bold red"), check.error)
    else:
        say(f"  format      {head.format or 'unknown'}", f", {head.title}" if head.title else "")
        say(f"  entries     {check.entries}, newest {rfc3339(looked.newest) or 'not dated'}")
    for problem in check.problems:
        say(f"  problem     {problem}")
    for feed in looked.feeds:
        say(f"  feed        {feed.url}", f"  {feed.title}" if feed.title else "")
    say(f"  next check  {rfc3339(check.state.next_check) or 'never'}: {check.state.next_check_why}")
