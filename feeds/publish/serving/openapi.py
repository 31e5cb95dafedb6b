"""The OpenAPI 3.1 description of /api/v1, made from one small table. Pure."""

from functools import cache
from typing import Any

_TEXT: dict[str, Any] = {"type": "string"}
_TIME: dict[str, Any] = {"type": "string", "format": "date-time"}
_TIME_OR_NULL: dict[str, Any] = {"type": ["string", "null"], "format": "date-time"}
_INT: dict[str, Any] = {"type": "integer"}
_INT_OR_NULL: dict[str, Any] = {"type": ["integer", "null"]}
_NUMBER: dict[str, Any] = {"type": "number"}
_FLAG: dict[str, Any] = {"type": "boolean"}
_NEXT: dict[str, Any] = {
    "type": ["string", "null"],
    "description": "Hand it over as `after` for the next page; null at the end.",
}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_PIECES = _list(_object(text=_TEXT, match=_FLAG))
_STORY = {
    "id": _INT,
    "key": {**_TEXT, "description": "tag: URI that never changes"},
    "updated": _TIME,
    "lead": _ref("Item"),
    "also": _list(_ref("Coverage")),
}
_CHECK = _object(at=_TIME, outcome=_TEXT, status=_INT_OR_NULL)
SCHEMAS: dict[str, dict[str, Any]] = {
    "Error": _object(error={**_TEXT, "description": "One sentence."}),
    "Source": _object(
        url=_TEXT,
        name=_TEXT,
        kind=_TEXT,
        language=_TEXT,
        home=_TEXT,
        state={"type": "string", "enum": ["active", "failing", "retired", "disabled"]},
        error=_TEXT,
        last_check=_TIME_OR_NULL,
        last_success=_TIME_OR_NULL,
        last_change=_TIME_OR_NULL,
        next_check=_TIME_OR_NULL,
        why_next=_TEXT,
        rhythm_s={"type": ["number", "null"], "description": "Median seconds between entries."},
        requests=_INT,
        not_modified=_INT,
        wire_bytes=_INT,
        judged=_INT,
        kept=_INT,
        feed=_TEXT,
    ),
    "Item": _object(
        id=_INT,
        story=_INT_OR_NULL,
        title=_TEXT,
        url=_TEXT,
        summary=_TEXT,
        language=_TEXT,
        source=_object(name=_TEXT, feed=_TEXT, home=_TEXT),
        published=_TIME_OR_NULL,
        first_seen=_TIME,
        updated=_TIME_OR_NULL,
        score=_NUMBER,
        tags=_list(_TEXT),
        authors=_list(_TEXT),
        copy_of=_INT_OR_NULL,
    ),
    "Coverage": _object(
        item=_INT_OR_NULL,
        source=_TEXT,
        url=_TEXT,
        title=_TEXT,
        language=_TEXT,
        published=_TIME,
        relation=_TEXT,
        score=_NUMBER,
        reasons=_list(_TEXT),
    ),
    "Story": _object(**_STORY),
    "FoundStory": _object(**_STORY, hit={"anyOf": [_object(title=_PIECES, text=_PIECES), {"type": "null"}]}),
    "Reason": _object(concept=_TEXT, kind=_TEXT, words=_TEXT, place=_TEXT, weight=_NUMBER, note=_TEXT),
    "Why": _object(
        item=_ref("Item"),
        keep=_FLAG,
        near=_FLAG,
        topic=_TEXT,
        reasons=_list(_ref("Reason")),
        evidence=_object(
            guid=_TEXT,
            published_raw=_TEXT,
            content_hash=_TEXT,
            categories=_list(_TEXT),
            via=_TEXT,
            check={"anyOf": [_CHECK, {"type": "null"}]},
        ),
        relations=_list(_ref("Coverage")),
    ),
    "Items": _object(items=_list(_ref("Item")), next=_NEXT),
    "Stories": _object(stories=_list(_ref("Story")), next=_NEXT, problems=_list(_TEXT), capped=_FLAG),
    "Search": _object(stories=_list(_ref("FoundStory")), next=_NEXT, problems=_list(_TEXT), capped=_FLAG),
    "Sources": _object(sources=_list(_ref("Source"))),
    "Stats": _object(
        revision=_INT,
        judged=_INT,
        kept=_INT,
        stories=_INT,
        sources=_INT,
        archives=_INT,
    ),
}

_PARAMETERS: dict[str, tuple[str, dict[str, Any], bool]] = {
    "q": ("Words, phrases and filters (tag: lang: source: since: until:), as on the page.", _TEXT, False),
    "after": ("Where the page before ended: its `next`.", _TEXT, False),
    "limit": ("Entries per page.", {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}, False),
    "item": ("Id, address or guid of an item.", _TEXT, True),
}

ROUTES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "items": ("Kept reports, newest first", "Items", ("q", "after", "limit")),
    "stories": ("Stories, newest first", "Stories", ("q", "after", "limit")),
    "search": ("Stories in which the words of a search stand, and where", "Search", ("q", "after", "limit")),
    "sources": ("Sources with health and rhythm", "Sources", ()),
    "why": ("The whole verdict on an item, kept or not, and what was fetched", "Why", ("item",)),
    "stats": ("How much is stored", "Stats", ()),
}
"""Name under /api/v1, what it gives, its schema, its parameters."""


@cache
def document() -> dict[str, Any]:
    """Return the description; the server is the host it is read from."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "moonwire",
            "version": "1",
            "description": "What the wire has stored, to be read. Answers have an ETag to ask again with.",
        },
        "servers": [{"url": "/"}],
        "paths": {f"/api/v1/{name}": {"get": _operation(name)} for name in ROUTES},
        "components": {"schemas": SCHEMAS},
    }


def _operation(name: str) -> dict[str, Any]:
    summary, schema, parameters = ROUTES[name]
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [_parameter(each, name) for each in parameters],
        "responses": {
            "200": _response("What was asked for.", schema),
            "304": {"description": "The client's copy is current."},
            "400": _response("A parameter can not be used.", "Error"),
            "404": _response("There is nothing of that name.", "Error"),
            "503": _response("Too much is asked at once, or the store does not answer.", "Error"),
        },
    }


def _parameter(name: str, route: str) -> dict[str, Any]:
    about, schema, required = _PARAMETERS[name]
    needed = required or (name == "q" and route == "search")
    return {"name": name, "in": "query", "description": about, "required": needed, "schema": schema}


def _response(about: str, schema: str) -> dict[str, Any]:
    return {"description": about, "content": {"application/json": {"schema": _ref(schema)}}}
