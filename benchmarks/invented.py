"""A stream of invented news, day by day: what the wire keeps, what it nearly keeps, and all the rest.

Equal arguments give equal days, whichever were made before. How often a kept item names which things, how
many reports an event has and how long they are was counted over 211 labelled real items; names are real,
everything else is made up. `invented_names.json` holds them: the gazetteer's as they once were, so that its
changes do not change the news.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from benchmarks.invented_words import COMMON, SYLLABLES, TONGUES
from feeds.curate.identity import identify, outline
from feeds.model import Identity, Item, Judged, Reason, Verdict
from feeds.model.value import replace

START = datetime(2023, 3, 1, tzinfo=UTC)
PER_DAY = 1000
"""Items a day; so a million of them span 1,000 days."""
KEPT, NEAR, COPIED = 0.03, 0.02, 0.15
"""Shares of all items; of the kept ones, the share of wire copies."""
ADDRESS_AGAIN = 0.03
"""Rejected items whose address an earlier one of the day, of another source, had."""
REPORTS = (1, 1, 1, 1, 1, 1, 2, 2, 3, 4, 5, 7)
"""Own texts on an event, each as likely as the other: 2.4 in the mean."""
SOURCES = 200
FULL = 0.3
"""Share of kept and near items that come with their whole text."""
_SPREAD = timedelta(hours=9)
_LAST = timedelta(hours=46)

_SHARES = {
    "place:china": 0.56,
    "act:build": 0.39,
    "place:russia": 0.29,
    "org:ilrs": 0.29,
    "act:plan": 0.27,
    "org:nasa": 0.21,
    "act:sign": 0.16,
    "thing:agreement": 0.15,
    "thing:powerplant": 0.13,
    "act:join": 0.12,
    "thing:nuclear": 0.12,
    "place:usa": 0.11,
    "thing:astronaut": 0.1,
    "thing:soil": 0.1,
    "place:southpole": 0.1,
    "mission:gateway": 0.1,
    "org:roscosmos": 0.09,
    "org:cnsa": 0.09,
}
"""Share of kept items that name a thing; the other names share `_TAIL`, the n-th as 1/n."""
_TAIL = 4.2
_NAMING = ("place:", "mission:", "person:")
"""What headlines name first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A kept item before its text is made. Maker: `_event`; taker: `day`."""

    when: datetime
    seed: str
    copy: bool
    event: str


def day(number: int, *, seed: int = 1) -> list[Judged]:
    """Make the items of a day, in order of publication, each with its verdict and identity."""
    begin = START + timedelta(days=number)
    plans = [plan for at in range(max(0, number - 2), number + 1) for plan in _events(at, seed)]
    kept = [_report(plan) for plan in plans if begin <= plan.when < begin + timedelta(days=1)]
    rng = random.Random(f"{seed} rest {number}")  # noqa: S311 # repeatable, not secret
    rest = [_other(rng, begin, f"{seed}-{number}-{n}") for n in range(round(PER_DAY * (1 - KEPT)))]
    for n, one in enumerate(rest):
        if not one.verdict.near and n and rng.random() < ADDRESS_AGAIN:
            rest[n] = _made(replace(one.item, url=rng.choice(rest[:n]).item.url), one.verdict)
    return sorted(kept + rest, key=lambda each: (each.item.published or begin, each.item.guid))


def documents(items: Iterator[Judged], size: int = 50) -> Iterator[list[Judged]]:
    """Deal items out as documents of one source each, as a first round meets them; the rest at the end."""
    waiting: dict[str, list[Judged]] = {}
    for each in items:
        held = waiting.setdefault(each.item.source, [])
        held.append(each)
        if len(held) == size:
            yield waiting.pop(each.item.source)[::-1]  # feeds list the newest first
    yield from (held[::-1] for held in waiting.values())


def _events(number: int, seed: int) -> Iterator[Planned]:
    rng = random.Random(f"{seed} events {number}")  # noqa: S311 # as above
    begin = START + timedelta(days=number)
    left = PER_DAY * KEPT
    while left > 0:
        name = f"{seed}-{number}-{rng.getrandbits(40):x}"
        starts = begin + timedelta(days=rng.random())
        for n in range(rng.choice(REPORTS)):
            when = starts + min(_LAST, _SPREAD * rng.expovariate(1))
            yield Planned(when=when, seed=f"{name}-{n}", copy=False, event=name)
            left -= 1
            while rng.random() < COPIED:
                later = min(when + _SPREAD * rng.expovariate(1), starts + _LAST)
                yield Planned(when=later, seed=f"{name}-{n}", copy=True, event=name)
                left -= 1


@cache
def _things() -> dict[str, dict[str, str]]:
    """Return the names of things, language by language."""
    data = Path(__file__).with_name("invented_names.json").read_text("utf-8")
    known: dict[str, dict[str, str]] = json.loads(data)
    return known


@cache
def _shares() -> dict[str, float]:
    others = sorted(set(_things()) - set(_SHARES))
    random.Random(1).shuffle(others)  # noqa: S311 # as above
    whole = sum(1 / n for n in range(1, len(others) + 1))
    return _SHARES | {name: _TAIL / whole / n for n, name in enumerate(others, start=1)}


def _named(names: Sequence[str], tongue: str) -> list[str]:
    """Name things in a language, those that it has a word for."""
    return [_things()[name][tongue] for name in names if tongue in _things()[name]]


def _word(rng: random.Random, tongue: str, size: int = 3) -> str:
    return "".join(rng.choice(SYLLABLES[tongue]) for _ in range(size))


def _text(rng: random.Random, tongue: str, telling: Sequence[str], length: int) -> str:
    """Mix telling words into everyday ones until a text has about `length` characters."""
    gap = "" if tongue in {"zh", "ja"} else " "
    words = list(telling)
    size = sum(map(len, words)) + len(words) * len(gap)
    while size < length:
        word = _word(rng, tongue) if rng.random() < 0.12 else COMMON[tongue][_zipf(rng, len(COMMON[tongue]))]  # noqa: PLR2004 # a share
        words.append(word)
        size += len(word) + len(gap)
    rng.shuffle(words)
    return gap.join(words)


def _zipf(rng: random.Random, count: int) -> int:
    return int(count ** rng.random()) - 1


def _report(plan: Planned) -> Judged:
    """Write a report: its event and facts in its own words; or copy one that is written."""
    about = random.Random(plan.event)  # noqa: S311 # as above
    named = [name for name, share in _shares().items() if about.random() < share]
    about.shuffle(named)
    rng = random.Random(plan.seed)  # noqa: S311 # as above
    tongue = rng.choices(list(TONGUES), list(TONGUES.values()))[0]
    facts = [_word(about, tongue) for _ in range(12)]
    told = [name for name in named if rng.random() < 0.9]  # noqa: PLR2004 # a share
    words = _named(told, tongue)
    first = _named([name for name in told if name.startswith(_NAMING)], tongue)
    heading = [*first[:2], *words[: rng.randrange(1, 4)], *rng.sample(facts, 2)]
    heading += [COMMON[tongue][_zipf(rng, len(COMMON[tongue]))] for _ in range(3)]
    rng.shuffle(heading)
    title = ("" if tongue in {"zh", "ja"} else " ").join(heading)
    summary = _text(rng, tongue, words + rng.sample(facts, 7), rng.randrange(120, 400) // _dense(tongue))
    content = ""
    if rng.random() < FULL:
        content = "".join(f"<p>{_text(rng, tongue, facts, 600 // _dense(tongue))}.</p>" for _ in range(4))
    if plan.copy:
        edits = random.Random(f"{plan.seed} {plan.when}")  # noqa: S311 # as above
        title, summary = _copied(edits, title, summary)
    name = f"{plan.seed}-{plan.when:%d%H%M%S%f}"
    return _made(_item(name, plan.when, title, summary, content, tongue), _KEPT)


def _dense(tongue: str) -> int:
    return 3 if tongue in {"zh", "ja"} else 1


def _copied(rng: random.Random, title: str, summary: str) -> tuple[str, str]:
    """Change what copies change: the heading, the end, a line of the agency."""
    if rng.random() < 0.3:  # noqa: PLR2004 # a share
        title = f"{title} +++"
    if rng.random() < 0.3:  # noqa: PLR2004 # a share
        summary = summary[: len(summary) * 3 // 4]
    return title, f"(Agency) {summary}" if rng.random() < 0.3 else summary  # noqa: PLR2004 # a share


def _other(rng: random.Random, begin: datetime, name: str) -> Judged:
    tongue = rng.choices(list(TONGUES), list(TONGUES.values()))[0]
    near = rng.random() < NEAR / (1 - KEPT)
    named = rng.choices(list(_shares()), list(_shares().values()), k=3 if near else rng.randrange(2))
    words = _named(named, tongue)
    title = _text(rng, tongue, words, 60 // _dense(tongue))
    summary = _text(rng, tongue, words, rng.randrange(60, 400) // _dense(tongue))
    content = ""
    if near and rng.random() < FULL:
        content = f"<p>{_text(rng, tongue, words, 2000 // _dense(tongue))}</p>"
    when = begin + timedelta(days=rng.random())
    return _made(_item(name, when, title, summary, content, tongue), _NEAR if near else _FAR)


def _item(name: str, when: datetime, title: str, summary: str, content: str, tongue: str) -> Item:
    source = random.Random(name).randrange(SOURCES)  # noqa: S311 # as above
    site = f"site{source}.example"
    return Item(
        source=f"https://{site}/feed",
        guid=f"https://{site}/?p={name}",
        url=f"https://{site}/news/{when:%Y/%m}/{name}",
        title=title,
        summary=summary,
        content=content,
        language=tongue,
        published=when,
        site=site,
        source_name=site,
    )


def _made(item: Item, verdict: Verdict) -> Judged:
    identity = who(item, verdict)
    return Judged(item=item, verdict=verdict, identity=identity, raw_hash=identity.content_hash)


def who(item: Item, verdict: Verdict) -> Identity:
    """Identify an item as the wire does: only what is kept or near is ever compared by its text."""
    return identify(item) if verdict.keep or verdict.near else outline(item)


def _verdict(score: float, *, keep: bool = False, near: bool = False) -> Verdict:
    reason = Reason(concept="lunar station", words="lunar base", place="title", weight=score)
    return Verdict(
        keep=keep,
        near=near,
        score=score,
        reasons=(reason,) * (4 if keep or near else 1),
        tags=("station", "power") if keep else (),
        topic="bench 1",
    )


_KEPT, _NEAR, _FAR = _verdict(0.8, keep=True), _verdict(0.4, near=True), _verdict(0.0)
