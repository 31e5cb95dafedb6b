"""What `fetch` does, apart from its options.

It is what timers call every few minutes, mostly to hear that nothing is new, so that loading a library
would cost more than the work: `plain` takes its usual form without Typer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from feeds.errors import ConfigError
from feeds.model import Source, SourceState
from scheduler import records
from scheduler.exit_codes import DONE, SOME_FAILED
from scheduler.rounds.memory import look_for_garbage
from scheduler.shell import Shell, now

if TYPE_CHECKING:
    from feeds.model import Check, PublishedItem, Reason, Recorded
    from scheduler.rounds.late import Late
    from scheduler.rounds.run import RoundReport
    from scheduler.workshop import Workshop

OnCheck: TypeAlias = "Callable[[Check, Recorded], None]"
Find: TypeAlias = "Callable[[str], PublishedItem | None]"
_CATCH_UP_S = 5.0
"""What one call spends on stored items that another topic judged."""
STOCK_EVERY = timedelta(hours=1)
_PLAIN = {"--all": "everything", "--json": "json"}


def plain(argv: Sequence[str]) -> dict[str, bool] | None:
    """Return the options of `fetch [--all] [--json]`; None for any other command line."""
    if argv[:1] != ["fetch"] or not set(argv[1:]) <= _PLAIN.keys():
        return None
    return {name: word in argv for word, name in _PLAIN.items()}


def ask(shell: Shell, urls: Sequence[str] = (), *, everything: bool, store: bool, json: bool) -> int:
    """Ask the sources that are due, all of them, or the given addresses; returns the exit code."""
    if urls and everything:
        raise ConfigError("--all and addresses can not go together; choose one.")
    if store and not urls:
        raise ConfigError("--store goes with addresses only; without any, everything is stored.")
    addresses = [checked_address(url) for url in dict.fromkeys(urls)]
    if addresses and not store:
        report = _only_shown(shell, addresses, json=json)
    else:
        report = _stored(shell, addresses, everything=everything, json=json)
    if not json:
        shell.show.note(report.sentence[:1].upper() + report.sentence[1:].rstrip(".") + ".")
    return SOME_FAILED if report.failed or report.gone else DONE


def _stored(shell: Shell, addresses: Sequence[str], *, everything: bool, json: bool) -> RoundReport:
    from scheduler.rounds.pipeline import revived  # noqa: PLC0415 # only this command needs it
    from scheduler.rounds.run import run_round  # noqa: PLC0415 # as above
    from scheduler.workshop import open_workshop  # noqa: PLC0415 # as above

    with ExitStack() as stack:
        workshop = stack.enter_context(open_workshop(shell.config))
        if addresses:
            states = [
                revived(workshop.store.source(url) or SourceState(source=Source(url=url), origin="once"))
                for url in addresses
            ]
        elif everything:
            states = [
                s for s in workshop.store.sources(seen=False) if not s.source.disabled and not s.retired
            ]
        else:
            states = workshop.store.due(workshop.clock(), seen=False)
        _met_rules(workshop)
        on_check = _printer(shell, stack, len(states), find=None if json else workshop.store.find_item)
        look_for_garbage()
        force = everything or bool(addresses)

        def asked(late: Late | None = None) -> RoundReport:
            return run_round(workshop, states, force=force, on_check=on_check, late=late)

        report = _patiently(workshop, asked) if everything else asked()
        if not workshop.criteria.settled:
            _caught_up(shell, workshop)
        _take_stock(workshop, report)
        if shell.config.translate.url:
            from scheduler.translating.running import translate_now  # noqa: PLC0415 # only where it is wanted

            translate_now(workshop)
        if shell.config.publish.dir is not None:
            from scheduler.publishing.publish import publish_site  # noqa: PLC0415 # rendering is slow to load

            publish_site(workshop, shell.config.publish.dir)
        if shell.config.notify or shell.config.digest.mail_to:
            from scheduler.push.telling import tell_now  # noqa: PLC0415 # only where somebody is told

            tell_now(workshop)
    return report


def _patiently(workshop: Workshop, ask: Callable[[Late], RoundReport]) -> RoundReport:
    """Run a round that waits for all of its hosts where it is time for one, and note when the next is due."""
    from scheduler.rounds.late import PATIENT_EVERY, Late, Patience  # noqa: PLC0415 # only this command needs it

    at, every = workshop.store.patience()
    before, now = Patience(at=at, every=every or PATIENT_EVERY), workshop.clock()
    report = ask(Late(patient=before.due(now)))
    after = before.after(report, now=now)
    if after != before:
        workshop.store.keep_patience(after.at, after.every)
    return report


def _met_rules(workshop: Workshop) -> None:
    if workshop.config.notify:
        from scheduler.push.telling import meet_rules  # noqa: PLC0415 # only where there are rules

        meet_rules(workshop.store, workshop.config, now=workshop.clock())


def _take_stock(workshop: Workshop, report: RoundReport) -> None:
    """Once an hour look how sources stand and which days are over, and let old items go."""
    due, at = workshop.store.stock_at(), workshop.clock()
    if due is None:
        workshop.store.take_stock_at(at + STOCK_EVERY)
    elif due <= at:
        from scheduler.push.telling import take_stock  # noqa: PLC0415 # mostly it is not time yet
        from scheduler.retention import AT_ONCE, let_go  # noqa: PLC0415 # as above

        online = not report.left and (report.asked > report.unreached or not report.asked)
        take_stock(workshop.store, workshop.config, now=at, online=online)
        let_go(workshop.store, workshop.config.store, now=at, most=10 * AT_ONCE)
        workshop.store.take_stock_at(at + STOCK_EVERY)


def _caught_up(shell: Shell, workshop: Workshop) -> None:
    from scheduler.judging.rejudge import CatchUp  # noqa: PLC0415 # only after a change of the topic

    behind = CatchUp(workshop.store, workshop.tuner)
    if behind.left:
        shell.show.note(behind.sentence)
        behind.step(seconds=_CATCH_UP_S)


def _only_shown(shell: Shell, addresses: Sequence[str], *, json: bool) -> RoundReport:
    from scheduler.rounds import once  # noqa: PLC0415 # only this command needs it
    from scheduler.rounds.run import run_round  # noqa: PLC0415 # as above

    configured = {source.url: source for source in shell.config.sources}
    states = [SourceState(source=configured.get(url) or Source(url=url), origin="once") for url in addresses]
    with ExitStack() as stack:
        tools = stack.enter_context(once.opened(shell.config))
        on_check = _printer(shell, stack, len(states), find=None if json else _nothing)
        look_for_garbage()
        return run_round(once.shown(shell.config, tools, now=now()), states, force=True, on_check=on_check)


def _nothing(_item: str) -> None:
    """Find no stored item: where nothing is stored, all that was read is new."""


def _printer(shell: Shell, stack: ExitStack, total: int, *, find: Find | None) -> OnCheck:
    """Return what prints each check: as JSON, or for a person with the new items that `find` knows."""
    step = stack.enter_context(shell.show.progress("Asking sources", total, quiet=find is None))

    def on_check(check: Check, recorded: Recorded) -> None:
        if find is None:
            shell.show.json(records.fetched(check, recorded))
        else:
            _told(shell, check, recorded, _kept(check, recorded, find))
        step()

    return on_check


def _kept(check: Check, recorded: Recorded, find: Find) -> list[tuple[str, tuple[Reason, ...]]]:
    """Return title and reasons of the new items that were kept; edits of known ones are not new."""
    if recorded.kept and recorded.item_ids:
        stored = [find(str(each)) for each in recorded.item_ids]
        return [(one.title or one.url, one.reasons) for one in stored if one is not None and one.keep]
    if not recorded.kept:
        return []
    return [(j.item.title or j.item.url, j.verdict.reasons) for j in check.judged if j.verdict.keep]


def _told(
    shell: Shell, check: Check, recorded: Recorded, kept: Sequence[tuple[str, tuple[Reason, ...]]]
) -> None:
    label = check.state.source.label
    if check.outcome in {"failed", "gone"}:
        said = check.error or ""
        told = said if label in said else f"{label}: {said}"
        shell.show.text((f"{check.outcome:<7}", "bold red"), f"  {told}")
        return
    for title, reasons in kept:
        words = dict.fromkeys(r.words for r in reasons if r.kind == "for" and r.words)
        why = ", ".join(f'"{word}"' for word in list(words)[:4])
        shell.show.text(
            ("kept     ", "bold green"), f"{label}: ", (title, "bold"), f" ({why})" if why else ""
        )
    rejected = recorded.new - recorded.kept
    if rejected:
        shell.show.text((f"rejected {rejected} of {recorded.new} new items of {label}", "dim"))


def checked_address(url: str) -> str:
    """Return an address that can be asked, or say why it can not."""
    from scheduler.config.kinds import ADDRESS, WrongError  # noqa: PLC0415 # the file's rule for addresses

    try:
        return str(ADDRESS.read(url))
    except WrongError as wrong:
        raise ConfigError(f'"{url}" can not be asked, expected {str(wrong) or ADDRESS.expected}.') from None
