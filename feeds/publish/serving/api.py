"""The JSON interface /api/v1 as plain values. Pure; described by `feeds.publish.serving.openapi`."""

import json
from typing import Any

from feeds.model import Coverage, PublishedItem, Reason, Story
from feeds.publish import clean, cursor, words
from feeds.publish.library import Evidence, River, SourceCard

API_TYPE = "application/json"


def body(value: object) -> bytes:
    """Return a value as JSON text."""
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8", "replace")


def items(found: tuple[PublishedItem, ...], limit: int) -> dict[str, Any]:
    """Return a page of items."""
    last = found[-1] if len(found) == limit else None
    return {
        "items": [item(each) for each in found],
        "next": cursor.written((last.when, last.id)) if last else None,
    }


def river(found: River) -> dict[str, Any]:
    """Return a page of stories."""
    return {
        "stories": [story(each) for each in found.stories],
        "next": cursor.written(found.after) or None,
        "problems": list(found.problems),
        "capped": found.capped,
    }


def search(found: River) -> dict[str, Any]:
    """Return a page of stories with the place where the words of the search stand."""
    rows = zip(found.stories, found.hits, strict=True)
    hits = [
        {
            **story(each),
            "hit": {"title": _pieces(hit.title), "text": _pieces(hit.text)} if hit else None,
        }
        for each, hit in rows
    ]
    return {**river(found), "stories": hits}


def _pieces(pieces: tuple[tuple[str, bool], ...]) -> list[dict[str, Any]]:
    return [{"text": text, "match": marked} for text, marked in pieces]


def story(each: Story) -> dict[str, Any]:
    """Return a story with its coverage."""
    return {
        "id": each.id,
        "key": each.key,
        "updated": words.rfc3339(each.updated),
        "lead": item(each.lead),
        "also": [coverage(other) for other in each.also],
    }


def item(each: PublishedItem) -> dict[str, Any]:
    """Return an item without the steps of its verdict; `why` has them."""
    return {
        "id": each.id,
        "story": each.story_id,
        "title": clean.line(each.title),
        "url": clean.address(each.url),
        "summary": clean.text(each.summary),
        "language": clean.language(each.language),
        "source": {
            "name": clean.line(each.source_name),
            "feed": clean.address(each.source),
            "home": clean.address(each.source_home),
        },
        "published": _time(each.published),
        "first_seen": words.rfc3339(each.first_seen),
        "updated": _time(each.updated),
        "score": round(each.score, 3),
        "tags": [clean.line(tag) for tag in each.tags],
        "authors": [clean.line(name) for name in each.authors],
        "copy_of": each.duplicate_of,
    }


def coverage(other: Coverage) -> dict[str, Any]:
    """Return a further place that carried a story."""
    return {
        "item": other.item_id or None,
        "source": clean.line(other.source_name),
        "url": clean.address(other.url),
        "title": clean.line(other.title),
        "language": clean.language(other.language),
        "published": words.rfc3339(other.when),
        "relation": other.relation,
        "score": round(other.score, 3),
        "reasons": [clean.line(reason) for reason in other.reasons],
    }


def why(found: Evidence) -> dict[str, Any]:
    """Return the whole verdict on an item and what was fetched."""
    lead = found.item
    checked = found.checked
    return {
        "item": item(lead),
        "keep": lead.keep,
        "near": lead.near,
        "topic": clean.line(lead.topic),
        "reasons": [_reason(each) for each in lead.reasons],
        "evidence": {
            "guid": clean.line(lead.guid),
            "published_raw": clean.line(found.published_raw),
            "content_hash": found.content_hash,
            "categories": [clean.line(each) for each in found.categories],
            "via": clean.line(found.via_title or found.via_url),
            "check": {"at": words.rfc3339(checked[0]), "outcome": checked[1], "status": checked[2]}
            if checked
            else None,
        },
        "relations": [coverage(other) for other in found.relations],
    }


def _reason(each: Reason) -> dict[str, Any]:
    return {
        "concept": clean.line(each.concept),
        "kind": each.kind,
        "words": clean.line(each.words),
        "place": each.place,
        "weight": round(each.weight, 3),
        "note": clean.line(each.note),
    }


def source(card: SourceCard) -> dict[str, Any]:
    """Return a source with health and rhythm."""
    line = card.line
    return {
        "url": clean.address(line.url),
        "name": clean.line(line.name),
        "kind": clean.line(line.kind),
        "language": clean.language(line.language),
        "home": clean.address(line.home),
        "state": line.state,
        "error": clean.line(line.last_error),
        "last_check": _time(card.last_check),
        "last_success": _time(card.last_success),
        "last_change": _time(card.last_change),
        "next_check": _time(line.next_check),
        "why_next": clean.line(card.why_next),
        "rhythm_s": card.rhythm_s,
        "requests": card.requests,
        "not_modified": card.not_modified,
        "wire_bytes": card.wire_bytes,
        "judged": card.judged,
        "kept": card.kept,
        "feed": f"source/{card.slug}.atom",
    }


def _time(when: Any) -> str | None:  # noqa: ANN401 # datetime or None
    return words.rfc3339(when) if when else None
