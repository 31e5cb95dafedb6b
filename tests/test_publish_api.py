"""The JSON interface: every answer is as its description says."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from feeds.publish.serving import openapi
from scheduler.publishing.library import StoreLibrary
from tests.live_library import a_library, ask, searching

EXAMPLES: Mapping[str, str] = {
    "items": "limit=2",
    "stories": searching("tag:power"),
    "search": searching("reactor"),
    "sources": "",
    "why": "item=1",
    "stats": "",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> StoreLibrary:
    """Return the library of a few stories."""
    return a_library(tmp_path_factory.mktemp("library"))


def conforms(value: Any, schema: Mapping[str, Any]) -> None:  # noqa: ANN401 # JSON
    """Check a value against the part of JSON Schema that the description uses."""
    if "$ref" in schema:
        conforms(value, openapi.SCHEMAS[schema["$ref"].rpartition("/")[2]])
        return
    if "anyOf" in schema:
        real = next(each for each in schema["anyOf"] if (each.get("type") == "null") is (value is None))
        conforms(value, real)
        return
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    python: dict[str, Any] = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "array": list,
        "object": dict,
        "null": type(None),
    }
    assert any(isinstance(value, python[kind]) for kind in kinds), (value, schema)
    assert "boolean" in kinds or not isinstance(value, bool)
    if isinstance(value, dict):
        assert set(value) == set(schema["required"]) == set(schema["properties"])
        for name, part in value.items():
            conforms(part, schema["properties"][name])
    if isinstance(value, list):
        for part in value:
            conforms(part, schema["items"])
    if isinstance(value, str) and schema.get("format") == "date-time":
        assert value.endswith("Z")
        datetime.fromisoformat(value)
    assert value in schema.get("enum", [value])


@pytest.mark.parametrize("name", sorted(openapi.ROUTES))
def test_answers_are_as_described(library: StoreLibrary, name: str) -> None:
    """Every route of the description answers, with exactly the described fields."""
    reply = ask(library, f"/api/v1/{name}", EXAMPLES[name])
    assert (reply.status, reply.content_type, reply.shared) == (200, "application/json", True)
    value = json.loads(reply.body)
    conforms(value, {"$ref": f"#/components/schemas/{openapi.ROUTES[name][1]}"})
    assert value


def test_the_description_is_whole(library: StoreLibrary) -> None:
    """It is served, every reference in it leads somewhere, and errors are as described."""
    text = ask(library, "/api/v1/openapi.json").body.decode()
    document = json.loads(text)
    for name in set(re.findall(r"#/components/schemas/(\w+)", text)):
        assert name in document["components"]["schemas"]
    assert set(document["paths"]) == {f"/api/v1/{name}" for name in openapi.ROUTES}
    conforms(json.loads(ask(library, "/api/v1/why").body), {"$ref": "#/components/schemas/Error"})


def test_items_can_be_read_to_the_end(library: StoreLibrary) -> None:
    """By the cursor of each page, every kept report once."""
    seen, after = list[int](), ""
    while True:
        page = json.loads(ask(library, "/api/v1/items", f"limit=1&after={after}").body)
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert len(seen) == len(set(seen)) == 4
