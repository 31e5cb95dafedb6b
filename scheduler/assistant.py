"""The tools for assistants over the Model Context Protocol, on standard streams. The only home of mcp."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import anyio
import mcp_types as types
from anyio import to_thread
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from feeds.errors import MoonwireError
from feeds.publish.assistant.tools import INSTRUCTIONS, TOOLS, Tool, WrongCallError, call
from feeds.publish.library import Library
from scheduler.version import __version__


def serve(library: Library) -> None:
    """Answer until standard input ends. Nothing but the protocol is written to standard output."""
    anyio.run(_serve, _server(lambda name, values: call(library, name, values)))


async def _serve(server: Server[dict[str, Any]]) -> None:
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def _server(answer: Callable[[str, Mapping[str, Any]], dict[str, Any]]) -> Server[dict[str, Any]]:
    tools = [_described(tool) for tool in TOOLS]

    async def list_tools(_: object, __: object) -> types.ListToolsResult:
        return types.ListToolsResult(tools=tools)

    async def call_tool(_: object, asked: types.CallToolRequestParams) -> types.CallToolResult:
        try:
            found = await to_thread.run_sync(answer, asked.name, asked.arguments or {})
        except (WrongCallError, MoonwireError) as error:
            return types.CallToolResult(
                content=[types.TextContent(type="text", text=str(error))], is_error=True
            )
        text = json.dumps(found, ensure_ascii=False)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text)], structured_content=found
        )

    return Server(
        "moonwire",
        version=__version__,
        title="moonwire",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _described(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.about,
        input_schema=dict(tool.takes),
        output_schema=dict(tool.gives),
        annotations=types.ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )
