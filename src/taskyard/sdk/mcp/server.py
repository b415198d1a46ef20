"""Answer MCP messages; who carries them is somebody else's business."""

import json
from collections.abc import Collection, Mapping
from typing import Any, Final, cast

from taskyard.kit.errors import TaskyardError
from taskyard.sdk.client import Client
from taskyard.sdk.mcp.tools import TOOLS

__all__ = ["McpServer"]

Json = dict[str, Any]

_VERSIONS: Final = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
_PARSE_ERROR: Final = -32700
_METHOD_NOT_FOUND: Final = -32601


class _UnknownMethod(Exception):
    """This server has tools and nothing else."""


class McpServer:
    """One caller's tools. `allowed` names those that are offered; empty = all."""

    def __init__(self, client: Client, *, allowed: Collection[str] = ()) -> None:
        self._client = client
        self._tools = {
            name: tool for name, tool in TOOLS.items() if not allowed or name in allowed
        }

    async def respond(self, message: bytes | str) -> str | None:
        """The answer to one message; None when it wants none."""
        try:
            request = json.loads(message)
        except (ValueError, RecursionError):
            return _failure(None, _PARSE_ERROR, "not JSON")
        if not isinstance(request, dict):
            return _failure(None, _PARSE_ERROR, "not an object")

        asked = cast("Json", request)
        method = asked.get("method")
        if "id" not in asked or not isinstance(method, str):
            return None  # a notification, or an answer to a question we never ask
        params = asked.get("params")
        given = cast("Json", params) if isinstance(params, dict) else {}
        try:
            result = await self._handle(method, given)
        except _UnknownMethod:
            return _failure(asked["id"], _METHOD_NOT_FOUND, f"no method {method}")
        return json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result})

    async def _handle(self, method: str, params: Mapping[str, Any]) -> Json:
        match method:
            case "initialize":
                wanted = params.get("protocolVersion")
                return {
                    "protocolVersion": wanted if wanted in _VERSIONS else _VERSIONS[0],
                    "capabilities": {"tools": {}},
                    "serverInfo": {"name": "taskyard", "version": "1"},
                }
            case "ping":
                return {}
            case "tools/list":
                return {"tools": [tool.declaration() for tool in self._tools.values()]}
            case "tools/call":
                return await self._call(params)
            case _:
                raise _UnknownMethod(method)

    async def _call(self, params: Mapping[str, Any]) -> Json:
        tool = self._tools.get(str(params.get("name")))
        if tool is None:
            return _outcome(f"There is no tool {params.get('name')!r}.", failed=True)
        given = params.get("arguments")
        arguments = cast("Json", given) if isinstance(given, dict) else {}
        try:
            return _outcome(await tool.call(self._client, arguments))
        except TaskyardError as error:
            # For the model: it may correct itself and try again.
            return _outcome(f"{error.message}. {error.detail}".strip(), failed=True)


def _outcome(text: str, *, failed: bool = False) -> Json:
    return {"content": [{"type": "text", "text": text}], "isError": failed}


def _failure(request: object, code: int, message: str) -> str:
    error = {"code": code, "message": message}
    return json.dumps({"jsonrpc": "2.0", "id": request, "error": error})
