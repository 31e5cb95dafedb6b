"""`notify list` and `notify test`: who is told what, and whether it arrives."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from feeds.errors import ConfigError
from scheduler.commands.shell import Json, Shell, now, shell_of
from scheduler.exit_codes import SOME_FAILED
from scheduler.times import rfc3339

if TYPE_CHECKING:
    from scheduler.config.notify_types import NotifyRule
    from store import DeliveryLine, Store

app = typer.Typer(no_args_is_help=True, help="Look at the rules by which somebody is told, and try them.")


@app.command("list")
def list_rules(context: typer.Context, *, json: Json = False) -> None:
    """List the rules of [[notify]], what waits to be told, and how the last notice fared.

    Example: moonwire notify list
    """
    shell = shell_of(context)
    rules = shell.config.notify
    with shell.store(sync=False) as store:
        records = [record_of(store, rule) for rule in rules]
    if json:
        for record in records:
            shell.show.json(record)
        return
    headings = ("rule", "when", "to", "since", "waiting", "last", "trouble")
    shell.show.table(headings, [_row(record) for record in records])
    if not rules:
        shell.show.note("There is no rule; write a [[notify]] table in moonwire.toml.")


def record_of(store: "Store", rule: "NotifyRule") -> dict[str, Any]:
    """Return what `notify list --json` prints of a rule."""
    last = store.notices.last(rule.name)
    return {
        "rule": rule.name,
        "when": rule.condition.when,
        "to": _receiver(rule),
        "since": rfc3339(store.notices.since(rule.name)),
        "waiting": store.notices.waiting(rule.name),
        "last": rfc3339(last.settled) if last else None,
        "last_outcome": _outcome(last),
        "last_error": last.error or None if last else None,
    }


def _receiver(rule: "NotifyRule") -> str:
    """Name who is told without anything that may be a secret."""
    from scheduler.log import hosts_only  # noqa: PLC0415 # the list alone needs it

    return hosts_only(rule.to) if rule.to else f"apprise {rule.apprise.partition('://')[0]}"


def _outcome(last: "DeliveryLine | None") -> str | None:
    if last is None:
        return None
    return {"waiting": "failed, will be tried again", "sent": "sent", "given-up": "given up"}[last.state]


def _row(record: dict[str, Any]) -> tuple[str, ...]:
    last = f"{record['last']} {record['last_outcome']}" if record["last"] else "nothing yet"
    since = record["since"] or "not met yet"
    told = (record["rule"], record["when"], record["to"], since, str(record["waiting"]))
    return (*told, last, record["last_error"] or "")


@app.command("test")
def try_rules(
    context: typer.Context,
    *,
    rule: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only the rule of this name; else all of them.")
    ] = None,
    json: Json = False,
) -> None:
    """Send a sample by each rule, now, and say what became of it.

    The sample's kind is "test". Nothing is remembered of it. Ends with 1 when one did not arrive.

    Example: moonwire notify test --rule "official source to hooks.example.org"
    """
    from feeds.publish.notices import sample_notice  # noqa: PLC0415 # only this command needs it
    from scheduler.publishing.publish import channel_in  # noqa: PLC0415 # as above
    from scheduler.push.courier import Arrived  # noqa: PLC0415 # as above
    from scheduler.push.posters import Posters  # noqa: PLC0415 # as above
    from scheduler.push.tellers import tell  # noqa: PLC0415 # as above

    shell = shell_of(context)
    config = shell.config
    channel = channel_in(config)
    failed = False
    poster = Posters(lambda: config.fetch)()
    for each in _chosen(shell, rule):
        notice = sample_notice(each.name, channel, now())
        result = tell(config, poster, each.name, notice.document)
        arrived = isinstance(result, Arrived)
        failed |= not arrived
        error = None if isinstance(result, Arrived) else result.sentence
        record = {"rule": each.name, "arrived": arrived, "status": result.status, "error": error}
        if json:
            shell.show.json(record)
        elif arrived:
            shell.show.text(("arrived  ", "bold green"), f"{each.name}: {_receiver(each)} took it.")
        else:
            shell.show.text(("failed   ", "bold red"), f"{each.name}: {error}")
    if failed:
        raise typer.Exit(SOME_FAILED)


def _chosen(shell: Shell, name: str | None) -> "tuple[NotifyRule, ...]":
    rules = shell.config.notify
    chosen = rules if name is None else tuple(rule for rule in rules if rule.name == name)
    if not rules:
        raise ConfigError("There is no rule to test; write a [[notify]] table in moonwire.toml.")
    if not chosen:
        names = ", ".join(f'"{rule.name}"' for rule in rules)
        raise ConfigError(f'--rule: there is no rule "{name}"; the rules are {names}.')
    return chosen
