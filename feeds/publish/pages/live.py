"""Pages on stories and items: river and search, one story, one item, and what can not be answered. Pure."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from urllib.parse import urlencode

from feeds.model import Channel, Story
from feeds.publish import clean, cursor, words
from feeds.publish.formats import catalogue
from feeds.publish.formats.normal import Publication, publications
from feeds.publish.library import Evidence, Facet, Filtered, River
from feeds.publish.pages.frame import Alternates, Frame, alternates, page
from feeds.publish.slug import in_address

_NARROWED: tuple[tuple[Facet, str], ...] = (("tag", "Tags"), ("lang", "Languages"))
_NARROW = 12
"""Links by which a river can be narrowed, per kind."""


def searched(path: str, query: str, after: str = "") -> str:
    """Return the address of a search, relative to the site's root."""
    values = {name: value for name, value in (("q", query), ("after", after)) if value}
    return f"{path}?{urlencode(values)}" if values else path


def story(  # one argument per part of the page
    channel: Channel,
    entry: Publication,
    reports: Sequence[Mapping[str, object]],
    told: Story,
    *,
    live: bool,
    desk: Mapping[str, object] | None = None,
) -> bytes:
    """Return the page of one story; `reports` as `feeds.publish.pages.story` lays them out.

    `desk` is what its operator may do, as `feeds.publish.pages.operator` lays it out.
    """
    about = f"How one story came out: {entry.source} first, {words.day(entry.published)}."
    frame = Frame(
        channel=channel,
        heading=entry.full_title,
        heading_language=entry.language,
        about=about,
        depth=1,
        live=live,
    )
    languages = [words.language_name(tag) for tag in map(clean.language, told.languages) if tag]
    values = {"entry": entry, "reports": reports, "story": told, "languages": languages, "desk": desk}
    return page("story.html", frame, values)


def river(channel: Channel, found: River, query: str, facets: Mapping[Facet, Sequence[Filtered]]) -> bytes:
    """Return a page of stories that fit a search, with ways to narrow it and to go on."""
    rows = zip(publications(found.stories), found.hits, strict=True)
    days = [(name, list(group)) for name, group in groupby(rows, key=lambda row: words.day(row[0].published))]
    frame = Frame(
        channel=channel,
        heading=f"Search: {query}" if query else "River",
        about="All stories, newest first.",
        here="river",
        alternates=_feeds_of(query, facets),
    )
    values = {
        "query": query,
        "narrow": [(heading, _narrow(facets.get(kind, ()), query)) for kind, heading in _NARROWED],
        "problems": found.problems,
        "capped": found.capped,
        "days": days,
        "older": searched("river", query, cursor.written(found.after)) if found.after else "",
    }
    return page("river.html", frame, values)


def _feeds_of(query: str, facets: Mapping[Facet, Sequence[Filtered]]) -> Alternates:
    """Return the feeds of a search: those of its tag or language where it asks for nothing else."""
    if not query:
        return alternates("feed")
    whole = (each for kind in facets for each in facets[kind] if _term(each) == query)
    name = next((in_address(each.name) for each in whole), "")
    return alternates(name) if name else alternates("search", searched("", query))


def _term(about: Filtered) -> str:
    """Return what is typed to search for a tag or language."""
    return f'{about.kind}:"{about.value}"' if " " in about.value else f"{about.kind}:{about.value}"


def _narrow(facets: Sequence[Filtered], query: str) -> list[tuple[str, str, int]]:
    return [
        (searched("river", f"{query} {term}".strip()), catalogue.label_of(each), each.count)
        for each in facets[:_NARROW]
        if (term := _term(each)) not in query
    ]


def item(channel: Channel, found: Evidence, *, desk: Mapping[str, object] | None = None) -> bytes:
    """Return the page on one item: the whole verdict, what was fetched when, and its relatives.

    `desk` is what its operator may do, as `feeds.publish.pages.operator` lays it out.
    """
    lead = found.item
    title = clean.line(lead.title) or "Untitled"
    about, language = "Why this item is judged as it is.", clean.language(lead.language)
    frame = Frame(channel=channel, heading=title, heading_language=language, about=about, depth=1)
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
        "summary_language": language,
        "relations": relations,
        "desk": desk,
    }
    return page("item.html", frame, values)


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


def told(channel: Channel, heading: str, sentence: str, *, depth: int) -> bytes:
    """Return a page that says one sentence, for what can not be answered."""
    frame = Frame(channel=channel, heading=heading, about=sentence, depth=depth)
    return page("told.html", frame, {})
