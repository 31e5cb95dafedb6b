"""`fetch`, `publish`, `run` and `demo`: the wire at work."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.asking import ask, checked_address
from scheduler.commands.shell import Json, now, shell_of
from scheduler.config.types import Config

if TYPE_CHECKING:
    from scheduler.push.oneoff import HubsNow
    from scheduler.rounds.run import RoundReport
    from store import Store

__all__ = ["checked_address", "demo", "fetch", "publish", "run"]


def fetch(
    context: typer.Context,
    urls: Annotated[list[str] | None, typer.Argument(metavar="[URL]...", help="Ask these instead.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every source, due or not.")] = False,
    store: Annotated[bool, typer.Option("--store", help="Store what the given URLs hold.")] = False,
    json: Json = False,
) -> None:
    """Ask the sources that are due, once.

    Prints what was kept and why, what was rejected in number, and what failed. With addresses: ask
    those, configured or not, and only show what they hold (--store keeps it).
    Ends with 1 when a source failed.

    Examples: moonwire fetch --all;  moonwire fetch https://spacenews.com/feed/
    """
    raise typer.Exit(ask(shell_of(context), urls or (), everything=everything, store=store, json=json))


def publish(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write to; made when missing.")],
    *,
    json: Json = False,
) -> None:
    """Write feeds and pages to a folder.

    Any web server can serve it: feeds, OPML, pages. Files whose bytes would stay the same are not touched.
    Hubs named under [publish] hubs are told of feeds that changed.

    Example: moonwire publish /var/www/moon
    """
    from scheduler.publishing.publish import publish_stored  # noqa: PLC0415 # only this command needs it

    shell = shell_of(context)
    with shell.store() as store:
        hubs = _hubs(shell.config, store)
        written = publish_stored(shell.config, store, folder, hubs.put if hubs else None)
        told = hubs.tell() if hubs else ""
    for path in written:
        if json:
            shell.show.json({"written": path})
        else:
            shell.show.text(path)
    if not json:
        shell.show.note(f"{len(written)} files written, the rest was up to date.{told}")


def _hubs(config: Config, store: "Store") -> "HubsNow | None":
    if not config.publish.hubs:
        return None
    from scheduler.push.oneoff import HubsNow  # noqa: PLC0415 # HTTP and TLS load slowly

    return HubsNow(config, store, now)


Host = Annotated[str | None, typer.Option(metavar="HOST", help="Address to listen on.")]
Port = Annotated[
    int | None, typer.Option(metavar="N", min=0, max=65_535, help="Port to listen on; 0 takes a free one.")
]


def run(
    context: typer.Context,
    *,
    host: Host = None,
    port: Port = None,
    log_json: Annotated[bool, typer.Option("--log-json", help="Log JSON lines on standard error.")] = False,
) -> None:
    """Run the wire: poll, judge, publish, serve.

    SIGTERM and SIGINT finish what runs and end; SIGHUP reads the configuration again.

    Example: moonwire run --port 8000
    """
    from scheduler.daemon import serve_forever  # noqa: PLC0415 # only this command needs it

    shell = shell_of(context)
    raise typer.Exit(serve_forever(shell.config, host=host, port=port, log_json=log_json))


def demo(
    context: typer.Context,
    *,
    host: Host = None,
    port: Port = None,
    folder: Annotated[
        Path | None, typer.Option("--publish", metavar="DIR", help="Write the site there and end.")
    ] = None,
) -> None:
    """Show the wire at work without a network.

    Serves invented feeds on this machine and runs the real wire over them in a temporary folder.

    Example: moonwire demo
    """
    from scheduler.daemon import serve_forever  # noqa: PLC0415 # only this command needs it
    from scheduler.demo import play  # noqa: PLC0415 # as above

    shell = shell_of(context)
    with play.demo(host=host or "127.0.0.1", port=8380 if port is None else port) as config:
        if folder is None:
            raise typer.Exit(serve_forever(config, host=None, port=None))
        report = _published(config, folder)
    shell.show.note(f"{report.sentence}; the site is in {folder}.")


def _published(config: Config, folder: Path) -> "RoundReport":
    from scheduler.publishing.publish import publish_site  # noqa: PLC0415 # only the demo needs it here
    from scheduler.push.telling import take_stock  # noqa: PLC0415 # as above
    from scheduler.rounds.run import run_round  # noqa: PLC0415 # as above
    from scheduler.workshop import open_workshop  # noqa: PLC0415 # as above

    with open_workshop(config) as workshop:
        report = run_round(workshop, workshop.store.due(workshop.clock()), force=True)
        take_stock(workshop.store, config, now=workshop.clock())
        publish_site(workshop, folder)
    return report
