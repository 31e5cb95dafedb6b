"""Pages about the wire itself: its sources, its topic, its feeds, and pictures of what it found. Pure."""

from collections.abc import Mapping, Sequence

from feeds.model import Channel
from feeds.publish import clean, words
from feeds.publish.formats import catalogue
from feeds.publish.library import FACETS, ConceptCard, Facet, Figures, Filtered, SourceCard, TopicCard
from feeds.publish.pages import charts
from feeds.publish.pages.frame import Frame, page
from feeds.publish.slug import in_address


def sources(
    channel: Channel, cards: Sequence[SourceCard], *, desk: Mapping[str, object] | None = None
) -> bytes:
    """Return the page of sources with health, rhythm and next check.

    `desk` is what its operator may do, as `feeds.publish.pages.operator` lays it out.
    """
    frame = Frame(
        channel=channel,
        heading="Sources",
        about="How each source does and when it is asked next.",
        here="sources",
    )
    shown = [_source(card) for card in cards]
    failing = sum(card.line.state == "failing" for card in cards)
    return page("sources.html", frame, {"cards": shown, "failing": failing, "desk": desk})


def _source(card: SourceCard) -> dict[str, object]:
    line = card.line
    active = line.state in {"active", "failing"}
    facts: list[tuple[str, object]] = [
        ("Rhythm", f"an entry every {charts.duration(card.rhythm_s)}" if card.rhythm_s else "not known yet"),
        ("Last check", card.last_check),
        ("Last success", card.last_success),
        ("Last news", card.last_change),
        ("Next check", words.next_minute(line.next_check) if active and line.next_check else ""),
        ("Why then", clean.line(card.why_next) if active else ""),
        ("Kept", f"{card.kept} of {card.judged} items"),
        (
            "Cost so far",
            f"{card.requests} requests, {card.not_modified} unchanged, {charts.size(card.wire_bytes)}",
        ),
    ]
    good = sum(outcome in {"changed", "unchanged"} for outcome in card.outcomes)
    return {
        "slug": card.slug,
        "name": clean.line(line.name) or clean.address(line.url),
        "href": clean.address(line.home) or clean.address(line.url),
        "state": line.state,
        "kind": clean.line(line.kind),
        "language": clean.language(line.language),
        "error": clean.line(line.last_error)
        if line.state != "active" or card.last_success != card.last_check
        else "",
        "facts": [(name, value) for name, value in facts if value],
        "outcomes": tuple(reversed(card.outcomes)),
        "pulse": f"{good} of the last {len(card.outcomes)} checks went well",
    }


def topic(channel: Channel, card: TopicCard) -> bytes:
    """Return the page on what is looked for."""
    frame = Frame(
        channel=channel,
        heading=f"What we look for: {clean.line(card.title)}",
        about="The rules.",
        here="topic",
    )

    def part(concepts: Sequence[ConceptCard], *, good: bool) -> list[ConceptCard]:
        return sorted((c for c in concepts if (c.weight > 0) == good), key=lambda c: -abs(c.weight))

    groups = (
        ("Speaks for an item", part(card.concepts, good=True)),
        ("Speaks against it", part(card.concepts, good=False)),
        ("Word lists they are made of", list(card.lists)),
    )
    return page("topic.html", frame, {"card": card, "groups": groups})


def pictures(channel: Channel, figures: Figures) -> bytes:
    """Return the pictures: coverage over months, copies, and who is first."""
    frame = Frame(channel=channel, heading="Pictures", about="Coverage over months.", here="pictures")
    own = [all_ - copied for all_, copied in zip(figures.reports, figures.copies, strict=True)]
    sections = [
        _picture("Reports by language", "Kept reports per month.", figures.months, _languages(figures)),
        _picture("Reports by tag", "A report may have several tags or none.", figures.months, _tags(figures)),
        _picture(
            "Own texts and copies",
            _share(figures),
            figures.months,
            [("own texts", own), ("copies of another's text", list(figures.copies))],
        ),
    ]
    speeds = [
        {
            "source": clean.line(s.source),
            "first": s.first,
            "shared": s.shared,
            "lag": charts.duration(s.lag_s),
        }
        for s in figures.speeds
    ]
    return page("pictures.html", frame, {"sections": sections, "speeds": speeds})


def _languages(figures: Figures) -> list[tuple[str, Sequence[int]]]:
    return [(words.language_name(tag) or "others", counts) for tag, counts in figures.languages]


def _tags(figures: Figures) -> list[tuple[str, Sequence[int]]]:
    return [(clean.line(tag) or "others", counts) for tag, counts in figures.tags]


def _share(figures: Figures) -> str:
    every = sum(figures.reports)
    share = round(100 * sum(figures.copies) / every) if every else 0
    return f"{share} % of the reports repeat another's text."


def _picture(
    heading: str, about: str, months: Sequence[str], series: Sequence[tuple[str, Sequence[int]]]
) -> dict[str, object]:
    counts = [each for _, each in series]
    return {
        "heading": heading,
        "about": about,
        "chart": charts.stacked(months, counts),
        "names": [name for name, _ in series],
        "rows": [(month, [each[at] for each in counts]) for at, month in enumerate(months)][::-1],
    }


def feeds(channel: Channel, facets: Mapping[Facet, Sequence[Filtered]], *, live: bool) -> bytes:
    """Return the page of all feeds; `live` when an application answers, not a folder."""
    frame = Frame(
        channel=channel,
        heading="Feeds",
        about="Every feed of this site.",
        here="feeds.html",
        live=live,
    )
    groups = [
        (
            "Everything",
            [{"name": name, "path": path, "count": 0} for name, path in catalogue.WHOLE],
        )
    ]
    for kind in FACETS:
        rows = [
            {"name": catalogue.label_of(each), "path": in_address(each.name), "count": each.count}
            for each in facets.get(kind, ())
        ]
        groups.append((catalogue.HEADINGS[kind], rows))
    return page("feeds.html", frame, {"groups": groups})
