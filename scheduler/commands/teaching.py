"""`topic test`, `topic train` and `topic apply`: how good a topic is, what it learns, what it changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from feeds.errors import ConfigError
from scheduler import records
from scheduler.commands.judging import reason_line
from scheduler.commands.shell import Json, Shell, now, shell_of

if TYPE_CHECKING:
    from feeds.curate.learn import Figures, Learned
    from feeds.curate.topic import Topic
    from feeds.curate.tune import Tuning
    from scheduler.judging.labels import Labelled, Tested
    from scheduler.judging.rejudge import Change
    from store import LearnedModel, Rejudged, Store

Labels = Annotated[
    list[str] | None,
    typer.Option("--labels", metavar="FILE", help="JSON lines with title, summary, label; may be repeated."),
]
TopicFile = Annotated[
    str | None, typer.Option("--topic", metavar="NAME|FILE", help="This topic instead of the configured one.")
]
_REASONS = 4


def measure(
    context: typer.Context,
    *,
    labels: Labels = None,
    topic: TopicFile = None,
    against_store: Annotated[
        bool, typer.Option("--against-store", help="Show which stored items would enter or leave.")
    ] = False,
    errors: Annotated[int, typer.Option(metavar="N", min=0, help="Wrong verdicts to show.")] = 10,
    json: Json = False,
) -> None:
    """Measure a topic before it is used.

    On labelled lines and on your marks: precision, recall and F1 per language and kind, and the worst
    errors with their reasons. With --against-store: exactly which stored items would enter or leave if the
    topic were applied now. Nothing is changed.

    Examples: moonwire topic test --labels labelled.jsonl;  moonwire topic test --topic b.toml --against-store
    """
    from feeds.curate.tune import verdict_of  # noqa: PLC0415 # only this command needs it
    from scheduler.judging import labels as labelling  # noqa: PLC0415 # as above
    from scheduler.judging.rejudge import changes  # noqa: PLC0415 # as above

    shell = shell_of(context)
    with _bench(shell, topic) as (store, by):
        marked = _labelled(labels, store) if labels or not against_store else []
        if not marked and not against_store:
            raise ConfigError(
                "There is nothing to test on: give --labels FILE, mark items (`moonwire mark ID keep`), "
                "or look at --against-store."
            )
        rows = labelling.tested(marked, lambda item: verdict_of(item, by))
        if rows:
            _measured(shell, rows, by, errors, json=json)
        if against_store:
            if store is None:
                raise ConfigError(f"{shell.config.store.path}: there is no store yet to test against.")
            _would_change(shell, changes(store, by), by, json=json)


def train(
    context: typer.Context,
    *,
    labels: Labels = None,
    topic: TopicFile = None,
    forget: Annotated[bool, typer.Option("--forget", help="Remove what was learned instead.")] = False,
    json: Json = False,
) -> None:
    """Learn from marks and labelled lines.

    Fits a small model on this machine and tries it on items it has not seen, five folds grouped by story.
    It is switched on only where it beats the topic file alone, and it says so. It moves a score within
    bounds: it never hides what the topic names outright nor keeps what an exclusion names. `moonwire why`
    shows its words; `moonwire topic apply` brings stored items in line.

    Examples: moonwire topic train;  moonwire topic train --labels labelled.jsonl
    """
    from feeds.curate.learn import learn  # noqa: PLC0415 # only this command needs it
    from feeds.curate.topic import load  # noqa: PLC0415 # as above
    from scheduler.judging import labels as labelling  # noqa: PLC0415 # as above

    shell = shell_of(context)
    about = load(topic or shell.config.topic.file)
    with shell.store(sync=False) as store:
        if forget:
            gone = store.curation.forget_model(about.name)
            shell.show.text(f"{'Removed' if gone else 'There was no'} model of the topic {about.name}.")
            return
        marked = _labelled(labels, store)
        if not marked:
            raise ConfigError(
                "There is nothing to learn from: mark items (`moonwire mark ID keep`) or give --labels FILE."
            )
        learned = learn(labelling.lessons(marked, about), about)
        store.curation.save_model(_as_stored(learned, about))
    _told(shell, learned, json=json)


def apply(context: typer.Context, *, topic: TopicFile = None, json: Json = False) -> None:
    """Judge all stored items again by the topic as it is now.

    In small batches, so a running wire goes on, and an interrupted call is finished by the next one. Items
    that enter become stories dated by their publication: readers do not take them for news. Items that
    leave are withdrawn. Marked items follow their marks.

    Example: moonwire topic apply
    """
    from scheduler.judging.rejudge import rejudge  # noqa: PLC0415 # only this command needs it

    shell = shell_of(context)
    with _bench(shell, topic) as (store, by):
        if store is None:
            raise ConfigError(f"{shell.config.store.path}: there is no store yet to apply the topic to.")
        stale = store.curation.stale(by.label)
        with shell.show.progress("Judging again", stale, quiet=json) as step:
            done = rejudge(store, by, on_item=step)
        _moved(shell, store, done, by, json=json)


@contextmanager
def _bench(shell: Shell, topic: str | None) -> "Iterator[tuple[Store | None, Tuning]]":
    """Open the store if there is one, and what it learned for the wanted topic."""
    from feeds.curate.topic import load  # noqa: PLC0415 # only these commands need it
    from feeds.curate.tune import tuning  # noqa: PLC0415 # as above
    from scheduler.judging.learned import tuning_of  # noqa: PLC0415 # as above

    about = load(topic or shell.config.topic.file)
    if not shell.config.store.path.is_file():
        yield None, tuning(about)
        return
    with shell.store(sync=False) as store:
        yield store, tuning_of(about, store)


def _labelled(files: list[str] | None, store: "Store | None") -> "list[Labelled]":
    from scheduler.judging import labels as labelling  # noqa: PLC0415 # only these commands need it

    found = [each for file in files or [] for each in labelling.of_file(file)]
    return found + (labelling.of_store(store) if store is not None else [])


def _measured(shell: Shell, rows: "list[Tested]", by: "Tuning", errors: int, *, json: bool) -> None:
    from scheduler.judging import labels as labelling  # noqa: PLC0415 # only this command needs it

    say = shell.show.text
    groups = list(labelling.by_group(rows))
    wrong = labelling.worst(rows, threshold=by.topic.threshold)[:errors]
    if json:
        for name, found in groups:
            shell.show.json({"group": name, **_as_record(found)})
        for row in wrong:
            shell.show.json({"wrong": "missed" if row.labelled.label else "false", **_row_record(row)})
        return
    say((f"{by.label} on {len(rows)} labelled items", "bold"))
    say(("precision  recall     F1  items  false  missed", "dim"))
    for name, found in groups:
        say(_line(found), f"  {name}")
    if by.model is not None:
        say("learned parts count here; `moonwire topic train` tells how they fare on unseen items")
    for row in wrong:
        word = "missed" if row.labelled.label else "false"
        say(
            (f"{word:<6} {row.verdict.score:.2f}  ", "yellow"),
            row.labelled.item.title,
            f" ({row.labelled.place})",
        )
        for reason in row.verdict.reasons[:_REASONS]:
            say(f"    {reason_line(records.reason(reason))}")


def _would_change(shell: Shell, found: "Iterator[Change]", by: "Tuning", *, json: bool) -> None:
    counts = {"enter": 0, "leave": 0}
    for change in found:
        counts[change.what] += 1
        stored = change.stored
        if json:
            shell.show.json(
                {
                    "change": change.what,
                    "id": stored.id,
                    "title": stored.item.title,
                    "url": stored.item.url,
                    "score_before": round(stored.score, 4),
                    **records.verdict(change.verdict),
                }
            )
            continue
        shell.show.text(
            (f"{change.what:<6}", "bold"),
            f" {stored.id:>6}  {stored.score:.2f} -> {change.verdict.score:.2f}  {stored.item.title}",
        )
        for reason in change.verdict.reasons[:_REASONS]:
            shell.show.text(f"    {reason_line(records.reason(reason))}")
    if not json:
        shell.show.text(f"{counts['enter']} would enter, {counts['leave']} would leave by {by.label}.")


def _told(shell: Shell, learned: "Learned", *, json: bool) -> None:
    terms = learned.model.terms(12)
    if json:
        shell.show.json(
            {
                "active": learned.active,
                "sentence": learned.sentence,
                "lessons": learned.lessons,
                "groups": learned.groups,
                "topic_alone": _as_record(learned.alone),
                "held_out": _as_record(learned.together),
                "mended": learned.mended,
                "broken": learned.broken,
                "terms": [{"term": term, "weight": round(weight, 3)} for term, weight in terms],
            }
        )
        return
    say = shell.show.text
    say(f"Learned from {learned.lessons} items of {learned.groups} stories.")
    say(("precision  recall     F1  items  false  missed", "dim"))
    say(_line(learned.alone), "  topic file alone")
    say(_line(learned.together), "  with what was learned, on items it had not seen")
    say(learned.sentence)
    shown = ", ".join(f"{term} {weight:+.2f}" for term, weight in terms)
    say(f"Strongest: {shown}." if shown else "It found nothing to go by.")
    if learned.active:
        shell.show.note("New items are judged by it; `moonwire topic apply` judges the stored ones again.")


def _moved(shell: Shell, store: "Store", done: "Rejudged", by: "Tuning", *, json: bool) -> None:
    moved = [("entered", item_id) for item_id in done.entered] + [("left", item_id) for item_id in done.left]
    for what, item_id in moved:
        stored = store.curation.item(item_id)
        title = stored.item.title if stored else ""
        if json:
            shell.show.json({"moved": what, "id": item_id, "title": title})
        else:
            shell.show.text((f"{what:<7}", "bold"), f" {item_id:>6}  {title}")
    if not json:
        shell.show.text(
            f"{done.judged} items judged again by {by.label}: "
            f"{len(done.entered)} entered, {len(done.left)} left."
        )


def _as_stored(learned: "Learned", about: "Topic") -> "LearnedModel":
    from store import LearnedModel  # noqa: PLC0415 # only this command needs it

    return LearnedModel(
        topic=about.name,
        trained=now(),
        active=learned.active,
        body=learned.model.pack(),
        report=records.line({"sentence": learned.sentence, "held_out": _as_record(learned.together)}),
    )


def _as_record(found: "Figures") -> dict[str, float | int | None]:
    precision, recall, f1 = _shares(found)
    return {
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "items": found.items,
        "false": found.false,
        "missed": found.missed,
    }


def _shares(found: "Figures") -> tuple[float | None, ...]:
    """Return precision, recall and F1; None where there is nothing to divide by."""
    kept, wanted = found.hits + found.false, found.hits + found.missed
    return (
        round(found.precision, 4) if kept else None,
        round(found.recall, 4) if wanted else None,
        round(found.f1, 4) if kept or wanted else None,
    )


def _line(found: "Figures") -> str:
    precision, recall, f1 = ("-" if each is None else f"{each:.3f}" for each in _shares(found))
    return f"{precision:>9}  {recall:>6}  {f1:>5}  {found.items:>5}  {found.false:>5}  {found.missed:>6}"


def _row_record(row: "Tested") -> dict[str, object]:
    return {
        "place": row.labelled.place,
        "title": row.labelled.item.title,
        "kind": row.labelled.kind,
        **records.verdict(row.verdict),
    }
