"""Pages that answer a question: river and search, item, sources, topic, pictures, feeds. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from markupsafe import Markup

from feeds.model import Channel, Story
from feeds.publish import catalogue, charts, clean, cursor, words
from feeds.publish.library import (
    FACETS,
    ConceptCard,
    Evidence,
    Facet,
    Figures,
    Filtered,
    Pieces,
    River,
    SourceCard,
    TopicCard,
)
from feeds.publish.normal import Publication, publications
from feeds.publish.pages import stylesheet
from feeds.publish.slug import in_address
from feeds.publish.templating import environment

PAGES = (
    ("river", "River"),
    ("pictures", "Pictures"),
    ("sources", "Sources"),
    ("topic", "Topic"),
    ("feeds.html", "Feeds"),
)
_STATIC = (("feeds.html", "Feeds"), ("near.html", "Near misses"))
_SUMMARY = 320
_NARROWED: tuple[tuple[Facet, str], ...] = (("tag", "Tags"), ("lang", "Languages"))
_NARROW = 12
"""Links by which a river can be narrowed, per kind."""
_ATOM, _RSS, _JSON = "application/atom+xml", "application/rss+xml", "application/feed+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What stands around every page."""

    channel: Channel
    heading: str
    about: str
    here: str = ""
    depth: int = 0
    alternates: tuple[tuple[str, str, str], ...] = ()
    live: bool = True


def _page(template: str, frame: _Frame, values: Mapping[str, object]) -> bytes:
    common = {
        "title": clean.line(frame.channel.title) or "moonwire",
        "heading": frame.heading,
        "about": frame.about,
        "here": frame.here,
        "root": "../" * frame.depth,
        "alternates": frame.alternates,
        "pages": PAGES if frame.live else _STATIC,
        "style_version": hashlib.sha256(stylesheet()).hexdigest()[:8],
        "summary_length": _SUMMARY,
        "pieces": pieces_html,
    }
    return environment().get_template(f"live/{template}").render({**common, **values}).encode()


def pieces_html(pieces: Pieces) -> Markup:
    """Return marked pieces of a text as HTML, every piece escaped."""
    return Markup("").join(
        Markup("<mark>{}</mark>").format(text) if marked else Markup("{}").format(text)
        for text, marked in pieces
    )


def searched(path: str, query: str, after: str = "") -> str:
    """Return the address of a search, relative to the site's root."""
    values = {name: value for name, value in (("q", query), ("after", after)) if value}
    return f"{path}?{urlencode(values)}" if values else path


def story(
    channel: Channel, entry: Publication, reports: Sequence[Mapping[str, object]], told: Story, *, live: bool
) -> bytes:
    """Return the page of one story; `reports` as `feeds.publish.story_pages` lays them out."""
    about = f"How one story came out: {entry.source} first, {words.day(entry.published)}."
    frame = _Frame(channel=channel, heading=entry.full_title, about=about, depth=1, live=live)
    languages = [words.language_name(tag) for tag in map(clean.language, told.languages) if tag]
    values = {"entry": entry, "reports": reports, "story": told, "languages": languages}
    return _page("story.html", frame, values)


def river(channel: Channel, found: River, query: str, facets: Mapping[Facet, Sequence[Filtered]]) -> bytes:
    """Return a page of stories that fit a search, with ways to narrow it and to go on."""
    rows = zip(publications(found.stories), found.hits, found.stories, strict=True)
    entries = [(entry, hit, story.lead.id) for entry, hit, story in rows]
    days = [
        (name, list(group)) for name, group in groupby(entries, key=lambda row: words.day(row[0].published))
    ]
    alternates = tuple(
        (name, kind, searched(f"search.{ending}", query) if query else f"feed.{ending}")
        for name, kind, ending in (("Atom", _ATOM, "atom"), ("RSS", _RSS, "rss"), ("JSON", _JSON, "json"))
    )
    frame = _Frame(
        channel=channel,
        heading=f"Search: {query}" if query else "River",
        about="All stories, newest first.",
        here="river",
        alternates=alternates,
    )
    values = {
        "query": query,
        "narrow": [(heading, _narrow(facets.get(kind, ()), query)) for kind, heading in _NARROWED],
        "problems": found.problems,
        "capped": found.capped,
        "days": days,
        "older": searched("river", query, cursor.written(found.after)) if found.after else "",
    }
    return _page("river.html", frame, values)


def _narrow(facets: Sequence[Filtered], query: str) -> list[tuple[str, str, int]]:
    links = []
    for each in facets[:_NARROW]:
        value = f'"{each.value}"' if " " in each.value else each.value
        term = f"{each.kind}:{value}"
        if term not in query.split():
            links.append((searched("river", f"{query} {term}".strip()), label_of(each), each.count))
    return links


def label_of(each: Filtered) -> str:
    """Return what a person calls a tag, language or source."""
    return words.language_name(each.label) if each.kind == "lang" else clean.line(each.label)


def item(channel: Channel, found: Evidence) -> bytes:
    """Return the page on one item: the whole verdict, what was fetched when, and its relatives."""
    lead = found.item
    title = clean.line(lead.title) or "Untitled"
    frame = _Frame(channel=channel, heading=title, about="Why this item is judged as it is.", depth=1)
    relations = [
        {
            "source": clean.line(other.source_name),
            "item_id": other.item_id,
            "title": clean.line(other.title),
            "language": clean.language(other.language),
            "relation": other.relation,
            "score": f"{other.score:.2f}",
            "when": other.when,
            "reasons": [clean.line(reason) for reason in other.reasons],
        }
        for other in found.relations
    ]
    values = {
        "verdict": "Kept" if lead.keep else ("Near miss" if lead.near else "Left out"),
        "score": f"{lead.score:.3f}",
        "topic": clean.line(lead.topic),
        "reasons": [words.reason_line(reason) for reason in lead.reasons],
        "tags": [clean.line(tag) for tag in lead.tags],
        "facts": [(name, value) for name, value in _facts(found) if value],
        "summary": clean.text(lead.summary).strip(),
        "language": clean.language(lead.language),
        "relations": relations,
    }
    return _page("item.html", frame, values)


def _facts(found: Evidence) -> list[tuple[str, object]]:
    lead = found.item
    url, source = clean.address(lead.url), clean.address(lead.source)
    checked = ""
    if found.checked:
        status = f", status {found.checked[2]}" if found.checked[2] else ""
        checked = f"{found.checked[1]}{status}"
    return [
        ("Address", {"href": url, "text": url} if url else ""),
        ("Source", {"href": source, "text": clean.line(lead.source_name) or source} if source else ""),
        ("Published", lead.published),
        ("Date as written", clean.line(found.published_raw)),
        ("First seen", lead.first_seen),
        ("That check", checked),
        ("Changed", lead.updated),
        ("Language", words.language_name(lead.language)),
        ("Categories", ", ".join(clean.line(each) for each in found.categories)),
        ("Republished from", clean.line(found.via_title or found.via_url)),
        ("Publisher's id", clean.line(lead.guid)),
        ("Hash of its text", found.content_hash),
        ("Story", found.story_key),
    ]


def sources(channel: Channel, cards: Sequence[SourceCard]) -> bytes:
    """Return the page of sources with health, rhythm and next check."""
    frame = _Frame(
        channel=channel,
        heading="Sources",
        about="How each source does and when it is asked next.",
        here="sources",
    )
    shown = [_source(card) for card in cards]
    return _page(
        "sources.html", frame, {"cards": shown, "failing": sum(c.line.state == "failing" for c in cards)}
    )


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
    frame = _Frame(
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
    return _page("topic.html", frame, {"card": card, "groups": groups})


def pictures(channel: Channel, figures: Figures) -> bytes:
    """Return the pictures: coverage over months, copies, and who is first."""
    frame = _Frame(channel=channel, heading="Pictures", about="Coverage over months.", here="pictures")
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
    return _page("pictures.html", frame, {"sections": sections, "speeds": speeds})


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
    frame = _Frame(
        channel=channel,
        heading="Feeds",
        about="Every feed of this site.",
        here="feeds.html",
        live=live,
        alternates=(("All stories (Atom)", _ATOM, "feed.atom"),),
    )
    groups = [
        (
            "Everything",
            [
                {"name": "All stories", "path": "feed", "count": 0},
                {"name": "Near misses", "path": "near", "count": 0},
            ],
        )
    ]
    for kind in FACETS:
        rows = [
            {"name": label_of(each), "path": in_address(each.name), "count": each.count}
            for each in facets.get(kind, ())
        ]
        groups.append((catalogue.HEADINGS[kind], rows))
    return _page("feeds.html", frame, {"groups": groups, "live": live})


def told(channel: Channel, heading: str, sentence: str, *, depth: int) -> bytes:
    """Return a page that says one sentence, for what can not be answered."""
    frame = _Frame(channel=channel, heading=heading, about=sentence, depth=depth)
    return _page("told.html", frame, {})
