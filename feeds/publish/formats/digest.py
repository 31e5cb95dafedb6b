"""The stories of a day or week in one entry of a feed. Pure; other forms: `digest_texts`."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from feeds.model import Channel, Story
from feeds.model.digest import Digest, DigestKind, DigestReport, DigestSection, DigestStory, Period
from feeds.publish import clean, words
from feeds.publish.formats.bulletin import beside, bulletin
from feeds.publish.formats.normal import Publication, publications
from feeds.publish.templating import environment

KINDS: tuple[DigestKind, ...] = ("daily", "weekly")
MOST_STORIES = 150
"""Stories in one digest; a mail of more is read by nobody."""
MOST_REPORTS = 30
ENTRIES: dict[DigestKind, int] = {"daily": 31, "weekly": 27}
"""Digests in a feed: a month of days, half a year of weeks."""
_SUMMARY = 280
_TITLES = 3


def feed_name(kind: DigestKind) -> str:
    """Return the path of a digest's feed without its ending."""
    return f"digest-{kind}"


def digest_of(period: Period, stories: Sequence[Story], late: Sequence[Story] = ()) -> Digest:
    """Gather the stories of a period under their tags, the most usual tag first.

    `stories` were first told in the period, `late` ones before it, but came in too late for the digest of
    their own; both newest first. A story stands once, under the most usual of its tags. `made` is the
    period's end until whoever closes it says otherwise.
    """
    chosen = [*((story, False) for story in stories), *((story, True) for story in late)]
    room = chosen[:MOST_STORIES]
    usual = Counter(tag for story, _ in room for tag in _tags(story))
    under: dict[str, list[DigestStory]] = {}
    for story, is_late in room:
        tag = min(_tags(story), key=lambda tag: (-usual[tag], tag), default="")
        under.setdefault(tag, []).append(_told(story, late=is_late))
    names = sorted(under, key=lambda tag: (not tag, -len(under[tag]), tag))
    spoken = Counter(report.language for told in under.values() for story in told for report in story.reports)
    return Digest(
        period=period,
        made=period.end,
        languages=tuple(sorted((tag for tag in spoken if tag), key=lambda tag: (-spoken[tag], tag))),
        sections=tuple(DigestSection(tag=name, stories=tuple(under[name])) for name in names),
        more=len(chosen) - len(room),
    )


def _tags(story: Story) -> tuple[str, ...]:
    return tuple(tag for tag in map(clean.title, story.lead.tags) if tag)


def _told(story: Story, *, late: bool) -> DigestStory:
    (entry,) = publications([story])
    first = DigestReport(source=entry.source, url=entry.url, title=entry.full_title, language=entry.language)
    others = [
        DigestReport(source=each.source, url=each.url, title=each.title, language=each.language)
        for each in entry.also
    ]
    return DigestStory(
        story=story.id,
        title=entry.full_title,
        summary=words.shorten(clean.line(entry.summary), _SUMMARY),
        when=entry.published,
        late=late,
        why=words.phrases(entry.reasons),
        reports=(first, *others[: MOST_REPORTS - 1]),
    )


def period_name(period: Period) -> str:
    """Return a period as in 8 March 2026, or week 10 of 2026, 2 March 2026 to 8 March 2026."""
    if period.kind == "daily":
        return words.date_name(date.fromisoformat(period.name))
    monday = date.fromisoformat(f"{period.name}-1")
    first, last = words.date_name(monday), words.date_name(monday + timedelta(days=6))
    year, _, week = period.name.partition("-W")
    return f"week {int(week)} of {year}, {first} to {last}"


def sum_up(digest: Digest) -> str:
    """Return how much a digest holds, as in 12 stories in 5 languages."""
    count = len(digest.stories) + digest.more
    told = f"{count} {'story' if count == 1 else 'stories'}"
    languages = len(digest.languages)
    return f"{told} in {languages} languages" if languages > 1 else told


def digest_title(channel: Channel, digest: Digest) -> str:
    """Return the title of a digest, as mail and entry have it."""
    return f"{clean.line(channel.title) or 'moonwire'}, {period_name(digest.period)}"


def digest_html(channel: Channel, digest: Digest) -> str:
    """Return the body of a digest as HTML without a frame; its links are absolute."""
    template = environment().get_template("digest.html")
    return template.render(digest=digest, base=clean.address(channel.base_url), sum_up=sum_up(digest)).strip()


def digest_channel(channel: Channel, kind: DigestKind) -> Channel:
    """Return the channel of the digests of days or weeks."""
    title = clean.line(channel.title) or "moonwire"
    each = {"daily": "day", "weekly": "week"}[kind]
    return beside(
        channel,
        name=feed_name(kind),
        title=f"{kind} digest",
        description=f"The stories of {title} of one {each} in one entry, by tag.",
    )


def digest_publications(channel: Channel, digests: Iterable[Digest]) -> tuple[Publication, ...]:
    """Return one entry per digest, in the order given."""
    return tuple(_entry(channel, digest) for digest in digests)


def _entry(channel: Channel, digest: Digest) -> Publication:
    base, name = clean.address(channel.base_url), clean.line(channel.title) or "moonwire"
    titles = "; ".join(story.title for story in digest.stories[:_TITLES])
    return bulletin(
        key=f"{channel.feed_id}/{feed_name(digest.period.kind)}/{digest.period.name}",
        title=digest_title(channel, digest),
        url=f"{base}/",
        summary=words.shorten(f"{sum_up(digest)}: {titles}", _SUMMARY),
        content=digest_html(channel, digest),
        source=name,
        home=f"{base}/",
        at=digest.made,
    )
