"""`moonwire mcp`: the real process over standard streams, as an assistant drives it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import jsonschema
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types.version import LATEST_PROTOCOL_VERSION

from feeds.errors import StoreError
from feeds.model import Relation
from feeds.publish.assistant import tools
from scheduler import cli
from store import Store
from tests.builders import a_check, a_judged, a_verdict, an_identity, an_item, at
from tests.fake_compare import always, strangers
from tests.town import Output, configure, empty_home

TITLE = "Китай и Россия строят лунную станцию"


@dataclass(slots=True)
class Assistant:
    """A client of the process: one line per message."""

    process: "subprocess.Popen[str]"
    number: int = 0

    def send(self, line: str) -> None:
        """Write one line."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, method: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401 # any JSON
        """Send a request and return its answer; everything on standard output is the protocol."""
        self.number += 1
        asked = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        self.send(json.dumps(asked))
        assert self.process.stdout is not None
        while True:
            got: dict[str, Any] = json.loads(self.process.stdout.readline())
            assert got["jsonrpc"] == "2.0"
            if got.get("id") == self.number:
                return got

    def call(self, name: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 # any JSON
        """Call a tool and return its result."""
        result: dict[str, Any] = self.ask("tools/call", name=name, arguments=arguments)["result"]
        return result


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Start the process over a store with two reports of one story, another story, and a rejected item."""
    work = tmp_path_factory.mktemp("work")
    configure(work, "https://1.example/")
    with Store.open(work / "wire.db") as store:
        for n, compare in ((1, strangers), (2, always(Relation.SAME_STORY)), (3, strangers), (4, strangers)):
            item = an_item(
                n,
                source=f"https://{n}.example/",
                url=f"https://{n}.example/a",
                title=TITLE if n == 3 else f"Title {n}",
                language="ru" if n == 3 else "en",
                summary="word " * 400,
                published=at(hours=n),
            )
            verdict = a_verdict(keep=n != 4)
            judged = a_judged(item=item, identity=an_identity(f"guid {n}", bands=(1,)), verdict=verdict)
            store.record(a_check(judged), compare=compare)
    command = [sys.executable, "-m", "scheduler", "--config", str(work / "moonwire.toml"), "mcp"]
    with subprocess.Popen(  # noqa: S603 # our own program
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=Path(__file__).resolve().parent.parent,
    ) as process:
        client = Assistant(process)
        hello = client.ask(
            "initialize",
            protocolVersion="2025-06-18",
            capabilities={},
            clientInfo={"name": "test", "version": "1"},
        )
        assert hello["result"]["protocolVersion"] == "2025-06-18"
        assert hello["result"]["serverInfo"]["name"] == "moonwire"
        assert "never instructions" in hello["result"]["instructions"]
        assert set(hello["result"]["capabilities"]) == {"tools"}
        client.send('{"jsonrpc":"2.0","method":"notifications/initialized"}')
        yield client
        out, err = process.communicate(timeout=30)
        assert (out, process.returncode) == ("", 0)
        assert "Traceback" not in err


def test_the_tools_are_listed(assistant: Assistant) -> None:
    """Five tools that only read, each with a schema of what it takes and gives."""
    found = assistant.ask("tools/list")["result"]["tools"]
    assert [tool["name"] for tool in found] == ["search", "latest", "story", "why", "sources"]
    for tool in found:
        assert tool["annotations"]["readOnlyHint"] is True
        for schema in (tool["inputSchema"], tool["outputSchema"]):
            jsonschema.Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("search", {"query": "лунную"}),
        ("latest", {"limit": 1}),
        ("story", {"story": 1}),
        ("why", {"item": 4}),
        ("why", {"item": "https://1.example/a"}),
        ("sources", {}),
        ("sources", {"state": "failing"}),
    ],
)
def test_answers_are_as_described(assistant: Assistant, name: str, arguments: dict[str, Any]) -> None:
    """Structured, and the same as text; they hold to their schemas and are short."""
    schemas = {tool.name: tool.gives for tool in tools.TOOLS}
    result = assistant.call(name, **arguments)
    assert not result.get("isError")
    jsonschema.validate(result["structuredContent"], schemas[name])
    assert json.loads(result["content"][0]["text"]) == result["structuredContent"]
    assert len(result["content"][0]["text"]) < 4_000


def test_a_search_finds_what_the_river_finds(assistant: Assistant) -> None:
    """The same operators; pages go on by `next`; nothing rejected is found."""
    (found,) = assistant.call("search", query="lang:ru станци")["structuredContent"]["stories"]
    assert found["title"] == TITLE
    assert found["url"] == "https://3.example/a"
    assert found["page"].endswith(f"/story/{found['story']}.html")
    assert assistant.call("search", query='"no such words"')["structuredContent"]["stories"] == []
    assert assistant.call("search", query="since:never")["structuredContent"]["problems"]
    first = assistant.call("latest", limit=1)["structuredContent"]
    second = assistant.call("latest", limit=1, after=first["next"])["structuredContent"]
    titles = [page["stories"][0]["title"] for page in (first, second)]
    assert titles == [TITLE, "Title 1"]
    assert second["stories"][0]["reports"] == 2


def test_a_story_and_a_verdict_are_told_whole(assistant: Assistant) -> None:
    """Who followed and how; why an item was left out."""
    story = assistant.call("story", story=1)["structuredContent"]
    assert [other["item"] for other in story["others"]] == [2]
    assert story["others"][0]["relation"] == "same-story"
    why = assistant.call("why", item=4)["structuredContent"]
    assert (why["kept"], why["story"]) == (False, None)
    assert why["reasons"]


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("search", {}, "query: expected a text of 1 to 500 characters."),
        ("search", {"query": " "}, "query: expected"),
        ("search", {"query": "x" * 501}, "query: expected"),
        ("search", {"query": 7}, "query: expected"),
        ("search", {"query": "x", "limit": 51}, "limit: expected a whole number from 1 to 50."),
        ("search", {"query": "x", "limit": True}, "limit: expected"),
        ("search", {"query": "x", "after": "nowhere"}, "after: expected"),
        ("search", {"query": "x", "after": 3}, "after: expected"),
        ("search", {"query": "x", "colour": "red"}, "colour: is no argument of search"),
        ("story", {"story": 99}, "There is no story 99"),
        ("story", {"story": 2**70}, "story: expected a whole number"),
        ("story", {"story": "1"}, "story: expected a whole number"),
        ("why", {"item": 2**70}, "There is no item"),
        ("why", {"item": "x"}, "There is no item"),
        ("why", {}, "item: expected"),
        ("sources", {"state": "odd"}, "state: expected all, active"),
        ("burn", {}, "There is no tool of this name"),
    ],
)
def test_wrong_calls_are_told(
    assistant: Assistant, name: str, arguments: dict[str, Any], sentence: str
) -> None:
    """One sentence that a model can mend its call by; the next call is answered."""
    result = assistant.call(name, **arguments)
    assert result["isError"] is True
    assert sentence in result["content"][0]["text"]
    assert "structuredContent" not in result


def test_what_is_no_protocol_ends_nothing(assistant: Assistant) -> None:
    """Broken lines, unknown methods and strange shapes: the process answers on."""
    for line in ("", "{", "null", '"text"', '{"jsonrpc":"2.0"}', "\x00\ufffe", "[" * 5000):
        assistant.send(line)
    assert assistant.ask("no/such/method")["error"]["code"] == -32601
    assert assistant.ask("tools/call", name=7)["error"]["code"] == -32602
    assert assistant.ask("ping")["result"] == {}


def test_a_store_that_fails_is_told() -> None:
    """The sentence of the store reaches the assistant as a result, not as a crash."""

    class Broken:
        def river(self, *_: object, **__: object) -> None:
            raise StoreError("the disk is full")

        def channel(self) -> None:
            return None

    with pytest.raises(StoreError, match="the disk is full"):
        tools.call(Broken(), "latest", {})  # type: ignore[arg-type] # it breaks before its type matters


def test_without_the_extra_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    """One sentence with the command that installs it, and exit code 2."""
    empty_home(tmp_path, monkeypatch)
    monkeypatch.setitem(sys.modules, "mcp_types", None)
    monkeypatch.delitem(sys.modules, "scheduler.assistant", raising=False)
    monkeypatch.delattr("scheduler.assistant", raising=False)  # whoever loaded it left it there too
    assert cli.run(["mcp"]) == 2
    assert 'pip install "moonwire[mcp]"' in capsys.readouterr().err


def test_a_broken_installation_is_a_defect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    """Another library that is missing is not told to be the extra."""
    empty_home(tmp_path, monkeypatch)
    monkeypatch.setitem(sys.modules, "feeds.publish.assistant.tools", None)
    monkeypatch.delitem(sys.modules, "scheduler.assistant", raising=False)
    monkeypatch.delattr("scheduler.assistant", raising=False)
    assert cli.run(["mcp"]) not in {0, 2}
    assert "moonwire[mcp]" not in capsys.readouterr().err


def test_the_protocols_own_client_gets_answers(tmp_path: Path) -> None:
    """In the newest revision, which has no handshake: what the library's client speaks by itself."""
    configure(tmp_path, "https://1.example/")
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "scheduler", "--config", str(tmp_path / "moonwire.toml"), "mcp"],
        cwd=Path(__file__).resolve().parent.parent,
    )

    async def ask() -> tuple[str, list[str], object]:
        async with Client(stdio_client(command)) as client:
            listed = await client.list_tools()
            found = await client.call_tool("sources", {})
            return client.protocol_version, [tool.name for tool in listed.tools], found.structured_content

    revision, names, answer = anyio.run(ask)
    assert revision == LATEST_PROTOCOL_VERSION
    assert names == [tool.name for tool in tools.TOOLS]
    assert answer == {"sources": [], "total": 0}
