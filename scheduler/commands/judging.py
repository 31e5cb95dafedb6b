"""`judge` and `relate`: the wire's two decisions on items from a file or a pipe."""

from typing import Annotated, Any

import typer

from scheduler import lines, records
from scheduler.commands.shell import Json, Shell, opened, shell_of

File = Annotated[str, typer.Argument(help="JSON lines to read; - is standard input.", show_default=False)]


def judge(context: typer.Context, file: File = "-", *, json: Json = False) -> None:
    """Say of items whether the wire would keep them.

    Reads JSON lines with title, summary and optionally url, lang, published; prints them in order
    with keep, score and reasons added. What `moonwire topic train` learned counts where it is switched on.

    Example: echo '{"title": "China and Russia plan a lunar base"}' | moonwire judge
    """
    from feeds.curate.topic import load  # noqa: PLC0415 # only this command needs it
    from feeds.curate.tune import verdict_of  # noqa: PLC0415 # as above
    from scheduler.judging.learned import tuning_beside  # noqa: PLC0415 # as above

    shell = shell_of(context)
    by = tuning_beside(load(shell.config.topic.file), shell.config.store.path)
    with opened(file) as (stream, name):
        for place, record in lines.objects(stream, name):
            verdict = verdict_of(lines.to_item(record, place), by)
            _told(shell, record | records.verdict(verdict), json=json)


def relate(context: typer.Context, file: File = "-", *, json: Json = False) -> None:
    """Say of pairs of items how they relate.

    Reads JSON lines {"a": {...}, "b": {...}} with title, summary, url, site, lang, published each;
    prints them in order with relation
    (same-item, same-article, same-story or different), score and reasons added.

    Example: moonwire relate pairs.jsonl --json
    """
    from feeds.curate.identity import relate as related  # noqa: PLC0415 # only this command needs it

    shell = shell_of(context)
    with opened(file) as (stream, name):
        for place, record in lines.objects(stream, name):
            relation = related(*lines.pair(record, place))
            _told(shell, record | records.related(relation), json=json)


def _told(shell: Shell, record: dict[str, Any], *, json: bool) -> None:
    if json or not shell.show.to_person:
        shell.show.json(record)
    elif "relation" in record:
        titles = " / ".join(str(record[side].get("title") or "") for side in ("a", "b"))
        shell.show.text((f"{record['relation']:<12} {record['score']:.2f}  ", "bold"), titles)
        for sentence in record["reasons"]:
            shell.show.text(f"    {sentence}")
    else:
        word, style = ("keep", "bold green") if record["keep"] else ("reject", "dim")
        shell.show.text((f"{word:<6} {record['score']:.2f}  ", style), str(record.get("title") or ""))
        for step in record["reasons"]:
            shell.show.text(f"    {reason_line(step)}")


def reason_line(step: dict[str, Any]) -> str:
    """Return one step of a verdict as a line for a person."""
    words = f' "{step["words"]}" in the {step["place"]}' if step["words"] else ""
    note = f" ({step['note']})" if step["note"] else ""
    return f"{step['weight']:+.2f} {step['concept']}{words}{note}"
