"""`hub list` and `hub drop`: who gets feeds pushed, how that goes, and who no longer shall."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from feeds.errors import ConfigError
from scheduler.commands.shell import Json, now, shell_of
from scheduler.push.kinds import DELIVER, PING
from scheduler.times import rfc3339
from scheduler.wording import counted

if TYPE_CHECKING:
    from store import DeliveryLine, Store

app = typer.Typer(no_args_is_help=True, help="Look at who gets feeds pushed (WebSub), and end it.")
_MOST = 1_000_000
_OUTCOMES = {"waiting": "waits", "sent": "arrived", "given-up": "given up"}


@app.command("list")
def list_subscriptions(context: typer.Context, *, json: Json = False) -> None:
    """List subscriptions with their leases, and hubs elsewhere, with how the last delivery fared.

    Example: moonwire hub list
    """
    shell = shell_of(context)
    with shell.store(sync=False) as store:
        records = [*_subscriptions(store), *_pings(store)]
    if json:
        for record in records:
            shell.show.json(record)
        return
    headings = ("who", "feed", "until", "last delivery", "trouble")
    shell.show.table(headings, [_row(record) for record in records])
    subscribed = sum(record["kind"] == "subscription" for record in records)
    serving = "" if shell.config.serve.hub else " This site runs no hub: set [serve] hub."
    shell.show.note(f"{counted(subscribed, 'subscription')}.{serving}")


@app.command("drop")
def drop_subscriptions(
    context: typer.Context,
    callback: Annotated[str, typer.Argument(metavar="CALLBACK", help="As `moonwire hub list` shows it.")],
    *,
    json: Json = False,
) -> None:
    """End all subscriptions of a callback; `moonwire run` lets it know.

    It may subscribe again: to keep it out, refuse it in the web server before moonwire.

    Example: moonwire hub drop https://reader.example/callback/7
    """
    from scheduler.push.hub import drop  # noqa: PLC0415 # only this command needs it

    shell, at = shell_of(context), now()
    with shell.store(sync=False) as store:
        ended = store.subscriptions.all(now=at, callback=callback)
        for each in ended:
            drop(store, each, "The operator of this site ended the subscription.", now=at)
    if not ended:
        raise ConfigError(f"{callback}: is not subscribed to anything; `moonwire hub list` shows who is.")
    for each in ended:
        if json:
            shell.show.json({"callback": each.callback, "topic": each.topic})
        else:
            shell.show.text(f"{each.callback} does not get {each.topic} any more.")


def _subscriptions(store: "Store") -> list[dict[str, Any]]:
    lines = {(line.target, line.key): line for line in store.outbox.lines({DELIVER}, limit=_MOST)}
    return [
        {
            "kind": "subscription",
            "callback": each.callback,
            "topic": each.topic,
            "signed": bool(each.secret),
            "since": rfc3339(each.since),
            "expires": rfc3339(each.expires),
            **_delivery(lines.get((each.callback, each.topic))),
        }
        for each in store.subscriptions.all(now=now())
    ]


def _pings(store: "Store") -> list[dict[str, Any]]:
    lines = sorted(store.outbox.lines({PING}, limit=_MOST), key=lambda line: (line.target, line.key))
    return [{"kind": "hub", "hub": line.target, "topic": line.key, **_delivery(line)} for line in lines]


def _delivery(line: "DeliveryLine | None") -> dict[str, Any]:
    return {
        "outcome": None if line is None else line.state,
        "tried": rfc3339(line.settled) if line else None,
        "attempts": line.attempts if line else 0,
        "next_try": rfc3339(line.next_at) if line else None,
        "status": line.status if line else None,
        "error": (line.error or None) if line else None,
    }


def _row(record: dict[str, Any]) -> tuple[str, ...]:
    last = "nothing yet"
    if record["outcome"]:
        last = f"{_OUTCOMES[record['outcome']]} {record['tried'] or ''}".strip()
    who = record["callback"] if record["kind"] == "subscription" else f"hub {record['hub']}"
    return (who, record["topic"], record.get("expires") or "", last, record["error"] or "")
