"""The objects that `--json` prints: names and shapes that scripts may rely on. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scheduler.log import redact
from scheduler.times import rfc3339

if TYPE_CHECKING:
    from feeds.model import (
        Check,
        Coverage,
        PublishedItem,
        Reason,
        Recorded,
        Related,
        SourceState,
        Verdict,
    )


def line(record: Mapping[str, Any]) -> str:
    """Return one JSON object as one line of valid Unicode."""
    text = json.dumps(record, ensure_ascii=False, separators=(", ", ": "), allow_nan=False)
    return text.encode("utf-8", "replace").decode("utf-8")


def reason(one: Reason) -> dict[str, Any]:
    """Return one step of a verdict."""
    return {
        "concept": one.concept,
        "words": one.words,
        "place": one.place,
        "weight": round(one.weight, 4),
        "kind": one.kind,
        "note": one.note,
    }


def verdict(one: Verdict) -> dict[str, Any]:
    """Return what `judge` adds to an item."""
    return {"keep": one.keep, "score": round(one.score, 4), "reasons": [reason(step) for step in one.reasons]}


def related(one: Related) -> dict[str, Any]:
    """Return what `relate` adds to a pair."""
    return {"relation": one.relation.value, "score": round(one.score, 4), "reasons": list(one.reasons)}


def fetched(check: Check, recorded: Recorded) -> dict[str, Any]:
    """Return what `fetch` says of one source."""
    return {
        "source": check.state.source.url,
        "outcome": check.outcome,
        "status": check.status,
        "entries": check.entries,
        "new": recorded.new,
        "kept": recorded.kept,
        "error": check.error,
        "next_check": rfc3339(check.state.next_check),
    }


def item(one: PublishedItem) -> dict[str, Any]:
    """Return one stored item as `items` lists it."""
    return {
        "id": one.id,
        "source": one.source,
        "guid": one.guid,
        "url": one.url,
        "title": one.title,
        "summary": one.summary,
        "content": one.content,
        "language": one.language,
        "published": rfc3339(one.published),
        "first_seen": rfc3339(one.first_seen),
        "keep": one.keep,
        "score": round(one.score, 4),
        "reasons": [reason(step) for step in one.reasons],
        "duplicate_of": one.duplicate_of,
    }


def why(one: PublishedItem, coverage: Sequence[Coverage]) -> dict[str, Any]:
    """Return one stored item with everything that explains it."""
    return item(one) | {
        "near": one.near,
        "topic": one.topic,
        "source_name": one.source_name,
        "updated": rfc3339(one.updated),
        "story": one.story_id,
        "covered_by": [
            {
                "source": other.source_name,
                "url": other.url,
                "title": other.title,
                "language": other.language,
                "when": rfc3339(other.when),
                "relation": other.relation,
            }
            for other in coverage
        ],
    }


def source(state: SourceState) -> dict[str, Any]:
    """Return one source as `sources list` shows it; never a header or password."""
    return {
        "url": state.source.url,
        "address": redact(state.address or state.source.url),
        "name": state.source.name,
        "language": state.source.language,
        "kind": state.source.kind,
        "origin": state.origin,
        "state": standing(state),
        "last_check": rfc3339(state.last_check),
        "last_success": rfc3339(state.last_success),
        "next_check": rfc3339(state.next_check),
        "next_check_why": state.next_check_why,
        "failures": state.failures,
        "error": state.last_error or None,
    }


def standing(state: SourceState) -> str:
    """Return how a source stands in one word: active, new, failing, disabled or retired."""
    if state.source.disabled:
        return "disabled"
    if state.retired:
        return "retired"
    if state.failures:
        return "failing"
    return "active" if state.last_check else "new"
