"""Translate what a scenario wants done into a call of a tool that the agent offers."""

import json
import posixpath
import re
from typing import Any, Final

from taskyard.testing.fake_llm.ask import Ask, Call, Json, Tool, many, one

__all__ = ["bash_call", "example", "named_call", "write_call"]

_WRITE: Final = (
    "Write",
    "write_file",
    "write_to_file",
    "write",
    "create_file",
    "create",
    "str_replace_editor",
    "str_replace_based_edit_tool",
    "editor",
    "edit_file",
    "text_editor",
    "edit",
)
_SHELL: Final = (
    "Bash",
    "bash",
    "run_shell_command",
    "exec_command",
    "shell_command",
    "shell",
    "run_commands",
    "execute_command",
    "run_command",
    "terminal",
    "developer__shell",
    "local_shell",
)
_PATHS: Final = ("file_path", "filePath", "absolute_path", "path", "filename")
_TEXTS: Final = (
    "content",
    "file_text",
    "new_text",
    "text",
    "contents",
    "new_str",
    "newString",
)
_COMMANDS: Final = ("command", "cmd", "commands", "input", "script")


def named_call(ask: Ask, name: str, arguments: Json) -> Call | None:
    """The tool whose name ends with `name`, however the agent prefixes it."""
    for offered in ask.tools:
        if re.search(rf"(^|[_.\-/:]){re.escape(name)}$", offered):
            return Call(name=offered, arguments=arguments)

    deferred = re.search(rf"\bmcp__\w*{re.escape(name)}\b", ask.raw.replace("\\n", " "))
    search = next((n for n in ("ToolSearch", "tool_search") if n in ask.tools), None)
    has_bridge = (
        "tool_call" in ask.tools
    )  # Qwen Code's, which does not always name them
    if search is None or not (deferred or has_bridge):
        return None
    if not any(role == "search" for role, _ in ask.turns):
        wanted = f"select:{deferred[0]}" if deferred else name
        return Call(name=search, arguments={"query": wanted, "max_results": 1})
    if deferred is None:
        return None
    if has_bridge:
        arguments = {"name": deferred[0], "arguments": arguments}
    return Call(name="tool_call" if has_bridge else deferred[0], arguments=arguments)


def write_call(ask: Ask, path: str, content: str) -> Call | None:
    for name in _WRITE:
        tool = ask.tools.get(name)
        if tool is None or tool.kind != "function":
            continue
        where, what = _key(tool, _PATHS), _key(tool, _TEXTS)
        if where and what:
            given: Json = {where: posixpath.join(ask.directory(), path), what: content}
            return Call(name=name, arguments=_filled(tool, given))

    patch = ask.tools.get("apply_patch")
    if patch is not None and patch.kind == "custom":
        added = "".join(f"+{line}\n" for line in content.splitlines())
        body = f"*** Begin Patch\n*** Add File: {path}\n{added}*** End Patch\n"
        return Call(name="apply_patch", raw=body)
    return bash_call(ask, f"cat > {path} <<'EOF'\n{content}EOF")


def bash_call(ask: Ask, command: str) -> Call | None:
    for name in _SHELL:
        tool = ask.tools.get(name)
        key = _key(tool, _COMMANDS) if tool else None
        if tool is not None and key is not None:
            given = {key: _command(name, tool.properties[key], command)}
            return Call(name=name, arguments=_filled(tool, given))

    return None


def _command(name: str, schema: Json, command: str) -> Any:
    if schema.get("type") != "array":
        return command
    if name in {"shell", "local_shell"}:
        return ["bash", "-lc", command]
    item: Json = one(schema.get("items"))
    if item.get("type", "string") == "string":
        return [command]
    return [_filled(Tool(schema=item), {"command": command})]


def _key(tool: Tool, spellings: tuple[str, ...]) -> str | None:
    return next((name for name in spellings if name in tool.properties), None)


def _filled(tool: Tool, given: Json) -> Json:
    """Add what the tool requires beside what is given."""
    filled = dict(given)
    required: list[str] = tool.schema.get("required") or []
    for key in [*required, *(["command"] if "command" in tool.properties else [])]:
        schema: Json = tool.properties.get(key) or {}
        choices: list[Any] = many(schema.get("enum"))
        if key == "command" and "create" in choices:
            filled.setdefault(key, "create")
        elif key in required:
            plain = schema.get("type") == "string" and not choices
            filled.setdefault(key, key if plain else example(schema))
    return filled


def example(schema: Json) -> Any:
    """A minimal instance of a JSON schema (for classifiers and titles)."""
    if "enum" in schema:
        return schema["enum"][0]
    for key in ("anyOf", "oneOf"):
        if schema.get(key):
            return example(schema[key][0])

    named: Any = schema.get("type") or "object"
    kind = json.loads(json.dumps(named if isinstance(named, str) else named[0])).lower()
    if kind == "object":
        properties: Json = one(schema.get("properties"))
        wanted: list[str] = schema.get("required") or list(properties)
        return {key: example(properties.get(key, {"type": "string"})) for key in wanted}
    plain: Json = {"array": [], "string": "fake", "boolean": False, "integer": 0}
    plain["number"] = 0
    return plain.get(kind)
