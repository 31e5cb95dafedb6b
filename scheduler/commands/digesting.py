"""`digest`: the stories of a day or week on standard output."""

from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from feeds.errors import ConfigError
from feeds.model.digest import DigestKind
from scheduler.commands.shell import now, shell_of
from scheduler.show import safe


class Form(StrEnum):
    """How a digest is written."""

    MARKDOWN = "md"
    HTML = "html"
    TEXT = "text"
    JSON = "json"


def digest(
    context: typer.Context,
    *,
    daily: Annotated[bool, typer.Option("--daily", help="Of a day; this is the default.")] = False,
    weekly: Annotated[bool, typer.Option("--weekly", help="Of a week, Monday to Sunday.")] = False,
    day: Annotated[
        str | None,
        typer.Option(
            "--date",
            metavar="DATE",
            help="Of the day or week that this date is in; else the last closed one.",
        ),
    ] = None,
    form: Annotated[Form, typer.Option("--format", metavar="FORM", help="md, html, text or json.")] = (
        Form.MARKDOWN
    ),
) -> None:
    """Print the stories of a day or week by tag, with sources, languages and reasons.

    A day or week that was closed is printed as it was then; one that runs, as far as it got. Days begin
    at midnight of [digest] time_zone.

    Examples: moonwire digest;  moonwire digest --weekly --format html
    """
    from feeds.publish.formats import digest_texts  # noqa: PLC0415 # only this command needs it
    from scheduler.publishing.publish import channel_in  # noqa: PLC0415 # as above
    from scheduler.push.digests import gathered  # noqa: PLC0415 # as above
    from scheduler.push.periods import last_closed, period_of  # noqa: PLC0415 # as above

    if daily and weekly:
        raise ConfigError("--daily and --weekly can not go together; choose one.")
    shell, at = shell_of(context), now()
    config = shell.config
    kind: DigestKind = "weekly" if weekly else "daily"
    if day is None:
        period = last_closed(kind, at, config.digest)
    else:
        period = period_of(kind, _date(day), config.digest)
        if period.start > at:
            raise ConfigError(f"--date: {day} is not here yet.")
    with shell.store(sync=False) as store:
        moves = config.publish.moves
        made = store.digests.one(kind, period.name) or gathered(store, period, now=at, moves=moves)
    channel = channel_in(config)
    if form is Form.JSON:
        shell.show.json(digest_texts.document(channel, made))
        return
    write = {Form.MARKDOWN: digest_texts.markdown, Form.HTML: digest_texts.page, Form.TEXT: digest_texts.text}
    lines = write[form](channel, made).rstrip("\n").split("\n")
    if form is Form.HTML:  # says of itself that it is UTF-8
        shell.show.document("".join(f"{safe(line)}\n" for line in lines).encode())
        return
    for line in lines:
        shell.show.text(line)


def _date(text: str) -> date:
    try:
        found = date.fromisoformat(text)
        period_bounds = found.toordinal() > 7 and found.year < 9999  # noqa: PLR2004 # room for a week on each side
    except ValueError:
        period_bounds = False
    if not period_bounds:
        raise ConfigError(f'--date: found "{text}", expected a date such as 2026-03-08.') from None
    return found
