"""Codex's tool that runs a program: its other tools are functions inside the program.

The models it knows best are offered only this one, `exec`, whose description declares the
others in TypeScript; those of MCP servers must be looked for in the program. A step of ours
becomes a program of one line.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from taskyard.server.gateway.demo.asked import Call, Schema, ToolCall
from taskyard.server.gateway.demo.protocols.parts import arguments_of

__all__ = ["NAME", "call", "program", "tools"]

NAME: Final = "exec"

_DECLARED: Final = re.compile(r"declare const tools: \{ (\w{1,100})\(args: \{\n")
_PROPERTY: Final = re.compile(r"  (\w{1,100})(\??): ")
_PROGRAM: Final = re.compile(
    r"text\(await tools(?:\.(\w{1,100})|\[[^\]\n]{1,200}\]\?\.)\((\{.*\})\)\);\s*",
    re.DOTALL,
)
#: Never declared, so it is always offered; where there is none, nothing happens.
_REPORT: Final = "report_task"
_REPORT_SCHEMA: Final[Schema] = {
    "properties": {key: {"type": "string"} for key in ("state", "summary", "link")},
    "required": ["state", "summary", "link"],
}
_FIND: Final = f'tools[ALL_TOOLS.find(t => t.name.endsWith("{_REPORT}"))?.name]?.'
_MAX_DECLARED: Final = 100_000
_MAX_DECLARATION: Final = 4000


def tools(description: str) -> dict[str, Schema]:
    """The functions that take an object, with the names of its properties."""
    described = description[:_MAX_DECLARED]
    return {_REPORT: _REPORT_SCHEMA} | {
        found[1]: _schema(described[found.end() : found.end() + _MAX_DECLARATION])
        for found in _DECLARED.finditer(described)
    }


def program(call: ToolCall) -> str:
    function = _FIND if call.name == _REPORT else f"tools.{call.name}"
    return f"text(await {function}({json.dumps(dict(call.input))}));"


def call(id_: str, name: str, source: str) -> Call:
    """The call that a program of ours made; any other program is one of its own name."""
    found = _PROGRAM.fullmatch(source)
    if found is None:
        return Call(id=id_, name=name, input={})
    return Call(id=id_, name=found[1] or _REPORT, input=arguments_of(found[2]))


def _schema(declaration: str) -> Mapping[str, Any]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    for line in declaration.splitlines():
        if line.startswith("})"):
            break
        if found := _PROPERTY.match(line):
            properties[found[1]] = {"type": "string"}
            if not found[2]:
                required.append(found[1])
    return {"type": "object", "properties": properties, "required": required}
