"""Answers for assistants: short forms of stories, items and sources, each with its JSON Schema. Pure.

Whoever reads them pays for each character, so texts are cut and lists end. Schemas are of the draft 2020-12.
"""

from collections.abc import Sequence
from typing import Any

from feeds.model import Channel, Coverage, PublishedItem, Story
from feeds.publish import clean, cursor, words
from feeds.publish.library import Evidence, River, SourceCard

SUMMARY = 500
"""Characters of a summary."""
LINE = 300
"""Characters of a title, a name or a sentence."""
REPORTS = 50
"""Further reports of a story, or relatives of an item."""
REASONS = 20
SOURCES = 300

_TEXT: dict[str, Any] = {"type": "string"}
_COUNT: dict[str, Any] = {"type": "integer"}
_TIME: dict[str, Any] = {"type": ["string", "null"], "format": "date-time"}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def shape(**properties: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that has all of these properties and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_BRIEF: dict[str, dict[str, Any]] = {
    "story": _COUNT,
    "title": _TEXT,
    "summary": _TEXT,
    "source": _TEXT,
    "url": _TEXT,
    "page": _TEXT,
    "language": _TEXT,
    "published": _TIME,
    "tags": _list(_TEXT),
    "reports": _COUNT,
}
_REPORT = shape(
    item=_COUNT, source=_TEXT, url=_TEXT, title=_TEXT, language=_TEXT, published=_TIME, relation=_TEXT
)
STORIES = shape(
    stories=_list(shape(**_BRIEF)),
    next={"type": ["string", "null"], "description": "Hand it over as `after` for older ones."},
    problems=_list(_TEXT),
)
STORY = shape(**{**_BRIEF, "others": _list(_REPORT), "origins": _COUNT, "updated": _TIME})
WHY = shape(
    item=_COUNT,
    title=_TEXT,
    url=_TEXT,
    source=_TEXT,
    page=_TEXT,
    story={"type": ["integer", "null"]},
    kept={"type": "boolean"},
    near={"type": "boolean"},
    score={"type": "number"},
    topic=_TEXT,
    reasons=_list(shape(words=_TEXT, place=_TEXT, because=_TEXT, weight={"type": "number"})),
    published=_TIME,
    first_seen=_TIME,
    related=_list(_REPORT),
)
SOURCE_LIST = shape(
    sources=_list(
        shape(
            name=_TEXT,
            feed=_TEXT,
            language=_TEXT,
            kind=_TEXT,
            state=_TEXT,
            error=_TEXT,
            last_success=_TIME,
            next_check=_TIME,
            kept=_COUNT,
            judged=_COUNT,
        )
    ),
    total=_COUNT,
)


def stories(channel: Channel, found: River) -> dict[str, Any]:
    """Return a page of stories in the shape `STORIES`."""
    return {
        "stories": [_brief(channel, each) for each in found.stories],
        "next": cursor.written(found.after) or None,
        "problems": [_line(problem) for problem in found.problems],
    }


def story(channel: Channel, told: Story) -> dict[str, Any]:
    """Return a story with its reports in the shape `STORY`."""
    others = [_report(each) for each in told.also[:REPORTS]]
    more = {"others": others, "origins": told.origins, "updated": words.rfc3339(told.updated)}
    return {**_brief(channel, told), **more}


def why(channel: Channel, found: Evidence) -> dict[str, Any]:
    """Return the verdict on an item in the shape `WHY`."""
    lead = found.item
    return {
        "item": lead.id,
        "title": _line(lead.title),
        "url": clean.address(lead.url),
        "source": _line(lead.source_name),
        "page": f"{clean.address(channel.base_url)}/item/{lead.id}",
        "story": lead.story_id,
        "kept": lead.keep,
        "near": lead.near,
        "score": round(lead.score, 3),
        "topic": _line(lead.topic),
        "reasons": [
            {
                "words": _line(reason.words),
                "place": reason.place,
                "because": _line(reason.note or reason.concept),
                "weight": round(reason.weight, 3),
            }
            for reason in lead.reasons[:REASONS]
        ],
        "published": words.rfc3339(lead.published) if lead.published else None,
        "first_seen": words.rfc3339(lead.first_seen),
        "related": [_report(each) for each in found.relations[:REPORTS]],
    }


def sources(cards: Sequence[SourceCard]) -> dict[str, Any]:
    """Return sources in the shape `SOURCE_LIST`."""
    return {"sources": [_source(card) for card in cards[:SOURCES]], "total": len(cards)}


def _source(card: SourceCard) -> dict[str, Any]:
    line = card.line
    return {
        "name": _line(line.name),
        "feed": clean.address(line.url),
        "language": clean.language(line.language),
        "kind": _line(line.kind),
        "state": line.state,
        "error": _line(line.last_error),
        "last_success": words.rfc3339(card.last_success) if card.last_success else None,
        "next_check": words.rfc3339(line.next_check) if line.next_check else None,
        "kept": card.kept,
        "judged": card.judged,
    }


def _brief(channel: Channel, told: Story) -> dict[str, Any]:
    lead: PublishedItem = told.lead
    return {
        "story": told.id,
        "title": _line(lead.title) or "Untitled",
        "summary": words.shorten(clean.line(lead.summary), SUMMARY),
        "source": _line(lead.source_name),
        "url": clean.address(lead.url),
        "page": f"{clean.address(channel.base_url)}/story/{told.id}.html",
        "language": clean.language(lead.language),
        "published": words.rfc3339(lead.when),
        "tags": [_line(tag) for tag in lead.tags[:REASONS]],
        "reports": 1 + len(told.also),
    }


def _report(each: Coverage) -> dict[str, Any]:
    return {
        "item": each.item_id,
        "source": _line(each.source_name),
        "url": clean.address(each.url),
        "title": _line(each.title),
        "language": clean.language(each.language),
        "published": words.rfc3339(each.when),
        "relation": each.relation,
    }


def _line(text: str) -> str:
    return words.shorten(clean.line(text), LINE)
