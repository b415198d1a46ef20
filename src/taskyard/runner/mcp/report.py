"""The report tool as an MCP server on standard input and output.

Agents start it and do not wait for slow ones, so it stands on the standard library
alone. The annotations matter: without them careful agents refuse to call it or ask.
"""

import json
import os
import sys
from typing import Any, Final, cast

from taskyard.runner.shim.call import CallFailed, call

__all__ = ["handle", "main"]

Json = dict[str, Any]

SUMMARY_CHARACTERS: Final = 160
_VERSIONS: Final = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
_METHOD_NOT_FOUND: Final = -32601
_PARSE_ERROR: Final = -32700


class _UnknownMethod(Exception):
    """The client asked for something that a server with one tool does not have."""


def main(tool: str) -> int:
    """Serve `tool` (report_task or coder_report_task) until standard input ends."""
    for line in sys.stdin:
        if not line.strip():
            continue
        answer = _respond(tool, line)
        if answer is not None:
            sys.stdout.write(json.dumps({"jsonrpc": "2.0", **answer}) + "\n")
            sys.stdout.flush()
    return 0


def _respond(tool: str, line: str) -> Json | None:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, "error": {"code": _PARSE_ERROR, "message": "not JSON"}}
    if not isinstance(message, dict):
        return {"id": None, "error": {"code": _PARSE_ERROR, "message": "not an object"}}
    request = cast("Json", message)
    method = request.get("method")
    if "id" not in request or not isinstance(method, str):
        return None  # a notification, or an answer to a question we never ask
    params = request.get("params")
    try:
        result = handle(
            tool, method, cast("Json", params) if isinstance(params, dict) else {}
        )
    except _UnknownMethod:
        error = {"code": _METHOD_NOT_FOUND, "message": f"Method not found: {method}"}
        return {"id": request["id"], "error": error}
    return {"id": request["id"], "result": result}


def handle(tool: str, method: str, params: Json) -> Json:
    """Answer one MCP request."""
    match method:
        case "initialize":
            wanted = params.get("protocolVersion")
            return {
                "protocolVersion": wanted if wanted in _VERSIONS else _VERSIONS[0],
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "taskyard", "version": "1"},
                "instructions": os.environ.get("CODER_MCP_INSTRUCTIONS", ""),
            }
        case "ping":
            return {}
        case "tools/list":
            return {"tools": [_description(tool)] if _is_allowed(tool) else []}
        case "tools/call":
            return _call(tool, params)
        case _:
            raise _UnknownMethod(method)


def _description(tool: str) -> Json:
    return {
        "name": tool,
        "title": "Report task status",
        "description": (
            "Tell the user how the task is going. Call it when you begin, whenever what "
            "you do changes, and when you are done. state: working while you work, idle "
            "when you wait for the user, complete when all is done, failure when you "
            "cannot go on without the user. summary: at most 160 characters. link: a URL "
            "or file that shows the result, or empty."
        ),
        "annotations": {
            "title": "Report task status",
            "readOnlyHint": False,
            "destructiveHint": False,
            "idempotentHint": True,
            "openWorldHint": False,
        },
        "inputSchema": {
            "type": "object",
            "properties": {
                "summary": {
                    "type": "string",
                    "description": "What you do, in a sentence.",
                },
                "link": {"type": "string", "description": "A URL that belongs to it."},
                "state": {
                    "type": "string",
                    "enum": ["working", "idle", "complete", "failure"],
                },
            },
            "required": ["summary", "link", "state"]
            if tool == "coder_report_task"
            else ["summary", "state"],
        },
    }


def _call(tool: str, params: Json) -> Json:
    if params.get("name") != tool or not _is_allowed(tool):
        return _outcome(f"there is no tool {params.get('name')!r} here", failed=True)
    given = params.get("arguments")
    arguments = cast("Json", given) if isinstance(given, dict) else {}
    summary = str(arguments.get("summary") or "")
    if len(summary) > SUMMARY_CHARACTERS:
        return _outcome("summary must be less than 160 characters", failed=True)
    key = os.environ.get("TASKYARD_SESSION_KEY") or os.environ.get(
        "CODER_MCP_APP_STATUS_SLUG"
    )
    try:
        call(
            "report",
            {
                "key": key or "",
                "state": arguments.get("state"),
                "summary": summary,
                "link": str(arguments.get("link") or ""),
            },
            timeout=15.0,
        )
    except CallFailed as exc:
        return _outcome(str(exc), failed=True)
    return _outcome(json.dumps({"message": "Thanks for reporting!"}))


def _is_allowed(tool: str) -> bool:
    """CODER_MCP_ALLOWED_TOOLS names tools, separated by commas; empty = all."""
    allowed = os.environ.get("CODER_MCP_ALLOWED_TOOLS", "")
    return not allowed or tool in [name.strip() for name in allowed.split(",")]


def _outcome(text: str, *, failed: bool = False) -> Json:
    answer: Json = {"content": [{"type": "text", "text": text}]}
    return {**answer, "isError": True} if failed else answer
