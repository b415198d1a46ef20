"""Answer MCP messages; who carries them is somebody else's business."""

import asyncio
import json
from collections.abc import Awaitable, Collection, Mapping
from importlib.metadata import version
from typing import Any, Final, cast

from taskyard.kit.errors import NotFound, TaskyardError
from taskyard.sdk.client import Client
from taskyard.sdk.mcp.tools import TOOLS

__all__ = ["McpServer"]

Json = dict[str, Any]

#: Looked up once: it is read from the disk.
_VERSION: Final = version("taskyard")
_VERSIONS: Final = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
_INSTRUCTIONS: Final = (
    "Tasks are coding agents, each in a workspace of its own. List templates, create a "
    "task, wait for it, read its conversation and the files it changed; answer what it "
    "asks; send it more to do."
)
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
        self._calls: dict[str, asyncio.Task[Any]] = {}  # by the request's id

    async def respond(self, message: bytes | str) -> str | None:
        """The answer to one message; None when it wants none.

        Many at a time, each in a task of its own: a client that gives a call up has that
        task cancelled.
        """
        try:
            request = json.loads(message)
        except (ValueError, RecursionError):
            return _failure(None, _PARSE_ERROR, "not JSON")
        if not isinstance(request, dict):
            return _failure(None, _PARSE_ERROR, "not an object")

        asked = cast("Json", request)
        method = asked.get("method")
        params = asked.get("params")
        given = cast("Json", params) if isinstance(params, dict) else {}
        if "id" not in asked or not isinstance(method, str):
            # A notification, or an answer to a question we never ask.
            if method == "notifications/cancelled":
                self._cancel(given)
            return None
        try:
            result = await self._cancellable(asked["id"], self._handle(method, given))
        except _UnknownMethod:
            return _failure(asked["id"], _METHOD_NOT_FOUND, f"no method {method}")
        return json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result})

    async def _cancellable(self, request: object, work: Awaitable[Json]) -> Json:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        name = repr(request)
        self._calls[name] = task
        try:
            return await work
        finally:
            # Of two requests of one id the later one is known by it.
            if self._calls.get(name) is task:
                del self._calls[name]

    def _cancel(self, given: Mapping[str, Any]) -> None:
        call = self._calls.get(repr(given.get("requestId")))
        if call is not None:
            call.cancel()

    async def _handle(self, method: str, params: Mapping[str, Any]) -> Json:
        match method:
            case "initialize":
                wanted = params.get("protocolVersion")
                return {
                    "protocolVersion": wanted if wanted in _VERSIONS else _VERSIONS[0],
                    "capabilities": {"tools": {}},
                    "serverInfo": {"name": "taskyard", "version": _VERSION},
                    "instructions": _INSTRUCTIONS,
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
            return _refusal(_no_tool(str(params.get("name")), self._tools))
        given = params.get("arguments")
        arguments = cast("Json", given) if isinstance(given, dict) else {}
        try:
            return _outcome(await tool.call(self._client, arguments))
        except TaskyardError as error:
            return _refusal(error)


def _outcome(answer: object) -> Json:
    result: Json = {"content": [_text(answer)], "isError": False}
    if isinstance(answer, dict):
        result["structuredContent"] = answer
    return result


def _refusal(error: TaskyardError) -> Json:
    """For the model: it may correct itself and try again."""
    fields = "; ".join(
        f"{each.field}: {each.detail}"
        for each in error.validations
        if each.detail not in error.message
    )
    words = f"{error.message.rstrip('.')}. {error.detail or fields}".strip()
    told = {
        "code": error.code,
        "status": int(error.status),
        "message": error.message,
        "detail": error.detail,
        "validations": [
            {"field": each.field, "detail": each.detail} for each in error.validations
        ],
    }
    return {
        "content": [{"type": "text", "text": words}],
        "structuredContent": {"error": told},
        "isError": True,
    }


def _text(answer: object) -> Json:
    return {"type": "text", "text": json.dumps(answer, indent=2, ensure_ascii=False)}


def _no_tool(name: str, known: Collection[str]) -> NotFound:
    return NotFound(f"There is no tool {name!r}", detail=f"Tools: {', '.join(known)}.")


def _failure(request: object, code: int, message: str) -> str:
    error = {"code": code, "message": message}
    return json.dumps({"jsonrpc": "2.0", "id": request, "error": error})
