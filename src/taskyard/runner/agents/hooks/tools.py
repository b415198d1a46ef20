"""Tool calls of any agent in one shape: what kind they are and what they touch."""

from collections.abc import Mapping
from typing import Any, Final

from taskyard.kit.shapes import as_object, as_objects
from taskyard.runner.agents.hooks.facts import Json, ToolCall, ToolKind, ToolStatus

__all__ = ["event_data", "tool_call", "words"]

_TITLE_CHARACTERS: Final = 400
_NAMES: Final[Mapping[ToolKind, str]] = {
    "execute": "bash shell exec_command run_shell_command local_shell powershell",
    "edit": "write edit multiedit notebookedit write_file replace apply_patch patch",
    "read": "read read_file read_many_files ls list list_directory view_image",
    "search": "grep glob search_file_content grep_search codebase_search find_files",
    "fetch": "webfetch web_fetch fetch websearch web_search google_web_search",
    "think": "task agent todowrite update_plan write_todos exitplanmode",
}
_KINDS: Final[Mapping[str, ToolKind]] = {
    name: kind for kind, names in _NAMES.items() for name in names.split()
}
_PATHS: Final = ("file_path", "filePath", "absolute_path", "notebook_path", "path")
_SUBJECTS: Final = ("pattern", "query", "url", "description")


def tool_call(
    name: str,
    given: Json,
    status: ToolStatus,
    *,
    call: str = "",
    output: str = "",
) -> ToolCall:
    kind = _KINDS.get(name.lower(), "other")
    path = next((str(given[key]) for key in _PATHS if given.get(key)), "")
    content = _diff(path, given) if kind == "edit" else []
    if output:
        content.append({"type": "content", "content": {"type": "text", "text": output}})
    return ToolCall(
        call=call,
        name=name,
        title=_title(kind, name, path, given)[:_TITLE_CHARACTERS],
        kind=kind,
        status=status,
        given=given,
        content=tuple(content),
        locations=({"path": path},) if path else (),
        output=output,
    )


def event_data(tool: ToolCall) -> Json:
    """The data of a `tool` event."""
    data: Json = {
        "title": tool.title,
        "name": tool.name,
        "kind": tool.kind,
        "status": tool.status,
        "content": list(tool.content),
        "locations": list(tool.locations),
        "raw_input": tool.given,
    }
    return {**data, "raw_output": tool.output} if tool.output else data


def words(value: Any) -> str:
    """What a tool answered, as text: each agent and tool wraps it in its own way."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        texts = [str(item.get("text") or "") for item in as_objects(value)]
        return "\n".join(text for text in texts if text)
    answer = as_object(value)
    streams = [str(answer.get(name) or "") for name in ("stdout", "stderr")]
    if any(streams):
        return "\n".join(text.rstrip("\n") for text in streams if text)
    for name in ("content", "llmContent", "result", "output", "error"):
        if found := words(answer.get(name) or ""):
            return found
    return ""


def _title(kind: ToolKind, name: str, path: str, given: Json) -> str:
    if kind == "execute" and given.get("command"):
        return str(given["command"]).strip()
    if path:
        return f"{name} {path}"
    subject = next((str(given[key]) for key in _SUBJECTS if given.get(key)), "")
    return f"{name} {subject}".strip()


def _diff(path: str, given: Json) -> list[Json]:
    """What an edit puts in place of what; a patch stays in the input."""
    fresh = given.get("new_string", given.get("newString", given.get("content")))
    if not path or not isinstance(fresh, str):
        return []
    old = given.get("old_string", given.get("oldString"))
    return [
        {
            "type": "diff",
            "path": path,
            "oldText": old if isinstance(old, str) else None,
            "newText": fresh,
        }
    ]
