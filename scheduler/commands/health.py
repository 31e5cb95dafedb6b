"""`sources health` and `sources unmove`: how each source does and why it is asked when."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from feeds.errors import ConfigError
from feeds.model import Check, SourceState
from feeds.model.value import replace
from scheduler.commands.shell import Json, Shell, now, shell_of
from scheduler.desk.sources import known
from scheduler.log import redact
from scheduler.rounds.plan import span
from scheduler.times import rfc3339
from scheduler.wording import counted

if TYPE_CHECKING:
    from scheduler.rounds.health import SourceHealth
    from scheduler.rounds.politeness import HostReport
    from store import CheckLine, Store, Totals

_FAILURES_SHOWN = 5


def health(
    context: typer.Context,
    source: Annotated[
        str | None, typer.Argument(metavar="[SOURCE]", help="Only this one, by its address, with its log.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Say how each source does, why it is asked when, and how its host was treated.

    A source that is silent far beyond its own rhythm is said to be so. Hosts: what they saw of us in
    the last 24 hours.

    Example: moonwire sources health https://www.leonarddavid.com/feed/
    """
    from scheduler.rounds.hosts import host_of  # noqa: PLC0415 # only this command needs it
    from scheduler.rounds.politeness import WINDOW, report  # noqa: PLC0415 # as above

    shell, at = shell_of(context), now()
    with shell.store() as store:
        states = [known(store, source)] if source else store.sources(seen=False)
        details = [_Details(store, state, at) for state in states]
        hosts = report(store.health.checks_since(at - WINDOW), store.health.holds(), now=at)
    if source:
        met = {host_of(address) for one in details for address in one.addresses}
        hosts = tuple(host for host in hosts if host.host in met)
    if json:
        for one in details:
            shell.show.json(one.record())
        for host in hosts:
            shell.show.json(_host_record(host))
        return
    if source:
        for one in details:
            _told(shell, one)
    else:
        _table(shell, details)
    if hosts:
        shell.show.text("")
        _hosts_table(shell, hosts)


def unmove(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="The source by its own address.")],
) -> None:
    """Ask a source at its own address again, though it redirects for good.

    The redirect is still followed, but never taken over; one to yet another place may be.

    Example: moonwire sources unmove https://www.leonarddavid.com/feed/
    """
    from feeds.curate.identity import compare  # noqa: PLC0415 # hardly ever needed
    from scheduler.rounds import moves  # noqa: PLC0415 # as above

    shell = shell_of(context)
    with shell.store() as store:
        state = known(store, url)
        again = moves.unmoved(state)
        if again is None:
            raise ConfigError(f"{url}: is asked at its own address; `moonwire sources health` shows it.")
        again = replace(again, next_check=now(), next_check_why="asked at its own address again, by hand")
        store.record(Check(at=now(), outcome="deferred", state=again), compare=compare)
    shell.show.text(f"{state.source.label} is asked at {url} again and not at {redact(again.moved_to)}.")


class _Details:
    """One source with its costs and its log."""

    def __init__(self, store: "Store", state: SourceState, at: datetime) -> None:
        from scheduler.rounds.health import health_of  # noqa: PLC0415 # only this command needs it

        self.health: SourceHealth = health_of(state, now=at)
        self.totals: Totals = store.health.totals(state.source.url)
        self.log: Sequence[CheckLine] = store.health.checks(state.source.url)

    @property
    def addresses(self) -> set[str]:
        """Every address that was asked for it."""
        asked = {line.asked for line in self.log if line.asked}
        return (
            asked | {self.health.url, self.health.address} | {to for line in self.log for _, to in line.hops}
        )

    @property
    def share(self) -> float | None:
        """Checks answered 304, of all; None before the first."""
        return self.totals.not_modified / self.totals.checks if self.totals.checks else None

    @property
    def redirects(self) -> dict[tuple[int, str], datetime]:
        """Redirects in the log, each with the last time it was met, newest first."""
        met: dict[tuple[int, str], datetime] = {}
        for line in self.log:
            for hop in line.hops:
                met.setdefault(hop, line.at)
        return met

    @property
    def failures(self) -> "list[CheckLine]":
        """The last failed checks, newest first."""
        return [line for line in self.log if line.error][:_FAILURES_SHOWN]

    def record(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        it, share = self.health, self.share
        return {
            "kind": "source",
            "source": it.url,
            "name": it.name,
            "state": it.condition,
            "sentence": redact(it.sentence),
            "address": redact(it.address),
            "moved_to": redact(it.moved_to) or None,
            "moved_since": rfc3339(it.moved_since),
            "last_check": rfc3339(it.last_check),
            "last_success": rfc3339(it.last_success),
            "last_change": rfc3339(it.last_change),
            "next_check": rfc3339(it.next_check),
            "next_check_why": it.why,
            "checks": self.totals.checks,
            "requests": self.totals.requests,
            "bytes": self.totals.wire_bytes,
            "not_modified_share": None if share is None else round(share, 4),
            "redirects": [
                {"status": status, "target": redact(target), "last": rfc3339(last)}
                for (status, target), last in self.redirects.items()
            ],
            "failures": it.failures,
            "last_failures": [
                {
                    "at": rfc3339(line.at),
                    "status": line.status,
                    "cause": line.cause,
                    "error": redact(line.error or ""),
                }
                for line in self.failures
            ],
            "last_entry": rfc3339(it.last_entry),
            "expected_gap_s": it.expected_gap_s,
            "silence_s": it.silence_s,
        }


def _host_record(host: "HostReport") -> dict[str, Any]:
    return {
        "kind": "host",
        "host": host.host,
        "sources": host.sources,
        "requests_24h": host.requests,
        "not_modified_24h": host.not_modified,
        "smallest_gap_s": host.smallest_gap_s,
        "most_at_once": host.most_at_once,
        "refusals": host.refusals,
        "silences_asked": host.silences,
        "silences_broken": host.silences_broken,
        "held_until": rfc3339(host.held_until),
    }


def _table(shell: Shell, details: "Sequence[_Details]") -> None:
    headings = ("state", "source", "last success", "next check", "requests", "KiB", "304", "remark")
    rows = [
        (
            one.health.condition,
            one.health.name,
            rfc3339(one.health.last_success) or "never",
            rfc3339(one.health.next_check) or "",
            str(one.totals.requests),
            f"{one.totals.wire_bytes / 1024:.0f}",
            "" if one.share is None else f"{one.share:.0%}",
            redact(one.health.sentence),
        )
        for one in details
    ]
    shell.show.table(headings, rows)
    unwell = sum(one.health.condition in {"silent", "failing", "refused", "retired"} for one in details)
    shell.show.note(f"{counted(len(details), 'source')}, {unwell} to look at.")


def _told(shell: Shell, one: _Details) -> None:
    it, say = one.health, shell.show.text
    say((it.name, "bold"), f" <{it.url}>")
    say(f"  state         {it.condition}: {redact(it.sentence)}")
    if it.address != it.url:
        say(
            f"  asked at      {redact(it.address)}, where it moved for good; `sources unmove` takes that back"
        )
    if it.moved_to:
        say(
            f"  redirects to  {redact(it.moved_to)}"
            + (f" since {rfc3339(it.moved_since)}" if it.moved_since else "")
        )
    say(
        f"  last success  {rfc3339(it.last_success) or 'never'},"
        f" last change {rfc3339(it.last_change) or 'never'}"
    )
    say(f"  next check    {_next(it)}")
    say(f"  cost          {_cost(one)}")
    say(f"  newest entry  {rfc3339(it.last_entry) or 'none dated'}{_rhythm(it)}")
    for (status, target), last in one.redirects.items():
        say(f"  redirect      {status} to {redact(target)}, last {rfc3339(last)}")
    for line in one.failures:
        say(f"  failed        {rfc3339(line.at)} {line.cause or line.outcome}: {redact(line.error or '')}")


def _next(it: "SourceHealth") -> str:
    if it.condition in {"disabled", "retired"}:
        return "never"
    return f"{rfc3339(it.next_check) or 'at the next round'}: {it.why or 'not asked yet'}"


def _cost(one: _Details) -> str:
    total = one.totals
    share = "" if one.share is None else f", {one.share:.0%} of the checks answered 304"
    return f"{total.checks} checks, {total.requests} requests, {total.wire_bytes} bytes{share}"


def _rhythm(it: "SourceHealth") -> str:
    told = ""
    if it.silence_s is not None:
        told += f", {span(max(it.silence_s, 0))} ago"
    if it.expected_gap_s is not None:
        told += f"; it posts about every {span(it.expected_gap_s)}"
    return told


def _hosts_table(shell: Shell, hosts: "Sequence[HostReport]") -> None:
    headings = (
        "host, last 24 h",
        "sources",
        "requests",
        "304",
        "least gap",
        "at once",
        "403/429",
        "told to wait",
        "remark",
    )
    rows = [
        (
            host.host,
            str(host.sources),
            str(host.requests),
            str(host.not_modified),
            "" if host.smallest_gap_s is None else span(host.smallest_gap_s),
            str(host.most_at_once),
            str(host.refusals),
            f"{host.silences}, {host.silences - host.silences_broken} heeded" if host.silences else "0",
            f"left alone until {rfc3339(host.held_until)}" if host.held_until else "",
        )
        for host in hosts
    ]
    shell.show.table(headings, rows)
